//! What the tests of all services use.

use crate::{Client, Followed, Service, Wanted};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use jiff::Timestamp;
use runtime::{Aws, Clock, Secret};
use serde_json::Value;
use std::sync::{Arc, Mutex};

pub(crate) fn now() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

/// A recorded body.
macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/", $name, ".json"))
    };
}
pub(crate) use payload;

/// A request that an API received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Value,
}

pub(crate) type Calls = Arc<Mutex<Vec<Seen>>>;

/// A client of an API that answers each request, and the requests that it received.
pub(crate) async fn asking(
    service: Service,
    answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + Sync + 'static,
) -> (Client, Calls) {
    let calls = Calls::default();
    let take = async move |State(calls): State<Calls>, method, uri: Uri, headers, bytes: Bytes| {
        let seen = Seen { method, uri, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() };
        let (status, body) = answer(&seen);
        calls.lock().unwrap().push(seen);
        (StatusCode::from_u16(status).unwrap(), body.to_string())
    };
    let router = Router::new().fallback(take).with_state(calls.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (client(service, &url), calls)
}

pub(crate) fn client(service: Service, url: &str) -> Client {
    let key = Secret::fixed("KEY", "k3y");
    Client::new(service, &Aws::beside(url), &Clock::new(now), url, key).unwrap()
}

pub(crate) fn parcel<'a>(carrier: &'a str, number: &'a str) -> Wanted<'a> {
    Wanted { carrier, number, postal_code: Some("29401") }
}

/// What is wrong outside.
pub(crate) fn outside(followed: Result<Followed, app::Error>) -> String {
    match followed {
        Err(app::Error::Outside(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(followed: Result<Followed, app::Error>) -> String {
    match followed {
        Ok(Followed::Not(why)) => why,
        other => panic!("{other:?}"),
    }
}
