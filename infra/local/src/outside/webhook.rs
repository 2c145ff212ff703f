//! A webhook on its way.

use serde_json::Value;

/// A webhook's headers and body.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Webhook {
    /// A body of JSON.
    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self { headers: vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())], body }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The event, for callers that want the ids in it. Null if the body is no JSON.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
