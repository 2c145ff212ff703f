#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

macro_rules! payload {
    ($name:literal) => {
        include_bytes!(concat!("../../../../../tests/payloads/stripe-", $name, ".json")).as_slice()
    };
}

const FIRST: &str = "whsec_orderly_first_endpoint";
const SECOND: &str = "whsec_orderly_rolled_over";

fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Made by Stripe's Python library 16.1.0, `WebhookSignature.generate_signature_header`, from Stripe's own
/// sample events, and from bodies that a library may trip over.
#[test]
fn what_stripe_signed_is_genuine() {
    let table: [(&[u8], &str, i64, &str); 11] = [
        (
            payload!("charge.dispute.created"),
            FIRST,
            1_795_442_400,
            "44b59589f4953a7753d84b9533f0320e967403f2cf2ca5ac835c4afcceef3dea",
        ),
        (
            payload!("charge.refunded"),
            SECOND,
            1_795_528_799,
            "ba935d41efffab447233d585156718b8c03659d7c1c6b76c1df7ca6d46cf6cb7",
        ),
        (
            payload!("checkout.session.completed"),
            FIRST,
            1_795_615_198,
            "8bb2fb027dd20dec95ce285a50a0ee7d933d73e780e227ded7d344d560fa5597",
        ),
        (
            payload!("payment_intent.amount_capturable_updated"),
            SECOND,
            1_795_701_597,
            "89d3858038de5cdc676ff7282649f65d06de5be96f5865bd2018cb41c5c990e7",
        ),
        (
            payload!("payment_intent.canceled"),
            FIRST,
            1_795_787_996,
            "22a6594915d68e728ff9eb96b617b3f7fd52a84853f0fe32b0d7eb1c2bdc3e6a",
        ),
        (
            payload!("payment_intent.payment_failed"),
            SECOND,
            1_795_874_395,
            "e5eb3aeff9251823724f0d45bc6e141c8c637dc8575a4837fc8e8c6231a29ad0",
        ),
        (
            payload!("payment_intent.succeeded"),
            FIRST,
            1_795_960_794,
            "1059a27b35a64e093cdac250c5ca83671e59a6db9558042083eff78ac491d458",
        ),
        (
            payload!("refund.updated"),
            SECOND,
            1_796_047_193,
            "e3906b4735578d2195a9b4ebdb72692b9cf562b468dc4e562e1db4502c29ee71",
        ),
        (b"", "whsec_ключ", 1_795_442_400, "db4b5bafcdb8ca08bc5a86b81d9e3dd6a40d5884ffbe1bcad10539bbbd62228a"),
        (
            "{\"note\":\"Grüße 🎁\\r\\n\"}\r\n".as_bytes(),
            "whsec_ключ",
            1_795_442_400,
            "7dc0fb135e670718ed819e666ddc637ac22f0c7a4c1c4bae8d2619d28d867ffc",
        ),
        (
            b"not json at all",
            "whsec_ключ",
            1_795_442_400,
            "2a1e9562bfc389f328030aaa04da1dea7050ec0c2cf52f315e1d6361a617e89d",
        ),
    ];
    for (body, text, second, signature) in table {
        let header = format!("t={second},v1={signature}");
        let secrets = [secret(text)];
        assert_eq!(verify(Some(&header), body, &secrets, at(second)), Ok(()), "{header}");
        assert_eq!(sign(body, &secrets[0], at(second)), header);
    }
}

