//! What the merchant's system is asked for: refunds, captures and voids. The contract with the receiver:
//!
//! - `webhook-id`, which is `data.idempotency_key` too, names the attempt for ever. A request that comes again under it is
//!   the same request: nothing is moved again, and the answer is what has come of it.
//! - 2xx says that the request is taken on. Its JSON may say at once what has come of it; see `outcome`.
//! - 400, 404, 410 and 422 with a `code` in their JSON refuse it for good. Without a code such an answer may be a proxy's, or
//!   come from a wrong address, and decides nothing. Neither does any other.

use super::api::Api;
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;
use data_encoding::HEXLOWER;
use domain::{
    ids::ProviderId,
    ledger::{MoneyFact, PartStatus, RefundStatus},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        let answer = self.post(&id(request), &asked(request, self.now()?).to_string()).await?;
        outcome(request, answer.status, &answer.body).map(Reply::Decided)
    }

    /// See [`ApiClient::find`](crate::ApiClient::find). There is no list to look into, and none is needed while the receiver
    /// knows its requests by their ids.
    #[allow(clippy::unused_async, clippy::unused_self)] // others have to ask
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let id = id(request);
        Err(Error::Outside(format!(
            "the merchant's system cannot be searched; look there for the request {id}: \
             if it was carried out, post its event, and the work ends"
        )))
    }
}

/// The id of an attempt: a word, and half of the SHA-256 of Orderly's idempotency key in hex. So it has no dot, which
/// separates the signed parts, and is short enough to be the id of a capture in the events that answer it.
pub(super) fn id(request: &MoneyRequest<'_>) -> String {
    let word = match request.action() {
        Action::Refund(_) => "refund",
        Action::Capture(_) => "capture",
        Action::Void => "void",
    };
    let hash = Sha256::digest(request.idempotency_key());
    format!("{word}_{}", HEXLOWER.encode(&hash[..16]))
}

/// The body of a request. Fields that do not apply are left out.
fn asked(request: &MoneyRequest<'_>, now: Timestamp) -> Value {
    let mut data = json!({
        "payment": request.payment,
        "attempt": request.attempt.number,
        "idempotency_key": id(request),
    });
    if let Some(order) = request.order {
        data["order_id"] = json!(order);
    }
    let kind = match request.action() {
        Action::Refund(ours) => {
            data["orderly_refund"] = json!(ours.id);
            "refund.requested"
        }
        Action::Capture(_) => {
            data["orderly_capture"] = json!(request.attempt.name.to_string());
            data["final"] = json!(!request.terms.keeps_rest);
            "capture.requested"
        }
        Action::Void => {
            data["orderly_capture"] = json!(request.attempt.name.to_string());
            "void.requested"
        }
    };
    if request.action() != Action::Void {
        data["amount"] = json!(request.amount);
        data["currency"] = json!(request.currency);
    }
    json!({ "type": kind, "timestamp": now, "data": data })
}

/// What an answer decides.
fn outcome(request: &MoneyRequest<'_>, status: StatusCode, body: &[u8]) -> Result<Outcome, Error> {
    if status.is_success() {
        return taken_on(request, body);
    }
    let undecided = |why: &str| Error::Outside(format!("the merchant's system answered {status}{why}"));
    match status {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNPROCESSABLE_ENTITY => {
            match serde_json::from_slice(body).ok().and_then(|said| code(&said)) {
                Some(code) => Ok(Outcome::Refused(code)),
                None => Err(undecided(" without a code in JSON, which decides nothing")),
            }
        }
        _ => Err(undecided("")),
    }
}

/// What an answer of 2xx says. Without a body: the request is taken on, and events tell what comes of it.
fn taken_on(request: &MoneyRequest<'_>, body: &[u8]) -> Result<Outcome, Error> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Outcome::Begun { id: id(request) });
    }
    let unreadable = |why: &str| Error::Outside(format!("the answer of the merchant's system is unreadable: {why}"));
    let said: Value = serde_json::from_slice(body).map_err(|_| unreadable("it is no JSON"))?;
    let given: Option<ProviderId> = match &said["id"] {
        Value::Null => None,
        Value::String(text) => Some(text.parse().map_err(|_| unreadable("its id is malformed"))?),
        _ => return Err(unreadable("its id is no text")),
    };
    let own = || given.clone().map_or_else(|| id(request), String::from);
    match said["status"].as_str() {
        Some("pending") => Ok(Outcome::Begun { id: own() }),
        Some("failed") => Ok(Outcome::Refused(code(&said).unwrap_or_else(|| "failed".to_owned()))),
        Some("succeeded") => Ok(made(request, own(), given.is_some())),
        _ => Err(unreadable("its status is not one of succeeded, pending, failed")),
    }
}

/// What is so now that the request is carried out.
fn made(request: &MoneyRequest<'_>, id: String, is_named: bool) -> Outcome {
    let amount = request.amount;
    let fact = match request.action() {
        Action::Refund(ours) => {
            MoneyFact::Refund { ours: Some(ours), id: id.clone(), amount, status: RefundStatus::Succeeded }
        }
        // Once the capture has a name, `capture.updated` may tell of it by that name, also that it failed later.
        Action::Capture(_) if is_named => {
            MoneyFact::CapturePart { id: id.clone(), amount, status: PartStatus::Succeeded }
        }
        // Without one, it is told by the total.
        Action::Capture(_) => MoneyFact::Captured(request.terms.after + amount),
        Action::Void => MoneyFact::Voided,
    };
    Outcome::Made { id, facts: vec![fact] }
}

/// The reason of a refusal, cut down to what can be no sentence about a customer.
fn code(said: &Value) -> Option<String> {
    let code = crate::fields::word(said["code"].as_str()?, "_-");
    Some(code).filter(|code| !code.is_empty())
}

#[cfg(test)]
pub(super) mod tests;
