//! The address that takes Orderly's requests.

use super::{REQUESTS, dialect::StandardDialect, errors::error, signature};
use crate::payments::engine::{
    Account, Asked, Books, Change, Done, Payment, Progress, Refund, RefundStatus, Refusal, Reply, Thing, handled,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::post,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone)]
struct Api {
    account: Arc<Account>,
    dialect: Arc<StandardDialect>,
}

pub(super) fn router(account: Arc<Account>, dialect: Arc<StandardDialect>) -> Router {
    Router::new().route(REQUESTS, post(take)).with_state(Api { account, dialect })
}

fn refused(code: &str) -> Reply {
    error(StatusCode::UNPROCESSABLE_ENTITY, code)
}

async fn take(State(Api { account, dialect }): State<Api>, headers: HeaderMap, body: Bytes) -> Response {
    let now = account.clock.now().as_second();
    let Some(id) = signature::verify(&dialect.requests, &headers, &body, now) else {
        return handled(Err(error(StatusCode::UNAUTHORIZED, "bad_signature")));
    };
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return handled(Err(error(StatusCode::BAD_REQUEST, "not_json")));
    };
    let kind = request["type"].as_str().unwrap_or_default();
    // A request that comes again has another time.
    let asked = Asked::new(Some(id.to_owned()), kind, &request["data"].to_string());
    account.once(asked, |books, now| carry_out(&account, books, kind, &request["data"], now)).await
}

fn carry_out(account: &Account, books: &mut Books, kind: &str, data: &Value, now: Timestamp) -> Result<Done, Reply> {
    let payment = data["payment"].as_str().unwrap_or_default();
    let payment = books.payment(payment).cloned().map_err(|_| error(StatusCode::NOT_FOUND, "no_such_payment"))?;
    let (id, told) = match kind {
        "refund.requested" => refund(account, books, &payment, data, now)?,
        "capture.requested" => {
            let (amount, is_final) = (amount(data, &payment)?, data["final"].as_bool().unwrap_or(true));
            let capture = account.capture_part(books, &payment.id, amount, is_final, BTreeMap::new(), now);
            let capture = capture.map_err(|refusal| refused(code(refusal)))?;
            let told = account.tell(books, &payment.id, Change::Captured(&capture));
            (capture.id, told)
        }
        // The last capture has given the rest up.
        "void.requested" if payment.is_manual && payment.progress == Progress::Captured => {
            (payment.id.clone(), Vec::new())
        }
        "void.requested" => {
            books.cancel(&payment.id, now).map_err(|refusal| refused(code(refusal)))?;
            (payment.id.clone(), account.tell(books, &payment.id, Change::Canceled))
        }
        _ => return Err(error(StatusCode::BAD_REQUEST, "unknown_type")),
    };
    Ok(Done { reply: Reply::ok(json!({ "status": "succeeded", "id": id })), told })
}

fn refund(
    account: &Account,
    books: &mut Books,
    payment: &Payment,
    data: &Value,
    now: Timestamp,
) -> Result<(String, Vec<Vec<u8>>), Reply> {
    let mut metadata = BTreeMap::new();
    for name in ["order_id", "orderly_refund", "attempt", "idempotency_key"] {
        let text = match &data[name] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        metadata.insert(name.to_owned(), text);
    }
    let refund = Refund {
        id: account.dialect.id(Thing::Refund),
        payment: payment.id.clone(),
        amount: amount(data, payment)?,
        created: now.as_second(),
        metadata,
        reason: None,
        status: RefundStatus::Succeeded,
    };
    books.refund(refund.clone(), now).map_err(|refusal| refused(code(refusal)))?;
    let told = account.tell(books, &payment.id, Change::Refunded(&refund));
    Ok((refund.id, told))
}

fn amount(data: &Value, payment: &Payment) -> Result<i64, Reply> {
    if data["currency"] != payment.currency.as_str() {
        return Err(refused("other_currency"));
    }
    data["amount"].as_i64().filter(|amount| *amount > 0).ok_or_else(|| refused("no_amount"))
}

fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooMuch(_) => "amount_too_high",
        Refusal::NothingLeft => "nothing_left",
        Refusal::Unknown => "no_such_payment",
        Refusal::Progress(_) | Refusal::NoDispute => "wrong_state",
    }
}
