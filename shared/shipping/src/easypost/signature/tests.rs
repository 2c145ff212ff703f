#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::payload;
use runtime::Secret;
use serde_json::Value;

/// What EasyPost's own library says of a request: see `tests/payloads/vectors/easypost.py`.
#[tokio::test]
async fn easypost_s_own_library_agrees_on_each_request() {
    let vectors: Value = serde_json::from_str(payload!("easypost-signatures")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 30, "{}", cases.len());
    for case in cases {
        let secret = Secret::fixed("SECRET", case["secret"].as_str().unwrap()).value().await.unwrap();
        let body = case["body"].as_str().unwrap().as_bytes();
        let header = case["headers"]["X-Hmac-Signature"].as_str();
        let verified = header.is_some_and(|header| verify(header, body, &secret).is_ok());
        assert_eq!(verified, case["genuine"], "{}", case["name"]);
    }
}
