//! The part of PayPal's REST API that Orderly asks: <https://developer.paypal.com/api/rest/>.

mod changing;
mod reading;
mod tokens;
mod transactions;

use super::{certificates, errors::missing};
use crate::payments::engine::Account;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use std::sync::Arc;
use tokens::Tokens;

/// What the routes work on.
#[derive(Debug, Clone)]
struct Api {
    account: Arc<Account>,
    tokens: Tokens,
}

pub(super) fn router(account: Arc<Account>) -> Router {
    Router::new()
        .route("/v1/oauth2/token", post(tokens::issue))
        .route("/v1/notifications/certs/{name}", get(certificate))
        .route("/v1/reporting/transactions", get(transactions::list))
        .route("/v2/payments/captures/{id}", get(reading::capture))
        .route("/v2/payments/captures/{id}/refund", post(changing::refund))
        .route("/v2/payments/authorizations/{id}", get(reading::authorization))
        .route("/v2/payments/authorizations/{id}/capture", post(changing::capture))
        .route("/v2/payments/authorizations/{id}/void", post(changing::void))
        .route("/v2/payments/refunds/{id}", get(reading::refund))
        .route("/v2/checkout/orders/{id}", get(reading::order))
        .fallback(unknown)
        .with_state(Api { account, tokens: Tokens::default() })
}

async fn unknown() -> Response {
    missing().into_response()
}

/// Whoever checks a signature fetches its certificate.
async fn certificate(Path(name): Path<String>) -> Response {
    match certificates::served(&format!("{}{name}", certificates::PATH)) {
        Some(certificate) => certificate.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
