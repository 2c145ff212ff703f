use super::*;
use crate::testing::payload;
use serde_json::Value;

#[test]
fn requests_are_signed_as_independent_libraries_sign_them() {
    let vectors: Value = serde_json::from_str(payload!("woocommerce-oauth")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 15);
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let pairs = case["query"].as_array().unwrap().iter();
        let query: Vec<_> = pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
        let at = Timestamp::from_second(case["at"].as_i64().unwrap()).unwrap();
        let signer = Signer { key: text("key"), secret: text("secret"), at, nonce: text("nonce") };
        let method = text("method").parse().unwrap();
        let signed = signed(&method, text("url"), &query, signer).unwrap();
        let signature = format!("oauth_signature={}", escaped(text("signature")));
        assert!(signed.ends_with(&signature), "{}: {signed}", text("name"));
        let own = signed.strip_suffix(&format!("&{signature}")).unwrap();
        assert!(own.starts_with(&joined(query.iter().copied())), "{own}");
        for parameter in ["oauth_consumer_key", "oauth_nonce", "oauth_signature_method", "oauth_timestamp"] {
            assert!(own.contains(&format!("{parameter}=")), "{own}");
        }
    }
}

#[test]
fn nothing_is_signed_without_a_secret_of_its_own() {
    let signer = |secret| Signer { key: "ck_1", secret, at: Timestamp::UNIX_EPOCH, nonce: "n" };
    let url = "http://localhost/wp-json/wc/v3/orders";
    let with = |secret| signed(&Method::GET, url, &[], signer(secret)).unwrap();
    assert_ne!(with("cs_1"), with("cs_2"));
}
