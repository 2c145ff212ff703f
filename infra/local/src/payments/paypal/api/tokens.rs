//! Access tokens: <https://developer.paypal.com/api/rest/authentication/>.

use super::Api;
use crate::payments::engine::{Reply, base62};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long a token lives, in seconds.
const LIFE: i64 = 32_400;

/// The tokens that were issued, and when they end. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens(Arc<Mutex<BTreeMap<String, Timestamp>>>);

pub(super) async fn issue(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> Response {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Basic ")).is_none_or(str::is_empty) {
        let error = json!({ "error": "invalid_client", "error_description": "Client Authentication failed" });
        return Reply::new(StatusCode::UNAUTHORIZED, error).into_response();
    }
    if body.as_ref() != b"grant_type=client_credentials" {
        let error = json!({ "error": "unsupported_grant_type", "error_description": "Grant Type is NULL" });
        return Reply::new(StatusCode::BAD_REQUEST, error).into_response();
    }
    let (token, now) = (format!("A21AA{}", base62(92)), api.account.clock.now());
    let until = now.saturating_add(SignedDuration::from_secs(LIFE)).unwrap_or(now);
    api.tokens.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), until);
    Reply::ok(json!({
        "scope": "https://uri.paypal.com/services/payments/refund",
        "access_token": token,
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": LIFE,
    }))
    .into_response()
}

impl Api {
    /// Whether a request has a token that lives.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<(), Reply> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let tokens = self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.get(token).is_some_and(|until| self.account.clock.now() < *until) {
            return Ok(());
        }
        let error =
            json!({ "error": "invalid_token", "error_description": "The token passed in was not found in the system" });
        Err(Reply::new(StatusCode::UNAUTHORIZED, error))
    }
}
