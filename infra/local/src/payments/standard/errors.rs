//! Errors of the address that takes requests.

use crate::payments::engine::Reply;
use axum::http::StatusCode;
use serde_json::json;

/// A refusal, or a failure.
pub(super) fn error(status: StatusCode, code: &str) -> Reply {
    Reply::new(status, json!({ "code": code }))
}
