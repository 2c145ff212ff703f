#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    ApiClient,
    standard::requests::tests::{SECRET as SIGNING, with_request, with_secret},
    testing,
};
use domain::ledger::{Attempt, RequestName};
use http::StatusCode;
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

fn outside<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Outside(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn refund() -> Attempt {
    Attempt { name: RequestName::Refund("cancel".parse().unwrap()), number: 1 }
}

#[tokio::test]
async fn without_an_address_nothing_is_ready_and_people_are_told_what_to_set() {
    let nobody = Api::without_url();
    let why = outside(nobody.ready().await);
    assert!(why.contains("set STANDARD_REQUESTS_URL"), "{why}");
    let asked = with_request(&refund(), 5, None, async |request| nobody.request(request).await).await;
    assert_eq!(outside(asked), why);
}

#[tokio::test]
async fn a_secret_that_cannot_sign_is_found_before_anything_is_asked_for() {
    let table = [
        ("", "empty"),
        ("hunter2", "whsec_"),
        ("whsec_", "empty"),
        ("whpk_AAAA", "whsec_"),
        (&format!("{SIGNING}\nhunter2"), "whsec_"),
    ];
    for (secret, word) in table {
        let system = with_secret("http://127.0.0.1:1/", secret);
        let why = outside(system.ready().await);
        assert!(why.contains("STANDARD_REQUESTS_SECRET") && why.contains(word), "{secret:?}: {why}");
        assert!(!why.contains("hunter2"), "{why}");
        let asked = with_request(&refund(), 5, None, async |request| system.request(request).await).await;
        assert_eq!(outside(asked), why, "it is not sent unsigned either");
    }
    with_secret("http://127.0.0.1:1/", &format!(" {SIGNING} \n")).ready().await.unwrap();
}

#[tokio::test]
async fn nothing_can_be_looked_for_and_people_are_told_what_to_look_for() {
    let system = with_secret("http://127.0.0.1:1/", SIGNING);
    let id = with_request(&refund(), 5, None, async |request| crate::standard::requests::id(request)).await;
    let why = outside(with_request(&refund(), 5, None, async |request| system.find(request).await).await);
    assert!(why.contains(&id), "{why}");
}

#[tokio::test]
async fn of_a_payment_nothing_is_known_but_what_its_events_tell() {
    for system in [Api::without_url(), with_secret("http://127.0.0.1:1/", SIGNING)] {
        assert_eq!(system.payment(&"pay_1".parse().unwrap(), Timestamp::UNIX_EPOCH).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_take_the_signature_is_asked_again_with_a_newer_secret() {
    const NEW: &str = "whsec_ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4Q=";
    let (url, calls) = testing::serving(|_| (StatusCode::UNAUTHORIZED, ("x-none", String::new()), String::new())).await;
    let seconds = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || Timestamp::from_second(1_795_442_400 + time.load(Ordering::Relaxed)).unwrap());
    let values = Arc::new(Mutex::new([SIGNING, NEW].into_iter()));
    let secret = Secret::from_source(SECRET, &clock, move || {
        let problem = || ConfigError::Secret { name: SECRET, problem: "asked too often".to_owned() };
        ready(values.lock().unwrap().next().map(str::to_owned).ok_or_else(problem))
    });
    let system = Api::new(&Aws::beside(""), &clock, &url, secret);
    for (pause, expected) in [(0, vec![SIGNING]), (30, vec![SIGNING, NEW]), (0, vec![NEW])] {
        seconds.fetch_add(pause, Ordering::Relaxed);
        calls.lock().unwrap().clear();
        let why = outside(with_request(&refund(), 5, None, async |request| system.request(request).await).await);
        assert!(why.contains("401"), "{why}");
        let calls = calls.lock().unwrap();
        assert_eq!(calls.len(), expected.len(), "after {pause} s");
        for (call, secret) in calls.iter().zip(expected) {
            let header = |name: &str| Some(call.headers[name].to_str().unwrap());
            let headers = Headers {
                id: header(ID_HEADER),
                timestamp: header(TIMESTAMP_HEADER),
                signature: header(SIGNATURE_HEADER),
            };
            let secrets = [Signer::new(secret).unwrap()];
            standard_webhooks::verify(&headers, call.body.as_bytes(), &secrets, clock.now()).unwrap();
        }
    }
}

#[test]
fn an_address_is_one_that_can_be_posted_to() {
    for good in ["https://shop.example/orderly", "http://127.0.0.1:8080/", "https://shop.example"] {
        assert_eq!(checked(good).unwrap(), good);
    }
    for bad in ["shop.example/orderly", "/orderly", "ftp://shop.example", "https://", "https://a b"] {
        let error = checked(bad).unwrap_err().to_string();
        assert!(error.contains("STANDARD_REQUESTS_URL") && error.contains("https://"), "{bad}: {error}");
    }
}

#[test]
fn its_id_holds_for_years_and_no_secret_is_printed() {
    let client = ApiClient::from(with_secret("https://shop.example/", SIGNING));
    assert!(client.key_lifetime() >= jiff::SignedDuration::from_hours(24 * 365 * 9));
    assert!(!format!("{client:?}").contains("whsec"));
}
