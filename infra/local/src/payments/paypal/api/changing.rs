//! Refunds, captures and voids: <https://developer.paypal.com/docs/api/payments/v2/>.

use super::Api;
use crate::payments::{
    engine::{Asked, Books, Change, Done, Payment, Progress, Refund, RefundStatus, Refusal, Reply, Thing, handled},
    paypal::{
        errors::{invalid, missing, unprocessable},
        objects,
    },
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// PayPal's limits.
const MAX_KEY: usize = 108;
const MAX_CUSTOM_ID: usize = 127;

pub(super) async fn refund(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, payment: &Payment, asked: &Value, now: Timestamp| {
        if objects::is_authorization(payment) {
            return Err(missing());
        }
        let refused = |refusal| match refusal {
            Refusal::NothingLeft => {
                unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded")
            }
            Refusal::TooMuch(_) => unprocessable(
                "REFUND_AMOUNT_EXCEEDED",
                "The refund amount must be less than or equal to the capture amount",
            ),
            Refusal::Unknown | Refusal::Progress(_) | Refusal::NoDispute => {
                unprocessable("CAPTURE_STATUS_NOT_VALID", "The capture has a status that cannot be refunded")
            }
        };
        let amount = match amount(asked, payment)? {
            Some(amount) => amount,
            None => books.left(&payment.id).map_err(refused)?,
        };
        let refund = Refund {
            id: api.account.dialect.id(Thing::Refund),
            payment: payment.id.clone(),
            amount,
            created: now.as_second(),
            metadata: written(asked)?,
            reason: None,
            status: RefundStatus::Succeeded,
        };
        books.refund(refund.clone(), now).map_err(refused)?;
        let shown = objects::refund(&books.statement(&payment.id).map_err(refused)?, &refund);
        let told = api.account.tell(books, &payment.id, Change::Refunded(&refund));
        Ok(Done { reply: Reply::new(StatusCode::CREATED, represented(&headers, shown)), told })
    };
    once(&api, &format!("/v2/payments/captures/{id}/refund"), &id, &headers, &body, act).await
}

pub(super) async fn capture(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let act = |books: &mut Books, payment: &Payment, asked: &Value, now: Timestamp| {
        authorization(payment)?;
        let refused = |refusal| match refusal {
            Refusal::TooMuch(_) => {
                unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "The amount is higher than what is authorized")
            }
            Refusal::Progress(Progress::Canceled) => {
                unprocessable("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized")
            }
            _ => unprocessable("AUTHORIZATION_ALREADY_CAPTURED", "The authorization has already been captured"),
        };
        let amount = amount(asked, payment)?.unwrap_or(payment.amount - payment.received());
        let is_final = asked["final_capture"].as_bool().unwrap_or(false);
        let part = api.account.capture_part(books, &payment.id, amount, is_final, BTreeMap::new(), now);
        let part = part.map_err(refused)?;
        let shown = objects::capture(&books.statement(&part.id).map_err(refused)?);
        let told = api.account.tell(books, &payment.id, Change::Captured(&part));
        Ok(Done { reply: Reply::new(StatusCode::CREATED, represented(&headers, shown)), told })
    };
    once(&api, &format!("/v2/payments/authorizations/{id}/capture"), &id, &headers, &body, act).await
}

pub(super) async fn void(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let act = |books: &mut Books, payment: &Payment, _: &Value, now: Timestamp| {
        authorization(payment)?;
        let refused = |refusal| match refusal {
            Refusal::Progress(Progress::Canceled) => {
                unprocessable("PREVIOUSLY_VOIDED", "The authorization has been previously voided")
            }
            _ => unprocessable("PREVIOUSLY_CAPTURED", "The authorization has been previously captured"),
        };
        let voided = books.cancel(&payment.id, now).map_err(refused)?;
        // Without a wish for it, nothing is represented.
        let reply = if wants_all(&headers) {
            Reply::ok(objects::authorization(voided))
        } else {
            Reply::new(StatusCode::NO_CONTENT, Value::Null)
        };
        Ok(Done { reply, told: api.account.tell(books, &payment.id, Change::Canceled) })
    };
    once(&api, &format!("/v2/payments/authorizations/{id}/void"), &id, &headers, &body, act).await
}

async fn once(
    api: &Api,
    path: &str,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
    act: impl FnOnce(&mut Books, &Payment, &Value, Timestamp) -> Result<Done, Reply>,
) -> Response {
    let read = || {
        api.authenticate(headers)?;
        let key = headers.get("paypal-request-id").and_then(|key| key.to_str().ok());
        if key.is_some_and(|key| key.len() > MAX_KEY) {
            return Err(invalid("INVALID_STRING_LENGTH", "PayPal-Request-Id"));
        }
        let json = if body.is_empty() { json!({}) } else { json_of(body)? };
        Ok((key.map(str::to_owned), json))
    };
    let (key, json) = match read() {
        Ok(read) => read,
        Err(refused) => return handled(Err(refused)),
    };
    let act = |books: &mut Books, now| {
        let payment = books.payment(id).cloned().map_err(|_| missing())?;
        act(books, &payment, &json, now)
    };
    api.account.once(Asked::new(key, path, &json.to_string()), act).await
}

fn json_of(body: &[u8]) -> Result<Value, Reply> {
    serde_json::from_slice(body).map_err(|_| invalid("MALFORMED_REQUEST_JSON", "/"))
}

fn authorization(payment: &Payment) -> Result<(), Reply> {
    if objects::is_authorization(payment) { Ok(()) } else { Err(missing()) }
}

/// The amount that is asked for. None: all of it.
fn amount(asked: &Value, payment: &Payment) -> Result<Option<i64>, Reply> {
    let money = &asked["amount"];
    if money.is_null() {
        return Ok(None);
    }
    if money["currency_code"] != payment.currency.as_str() {
        return Err(unprocessable("CURRENCY_MISMATCH", "The currency must be the same as that of the payment"));
    }
    objects::amount(money, &payment.currency)
        .map(Some)
        .ok_or_else(|| invalid("INVALID_PARAMETER_VALUE", "/amount/value"))
}

/// What is written on a refund.
fn written(asked: &Value) -> Result<BTreeMap<String, String>, Reply> {
    let mut written = BTreeMap::new();
    for name in ["custom_id", "invoice_id", "note_to_payer"] {
        let Some(text) = asked[name].as_str() else { continue };
        if text.chars().count() > MAX_CUSTOM_ID {
            return Err(invalid("INVALID_STRING_LENGTH", &format!("/{name}")));
        }
        written.insert(name.to_owned(), text.to_owned());
    }
    Ok(written)
}

fn wants_all(headers: &HeaderMap) -> bool {
    headers.get("prefer").is_some_and(|prefer| prefer == "return=representation")
}

/// All of an object, or the least of it, as the request prefers.
fn represented(headers: &HeaderMap, object: Value) -> Value {
    if wants_all(headers) {
        return object;
    }
    json!({ "id": object["id"], "status": object["status"], "links": object["links"] })
}
