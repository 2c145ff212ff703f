//! Payments and webhook endpoints, to look at.

use super::{Api, ApiError, authenticate};
use crate::payments::{
    engine::{Reply, handled},
    stripe::objects,
};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The version of the account's API.
const API_VERSION: &str = "2025-03-31.basil";
/// So many are listed.
const PAGE: usize = 10;

#[derive(Debug, Deserialize)]
pub(super) struct IntentParameters {
    #[serde(rename = "expand[]")]
    expand: Option<String>,
}

pub(super) async fn intent(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(parameters): Query<IntentParameters>,
    headers: HeaderMap,
) -> Response {
    let read = || {
        authenticate(&headers)?;
        let books = api.account.books();
        let of = books.statement(&id).map_err(|_| ApiError::missing("payment_intent", "intent", &id))?;
        let mut intent = objects::payment_intent(of.payment);
        if parameters.expand.as_deref() == Some("latest_charge") {
            intent["latest_charge"] = objects::charge(&of);
        }
        Ok(Reply::ok(intent))
    };
    handled(read().map_err(|error: ApiError| error.into()))
}

pub(super) async fn charge(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let read = || {
        authenticate(&headers)?;
        let books = api.account.books();
        let payment = books.payments().iter().find(|payment| payment.charge == id);
        let of = payment.and_then(|payment| books.statement(&payment.id).ok());
        of.map(|of| Reply::ok(objects::charge(&of))).ok_or_else(|| ApiError::missing("charge", "id", &id))
    };
    handled(read().map_err(Reply::from))
}

/// The newest payments, as much as a look at them needs.
pub(super) async fn intents(State(api): State<Api>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/payment_intents", || {
        api.account.books().payments().iter().rev().take(PAGE).map(objects::payment_intent).collect()
    })
}

pub(super) async fn charges(State(api): State<Api>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/charges", || {
        let books = api.account.books();
        let newest = books.payments().iter().rev().take(PAGE);
        newest.filter_map(|payment| books.statement(&payment.id).ok()).map(|of| objects::charge(&of)).collect()
    })
}

pub(super) async fn endpoints(State(api): State<Api>, headers: HeaderMap) -> Response {
    list(&headers, "/v1/webhook_endpoints", || api.endpoints.shown())
}

/// A list that fits one page. The answer names the account's API version, as Stripe's do.
fn list(headers: &HeaderMap, url: &str, data: impl FnOnce() -> Vec<Value>) -> Response {
    let list = || {
        authenticate(headers)?;
        let body = json!({ "object": "list", "url": url, "has_more": false, "data": data() });
        Ok(Reply::ok(body).with("stripe-version", API_VERSION))
    };
    handled(list().map_err(|error: ApiError| error.into()))
}
