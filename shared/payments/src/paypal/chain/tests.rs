#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::webhook::tests::{Vectors, chain_of};
use jiff::SignedDuration;

#[test]
fn each_certificate_that_is_not_paypal_s_is_refused_for_its_own_reason() {
    let vectors = Vectors::read();
    let table = [
        ("good", Ok(())),
        ("whole-chain", Ok(())),
        ("alone", Err(Untrusted::Issuer)), // without its issuer's
        ("sandbox-name", Err(Untrusted::Name)),
        ("other-name", Err(Untrusted::Name)),
        ("evil-name", Err(Untrusted::Name)),
        ("common-name-only", Err(Untrusted::Name)),
        ("expired", Err(Untrusted::Time)),
        ("not-yet", Err(Untrusted::Time)),
        ("no-signing", Err(Untrusted::Use)),
        ("client-only", Err(Untrusted::Use)),
        ("authority-itself", Err(Untrusted::Use)),
        ("of-a-stranger", Err(Untrusted::Issuer)),
        ("self-signed", Err(Untrusted::Issuer)),
        ("forged-issuer", Err(Untrusted::Malformed)),
        ("garbage", Err(Untrusted::Malformed)),
        ("no-certificate", Err(Untrusted::Malformed)),
    ];
    for (name, expected) in table {
        let checked = check(&chain_of(vectors.served(name)), &vectors.roots(), Mode::Live, vectors.now);
        assert_eq!(checked, expected, "{name}");
    }
    let sandbox = chain_of(vectors.served("sandbox-name"));
    assert_eq!(check(&sandbox, &vectors.roots(), Mode::Sandbox, vectors.now), Ok(()));
}

#[test]
fn a_certificate_is_valid_at_the_time_of_receipt_whatever_the_clock_of_the_machine_says() {
    let vectors = Vectors::read();
    for (days, expected) in [(-31, Err(Untrusted::Time)), (-29, Ok(())), (299, Ok(())), (301, Err(Untrusted::Time))] {
        let now = vectors.now + SignedDuration::from_hours(24 * days);
        assert_eq!(
            check(&chain_of(vectors.served("good")), &vectors.roots(), Mode::Live, now),
            expected,
            "{days} days"
        );
    }
    let before = Timestamp::from_second(-1).unwrap();
    assert_eq!(check(&chain_of(vectors.served("good")), &vectors.roots(), Mode::Live, before), Err(Untrusted::Time));
}

#[test]
fn nothing_is_trusted_without_a_root() {
    let vectors = Vectors::read();
    let good = chain_of(vectors.served("good"));
    for roots in [Roots::only([]), Roots::only([&b"no certificate"[..]])] {
        assert_eq!(check(&good, &roots, Mode::Live, vectors.now), Err(Untrusted::Issuer));
    }
}

#[test]
fn the_roots_of_a_machine_do_not_trust_the_tests() {
    let vectors = Vectors::read();
    let good = chain_of(vectors.served("good"));
    assert_eq!(check(&good, &Roots::of_this_machine(), Mode::Live, vectors.now), Err(Untrusted::Issuer));
}
