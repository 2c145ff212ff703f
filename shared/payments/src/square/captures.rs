//! Captures and voids: <https://developer.squareup.com/docs/payments-api/take-payments/card-payments/delayed-capture>.
//!
//! The payment is read first. A capture takes all of a payment, so for a part of it the payment's amount is set before:
//! <https://developer.squareup.com/docs/payments-api/update-payments>.

use super::{
    answer::refusal,
    api::{Api, body},
    facts,
    fields::{amount, optional_amount},
    key,
};
use crate::request::{MoneyRequest, Outcome, Reply};
use app::Error;
use domain::{
    ledger::MoneyFact,
    money::{Amount, Currency},
};
use runtime::Answer;
use serde_json::{Value, json};

/// Why a capture or a void does not go on to its next step.
#[derive(Debug)]
enum Stop {
    /// It is decided, or Square has failed.
    Replied(Reply),
    Unknown(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

impl Api {
    /// Captures exactly `amount`.
    pub(super) async fn capture(&self, request: &MoneyRequest<'_>, amount: Amount) -> Result<Reply, Error> {
        replied(self.capture_stepwise(request, amount).await)
    }

    async fn capture_stepwise(&self, request: &MoneyRequest<'_>, amount: Amount) -> Result<Reply, Stop> {
        let mut payment = open(request, &self.get(&path(request)).await?)?;
        if total(&payment)? != amount {
            let fields = new_amount(&payment, amount, request.currency)?;
            let asked = json!({ "idempotency_key": key::of_amount(request), "payment": fields });
            payment = open(request, &self.put(&path(request), &asked).await?)?;
            if total(&payment)? != amount {
                return Err(Error::Outside("Square did not set the payment's amount as it was asked to".into()).into());
            }
        }
        // If anybody has changed the payment since, Square captures nothing, and it is read again.
        let version = payment["version_token"].as_str();
        let asked = version.map_or_else(|| json!({}), |version| json!({ "version_token": version }));
        done(request, &self.post(&format!("{}/complete", path(request)), &asked).await?)
    }

    /// Gives an authorization up.
    pub(super) async fn void(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        replied(self.void_stepwise(request).await)
    }

    async fn void_stepwise(&self, request: &MoneyRequest<'_>) -> Result<Reply, Stop> {
        open(request, &self.get(&path(request)).await?)?;
        done(request, &self.post(&format!("{}/cancel", path(request)), &json!({})).await?)
    }

    /// Looks at the payment: it is captured, or given up, once.
    pub(super) async fn find_capture(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        outcome(request, &self.known_payment(request.payment).await?)
    }
}

fn replied(last: Result<Reply, Stop>) -> Result<Reply, Error> {
    match last {
        Ok(reply) | Err(Stop::Replied(reply)) => Ok(reply),
        Err(Stop::Unknown(error)) => Err(error),
    }
}

fn path(request: &MoneyRequest<'_>) -> String {
    format!("/v2/payments/{}", request.payment)
}

/// The payment in an answer, if it is still open. One that is captured or given up already replies for itself: perhaps
/// an earlier request of this attempt did it.
fn open(request: &MoneyRequest<'_>, answer: &Answer) -> Result<Value, Stop> {
    if !answer.status.is_success() {
        return Err(Stop::Replied(refusal(answer)?));
    }
    let payment = body(answer)["payment"].clone();
    if payment["id"] != request.payment.as_str() {
        return Err(unreadable().into());
    }
    match outcome(request, &payment)? {
        Some(outcome) => Err(Stop::Replied(Reply::Decided(outcome))),
        None => Ok(payment),
    }
}

/// What the answer to the last step decides.
fn done(request: &MoneyRequest<'_>, answer: &Answer) -> Result<Reply, Stop> {
    open(request, answer)?;
    Err(Error::Outside("Square's answer does not say that it did what it was asked for".to_owned()).into())
}

/// What a payment says of a capture or a void. None: nothing yet.
fn outcome(request: &MoneyRequest<'_>, payment: &Value) -> Result<Option<Outcome>, Error> {
    let facts = facts::of_payment(payment).map_err(|_| unreadable())?;
    let mut facts: Vec<MoneyFact> = facts.into_iter().map(|(_, fact)| fact).collect();
    let is_over = match payment["status"].as_str() {
        Some("COMPLETED" | "CANCELED") => true,
        // It was authorized, or nobody would ask for this. The authorization is gone.
        Some("FAILED") => {
            facts.retain(|fact| *fact != MoneyFact::Voided);
            facts.push(MoneyFact::Voided);
            true
        }
        _ => false,
    };
    // Whichever it is: the facts tell whether it is what was asked for.
    Ok(is_over.then(|| Outcome::Made { id: request.payment.to_string(), facts }))
}

/// The fields that set a payment's total. The goods come first, and a tip gets what is left. What cannot be set is
/// refused.
fn new_amount(payment: &Value, wanted: Amount, currency: Currency) -> Result<Value, Stop> {
    let refused = |why: &str| Stop::Replied(Reply::Decided(Outcome::Refused(why.to_owned())));
    let read = |field| optional_amount(payment, field).map_err(|_| unreadable());
    let total = total(payment)?;
    // The customer's bank has approved no more.
    if wanted > read("approved_money")?.unwrap_or(total) {
        return Err(refused("more_than_approved"));
    }
    // A payment says what may be edited: in Japan, for example, nothing.
    let needed = if wanted < total { "EDIT_AMOUNT_DOWN" } else { "EDIT_AMOUNT_UP" };
    if payment["capabilities"].as_array().is_some_and(|all| !all.iter().any(|one| one == needed)) {
        return Err(refused("amount_not_editable"));
    }
    let money = |amount: Amount| json!({ "amount": amount, "currency": currency });
    let Some(tip) = read("tip_money")?.filter(|tip| *tip > 0) else {
        return Ok(json!({ "amount_money": money(wanted) }));
    };
    let goods = wanted.min((total - tip).max(0));
    Ok(json!({ "amount_money": money(goods), "tip_money": money(wanted - goods) }))
}

fn total(payment: &Value) -> Result<Amount, Error> {
    amount(payment, "total_money").map_err(|_| unreadable())
}

fn unreadable() -> Error {
    Error::Outside("Square's answer is no payment of this id".to_owned())
}

#[cfg(test)]
mod tests;
