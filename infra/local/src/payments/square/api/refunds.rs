//! Refunds: <https://developer.squareup.com/reference/square/refunds-api>.

use super::{amount, asked, authenticate, error, invalid, no_payment, not_found};
use crate::payments::{
    engine::{Account, Books, Change, Done, Refund, RefundStatus, Refusal, Reply, base62, handled},
    square::objects,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// Square's limits.
const MAX_REASON: usize = 192;
const MAX_REFUNDS: usize = 20;

pub(super) async fn read(State(account): State<Arc<Account>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let read = || {
        authenticate(&headers)?;
        let books = account.books();
        let refund = books.refunds().iter().find(|refund| refund.id == id);
        let shown = refund.and_then(|refund| {
            let payment = books.payment(&refund.payment).ok()?;
            Some(Reply::ok(json!({ "refund": objects::refund(payment, refund, objects::done(refund)) })))
        });
        shown.ok_or_else(|| not_found(&format!("Could not find payment refund with id: {id}")))
    };
    handled(read())
}

pub(super) async fn create(State(account): State<Arc<Account>>, headers: HeaderMap, body: Bytes) -> Response {
    let (asked, json) = match asked("/v2/refunds", &headers, &body) {
        Ok(asked) => asked,
        Err(refused) => return handled(Err(refused)),
    };
    let act = |books: &mut Books, now: jiff::Timestamp| {
        let id = json["payment_id"].as_str().unwrap_or_default();
        let payment = books.payment(id).cloned().map_err(|_| no_payment(id))?;
        let reason = json["reason"].as_str();
        if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON) {
            return Err(invalid("VALUE_TOO_LONG", "Field must not be greater than 192 in length"));
        }
        let amount = amount(&json["amount_money"], &payment.currency)?;
        if books.refunds_of(id).count() >= MAX_REFUNDS {
            return Err(of_refund("REFUND_DECLINED", "The payment has too many refunds."));
        }
        let refund = Refund {
            id: format!("{id}_{}", base62(43)),
            payment: id.to_owned(),
            amount,
            created: now.as_second(),
            metadata: BTreeMap::new(),
            reason: reason.map(str::to_owned),
            status: RefundStatus::Succeeded,
        };
        books.refund(refund.clone(), now).map_err(|refusal| match refusal {
            Refusal::NothingLeft | Refusal::TooMuch(_) => {
                let detail = "The requested refund amount exceeds the amount available to refund.";
                of_refund("REFUND_AMOUNT_INVALID", detail)
            }
            Refusal::Unknown | Refusal::Progress(_) | Refusal::NoDispute => {
                of_refund("PAYMENT_NOT_REFUNDABLE", "The payment is not completed.")
            }
        })?;
        let reply = Reply::ok(json!({ "refund": objects::refund(&payment, &refund, "PENDING") }));
        Ok(Done { reply, told: account.tell(books, id, Change::Refunded(&refund)) })
    };
    account.once(asked, act).await
}

fn of_refund(code: &str, detail: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, "REFUND_ERROR", code, detail)
}
