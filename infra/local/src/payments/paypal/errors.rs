//! Errors as PayPal's API words them: <https://developer.paypal.com/api/rest/responses/>.

use crate::payments::engine::{Reply, hex};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// `debug_id` is how PayPal's support finds a request.
pub(super) fn error(status: StatusCode, name: &str, message: &str, details: &Value) -> Reply {
    let body = json!({ "name": name, "message": message, "debug_id": hex(13), "details": details, "links": [] });
    Reply::new(status, body)
}

pub(super) fn unprocessable(issue: &str, description: &str) -> Reply {
    let message = "The requested action could not be performed, semantically incorrect, or failed business validation.";
    let details = json!([{ "issue": issue, "description": description }]);
    error(StatusCode::UNPROCESSABLE_ENTITY, "UNPROCESSABLE_ENTITY", message, &details)
}

pub(super) fn invalid(issue: &str, field: &str) -> Reply {
    let message = "Request is not well-formed, syntactically incorrect, or violates schema.";
    let details = json!([{ "issue": issue, "field": field, "location": "body" }]);
    error(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message, &details)
}

pub(super) fn missing() -> Reply {
    let details =
        json!([{ "issue": "INVALID_RESOURCE_ID", "description": "The specified resource ID does not exist." }]);
    error(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", &details)
}
