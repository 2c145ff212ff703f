//! The part of Mollie's API that Orderly asks: <https://docs.mollie.com/reference/overview>.

mod changing;
mod reading;

use crate::payments::engine::{Account, Reply};
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn router(account: Arc<Account>) -> Router {
    Router::new()
        .route("/v2/payments", get(reading::all_payments))
        .route("/v2/refunds", get(reading::all_refunds))
        .route("/v2/chargebacks", get(reading::all_chargebacks))
        .route("/v2/payments/{id}", get(reading::payment))
        .route("/v2/payments/{id}/refunds", get(reading::refunds).post(changing::refund))
        .route("/v2/payments/{id}/captures", get(reading::captures).post(changing::capture))
        .route("/v2/payments/{id}/release-authorization", post(changing::release))
        .fallback(unknown)
        .with_state(account)
}

async fn unknown() -> Response {
    error(StatusCode::NOT_FOUND, "Not Found", "No such page", None).into_response()
}

/// <https://docs.mollie.com/reference/handling-errors>
pub(super) fn error(status: StatusCode, title: &str, detail: &str, field: Option<&str>) -> Reply {
    let links = json!({ "documentation": { "href": "https://docs.mollie.com/errors", "type": "text/html" } });
    let mut body = json!({ "status": status.as_u16(), "title": title, "detail": detail, "_links": links });
    if let Some(field) = field {
        body["field"] = Value::from(field);
    }
    Reply::new(status, body)
}

fn invalid(detail: &str, field: Option<&str>) -> Reply {
    error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", detail, field)
}

fn no_payment(id: &str) -> Reply {
    error(StatusCode::NOT_FOUND, "Not Found", &format!("No payment exists with token {id}."), None)
}

/// Keys of the test mode.
fn authenticate(headers: &HeaderMap) -> Result<(), Reply> {
    let key = headers.get("authorization").and_then(|value| value.to_str().ok());
    if key.and_then(|value| value.strip_prefix("Bearer test_")).is_some_and(|rest| !rest.is_empty()) {
        return Ok(());
    }
    let detail = "Missing authentication, or failed to authenticate";
    Err(error(StatusCode::UNAUTHORIZED, "Unauthorized Request", detail, None))
}
