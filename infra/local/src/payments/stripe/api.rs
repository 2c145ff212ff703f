//! The part of Stripe's HTTP API that Orderly asks.

mod captures;
mod disputes;
mod errors;
mod reading;
mod refunds;

pub(super) use errors::{other_parameters, overloaded, unknown_error};

use super::endpoints::Endpoints;
use crate::payments::engine::{Account, Asked, Books, Done, Reply, handled};
use axum::{
    Router,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use errors::ApiError;
use jiff::Timestamp;
use std::sync::Arc;

/// Stripe's limit.
const MAX_IDEMPOTENCY_KEY: usize = 255;

/// What the routes work on.
#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) account: Arc<Account>,
    pub(super) endpoints: Endpoints,
}

pub(super) fn router(api: Api) -> Router {
    Router::new()
        .route("/v1/refunds", post(refunds::create).get(refunds::list))
        .route("/v1/refunds/{id}", get(refunds::read))
        .route("/v1/payment_intents", get(reading::intents))
        .route("/v1/payment_intents/{id}", get(reading::intent))
        .route("/v1/payment_intents/{id}/capture", post(captures::of_intent))
        .route("/v1/payment_intents/{id}/cancel", post(captures::cancel))
        .route("/v1/charges", get(reading::charges))
        .route("/v1/charges/{id}", get(reading::charge))
        .route("/v1/charges/{id}/capture", post(captures::of_charge))
        .route("/v1/disputes/{id}", get(disputes::read).post(disputes::update))
        .route("/v1/webhook_endpoints", get(reading::endpoints))
        .fallback(unknown)
        .with_state(api)
}

async fn unknown(method: Method, uri: Uri) -> Response {
    let message = format!("Unrecognized request URL ({method}: {}).", uri.path());
    Reply::from(ApiError::invalid(message).status(StatusCode::NOT_FOUND)).into_response()
}

/// Secret and restricted keys of the test mode.
fn authenticate(headers: &HeaderMap) -> Result<(), ApiError> {
    let key = headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = key.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if ["sk_test_", "rk_test_"].iter().any(|prefix| key.len() > prefix.len() && key.starts_with(prefix)) {
        return Ok(());
    }
    let message = "Invalid API Key provided: the local provider takes sk_test_… and rk_test_…";
    Err(ApiError::invalid(message).status(StatusCode::UNAUTHORIZED))
}

/// The answer to a request without a key.
pub(super) fn refusal(headers: &HeaderMap) -> Option<Response> {
    authenticate(headers).err().map(|error| Reply::from(error).into_response())
}

/// The parameters of a form, sorted.
type Parameters = [(String, String)];

/// Carries a request out, unless its key was used before: then it gets the stored answer.
async fn once(
    api: &Api,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
    act: impl FnOnce(&mut Books, &Parameters, Timestamp) -> Result<Done, ApiError>,
) -> Response {
    let key = match authenticate(headers).and_then(|()| idempotency_key(headers)) {
        Ok(key) => key,
        Err(error) => return handled(Err(error.into())),
    };
    let mut parameters: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    parameters.sort();
    let asked = Asked { key, parameters: [vec![("path".to_owned(), path.to_owned())], parameters.clone()].concat() };
    api.account.once(asked, |books, now| act(books, &parameters, now).map_err(Reply::from)).await
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if key.len() <= MAX_IDEMPOTENCY_KEY => Ok(Some(key.to_owned())),
        _ => Err(ApiError::of_key("The idempotency key must be text of at most 255 characters.".to_owned())),
    }
}

/// A number of minor units.
fn amount(text: &str) -> Result<i64, ApiError> {
    let invalid = |message: String| ApiError::invalid(message).code("parameter_invalid_integer").parameter("amount");
    match text.parse::<i64>() {
        Ok(number) if number >= 1 => Ok(number),
        Ok(_) => Err(invalid("This value must be greater than or equal to 1.".to_owned())),
        Err(_) => Err(invalid(format!("Invalid integer: {text}"))),
    }
}
