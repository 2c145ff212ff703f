//! The part of Square's API that Orderly asks: <https://developer.squareup.com/reference/square>.

mod lists;
mod payments;
mod refunds;

use crate::payments::engine::{Account, Asked, Reply};
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Square's limit: <https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency>.
const MAX_KEY: usize = 45;

pub(super) fn router(account: Arc<Account>) -> Router {
    Router::new()
        .route("/v2/locations", get(lists::locations))
        .route("/v2/payments", get(lists::payments))
        .route("/v2/payouts", get(lists::payouts))
        .route("/v2/payouts/{id}/payout-entries", get(lists::payout_entries))
        .route("/v2/payments/{id}", get(payments::read).put(payments::update))
        .route("/v2/payments/{id}/complete", post(payments::complete))
        .route("/v2/payments/{id}/cancel", post(payments::cancel))
        .route("/v2/refunds", get(lists::refunds).post(refunds::create))
        .route("/v2/refunds/{id}", get(refunds::read))
        .fallback(unknown)
        .with_state(account)
}

async fn unknown() -> Response {
    not_found("Resource not found.").into_response()
}

/// <https://developer.squareup.com/docs/build-basics/handling-errors>
pub(super) fn error(status: StatusCode, category: &str, code: &str, detail: &str) -> Reply {
    Reply::new(status, json!({ "errors": [{ "category": category, "code": code, "detail": detail }] }))
}

fn invalid(code: &str, detail: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, "INVALID_REQUEST_ERROR", code, detail)
}

fn not_found(detail: &str) -> Reply {
    error(StatusCode::NOT_FOUND, "INVALID_REQUEST_ERROR", "NOT_FOUND", detail)
}

fn no_payment(id: &str) -> Reply {
    not_found(&format!("Could not find payment with id: {id}"))
}

fn authenticate(headers: &HeaderMap) -> Result<(), Reply> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    if token.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| !token.is_empty()) {
        return Ok(());
    }
    let detail = "This request could not be authorized.";
    Err(error(StatusCode::UNAUTHORIZED, "AUTHENTICATION_ERROR", "UNAUTHORIZED", detail))
}

/// What is asked for, known by the key that its body has, and its body.
fn asked(what: &str, headers: &HeaderMap, body: &[u8]) -> Result<(Asked, Value), Reply> {
    authenticate(headers)?;
    let json = json_of(body)?;
    Ok((Asked::new(Some(key(&json)?), what, &json.to_string()), json))
}

/// The JSON of a request. A request without a body has none.
fn json_of(body: &[u8]) -> Result<Value, Reply> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|_| invalid("BAD_REQUEST", "Invalid JSON"))
}

/// The idempotency key of a request that needs one.
fn key(body: &Value) -> Result<String, Reply> {
    match body["idempotency_key"].as_str() {
        Some(key) if (1..=MAX_KEY).contains(&key.len()) => Ok(key.to_owned()),
        Some(_) => Err(invalid("VALUE_TOO_LONG", "Field must not be greater than 45 in length")),
        None => Err(invalid("MISSING_REQUIRED_PARAMETER", "Field must be set: idempotency_key")),
    }
}

/// The minor units of an amount in the payment's currency.
fn amount(money: &Value, currency: &str) -> Result<i64, Reply> {
    if money["currency"] != currency {
        return Err(invalid("INVALID_VALUE", "The currency must be that of the payment"));
    }
    let amount = money["amount"].as_i64().filter(|amount| *amount > 0);
    amount.ok_or_else(|| invalid("INVALID_VALUE", "The amount must be greater than 0"))
}
