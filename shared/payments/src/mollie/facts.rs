//! What a payment says about money: <https://docs.mollie.com/reference/get-payment>.
//!
//! All of it is taken from the payment itself, also the times. So it says the same whenever it is read, and a later state
//! adds to what an earlier one has said.

use super::{
    amounts::{self, Money, money},
    fields::{Error, code, embedded, id, malformed, moment, optional_moment, text},
    metadata, methods, refund_status,
};
use domain::{
    ledger::{DisputeStatus, MoneyFact, PartStatus},
    money::{Amount, Currency},
};
use jiff::Timestamp;
use serde_json::Value;

/// A fact, and what the timeline shows of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub at: Timestamp,
    /// Mollie's id of what tells it.
    pub by: String,
    pub currency: Currency,
    pub fact: MoneyFact,
}

/// What a payment says now.
pub(super) fn of_payment(payment: &Value) -> Result<Vec<Told>, Error> {
    let own = Own { id: id(payment)?, created: moment(payment, "createdAt")?, total: money(payment, "amount")? };
    let mut told = of_status(payment, &own)?;
    let mut listed = 0;
    for refund in embedded(payment, "refunds")?.unwrap_or_default() {
        listed += money(refund, "amount")?.amount;
        told.push(of_refund(refund, &own)?);
    }
    // Mollie's sum may count refunds that are not sent yet. It matters only if it knows of more than is listed.
    if let Some(Money { amount, currency }) =
        amounts::optional(payment, "amountRefunded")?.filter(|m| m.amount > listed)
    {
        told.push(Told { currency, ..own.tells(own.created, MoneyFact::RefundedInTotal(amount)) });
    }
    for chargeback in embedded(payment, "chargebacks")?.unwrap_or_default() {
        told.push(of_chargeback(chargeback)?);
    }
    Ok(told)
}

/// What every fact of a payment needs of it.
struct Own {
    id: String,
    created: Timestamp,
    total: Money,
}

impl Own {
    fn tells(&self, at: Timestamp, fact: MoneyFact) -> Told {
        Told { at, by: self.id.clone(), currency: self.total.currency, fact }
    }
}

/// The statuses are <https://docs.mollie.com/docs/handling-payment-status>. All but the first three are for good: a customer
/// who tries again gets another payment.
fn of_status(payment: &Value, own: &Own) -> Result<Vec<Told>, Error> {
    let status = text(payment, "status")?;
    let since = |field| optional_moment(payment, field).map(|at| at.unwrap_or(own.created));
    let pending = || {
        let until = methods::until(payment, own.created)?;
        Ok(vec![own.tells(own.created, MoneyFact::Pending { until })])
    };
    let mut told = match status {
        "open" if methods::is_shown(payment) => return pending(),
        "open" => return Ok(Vec::new()), // the customer has not finished
        "pending" => return pending(),
        "authorized" => {
            let until = optional_moment(payment, "captureBefore")?;
            vec![own.tells(
                since("authorizedAt")?,
                MoneyFact::Authorized { amount: own.total.amount, until, several: false },
            )]
        }
        "paid" | "canceled" | "expired" => Vec::new(),
        "failed" => vec![own.tells(since("failedAt")?, MoneyFact::Failed(reason(payment)))],
        _ => return Err(malformed("status")),
    };
    let ended = since(match status {
        "paid" => "paidAt",
        "canceled" => "canceledAt",
        "expired" => "expiredAt",
        _ => "failedAt",
    })?;
    let (captures, captured) = captures(payment, own, status == "paid", ended)?;
    told.extend(captures);
    let rest = own.total.amount - captured;
    match status {
        "authorized" => {}
        // Nothing more can be captured. A payment that failed had an authorization only if it says so.
        _ if captured > 0 && rest > 0 => told.push(own.tells(ended, MoneyFact::Released(rest))),
        "canceled" | "expired" if captured == 0 => told.push(own.tells(ended, MoneyFact::Voided)),
        "failed" if captured == 0 && !payment["authorizedAt"].is_null() => {
            told.push(own.tells(ended, MoneyFact::Voided));
        }
        _ => {}
    }
    Ok(told)
}

