//! The warehouse's side of its webhook: receives Orderly's notices, and shows them to tests and people.

use super::listener::{Listener, Server};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    routing::post,
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

/// The number of deliveries that are kept; the oldest are dropped first.
const KEPT: usize = 1000;

/// One delivery as it arrived.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    pub at: Timestamp,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The status of the answer.
    pub answered: u16,
}

impl Delivery {
    /// The first header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A running receiver. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WarehouseHook {
    shared: Arc<Shared>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Shared {
    deliveries: Mutex<VecDeque<Delivery>>,
    answer: AtomicU16,
}

impl WarehouseHook {
    pub fn start(listener: Listener) -> Self {
        let shared = Arc::new(Shared { deliveries: Mutex::default(), answer: AtomicU16::new(204) });
        let router = Router::new().fallback_service(post(receive).with_state(Arc::clone(&shared)));
        Self { shared, server: Arc::new(listener.serve(router)) }
    }

    /// The URL to which Orderly posts picklists.
    pub fn url(&self) -> String {
        format!("{}/picklists", self.server.endpoint())
    }

    /// All deliveries, oldest first, including those answered with an error.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.deliveries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Sets the status of all further answers. It starts as 204.
    pub fn answer_with(&self, status: StatusCode) {
        self.shared.answer.store(status.as_u16(), Ordering::Relaxed);
    }

    pub async fn shutdown(&self) {
        self.server.shutdown(Duration::from_secs(1)).await;
    }
}

async fn receive(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let answer = StatusCode::from_u16(shared.answer.load(Ordering::Relaxed)).unwrap_or(StatusCode::NO_CONTENT);
    let delivery = Delivery {
        at: Timestamp::now(),
        path: uri.path().to_owned(),
        headers: headers.iter().map(header).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        answered: answer.as_u16(),
    };
    let mut deliveries = shared.deliveries.lock().unwrap_or_else(PoisonError::into_inner);
    if deliveries.len() == KEPT {
        deliveries.pop_front();
    }
    deliveries.push_back(delivery);
    answer
}
