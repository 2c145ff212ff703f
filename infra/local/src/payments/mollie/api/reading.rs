//! Payments, and lists of what was done with their money.

use super::{authenticate, invalid, no_payment};
use crate::payments::{
    engine::{Account, Books, Reply, Statement, handled},
    mollie::objects,
};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Mollie's page size, and its limit: <https://docs.mollie.com/reference/pagination>.
const PAGE: usize = 50;
const MAX_PAGE: usize = 250;

#[derive(Debug, Deserialize)]
pub(super) struct PaymentParameters {
    #[serde(default)]
    embed: String,
}

pub(super) async fn payment(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    Query(PaymentParameters { embed }): Query<PaymentParameters>,
    headers: HeaderMap,
) -> Response {
    let read = || {
        authenticate(&headers)?;
        let books = account.books();
        let of = books.statement(&id).map_err(|_| no_payment(&id))?;
        Ok(Reply::ok(objects::payment(&of, &embed)))
    };
    handled(read())
}

#[derive(Debug, Deserialize)]
pub(super) struct ListParameters {
    limit: Option<usize>,
    /// The first entry of the page.
    from: Option<String>,
}

pub(super) async fn refunds(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    let path = format!("/v2/payments/{id}/refunds");
    handled(list(&account, &path, &parameters, &headers, "refunds", |books| {
        Ok(refunds_of(&books.statement(&id).map_err(|_| no_payment(&id))?))
    }))
}

pub(super) async fn captures(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    let path = format!("/v2/payments/{id}/captures");
    handled(list(&account, &path, &parameters, &headers, "captures", |books| {
        let payment = books.payment(&id).map_err(|_| no_payment(&id))?;
        Ok(payment.captures.iter().map(|capture| objects::capture(payment, capture, "succeeded")).collect())
    }))
}

/// <https://docs.mollie.com/reference/list-payments>
pub(super) async fn all_payments(
    State(account): State<Arc<Account>>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    all(&account, &parameters, &headers, "payments", |of| vec![objects::payment(of, "")])
}

/// <https://docs.mollie.com/reference/list-all-refunds>
pub(super) async fn all_refunds(
    State(account): State<Arc<Account>>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    all(&account, &parameters, &headers, "refunds", refunds_of)
}

/// <https://docs.mollie.com/reference/list-all-chargebacks>
pub(super) async fn all_chargebacks(
    State(account): State<Arc<Account>>,
    Query(parameters): Query<ListParameters>,
    headers: HeaderMap,
) -> Response {
    all(&account, &parameters, &headers, "chargebacks", |of| {
        of.disputes.iter().map(|dispute| objects::chargeback(of.payment, dispute)).collect()
    })
}

fn refunds_of(of: &Statement<'_>) -> Vec<Value> {
    of.refunds.iter().map(|refund| objects::refund(of.payment, refund, objects::done(refund))).collect()
}

/// A page of what the profile's payments have of a kind.
fn all(
    account: &Account,
    parameters: &ListParameters,
    headers: &HeaderMap,
    name: &str,
    of_payment: impl Fn(&Statement<'_>) -> Vec<Value>,
) -> Response {
    handled(list(account, &format!("/v2/{name}"), parameters, headers, name, |books| {
        let statements = books.payments().iter().filter_map(|payment| books.statement(&payment.id).ok());
        let mut all: Vec<Value> = statements.flat_map(|of| of_payment(&of)).collect();
        all.sort_by_cached_key(|object| object["createdAt"].as_str().unwrap_or_default().to_owned());
        Ok(all)
    }))
}

/// A page of a list, newest first.
fn list(
    account: &Account,
    path: &str,
    ListParameters { limit, from }: &ListParameters,
    headers: &HeaderMap,
    name: &str,
    all: impl FnOnce(&Books) -> Result<Vec<Value>, Reply>,
) -> Result<Reply, Reply> {
    authenticate(headers)?;
    let mut all = all(&account.books())?;
    all.reverse();
    let limit = limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(invalid("The limit must be between 1 and 250", Some("limit")));
    }
    let first = match from {
        Some(from) => all.iter().position(|one| one["id"] == from.as_str()),
        None => Some(0),
    };
    let mut page = all.split_off(first.unwrap_or(all.len()));
    let link =
        |query: &str| json!({ "href": format!("https://api.mollie.com{path}{query}"), "type": "application/hal+json" });
    let next =
        page.get(limit).map(|next| link(&format!("?from={}&limit={limit}", next["id"].as_str().unwrap_or_default())));
    page.truncate(limit);
    Ok(Reply::ok(json!({
        "count": page.len(),
        "_embedded": { name: page },
        "_links": { "self": link(""), "previous": null, "next": next },
    })))
}
