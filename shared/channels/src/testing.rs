//! What the tests of all shops use.

use crate::{Credentials, Shop};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri},
};
use domain::{
    channel_order::ChannelOrder,
    settings::{ChannelKind, Connection, EmailsBy, RefundsBy},
};
use jiff::Timestamp;
use runtime::{Aws, Clock};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

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

/// A request that a shop received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: Method,
    pub path: String,
    /// Without what signs it.
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    /// `GET /orders/41`
    pub(crate) fn what(&self) -> String {
        format!("{} {}", self.method, self.path.trim_start_matches("/wp-json/wc/v3"))
    }

    pub(crate) fn asks(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

pub(crate) type Calls = Arc<Mutex<Vec<Seen>>>;

/// What the shop answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

pub(crate) fn text(status: u16, body: &str) -> Reply {
    Reply { status, headers: vec![], body: body.to_owned() }
}

pub(crate) fn json(body: &Value) -> Reply {
    text(200, &body.to_string())
}

/// A page of a list that has so many.
pub(crate) fn page(rows: &[Value], pages: u32) -> Reply {
    Reply { headers: vec![("x-wp-totalpages", pages.to_string())], ..json(&Value::from(rows)) }
}

/// An error as WordPress writes it.
pub(crate) fn error(status: u16, code: &str) -> Reply {
    text(status, &serde_json::json!({"code": code, "message": "Sorry, Ada.", "data": {"status": status}}).to_string())
}

/// A shop that answers each request, and the requests that it received.
pub(crate) async fn shop(answer: impl Fn(&Seen) -> Reply + Clone + Send + Sync + 'static) -> (Shop, Calls) {
    let calls = Calls::default();
    let take = async move |State(calls): State<Calls>, method, uri: Uri, headers, bytes: Bytes| {
        let query = form(uri.query().unwrap_or_default());
        let query = query.into_iter().filter(|(name, _)| !name.starts_with("oauth_")).collect();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let seen = Seen { method, path: uri.path().to_owned(), query, headers, body };
        let Reply { status, headers, body } = answer(&seen);
        calls.lock().unwrap().push(seen);
        let headers = headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        (StatusCode::from_u16(status).unwrap(), headers.collect::<HeaderMap>(), body)
    };
    let router = Router::new().fallback(take).with_state(calls.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (shop_at(&url), calls)
}

/// The same of one that answers everything alike.
pub(crate) async fn shop_saying(reply: Reply) -> Shop {
    shop(move |_| reply.clone()).await.0
}

pub(crate) fn shop_at(url: &str) -> Shop {
    let connection = Connection {
        kind: ChannelKind::WooCommerce,
        url: url.parse().unwrap(),
        since: Timestamp::UNIX_EPOCH,
        stock: None,
        emails: EmailsBy::Shop,
        refunds: RefundsBy::People,
    };
    Shop::new(&connection, credentials(), &Aws::beside(url), &Clock::new(now))
}

pub(crate) fn credentials() -> Credentials {
    Credentials { key: "ck_1".to_owned(), secret: "cs_2".to_owned(), webhook_secret: "whs".to_owned() }
}

fn form(query: &str) -> Vec<(String, String)> {
    let read = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (read(name), read(value))).collect()
}

/// What was asked, in its order.
pub(crate) fn asked(calls: &Calls) -> Vec<String> {
    calls.lock().unwrap().iter().map(Seen::what).collect()
}

/// Why nobody knows.
pub(crate) fn outside<T: std::fmt::Debug>(result: Result<T, app::Error>) -> String {
    match result {
        Err(app::Error::Outside(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// Whether an order's parts make its total.
pub(crate) fn adds_up(order: &ChannelOrder) -> bool {
    order.sum() == Some(order.total)
}
