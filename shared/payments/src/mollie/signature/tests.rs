#![allow(clippy::unwrap_used)]

use super::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

/// What Mollie's own library says of a request: see `tests/payloads/vectors/mollie.py`.
#[derive(Deserialize)]
struct Case {
    name: String,
    genuine: bool,
    headers: BTreeMap<String, Vec<String>>,
    body: String,
    secrets: Vec<String>,
}

fn vectors() -> Vec<Case> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/mollie-signatures.json"));
    serde_json::from_str::<Vectors>(text).unwrap().cases
}

fn secrets(texts: &[&str]) -> Vec<SigningSecret> {
    texts.iter().map(|text| SigningSecret::new(text).unwrap()).collect()
}

#[test]
fn mollie_s_own_library_agrees_on_each_request() {
    let cases = vectors();
    assert!(cases.len() >= 30, "{}", cases.len());
    for Case { name, genuine, headers, body, secrets: texts } in cases {
        let secrets = secrets(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        // As API Gateway does: names in lower case, and repeated headers in one.
        let header = headers.iter().find(|(name, _)| name.to_lowercase() == HEADER).map(|(_, values)| values.join(","));
        let verified = header.is_some_and(|header| verify(&header, body.as_bytes(), &secrets).is_ok());
        assert_eq!(verified, genuine, "{name}");
    }
}

#[test]
fn what_is_signed_is_genuine_with_any_bytes() {
    let [secret] = secrets(&["s"]).try_into().unwrap();
    for body in [&b""[..], b"\xff\xfe", b"{}", "ä".as_bytes()] {
        let header = sign(body, &secret);
        assert_eq!(verify(&header, body, std::slice::from_ref(&secret)), Ok(()));
        assert_eq!(verify(&header, b"other", std::slice::from_ref(&secret)), Err(SignatureError::NoMatch));
    }
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    assert_eq!(verify("sha256=", b"", &[]), Err(SignatureError::NoSecret));
    assert_eq!(SigningSecret::new("").unwrap_err(), SignatureError::NoSecret);
}

#[test]
fn a_secret_is_never_printed() {
    assert!(!format!("{:?}", secrets(&["whsec_1"])).contains("whsec"));
}
