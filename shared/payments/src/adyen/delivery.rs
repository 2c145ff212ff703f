//! The body of a delivery: <https://docs.adyen.com/development-resources/webhooks/webhook-types>.

use super::signature;
use api::Error;
use serde_json::Value;
use webhooks::{SignatureError, signed};

/// A delivery. Nothing in it is proven yet.
#[derive(Debug)]
pub(super) struct Delivery {
    live: Option<bool>,
    items: Vec<Value>,
}

impl Delivery {
    /// Parses a body. One without a signed item is refused like a wrong signature (401), also if it is no JSON: it may
    /// come from anybody.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let malformed = |what| signed::refused(SignatureError::Malformed(what));
        let body: Value = serde_json::from_slice(body).map_err(|_| malformed("the body is no JSON"))?;
        let live = match &body["live"] {
            Value::String(text) => text.parse().ok(),
            Value::Bool(live) => Some(*live),
            _ => None,
        };
        let Some(wrapped) = body["notificationItems"].as_array() else {
            return Err(malformed("the body has no notificationItems"));
        };
        let items: Vec<Value> = wrapped.iter().map(|item| item["NotificationRequestItem"].clone()).collect();
        if !items.iter().any(|item| signature::signature(item).is_some()) {
            return Err(signed::refused(SignatureError::Missing(signature::FIELD)));
        }
        Ok(Self { live, items })
    }

    /// Whether it says that it is about real money. None: it does not say. This is not signed.
    pub(super) fn live(&self) -> Option<bool> {
        self.live
    }

    pub(super) fn items(&self) -> &[Value] {
        &self.items
    }
}
