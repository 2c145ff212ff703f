#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Answered, Calls, Seen};
use jiff::Timestamp;
use serde_json::json;
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

pub(in crate::mollie) const PAYMENT: &str = "tr_5B8cwPMGnU6qLbRvo7qEZo";

/// A payment as Mollie shows it, with these fields.
pub(in crate::mollie) fn payment(fields: &Value) -> Value {
    let mut payment = json!({
        "resource": "payment", "id": PAYMENT, "mode": "test", "createdAt": "2026-03-20T09:13:37+00:00",
        "amount": {"currency": "EUR", "value": "33.00"}, "description": "Order 1001", "method": "creditcard",
        "metadata": {"order_id": "1001", "channel": "web"}, "profileId": "pfl_QkEhN94Ba",
        "_embedded": {"captures": [], "refunds": [], "chargebacks": []},
    });
    payment.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    payment
}

/// An error as Mollie words it: <https://docs.mollie.com/reference/handling-errors>.
pub(in crate::mollie) fn error(status: u16, title: &str, detail: &str, field: Option<&str>) -> Value {
    let mut error = json!({"status": status, "title": title, "detail": detail});
    if let Some(field) = field {
        error["field"] = field.into();
    }
    error
}

pub(in crate::mollie) fn unknown_payment() -> Value {
    error(404, "Not Found", "No payment exists with token tr_x.", None)
}

pub(in crate::mollie) fn answer(status: u16, body: &Value) -> Answered {
    (StatusCode::from_u16(status).unwrap(), ("x-none", String::new()), body.to_string())
}

/// A Mollie that always gives the same answer, and the requests that it received.
pub(in crate::mollie) async fn answering(status: u16, body: &Value) -> (Api, Calls) {
    let answer = answer(status, body);
    serving(move |_| answer.clone()).await
}

pub(in crate::mollie) async fn serving(
    answer: impl Fn(&Seen) -> Answered + Clone + Send + Sync + 'static,
) -> (Api, Calls) {
    let (url, calls) = testing::serving(answer).await;
    (with_key(&url, "test_secret"), calls)
}

pub(in crate::mollie) fn with_key(url: &str, key: &str) -> Api {
    Api::new(&Aws::beside(""), url, Secret::fixed("MOLLIE_API_KEY", key))
}

/// The requests that were made, by method and path.
pub(in crate::mollie) fn paths(calls: &Calls) -> Vec<String> {
    calls.lock().unwrap().iter().map(|call| format!("{} {}", call.method, call.uri)).collect()
}

#[tokio::test]
async fn a_payment_is_fetched_with_all_that_was_done_with_its_money() {
    let (mollie, calls) = answering(200, &payment(&json!({"status": "paid"}))).await;
    assert!(mollie.fetch(&PAYMENT.parse().unwrap()).await.unwrap().is_some());
    assert_eq!(paths(&calls), [format!("GET /v2/payments/{PAYMENT}?embed=captures,refunds,chargebacks")]);
    assert_eq!(calls.lock().unwrap()[0].headers["authorization"], "Bearer test_secret");
}

#[tokio::test]
async fn only_mollie_s_own_word_says_that_a_payment_does_not_exist() {
    let gone = error(410, "Gone", "", None);
    for (status, body) in [(404, unknown_payment()), (410, gone)] {
        let (mollie, _) = answering(status, &body).await;
        assert_eq!(mollie.fetch(&PAYMENT.parse().unwrap()).await.unwrap(), None, "{status}");
    }
    for (status, body) in [
        (404, json!({})), // a proxy's, or that of another address
        (404, json!("garbage")),
        (404, error(403, "", "", None)),
        (401, error(401, "Unauthorized Request", "", None)),
        (403, json!({})),
        (429, json!({})),
        (500, json!({})),
        (302, json!({})),
        (200, json!("garbage")),
        (200, json!({})),
        (200, payment(&json!({"id": "tr_other"}))),
    ] {
        let (mollie, _) = answering(status, &body).await;
        let fetched = mollie.fetch(&PAYMENT.parse().unwrap()).await;
        assert!(matches!(fetched, Err(Error::Outside(_))), "{status} {body}: {fetched:?}");
    }
    let nobody = with_key("http://127.0.0.1:1", "test_1").fetch(&PAYMENT.parse().unwrap()).await;
    assert!(matches!(nobody, Err(Error::Outside(_))));
}

#[tokio::test]
async fn a_key_that_mollie_does_not_know_any_more_is_read_again_and_the_request_repeated_with_the_new_one() {
    let (url, calls) = testing::serving(|_| answer(401, &error(401, "Unauthorized Request", "", None))).await;
    let seconds = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
    let keys = Arc::new(Mutex::new(["test_old", "test_new"].into_iter()));
    let key = Secret::from_source("MOLLIE_API_KEY", &clock, move || {
        let problem = || ConfigError::Secret { name: "MOLLIE_API_KEY", problem: "asked too often".to_owned() };
        ready(keys.lock().unwrap().next().map(str::to_owned).ok_or_else(problem))
    });
    let mollie = Api::new(&Aws::beside(""), &url, key);
    for (pause, expected) in [(0, vec!["Bearer test_old"]), (30, vec!["Bearer test_old", "Bearer test_new"])] {
        seconds.fetch_add(pause, Ordering::Relaxed);
        calls.lock().unwrap().clear();
        assert!(matches!(mollie.fetch(&PAYMENT.parse().unwrap()).await, Err(Error::Outside(_))));
        let sent: Vec<_> = calls.lock().unwrap().iter().map(|call| call.headers["authorization"].clone()).collect();
        assert_eq!(sent, expected, "after {pause} s");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_ready() {
    match with_key("http://127.0.0.1:1", "").ready().await {
        Err(Error::Outside(why)) => assert!(why.contains("MOLLIE_API_KEY") && why.contains("empty"), "{why}"),
        other => panic!("{other:?}"),
    }
    with_key("http://127.0.0.1:1", "test_1").ready().await.unwrap();
}

#[test]
fn the_api_key_is_never_printed() {
    assert!(!format!("{:?}", with_key("https://api.mollie.com", "live_secret")).contains("live_"));
}
