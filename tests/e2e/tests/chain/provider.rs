//! A proxy in front of the local payment provider, which can fail its answers.

use crate::{
    relay::{Request, serve},
    world::World,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use orderly_local::{Stack, StackOptions};
use std::sync::{Arc, Mutex};

/// The fate of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It is forwarded.
    Well,
    /// It is not forwarded, and answered with 500.
    Failing,
    /// It is forwarded, and its answer is replaced by 500.
    Forgetful,
}

#[derive(Clone)]
pub struct Provider {
    mood: Arc<Mutex<Mood>>,
    /// The idempotency keys that were used.
    keys: Arc<Mutex<Vec<String>>>,
    behind: Arc<Mutex<String>>,
}

impl Provider {
    /// Starts a system that refunds through this provider.
    pub async fn start() -> (World, Self) {
        let provider = Self { mood: Arc::new(Mutex::new(Mood::Well)), keys: Arc::default(), behind: Arc::default() };
        let url = serve(Router::new().fallback(pass_on).with_state(provider.clone())).await;
        let set = |options: &mut StackOptions| {
            options.parameters.insert("StripeApiUrl".to_owned(), url);
        };
        let started = |stack: &Stack| provider.goes_to(stack);
        (World::start_between(set, started).await, provider)
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Forwards requests to the provider of this system from now on.
    pub fn goes_to(&self, stack: &Stack) {
        stack.stripe().endpoint().clone_into(&mut self.behind.lock().unwrap());
    }

    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

async fn pass_on(
    State(provider): State<Provider>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(key) = headers.get("idempotency-key") {
        provider.keys.lock().unwrap().push(key.to_str().unwrap().to_owned());
    }
    let mood = *provider.mood.lock().unwrap();
    if mood == Mood::Failing {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let behind = provider.behind.lock().unwrap().clone();
    let answer = Request { method, uri, headers, body }.pass_on(&behind).await;
    if mood == Mood::Forgetful {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    answer
}