#[test]
fn either_signature_and_either_secret_do_while_a_secret_is_rolled_over() {
    let (body, now) = (b"{}", at(1_795_442_400));
    let [old, new] = [FIRST, SECOND].map(secret);
    let [by_old, by_new] = [&old, &new].map(|secret| sign(body, secret, now));
    let both = format!("{by_old},{}", by_new.split_once(',').unwrap().1);
    let forged = format!("t=1795442400,v1={},{}", "0".repeat(64), by_old.split_once(',').unwrap().1);

    let ok = Ok(());
    let no_match = Err(SignatureError::NoMatch);
    let table = [
        (&both, vec![old.clone()], ok),
        (&both, vec![new.clone()], ok),
        (&by_old, vec![new.clone(), old.clone()], ok),
        (&by_new, vec![new.clone(), old.clone()], ok),
        (&forged, vec![old.clone()], ok),
        (&by_old, vec![new.clone()], no_match),
        (&by_new, vec![old.clone()], no_match),
        (&both, vec![secret("another"), secret("whsec_")], no_match),
    ];
    for (header, secrets, expected) in table {
        assert_eq!(verify(Some(header), body, &secrets, now), expected, "{header}");
    }
}

#[test]
fn three_hundred_seconds_either_way_are_near_enough() {
    let secrets = [secret(FIRST)];
    let signed_at = 1_795_442_400;
    let header = sign(b"{}", &secrets[0], at(signed_at));
    let too_far = Err(SignatureError::TimestampOutOfTolerance);
    for (offset, expected) in [
        (-86_400, too_far),
        (-301, too_far),
        (-300, Ok(())),
        (-1, Ok(())),
        (0, Ok(())),
        (299, Ok(())),
        (300, Ok(())),
        (301, too_far),
        (86_400, too_far),
    ] {
        let now = at(signed_at + offset);
        assert_eq!(verify(Some(&header), b"{}", &secrets, now), expected, "{offset}");
    }
    for now in [Timestamp::MIN, Timestamp::MAX] {
        assert_eq!(verify(Some(&header), b"{}", &secrets, now), too_far);
    }
}

#[test]
fn a_time_is_judged_only_when_the_signature_is_genuine() {
    let header = sign(b"{}", &secret(SECOND), at(0));
    let verified = verify(Some(&header), b"{}", &[secret(FIRST)], at(1_795_442_400));
    assert_eq!(verified, Err(SignatureError::NoMatch));
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    assert_eq!(SigningSecret::new("").unwrap_err(), SignatureError::NoSecret);
    let header = sign(b"{}", &secret(FIRST), at(0));
    for header in [None, Some(""), Some(header.as_str())] {
        assert_eq!(verify(header, b"{}", &[], at(0)), Err(SignatureError::NoSecret));
    }
}

#[test]
fn hostile_headers() {
    let secrets = [secret(FIRST)];
    let now = at(1_795_442_400);
    let genuine = sign(b"{}", &secrets[0], now);
    let hex = genuine.split_once("v1=").unwrap().1;
    // The signature is real, but over a timestamp that no clock writes.
    let odd = |timestamp: &str| format!("t={timestamp},v1={}", secrets[0].sign(timestamp, b"{}"));

    let malformed = |header: &str| match verify(Some(header), b"{}", &secrets, now) {
        Err(SignatureError::Malformed(_)) => {}
        other => panic!("{header:?}: {other:?}"),
    };
    malformed("");
    malformed(",");
    malformed("garbage");
    malformed(&format!("v1={hex}"));
    malformed(&format!("T=1795442400,v1={hex}"));
    malformed(&format!("t=1795442400,t=1795442400,v1={hex}"));
    malformed(&format!("t=1,{genuine}"));
    malformed(&format!("{genuine},"));
    malformed(&format!("{genuine},v1"));
    for timestamp in ["", "+1795442400", "-1", " 1795442400", "1795442400.0", "1_795_442_400", "0x6b", "NaN", "１"] {
        malformed(&odd(timestamp));
    }
    malformed(&odd("253402300800")); // the year 10000
    malformed(&odd("9223372036854775808"));
    malformed(&odd(&"9".repeat(10_000)));

    let no_match = |header: &str| {
        let verified = verify(Some(header), b"{}", &secrets, now);
        assert_eq!(verified, Err(SignatureError::NoMatch), "{header:?}");
    };
    no_match("t=1795442400");
    no_match("t=1795442400,v1=");
    no_match(&format!("t=1795442400,v0={hex}"));
    no_match(&format!("t=1795442400,v1 ={hex}"));
    no_match(&format!("t=1795442400,V1={hex}"));
    no_match(&format!("t=1795442400,v1= {hex}"));
    no_match(&format!("t=1795442400,v1={}", hex.to_uppercase()));
    no_match(&format!("t=1795442400,v1={}", &hex[..62]));
    no_match(&format!("t=1795442400,v1={hex}00"));
    no_match(&format!("t=1795442401,v1={hex}"));
    no_match(&format!("t=01795442400,v1={hex}"));
    no_match(&format!("t=1795442400{}", ",v1=00".repeat(1_000)));

    for header in [genuine.clone(), format!("v1={hex},t=1795442400"), format!("{genuine},v0=,v2=x=y,=,scheme=")] {
        assert_eq!(verify(Some(&header), b"{}", &secrets, now), Ok(()), "{header}");
    }
    let missing = SignatureError::Missing("Stripe-Signature");
    assert_eq!(verify(None, b"{}", &secrets, now), Err(missing));
}

