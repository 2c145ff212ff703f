#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::webhook::tests::{Vectors, chain_of};
use proptest::prelude::*;

#[test]
fn only_an_issuer_at_the_known_authority_is_asked_for() {
    let vectors = Vectors::read();
    let address_of = |name: &str| address(&chain_of(vectors.served(name))[0]);
    assert_eq!(address_of("alone").as_deref(), Some("http://cacerts.digicert.com/OrderlyTestEVServerCA.crt"));
    assert_eq!(address_of("alone-elsewhere"), None);
    assert_eq!(address_of("good"), None);
}

#[test]
fn an_address_is_plain() {
    let made = |address: &str| {
        let length = u8::try_from(address.len()).unwrap();
        let bytes = [b"before", CA_ISSUERS, &[length], address.as_bytes(), b"after"].concat();
        super::address(&CertificateDer::from(bytes))
    };
    assert!(made("http://cacerts.digicert.com/DigiCertEVRSACAG2.crt").is_some());
    let refused = [
        "",
        "http://cacerts.digicert.com/",
        "https://cacerts.digicert.com/a.crt",
        "http://cacerts.digicert.com:80/a.crt",
        "http://cacerts.digicert.com/../a",
        "http://cacerts.digicert.com/a/b.crt",
        "http://cacerts.digicert.com/a?b",
        "http://cacerts.digicert.com/a b",
        "http://cacerts.digicert.com@evil.example/a",
        "http://evil.example/a.crt",
    ];
    for address in refused {
        assert_eq!(made(address), None, "{address}");
    }
}

#[test]
fn a_key_may_sign_if_its_certificate_says_so_or_says_nothing() {
    let vectors = Vectors::read();
    let may = |name: &str| may_sign(&chain_of(vectors.served(name))[0]);
    assert!(may("good") && may("alone"));
    assert!(!may("no-signing"));
    assert!(may_sign(&CertificateDer::from(b"nothing of the kind".to_vec())));
    assert!(!may_sign(&CertificateDer::from([KEY_USAGE, &[0x04, 0x02, 0x03, 0x01, 0x00]].concat())), "no bits at all");
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at_without_harm(bytes: Vec<u8>, cut: usize) {
        for mark in [CA_ISSUERS, KEY_USAGE] {
            let bytes = [mark, &bytes[cut % (bytes.len() + 1)..]].concat();
            let certificate = CertificateDer::from(bytes);
            let _ = may_sign(&certificate);
            prop_assert!(address(&certificate).is_none_or(|address| address.starts_with(AUTHORITY)));
        }
    }
}
