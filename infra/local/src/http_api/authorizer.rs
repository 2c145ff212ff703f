//! Lambda authorizers: REQUEST, payload format 2.0, simple responses:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>.

use super::event::Request;
use crate::{lambda::Lambda, template::Authorizer as Declared};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// An authorizer and its cached decisions.
pub(super) struct Authorizer {
    declared: Declared,
    cache: Mutex<HashMap<Vec<String>, (Decision, Instant)>>,
}

/// The authorizer function's answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decision {
    is_authorized: bool,
    #[serde(default)]
    context: Value,
}

/// Why a request is not passed to its function.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// A header that identifies the caller is missing or empty.
    Unauthorized,
    Forbidden,
    /// The authorizer failed or did not answer in the format.
    Failed,
}

impl Authorizer {
    pub(super) fn new(declared: Declared) -> Self {
        Self { declared, cache: Mutex::default() }
    }

    /// The context for the function if the request is allowed.
    pub(super) async fn authorize(&self, lambda: &Lambda, request: &Request) -> Result<Value, Denied> {
        let headers = self.declared.identity_headers.iter();
        let identity: Option<Vec<String>> =
            headers.map(|name| request.headers.get(name).filter(|value| !value.is_empty()).cloned()).collect();
        let identity = identity.ok_or(Denied::Unauthorized)?;
        let decision = match self.cached(&identity) {
            Some(decision) => decision,
            None => self.ask(lambda, request, identity).await?,
        };
        if decision.is_authorized { Ok(decision.context) } else { Err(Denied::Forbidden) }
    }

    async fn ask(&self, lambda: &Lambda, request: &Request, identity: Vec<String>) -> Result<Decision, Denied> {
        let event = request.authorizer_event(&identity);
        let asked = lambda.invoke_traced(&self.declared.function, event, &request.trace).await;
        let invocation = asked.map_err(|error| {
            tracing::error!(%error, "the authorizer did not run");
            Denied::Failed
        })?;
        if invocation.function_error {
            return Err(Denied::Failed);
        }
        let decision: Decision = serde_json::from_slice(&invocation.payload).map_err(|_| Denied::Failed)?;
        // Without identity headers there is no cache key to tell callers apart.
        if !self.declared.cache_ttl.is_zero() && !identity.is_empty() {
            self.lock_cache().insert(identity, (decision.clone(), Instant::now()));
        }
        Ok(decision)
    }

    fn cached(&self, identity: &[String]) -> Option<Decision> {
        let mut cache = self.lock_cache();
        cache.retain(|_, (_, since)| since.elapsed() < self.declared.cache_ttl);
        cache.get(identity).map(|(decision, _)| decision.clone())
    }

    fn lock_cache(&self) -> MutexGuard<'_, HashMap<Vec<String>, (Decision, Instant)>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
