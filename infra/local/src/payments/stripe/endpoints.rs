//! The webhook endpoints that are registered at the provider. What is registered here is only looked at: the courier
//! delivers to the address that the stack gave.

use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// Who is told of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub url: String,
    pub is_enabled: bool,
    /// `*` for all.
    pub events: Vec<String>,
    /// None: the account's own.
    pub api_version: Option<String>,
}

impl Endpoint {
    /// An endpoint that is told of everything.
    pub fn of_everything(url: &str) -> Self {
        Self { url: url.to_owned(), is_enabled: true, events: vec!["*".to_owned()], api_version: None }
    }

    fn shown(&self, number: usize) -> Value {
        json!({
            "id": format!("we_{number}"),
            "object": "webhook_endpoint",
            "api_version": self.api_version,
            "enabled_events": self.events,
            "livemode": false,
            "status": if self.is_enabled { "enabled" } else { "disabled" },
            "url": self.url,
        })
    }
}

/// The endpoints of an account. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Endpoints(Arc<Mutex<Vec<Endpoint>>>);

impl Endpoints {
    pub(super) fn new(url: Option<&str>) -> Self {
        Self(Arc::new(Mutex::new(url.map(Endpoint::of_everything).into_iter().collect())))
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Vec<Endpoint>)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn shown(&self) -> Vec<Value> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().enumerate().map(|(number, endpoint)| endpoint.shown(number)).collect()
    }
}