/// What was captured, and how much of it counts. Where Mollie lists the captures, each is told by itself, because one may
/// fail. Otherwise the payment was captured as a whole.
fn captures(payment: &Value, own: &Own, is_paid: bool, ended: Timestamp) -> Result<(Vec<Told>, Amount), Error> {
    let listed = embedded(payment, "captures")?.unwrap_or_default();
    if listed.is_empty() {
        let sum = amounts::optional(payment, "amountCaptured")?.map_or(0, |money| money.amount);
        // Methods without captures have no such sum, or one of 0.
        let captured = if is_paid && sum == 0 { own.total.amount } else { sum };
        let told = (captured > 0).then(|| own.tells(ended, MoneyFact::Captured(captured)));
        return Ok((told.into_iter().collect(), captured));
    }
    let (mut told, mut captured) = (Vec::new(), 0);
    for capture in listed {
        let Some((part, amount)) = of_capture(capture, own, is_paid)? else { continue };
        told.push(part);
        captured += amount;
    }
    Ok((told, captured))
}

/// A capture, and how much of it counts. None: Mollie works on it. `is_paid`: the payment says that this is over.
fn of_capture(capture: &Value, own: &Own, is_paid: bool) -> Result<Option<(Told, Amount)>, Error> {
    let status = match capture["status"].as_str() {
        Some("succeeded") => PartStatus::Succeeded,
        Some("failed") => PartStatus::Failed,
        _ if is_paid => PartStatus::Succeeded,
        _ => return Ok(None),
    };
    // One that was asked for without an amount is of the whole.
    let money = amounts::optional(capture, "amount")?.unwrap_or(own.total);
    let id = id(capture)?;
    let at = optional_moment(capture, "createdAt")?.unwrap_or(own.created);
    let fact = MoneyFact::CapturePart { id: id.clone(), amount: money.amount, status };
    let counts = if status == PartStatus::Succeeded { money.amount } else { 0 };
    Ok(Some((Told { at, by: id, currency: money.currency, fact }, counts)))
}

fn of_refund(refund: &Value, own: &Own) -> Result<Told, Error> {
    let money = money(refund, "amount")?;
    let id = id(refund)?;
    let status = refund_status(text(refund, "status")?);
    let at = optional_moment(refund, "createdAt")?.unwrap_or(own.created);
    let fact = MoneyFact::Refund { ours: metadata::refund_of(refund), id: id.clone(), amount: money.amount, status };
    Ok(Told { at, by: id, currency: money.currency, fact })
}

/// A chargeback takes the money at once, and for good unless it is reversed: <https://docs.mollie.com/docs/chargebacks>.
fn of_chargeback(chargeback: &Value) -> Result<Told, Error> {
    let Money { amount, currency } = money(chargeback, "amount")?;
    let id = id(chargeback)?;
    let (at, status) = match optional_moment(chargeback, "reversedAt")? {
        Some(reversed) => (reversed, DisputeStatus::Won),
        None => (moment(chargeback, "createdAt")?, DisputeStatus::Lost),
    };
    // Mollie takes no evidence.
    let case = crate::fields::case(&chargeback["reason"]["code"], None, false);
    Ok(Told { at, by: id.clone(), currency, fact: MoneyFact::Dispute { id, amount, status, case } })
}

/// Why a payment failed: of a card, of a direct debit, or at a terminal.
fn reason(payment: &Value) -> String {
    let details = &payment["details"];
    let reasons = [&details["failureReason"], &details["bankReasonCode"], &payment["statusReason"]["code"]];
    let told = reasons.into_iter().filter_map(Value::as_str).map(code).find(|code| !code.is_empty());
    told.unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests;
