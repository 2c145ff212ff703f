#![allow(clippy::unwrap_used)]

mod api;
mod hooks;
mod people;
mod recorded;
mod stock;

use super::{Embedded, Shop, ShopConfig, embedded};
use crate::channels::local_credentials;
use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use runtime::Clock;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// 2026-11-27, 11:43:44 in GMT, when the recorded shop was asked.
const NOW: i64 = 1_795_779_824;

/// A shop, at a time that passes when it is told to.
struct Bench {
    embedded: Embedded,
    passed: Arc<AtomicI64>,
}

/// What is answered: the status, the body as JSON (null if it is none), and the headers.
struct Answered {
    status: u16,
    body: Value,
    headers: HeaderMap,
    text: String,
}

impl Bench {
    fn new() -> Self {
        let passed = Arc::new(AtomicI64::new(0));
        let time = Arc::clone(&passed);
        let clock = Clock::new(move || Timestamp::from_second(NOW + time.load(Ordering::Relaxed)).unwrap());
        let url = "https://shop.example".to_owned();
        let config = ShopConfig { url, credentials: local_credentials(), data_dir: None, clock };
        Self { embedded: embedded(config).unwrap(), passed }
    }

    fn shop(&self) -> &Shop {
        self.embedded.shop()
    }

    fn pass(&self, seconds: i64) {
        self.passed.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &Value) -> Answered {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.into()).unwrap();
        let answer = self.embedded.answer(request).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status, body: serde_json::from_slice(&bytes).unwrap_or_default(), headers, text }
    }

    /// As the owner of the key, over an encrypted connection.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answered {
        let credentials = local_credentials();
        let basic = BASE64_STANDARD.encode(format!("{}:{}", credentials.key, credentials.secret));
        let url = format!("https://shop.example/wp-json/wc/v3/{path}");
        self.send(method, &url, &[("authorization", &format!("Basic {basic}"))], body).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, &Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        self.ask("POST", path, &body).await
    }

    async fn put(&self, path: &str, body: Value) -> Answered {
        self.ask("PUT", path, &body).await
    }

    /// An order with so many mugs, paid by card, as a customer makes it.
    fn buy(&self, sku: &str, quantity: i64) -> u64 {
        self.shop().check_out(checkout(sku, quantity, "card")).unwrap()
    }
}

fn checkout(sku: &str, quantity: i64, payment: &str) -> super::Checkout {
    serde_json::from_value(json!({ "lines": [{ "sku": sku, "quantity": quantity }], "payment": payment })).unwrap()
}

/// A header's text.
fn header_of<'a>(answered: &'a Answered, name: &str) -> &'a str {
    answered.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
