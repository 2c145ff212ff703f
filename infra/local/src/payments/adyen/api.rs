//! The modifications of Adyen's Checkout API: refunds, captures and cancels of a payment.
//! <https://docs.adyen.com/api-explorer/Checkout/latest/overview>

use super::{
    MERCHANT_ACCOUNT,
    items::{self, Item},
};
use crate::payments::engine::{
    Account, Asked, Books, Change, Done, Payment, Refund, RefundStatus, Refusal, Reply, Thing, handled,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Adyen's limits: <https://docs.adyen.com/development-resources/api-idempotency#enable-idempotency>.
const MAX_KEY: usize = 64;
const MAX_REFERENCE: usize = 80;

pub(super) fn router(account: Arc<Account>) -> Router {
    Router::new().route("/{version}/payments/{payment}/{operation}", post(modify)).fallback(unknown).with_state(account)
}

async fn unknown() -> Response {
    error(StatusCode::NOT_FOUND, "000", "HTTP Status Response - Not Found", "internal").into_response()
}

/// <https://docs.adyen.com/development-resources/error-codes>
pub(super) fn error(status: StatusCode, code: &str, message: &str, kind: &str) -> Reply {
    let body = json!({ "status": status.as_u16(), "errorCode": code, "message": message, "errorType": kind });
    Reply::new(status, body)
}

fn invalid(code: &str, message: &str) -> Reply {
    error(StatusCode::UNPROCESSABLE_ENTITY, code, message, "validation")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Refund,
    Capture,
    Cancel,
}

/// A modification, read.
#[derive(Debug)]
struct Modification {
    operation: Operation,
    /// Adyen's own amount, and ours. None: a cancellation has none.
    amount: Option<(Value, i64)>,
    reference: String,
}

async fn modify(
    State(account): State<Arc<Account>>,
    Path((version, payment, operation)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let key = match authenticated(&headers) {
        Ok(key) => key,
        Err(refused) => return handled(Err(refused)),
    };
    let asked = Asked::new(key, &format!("/{version}/payments/{payment}/{operation}"), &String::from_utf8_lossy(&body));
    let act = |books: &mut Books, now| {
        let payment = books.payment(&payment).cloned();
        let payment = payment.map_err(|_| invalid("167", "Original pspReference required for this operation"))?;
        let modification = Modification::read(&operation, &body, &payment)?;
        Ok(carry_out(&account, books, &payment, modification, now))
    };
    account.once(asked, act).await
}

/// The idempotency key of a request with an API key.
pub(super) fn authenticated(headers: &HeaderMap) -> Result<Option<String>, Reply> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("x-api-key").is_none_or(str::is_empty) {
        let message = "HTTP Status Response - Unauthorized";
        return Err(error(StatusCode::UNAUTHORIZED, "000", message, "security"));
    }
    match text("idempotency-key") {
        Some(key) if key.len() > MAX_KEY => Err(invalid("702", "The idempotency key is too long")),
        key => Ok(key.map(str::to_owned)),
    }
}

impl Modification {
    fn read(operation: &str, body: &[u8], payment: &Payment) -> Result<Self, Reply> {
        let operation = match operation {
            "refunds" => Operation::Refund,
            "captures" => Operation::Capture,
            "cancels" => Operation::Cancel,
            _ => return Err(error(StatusCode::NOT_FOUND, "000", "HTTP Status Response - Not Found", "internal")),
        };
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| error(StatusCode::BAD_REQUEST, "702", "Structure of the request is invalid", "validation"))?;
        if body["merchantAccount"] != MERCHANT_ACCOUNT {
            return Err(error(StatusCode::FORBIDDEN, "901", "Invalid Merchant Account", "security"));
        }
        let reference = body["reference"].as_str().unwrap_or_default().to_owned();
        if reference.chars().count() > MAX_REFERENCE {
            return Err(invalid("130", "Reference Missing or too long"));
        }
        let amount = match operation {
            Operation::Cancel => None,
            Operation::Refund | Operation::Capture => Some(amount(&body["amount"], payment)?),
        };
        Ok(Self { operation, amount, reference })
    }
}

fn amount(amount: &Value, payment: &Payment) -> Result<(Value, i64), Reply> {
    let value = amount["value"]
        .as_i64()
        .filter(|value| *value > 0)
        .ok_or_else(|| invalid("137", "Invalid amount specified"))?;
    if amount["currency"] != payment.currency.as_str() {
        return Err(invalid("138", "Unsupported currency specified"));
    }
    let ours =
        items::minor_units(value, &payment.currency).ok_or_else(|| invalid("137", "Invalid amount specified"))?;
    Ok((amount.clone(), ours))
}

/// Takes a modification on. Its outcome, whichever it is, comes by webhook.
fn carry_out(
    account: &Account,
    books: &mut Books,
    payment: &Payment,
    Modification { operation, amount, reference }: Modification,
    now: Timestamp,
) -> Done {
    let ours = amount.as_ref().map_or(payment.amount, |(_, ours)| *ours);
    let metadata = BTreeMap::from([("reference".to_owned(), reference.clone())]);
    let mut own = account.dialect.id(Thing::Refund);
    let outcome = match operation {
        Operation::Refund => {
            let refund = Refund {
                id: own.clone(),
                payment: payment.id.clone(),
                amount: ours,
                created: now.as_second(),
                metadata,
                reason: None,
                status: RefundStatus::Succeeded,
            };
            books.refund(refund.clone(), now).map(|()| account.tell(books, &payment.id, Change::Refunded(&refund)))
        }
        // With multiple partial captures, what a capture leaves stays authorized.
        Operation::Capture => account.capture_part(books, &payment.id, ours, false, metadata, now).map(|capture| {
            own.clone_from(&capture.id);
            account.tell(books, &payment.id, Change::Captured(&capture))
        }),
        Operation::Cancel => books
            .cancel(&payment.id, now)
            .cloned()
            .map(|canceled| vec![told("CANCELLATION", &canceled, &own, &reference, ours, None, now)]),
    };
    let told = outcome.unwrap_or_else(|refusal| {
        let (code, why) = match operation {
            Operation::Refund => ("REFUND", why_no_refund(refusal)),
            Operation::Capture => ("CAPTURE", "Insufficient balance on payment"),
            Operation::Cancel => ("CANCELLATION", "Transaction hasn't been authorised, cancel not possible"),
        };
        vec![told(code, payment, &own, &reference, ours, Some(why), now)]
    });
    let mut body = json!({
        "merchantAccount": MERCHANT_ACCOUNT,
        "paymentPspReference": payment.id,
        "pspReference": own,
        "reference": reference,
        "status": "received",
    });
    if let Some((amount, _)) = amount {
        body["amount"] = amount;
    }
    Done { reply: Reply::new(StatusCode::CREATED, body), told }
}

fn why_no_refund(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Progress(_) => "Transaction hasn't been captured, refund not possible",
        Refusal::NothingLeft | Refusal::TooMuch(_) | Refusal::Unknown | Refusal::NoDispute => {
            "Insufficient balance on payment"
        }
    }
}

fn told(
    code: &str,
    payment: &Payment,
    own: &str,
    reference: &str,
    amount: i64,
    failed: Option<&str>,
    now: Timestamp,
) -> Vec<u8> {
    let original = Some(payment.id.as_str());
    Item { code, own, original, reference, amount, failed, more: Map::new() }.body(payment, now)
}
