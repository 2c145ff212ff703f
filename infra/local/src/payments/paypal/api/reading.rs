//! Captures, authorizations, refunds and orders, to look at.

use super::Api;
use crate::payments::{
    engine::{Books, Reply, handled},
    paypal::{errors::missing, objects},
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::Value;

pub(super) async fn capture(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    show(&api, &headers, |books| {
        let of = books.statement(&id).ok().filter(|of| !objects::is_authorization(of.payment))?;
        Some(objects::capture(&of))
    })
}

pub(super) async fn authorization(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    show(&api, &headers, |books| {
        let payment = books.payment(&id).ok().filter(|payment| objects::is_authorization(payment))?;
        Some(objects::authorization(payment))
    })
}

pub(super) async fn refund(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    show(&api, &headers, |books| {
        let refund = books.refunds().iter().find(|refund| refund.id == id)?;
        Some(objects::refund(&books.statement(&refund.payment).ok()?, refund))
    })
}

pub(super) async fn order(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    show(&api, &headers, |books| objects::order(&id, books))
}

fn show(api: &Api, headers: &HeaderMap, find: impl FnOnce(&Books) -> Option<Value>) -> Response {
    let shown = api.authenticate(headers).and_then(|()| find(&api.account.books()).ok_or_else(missing));
    handled(shown.map(Reply::ok))
}