#[test]
fn a_secret_does_not_print() {
    assert_eq!(format!("{:?}", secret(FIRST)), "SigningSecret(…)");
}

proptest! {
    #[test]
    fn what_is_signed_is_genuine(body: Vec<u8>, text in ".+", second in 0..4_000_000_000_i64) {
        let secret = secret(&text);
        let header = sign(&body, &secret, at(second));
        prop_assert_eq!(verify(Some(&header), &body, &[secret], at(second)), Ok(()));
    }

    #[test]
    fn a_flipped_bit_of_the_body_is_found(body in prop::collection::vec(any::<u8>(), 1..300), bit: prop::sample::Index) {
        let (secret, now) = (secret(FIRST), at(1_795_442_400));
        let header = sign(&body, &secret, now);
        let mut changed = body.clone();
        let bit = bit.index(body.len() * 8);
        changed[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(Some(&header), &changed, &[secret], now), Err(SignatureError::NoMatch));
    }

    /// Any mix of the parts of a genuine header is refused, except its one time with its signature.
    #[test]
    fn a_header_of_genuine_parts_in_any_order_is_judged_by_its_time_and_signature(
        parts in prop::collection::vec(0..9_usize, 0..7),
    ) {
        let now = at(1_795_442_400);
        let genuine = sign(b"{}", &secret(FIRST), now);
        let (time, signature) = genuine.split_once(',').unwrap();
        let pieces =
            [time, signature, "t=1795442401", "t=", "v1=", "v0=00", "v1=é", &signature.to_uppercase(), "\u{0}"];
        let header = parts.iter().map(|&n| pieces[n]).collect::<Vec<_>>().join(",");
        let times = parts.iter().filter(|&&n| matches!(n, 0 | 2 | 3)).count();
        let is_genuine = times == 1 && parts.contains(&0) && parts.contains(&1) && !parts.contains(&8);
        prop_assert_eq!(verify(Some(&header), b"{}", &[secret(FIRST)], now).is_ok(), is_genuine, "{}", header);
    }

    #[test]
    fn any_bytes_as_a_header_are_refused(header: String, body: Vec<u8>) {
        prop_assert!(verify(Some(&header), &body, &[secret(FIRST)], at(0)).is_err());
    }
}

/// Tries every bit, because there are few: 8 bits of about 80 characters.
#[test]
fn a_flipped_bit_of_the_header_is_found() {
    let (secrets, now) = ([secret(FIRST)], at(1_795_442_400));
    let header = sign(b"{}", &secrets[0], now);
    for bit in 0..header.len() * 8 {
        let mut changed = header.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        // Text that is not UTF-8 cannot be a `&str`, so it never gets this far.
        if let Ok(changed) = String::from_utf8(changed) {
            assert!(verify(Some(&changed), b"{}", &secrets, now).is_err(), "{changed}");
        }
    }
}
