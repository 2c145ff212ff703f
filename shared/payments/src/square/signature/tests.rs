#![allow(clippy::unwrap_used)]

use super::*;
use crate::square::Webhook;
use api::{Error, Request};
use jiff::Timestamp;
use runtime::Secret;
use serde_json::Value;

const URL: &str = "https://api.example.com/webhooks/payments/square";

fn key(text: &str) -> SignatureKey {
    SignatureKey::new(text).unwrap()
}

/// What a case of tests/payloads/vectors/square.py says.
struct Case {
    name: String,
    request: Request,
    secrets: String,
    url: String,
    /// None: a key is missing, which is the receiver's fault.
    genuine: Option<bool>,
}

/// The cases that Square's own library has judged.
fn cases() -> Vec<Case> {
    let json = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/square-signatures.json"));
    let cases: Vec<Value> = serde_json::from_str(json).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let case = |case: &Value| {
        // As the API's gateway hands them on.
        let header = |(name, value): (&String, &Value)| (name.to_ascii_lowercase(), text(value));
        let headers = case["headers"].as_object().unwrap().iter().map(header).collect();
        let lines: Vec<String> = case["secrets"].as_array().unwrap().iter().map(text).collect();
        Case {
            name: text(&case["name"]),
            request: Request { headers, body: text(&case["body"]).into_bytes(), ..Request::default() },
            secrets: lines.join("\n"),
            url: text(&case["url"]),
            genuine: case["genuine"].as_bool(),
        }
    };
    cases.iter().map(case).collect()
}

#[tokio::test]
async fn the_webhook_agrees_with_square_s_own_library() {
    let all = cases();
    assert!(all.len() >= 80, "{}", all.len());
    for Case { name, request, secrets, url, genuine } in all {
        let webhook = Webhook::new(Secret::fixed("SQUARE_WEBHOOK_SECRET", &secrets), &url, true);
        match (webhook.verify(&request, Timestamp::UNIX_EPOCH).await, genuine) {
            (Ok(parts), Some(true)) => assert_eq!(parts, [request.body], "{name}"),
            (Err(Error::Problem(problem)), Some(false)) => assert_eq!(problem.status, 401, "{name}"),
            (Err(Error::Internal(_)), None) => {}
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_is_signed_here_is_what_square_signs() {
    let mut signed = 0;
    for Case { name, request, secrets, url, genuine } in cases() {
        if genuine == Some(true) && !secrets.contains('\n') {
            assert_eq!(Some(sign(&url, &request.body, &key(&secrets)).as_str()), request.header(HEADER), "{name}");
            signed += 1;
        }
    }
    assert!(signed >= 30, "{signed}");
}

#[test]
fn without_a_key_nothing_is_genuine() {
    assert_eq!(SignatureKey::new("").unwrap_err(), SignatureError::NoSecret);
    let header = sign(URL, b"{}", &key("k"));
    assert_eq!(verify(Some(&header), URL, b"{}", &[]), Err(SignatureError::NoSecret));
    assert_eq!(verify(None, URL, b"{}", &[key("k")]), Err(SignatureError::Missing(HEADER)));
    assert_eq!(verify(Some(&header), URL, b"{}", &[key("k")]), Ok(()));
}

#[test]
fn bytes_that_are_no_text_are_signed_as_they_are() {
    let body = [0xff, 0x00, 0xfe];
    let header = sign(URL, &body, &key("k"));
    assert_eq!(verify(Some(&header), URL, &body, &[key("k")]), Ok(()));
    let replaced = String::from_utf8_lossy(&body).into_owned();
    assert_eq!(verify(Some(&header), URL, replaced.as_bytes(), &[key("k")]), Err(SignatureError::NoMatch));
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let body = br#"{"type":"payment.updated"}"#;
    let header = sign(URL, body, &key("k"));
    for place in 0..body.len() {
        let mut changed = body.to_vec();
        changed[place] ^= 1;
        assert_eq!(verify(Some(&header), URL, &changed, &[key("k")]), Err(SignatureError::NoMatch), "{place}");
    }
    for place in 0..header.len() {
        let mut changed = header.clone().into_bytes();
        changed[place] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(verify(Some(&changed), URL, body, &[key("k")]), Err(SignatureError::NoMatch), "{changed}");
    }
}

#[test]
fn a_key_is_never_printed() {
    assert_eq!(format!("{:?}", key("secret")), "SignatureKey(…)");
}
