#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Calls, Seen};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

/// A provider that always gives the same answer, and the requests that it received.
pub(in crate::square) async fn answering(status: u16, body: &Value) -> (Api, Calls) {
    let body = body.clone();
    serving(move |_| (status, body.clone())).await
}

/// A provider that answers each request with a status and a body.
pub(in crate::square) async fn serving(
    answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + Sync + 'static,
) -> (Api, Calls) {
    let (url, calls) = testing::serving(move |seen| {
        let (status, body) = answer(seen);
        (StatusCode::from_u16(status).unwrap(), ("x-none", String::new()), body.to_string())
    })
    .await;
    (with_key(&url, "EAAA-secret"), calls)
}

pub(in crate::square) fn with_key(url: &str, key: &str) -> Api {
    Api::new(&Aws::beside(""), url, Secret::fixed("SQUARE_API_KEY", key))
}

/// The requests in turn: method, path, and body.
pub(in crate::square) fn asked(calls: &Calls) -> Vec<(String, String, Value)> {
    let one = |seen: &Seen| {
        let body = serde_json::from_str(&seen.body).unwrap_or_default();
        (seen.method.to_string(), seen.uri.to_string(), body)
    };
    calls.lock().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn every_request_carries_the_token_and_the_version_of_the_api() {
    let (square, calls) = answering(200, &json!({})).await;
    square.get("/v2/payments/p").await.unwrap();
    square.post("/v2/refunds", &json!({"a": 1})).await.unwrap();
    square.put("/v2/payments/p", &json!({"b": 2})).await.unwrap();
    for call in calls.lock().unwrap().iter() {
        assert_eq!(call.headers["authorization"], "Bearer EAAA-secret");
        assert_eq!(call.headers["square-version"], "2026-09-16");
        assert_eq!(call.headers["content-type"], "application/json");
    }
    let own = |method: &str, path: &str, body| (method.to_owned(), path.to_owned(), body);
    let expected = [
        own("GET", "/v2/payments/p", json!(null)),
        own("POST", "/v2/refunds", json!({"a": 1})),
        own("PUT", "/v2/payments/p", json!({"b": 2})),
    ];
    assert_eq!(asked(&calls), expected);
}

#[tokio::test]
async fn a_token_that_square_does_not_know_any_more_is_read_again_and_the_request_repeated_with_the_new_one() {
    let refused = json!({"errors": [{"category": "AUTHENTICATION_ERROR", "code": "ACCESS_TOKEN_EXPIRED"}]}).to_string();
    let (url, calls) =
        testing::serving(move |_| (StatusCode::UNAUTHORIZED, ("x-none", String::new()), refused.clone())).await;
    let seconds = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
    let keys = Arc::new(Mutex::new(["EAAA-old", "EAAA-new"].into_iter()));
    let key = Secret::from_source("SQUARE_API_KEY", &clock, move || {
        let problem = || ConfigError::Secret { name: "SQUARE_API_KEY", problem: "asked too often".to_owned() };
        ready(keys.lock().unwrap().next().map(str::to_owned).ok_or_else(problem))
    });
    let square = Api::new(&Aws::beside(""), &url, key);
    for (pause, tokens) in [(0, &["Bearer EAAA-old"][..]), (30, &["Bearer EAAA-old", "Bearer EAAA-new"])] {
        seconds.fetch_add(pause, Ordering::Relaxed);
        calls.lock().unwrap().clear();
        assert_eq!(square.get("/v2/payments/p").await.unwrap().status, StatusCode::UNAUTHORIZED);
        let seen: Vec<_> = calls.lock().unwrap().iter().map(|call| call.headers["authorization"].clone()).collect();
        assert_eq!(seen, tokens, "after {pause} s");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_ready() {
    match with_key("http://127.0.0.1:1", "").ready().await {
        Err(Error::Outside(why)) => assert!(why.contains("SQUARE_API_KEY") && why.contains("empty"), "{why}"),
        other => panic!("{other:?}"),
    }
    with_key("http://127.0.0.1:1", "EAAA").ready().await.unwrap();
}

#[test]
fn the_token_is_never_printed() {
    let square = with_key("https://connect.squareup.com", "EAAA-secret");
    assert!(!format!("{square:?}").contains("EAAA"));
}
