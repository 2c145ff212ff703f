//! A request to a provider's API, and its answer.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// What identifies a request that changes something.
#[derive(Debug, Default)]
pub(in crate::payments) struct Asked {
    /// Its idempotency key.
    pub(in crate::payments) key: Option<String>,
    /// What must be the same when the key comes again.
    pub(in crate::payments) parameters: Vec<(String, String)>,
}

impl Asked {
    /// `parts` are the path and the body.
    pub(in crate::payments) fn new(key: Option<String>, path: &str, body: &str) -> Self {
        let parameters = [("path", path), ("body", body)];
        Self { key, parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec() }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(in crate::payments) struct Reply {
    pub(in crate::payments) status: StatusCode,
    /// Null: there is none.
    pub(in crate::payments) body: Value,
    headers: Vec<(&'static str, &'static str)>,
}

impl Reply {
    pub(in crate::payments) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    pub(in crate::payments) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(in crate::payments) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Self { status, body, headers } = self;
        let mut response = if body.is_null() { status.into_response() } else { (status, Json(body)).into_response() };
        for (name, value) in headers {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response
    }
}

/// The answer that is given, whether it is what was asked for or an error.
pub(in crate::payments) fn handled(outcome: Result<Reply, Reply>) -> Response {
    outcome.unwrap_or_else(|error| error).into_response()
}

/// What a request did.
#[derive(Debug)]
pub(in crate::payments) struct Done {
    pub(in crate::payments) reply: Reply,
    /// The bodies of the webhooks that tell of it.
    pub(in crate::payments) told: Vec<Vec<u8>>,
}
