//! Refunds, captures, and authorizations that are given up.

use super::{authenticate, error, invalid, no_payment};
use crate::payments::{
    engine::{
        Account, Asked, Books, Change, Done, Payment, Refund, RefundStatus, Refusal, Reply, Thing, decimals, handled,
        minor_units,
    },
    mollie::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Two refunds of one amount within this time look like a mistake: <https://docs.mollie.com/reference/create-refund>.
const TWICE_WITHIN_SECONDS: i64 = 60 * 60;

pub(super) async fn refund(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, payment: &Payment, now: Timestamp| {
        let Written { amount, metadata, description } = Written::read(&body, payment)?;
        let is_again = |refund: &Refund| {
            let is_recent = now.as_second() - refund.created < TWICE_WITHIN_SECONDS;
            is_recent && refund.amount == amount && refund.status == RefundStatus::Succeeded
        };
        if books.refunds_of(&payment.id).any(is_again) {
            let detail = "A refund of this amount was created within the last hour";
            return Err(error(StatusCode::CONFLICT, "Conflict", detail, None));
        }
        let refund = Refund {
            id: account.dialect.id(Thing::Refund),
            payment: payment.id.clone(),
            amount,
            created: now.as_second(),
            metadata,
            reason: Some(description),
            status: RefundStatus::Succeeded,
        };
        books.refund(refund.clone(), now).map_err(|refusal| match refusal {
            Refusal::Unknown | Refusal::Progress(_) | Refusal::NoDispute => {
                invalid("The payment cannot be refunded in its status", None)
            }
            Refusal::NothingLeft | Refusal::TooMuch(_) => {
                invalid("The specified amount cannot be refunded", Some("amount"))
            }
        })?;
        let body = objects::refund(payment, &refund, "pending");
        let told = account.tell(books, &payment.id, Change::Refunded(&refund));
        Ok(Done { reply: Reply::new(StatusCode::CREATED, body), told })
    };
    once(&account, &id, "refunds", &headers, &body, act).await
}

pub(super) async fn capture(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, payment: &Payment, now: Timestamp| {
        let Written { amount, metadata, .. } = Written::read(&body, payment)?;
        // A card is captured once, and the rest is released.
        let captured = account.capture_part(books, &payment.id, amount, true, metadata, now);
        let captured = captured.map_err(|refusal| match refusal {
            Refusal::TooMuch(_) => invalid("The amount is higher than the remaining amount", Some("amount")),
            _ => invalid("The payment cannot be captured in its status", None),
        })?;
        let body = objects::capture(payment, &captured, "pending");
        let told = account.tell(books, &payment.id, Change::Captured(&captured));
        Ok(Done { reply: Reply::new(StatusCode::CREATED, body), told })
    };
    once(&account, &id, "captures", &headers, &body, act).await
}

/// <https://docs.mollie.com/reference/release-authorization>
pub(super) async fn release(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, payment: &Payment, now: Timestamp| {
        books.cancel(&payment.id, now).map_err(|_| invalid("The payment has no authorization to release", None))?;
        let told = account.tell(books, &payment.id, Change::Canceled);
        Ok(Done { reply: Reply::new(StatusCode::ACCEPTED, Value::Null), told })
    };
    once(&account, &id, "release-authorization", &headers, &body, act).await
}

async fn once(
    account: &Account,
    id: &str,
    what: &str,
    headers: &HeaderMap,
    body: &[u8],
    act: impl FnOnce(&mut Books, &Payment, Timestamp) -> Result<Done, Reply>,
) -> Response {
    if let Err(refused) = authenticate(headers) {
        return handled(Err(refused));
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let asked = Asked::new(key, &format!("/v2/payments/{id}/{what}"), &String::from_utf8_lossy(body));
    let act = |books: &mut Books, now| {
        let payment = books.payment(id).cloned().map_err(|_| no_payment(id))?;
        act(books, &payment, now)
    };
    account.once(asked, act).await
}

/// What is written on a refund or a capture.
struct Written {
    /// In minor units.
    amount: i64,
    metadata: BTreeMap<String, String>,
    description: String,
}

impl Written {
    fn read(body: &[u8], payment: &Payment) -> Result<Self, Reply> {
        let not_json = |_| error(StatusCode::BAD_REQUEST, "Bad Request", "The request is no JSON", None);
        let body: Value = serde_json::from_slice(body).map_err(not_json)?;
        let amount = &body["amount"];
        if amount["currency"] != payment.currency.as_str() {
            return Err(invalid("The amount has another currency than the payment", Some("amount.currency")));
        }
        let value = amount["value"].as_str().and_then(|text| minor_units(text, decimals(&payment.currency)));
        let wrong = || invalid("The amount contains an invalid value", Some("amount.value"));
        let amount = value.filter(|amount| *amount > 0).ok_or_else(wrong)?;
        let metadata = body.get("metadata").cloned().filter(|metadata| !metadata.is_null()).unwrap_or(json!({}));
        let metadata = serde_json::from_value(metadata)
            .map_err(|_| invalid("The metadata must be an object of texts here", Some("metadata")))?;
        let description = body["description"].as_str().unwrap_or_default().to_owned();
        Ok(Self { amount, metadata, description })
    }
}
