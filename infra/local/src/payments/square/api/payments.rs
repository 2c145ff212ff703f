//! Payments: <https://developer.squareup.com/reference/square/payments-api>.

use super::{amount, asked, authenticate, error, invalid, json_of, no_payment};
use crate::payments::{
    engine::{Account, Asked, Books, Change, Done, Payment, Refusal, Reply, handled},
    square::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

pub(super) async fn read(State(account): State<Arc<Account>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let read = || {
        authenticate(&headers)?;
        shown(&account.books(), &id)
    };
    handled(read())
}

fn shown(books: &Books, id: &str) -> Result<Reply, Reply> {
    let of = books.statement(id).map_err(|_| no_payment(id))?;
    Ok(Reply::ok(json!({ "payment": objects::payment(&of) })))
}

/// Sets how much of an approved payment is to be captured.
pub(super) async fn update(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (asked, json) = match asked(&format!("PUT {id}"), &headers, &body) {
        Ok(asked) => asked,
        Err(refused) => return handled(Err(refused)),
    };
    let act = |books: &mut Books, now| {
        let payment = known(books, &id, &json["payment"])?;
        let mut wanted = amount(&json["payment"]["amount_money"], &payment.currency)?;
        if !json["payment"]["tip_money"].is_null() {
            wanted += amount(&json["payment"]["tip_money"], &payment.currency)?;
        }
        books.set_amount(&id, wanted, now).map_err(|refusal| refused(refusal, &payment))?;
        Ok(Done { reply: shown(books, &id)?, told: account.tell(books, &id, Change::Paid) })
    };
    account.once(asked, act).await
}

/// Captures all of an approved payment.
pub(super) async fn complete(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&account, &id, &headers, &body, |books, payment, now| {
        let capture = account.capture_part(books, &id, objects::total(payment), true, BTreeMap::new(), now)?;
        Ok(account.tell(books, &id, Change::Captured(&capture)))
    })
    .await
}

pub(super) async fn cancel(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&account, &id, &headers, &body, |books, _, now| {
        books.cancel(&id, now)?;
        Ok(account.tell(books, &id, Change::Canceled))
    })
    .await
}

/// A change that has no idempotency key: a payment is completed or canceled once.
async fn change(
    account: &Account,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
    act: impl FnOnce(&mut Books, &Payment, jiff::Timestamp) -> Result<Vec<Vec<u8>>, Refusal>,
) -> Response {
    let json = match authenticate(headers).and_then(|()| json_of(body)) {
        Ok(json) => json,
        Err(refused) => return handled(Err(refused)),
    };
    let act = |books: &mut Books, now| {
        let payment = known(books, id, &json)?;
        let told = act(books, &payment, now).map_err(|refusal| refused(refusal, &payment))?;
        Ok(Done { reply: shown(books, id)?, told })
    };
    account.once(Asked::default(), act).await
}

/// The payment, in the version that the request names, if it names one.
fn known(books: &Books, id: &str, asked: &Value) -> Result<Payment, Reply> {
    let payment = books.payment(id).map_err(|_| no_payment(id))?;
    if asked["version_token"].as_str().is_some_and(|version| version != objects::version(payment)) {
        let detail = "The version token does not match the payment's.";
        return Err(error(StatusCode::CONFLICT, "INVALID_REQUEST_ERROR", "VERSION_MISMATCH", detail));
    }
    Ok(payment.clone())
}

fn refused(refusal: Refusal, payment: &Payment) -> Reply {
    match refusal {
        Refusal::TooMuch(_) => invalid("AMOUNT_TOO_HIGH", "The amount is higher than what was approved."),
        Refusal::Unknown => no_payment(&payment.id),
        Refusal::Progress(_) | Refusal::NothingLeft | Refusal::NoDispute => {
            let detail = format!("Payment {} has a status that does not allow this.", payment.id);
            invalid("BAD_REQUEST", &detail)
        }
    }
}
