//! What the tests of all simulators use.

#![allow(clippy::unwrap_used)]

use super::engine::{Embedded, Settings};
use axum::{body::to_bytes, extract::Request, http::Method};
use jiff::Timestamp;
use runtime::Clock;
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The time at which tests begin.
pub(super) const NOW: i64 = 1_780_000_000;

/// In memory, at a time that stands still.
pub(super) fn settings(secrets: impl IntoIterator<Item = (String, String)>) -> Settings {
    let clock = Clock::new(|| Timestamp::from_second(NOW).unwrap());
    Settings { secrets: secrets.into_iter().collect(), webhook_url: None, data_dir: None, clock }
}

/// A time that passes when it is told to.
#[derive(Debug, Clone, Default)]
pub(super) struct Time(Arc<AtomicI64>);

impl Time {
    pub(super) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// In memory, at a time that can be told to pass.
pub(super) fn settings_in_time(secrets: impl IntoIterator<Item = (String, String)>) -> (Settings, Time) {
    let time = Time::default();
    let passed = Arc::clone(&time.0);
    let clock = Clock::new(move || Timestamp::from_second(NOW + passed.load(Ordering::Relaxed)).unwrap());
    (Settings { clock, ..settings(secrets) }, time)
}

/// So many seconds after the time at which tests begin.
pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW + seconds).unwrap()
}

/// The status and the JSON of an answer; null without any.
pub(super) type Answered = (u16, Value);

pub(super) async fn ask(
    provider: &Embedded,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answered {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = provider.answer(request.body(body.to_owned().into()).unwrap()).await;
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

pub(super) async fn post(provider: &Embedded, path: &str, headers: &[(&str, &str)], body: &str) -> Answered {
    ask(provider, Method::POST, path, headers, body).await
}

pub(super) async fn get(provider: &Embedded, path: &str, headers: &[(&str, &str)]) -> Answered {
    ask(provider, Method::GET, path, headers, "").await
}
