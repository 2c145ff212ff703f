#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Answered, Calls, Seen};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

/// A PayPal that gives tokens, answers each other request as told by its method and path, and keeps what it received.
pub(in crate::paypal) async fn serving(
    answer: impl Fn(&str, &str) -> (u16, Value) + Clone + Send + Sync + 'static,
) -> (Api, Calls) {
    let (url, calls) = testing::serving(move |seen: &Seen| {
        let path = seen.uri.path();
        let (status, body) = match path {
            "/v1/oauth2/token" => (200, token("A21-token", 32_400)),
            _ => answer(seen.method.as_str(), path),
        };
        answered(status, &body)
    })
    .await;
    (at(&url, &Clock::system(), "client:secret"), calls)
}

/// The requests but those for tokens.
pub(in crate::paypal) fn asked(calls: &Calls) -> Vec<Seen> {
    calls.lock().unwrap().iter().filter(|seen| seen.uri.path() != "/v1/oauth2/token").cloned().collect()
}

fn answered(status: u16, body: &Value) -> Answered {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    (StatusCode::from_u16(status).unwrap(), ("x-none", String::new()), body)
}

fn token(text: &str, seconds: i64) -> Value {
    json!({"access_token": text, "token_type": "Bearer", "expires_in": seconds})
}

fn at(url: &str, clock: &Clock, secret: &str) -> Api {
    Api::new(&Aws::beside(""), clock, url, Secret::fixed(CLIENT, secret))
}

fn clock() -> (Clock, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(1_764_000_000));
    let time = Arc::clone(&seconds);
    (Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap()), seconds)
}

async fn ask(api: &Api) -> Result<Answer, Error> {
    let url = api.url("/v2/x");
    api.ask(|| http::Request::get(&url), "").await
}

#[tokio::test]
async fn a_token_is_fetched_with_the_client_s_secret_and_used_until_it_ends() {
    let count = Arc::new(AtomicUsize::new(0));
    let (url, calls) = testing::serving(move |seen| match seen.uri.path() {
        "/v1/oauth2/token" => answered(200, &token(&format!("T{}", count.fetch_add(1, Ordering::Relaxed)), 3_600)),
        _ => answered(200, &json!({})),
    })
    .await;
    let (clock, seconds) = clock();
    let api = at(&url, &clock, "client:secret");
    for (pause, bearer) in [(0, "T0"), (0, "T0"), (3_539, "T0"), (1, "T1"), (10, "T1")] {
        seconds.fetch_add(pause, Ordering::Relaxed);
        ask(&api).await.unwrap();
        assert_eq!(asked(&calls).last().unwrap().headers["authorization"], format!("Bearer {bearer}"));
    }
    let calls = calls.lock().unwrap();
    let first = &calls[0];
    assert_eq!((first.method.as_str(), first.body.as_str()), ("POST", "grant_type=client_credentials"));
    assert_eq!(first.headers["authorization"], "Basic Y2xpZW50OnNlY3JldA==");
    assert_eq!(first.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(calls.len(), 7, "two tokens for five requests");
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_renewed_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let (url, calls) = testing::serving(move |seen| match seen.uri.path() {
        "/v1/oauth2/token" => answered(200, &token(&format!("T{}", count.fetch_add(1, Ordering::Relaxed)), 3_600)),
        _ if seen.headers["authorization"] == "Bearer T1" => answered(200, &json!({})),
        _ => answered(401, &json!({"error": "invalid_token"})),
    })
    .await;
    let api = at(&url, &Clock::system(), "client:secret");
    assert_eq!(ask(&api).await.unwrap().status, StatusCode::OK);
    assert_eq!(calls.lock().unwrap().len(), 4);
    assert_eq!(ask(&api).await.unwrap().status, StatusCode::OK);
    assert_eq!(calls.lock().unwrap().len(), 5);
    // One that is refused all the time is not asked for all the time.
    let (refusing, calls) = serving(|_, _| (401, json!({}))).await;
    assert_eq!(ask(&refusing).await.unwrap().status, StatusCode::UNAUTHORIZED);
    assert_eq!((asked(&calls).len(), calls.lock().unwrap().len()), (2, 4));
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let table = [
        (
            401,
            json!({"error": "invalid_client", "error_description": "Client Authentication failed"}),
            "invalid_client",
        ),
        (500, json!({}), "500"),
        (200, json!({}), "no token"),
        (200, json!({"access_token": "", "expires_in": 1}), "no token"),
        (200, json!({"access_token": "a", "expires_in": "soon"}), "no token"),
    ];
    for (status, body, expected) in table {
        let (url, calls) = testing::serving(move |_| answered(status, &body)).await;
        match ask(&at(&url, &Clock::system(), "client:secret")).await {
            Err(Error::Outside(why)) => {
                assert!(why.contains(expected) && !why.contains("secret") && !why.contains("failed"), "{why}");
            }
            other => panic!("{other:?}"),
        }
        assert!(asked(&calls).is_empty());
    }
    let (url, _) = testing::serving(|_| answered(200, &token("a\nb", 3_600))).await;
    assert!(matches!(ask(&at(&url, &Clock::system(), "c:s")).await, Err(Error::Outside(_))), "no header holds it");
    let (url, calls) = testing::serving(|_| answered(200, &token("a", i64::MAX))).await;
    ask(&at(&url, &Clock::system(), "c:s")).await.unwrap();
    assert_eq!(calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn concurrent_requests_share_a_token() {
    let (api, calls) = serving(|_, _| (200, json!({}))).await;
    let (a, b, c) = tokio::join!(ask(&api), ask(&api), ask(&api));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(calls.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn an_object_is_another_s_or_missing_or_unknown() {
    let id = "A1".parse().unwrap();
    let get = async |status, body: Value| {
        let (api, _) = serving(move |_, _| (status, body.clone())).await;
        api.get("/v2/payments/captures/", &id).await
    };
    assert_eq!(get(200, json!({"id": "A1"})).await.unwrap(), Some(json!({"id": "A1"})));
    assert_eq!(get(404, json!({"name": "RESOURCE_NOT_FOUND"})).await.unwrap(), None);
    let unknown = [
        (200, json!({"id": "B2"})),
        (200, json!("garbage")),
        (200, json!(null)),
        (404, json!({})),
        (404, json!("<html>")),
        (401, json!({})),
        (403, json!({})),
        (429, json!({})),
        (500, json!({"name": "RESOURCE_NOT_FOUND"})),
    ];
    for (status, body) in unknown {
        assert!(matches!(get(status, body.clone()).await, Err(Error::Outside(_))), "{status} {body}");
    }
}

#[tokio::test]
async fn without_its_secret_nothing_is_ready_and_it_is_never_printed() {
    let api = at("http://127.0.0.1:1", &Clock::system(), "");
    match api.ready().await {
        Err(Error::Outside(why)) => assert!(why.contains("PAYPAL_CREDENTIALS") && why.contains("empty"), "{why}"),
        other => panic!("{other:?}"),
    }
    let api = at("http://127.0.0.1:1", &Clock::system(), "client:top-secret");
    api.ready().await.unwrap();
    assert!(!format!("{api:?}").contains("top-secret"));
}
