#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Calls};
use app::Error;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

/// A provider that always gives the same answer, and the requests that it received.
pub(in crate::stripe) async fn answering(status: u16, body: &Value) -> (Api, Calls) {
    replaying(status, body, "").await
}

/// Its answer says whether it is a stored one.
pub(in crate::stripe) async fn replaying(status: u16, body: &Value, replayed: &'static str) -> (Api, Calls) {
    let (body, status) = (body.to_string(), StatusCode::from_u16(status).unwrap());
    serving(move |_| (status, replayed.to_owned(), body.clone())).await
}

/// A provider that answers each request with a status, the mark of a stored answer, and a body.
pub(in crate::stripe) async fn serving(
    answer: impl Fn(&Uri) -> (StatusCode, String, String) + Clone + Send + Sync + 'static,
) -> (Api, Calls) {
    let (url, calls) = testing::serving(move |seen| {
        let (status, replayed, body) = answer(&seen.uri);
        (status, ("idempotent-replayed", replayed), body)
    })
    .await;
    (with_key(&url, "sk_test_secret"), calls)
}

pub(in crate::stripe) fn with_key(url: &str, key: &str) -> Api {
    Api::new(&Aws::beside(""), url, Secret::fixed("STRIPE_API_KEY", key))
}

#[tokio::test]
async fn a_key_that_stripe_does_not_know_any_more_is_read_again_and_the_request_repeated_with_the_new_one() {
    let refused = json!({"error": {"code": "api_key_expired"}}).to_string();
    let (url, calls) =
        testing::serving(move |_| (StatusCode::UNAUTHORIZED, ("x-none", String::new()), refused.clone())).await;
    let seconds = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
    let keys = Arc::new(Mutex::new(["sk_test_old", "sk_test_new"].into_iter()));
    let key = Secret::from_source("STRIPE_API_KEY", &clock, move || {
        let problem = || ConfigError::Secret { name: "STRIPE_API_KEY", problem: "asked too often".to_owned() };
        ready(keys.lock().unwrap().next().map(str::to_owned).ok_or_else(problem))
    });
    let stripe = Api::new(&Aws::beside(""), &url, key);
    let ask = async || stripe.ask(|| http::Request::get(stripe.url("/v1/refunds")), String::new()).await;
    for (pause, expected) in [(0, 1), (30, 2), (0, 1)] {
        seconds.fetch_add(pause, Ordering::Relaxed);
        calls.lock().unwrap().clear();
        assert_eq!(ask().await.unwrap().status, StatusCode::UNAUTHORIZED);
        let calls = calls.lock().unwrap();
        assert_eq!(calls.len(), expected, "after {pause} s");
        let header = |name: &str| calls.iter().map(|call| call.headers[name].clone()).collect::<Vec<_>>();
        if expected == 2 {
            assert_eq!(header("authorization"), ["Bearer sk_test_old", "Bearer sk_test_new"]);
        }
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_ready() {
    let stripe = with_key("http://127.0.0.1:1", "");
    match stripe.ready().await {
        Err(Error::Outside(why)) => assert!(why.contains("STRIPE_API_KEY") && why.contains("empty"), "{why}"),
        other => panic!("{other:?}"),
    }
    with_key("http://127.0.0.1:1", "sk_test_1").ready().await.unwrap();
}

#[test]
fn the_api_key_is_never_printed() {
    let stripe = with_key("https://api.stripe.com", "sk_live_secret");
    assert!(!format!("{stripe:?}").contains("sk_live"));
}
