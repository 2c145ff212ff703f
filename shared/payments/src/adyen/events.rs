//! What Adyen's events say about an order's money: <https://docs.adyen.com/api-explorer/Webhooks/latest/overview>.
//!
//! An operation has a reference of its own, `pspReference`, and names its payment in `originalReference`. A later event
//! about the same operation has the same: `REFUND_FAILED` that of its refund, `CAPTURE_FAILED` that of its capture. All
//! events of a dispute have the dispute's.

use super::{
    captures::Captures,
    disputes,
    fields::{amount, currency, malformed, moment, optional_text, payment, reference, success, text},
    references, refusals, units, validity,
};
use crate::webhook::{ReportedEvent, Said};
use api::{Code, Error, Problem};
use domain::{
    ids::PaymentId,
    ledger::{MoneyEvent, MoneyFact, PartStatus, RefundStatus},
};
use serde_json::Value;

/// What a genuine item says.
pub(super) fn read(item: &Value, captures: &Captures) -> Result<Said, Error> {
    let kind = text(item, "eventCode")?;
    let facts = facts(kind, item, captures)?;
    if facts.is_empty() {
        return Ok(Said::Nothing(kind.to_owned()));
    }
    let payment = payment_of(kind, item)?;
    let named = references::named(optional_text(item, "merchantReference"));
    let (at, currency) = (moment(item)?, currency(item)?);
    let event = format!("{kind}-{}", reference(item, "pspReference")?);
    let report = |fact| {
        let (payment, event, step) = (payment.clone(), event.clone(), units(currency).step());
        let event = MoneyEvent { payment, at, event, currency: Some(currency), step, fact };
        ReportedEvent { named: named.clone(), event }
    };
    Ok(Said::Facts(facts.into_iter().map(report).collect()))
}

/// The payment that an item is about.
fn payment_of(kind: &str, item: &Value) -> Result<PaymentId, Error> {
    match kind {
        "AUTHORISATION" | "PENDING" | "OFFER_CLOSED" => payment(item, "pspReference"),
        // Adyen's own example has the payment's reference only.
        "EXPIRE" if optional_text(item, "originalReference").is_empty() => payment(item, "pspReference"),
        _ if disputes::status(kind, "").is_some() => payment(item, "originalReference").map_err(|_| unnamed_dispute()),
        _ => payment(item, "originalReference"),
    }
}

/// Some events of a dispute name their payment only if the endpoint is set so.
fn unnamed_dispute() -> Error {
    let detail = "the event's originalReference is missing or malformed: a setting of the webhook (Risk) includes it \
                  for CHARGEBACK_REVERSED events";
    Problem::new(Code::MalformedEvent, detail).into()
}

/// The facts of an item. There are none if it says nothing about an order's money.
fn facts(kind: &str, item: &Value, captures: &Captures) -> Result<Vec<MoneyFact>, Error> {
    let succeeded = || success(item);
    Ok(match kind {
        "AUTHORISATION" if succeeded()? => authorized(item, captures)?,
        "AUTHORISATION" => vec![MoneyFact::Failed(refusals::code(optional_text(item, "reason")))],
        "AUTHORISATION_ADJUSTMENT" if succeeded()? => vec![authorization(item, captures)?],
        "PENDING" => vec![MoneyFact::Pending { until: None }],
        "OFFER_CLOSED" if succeeded()? => vec![MoneyFact::Failed("offer_closed".to_owned())],
        "CAPTURE" if succeeded()? => vec![captured(item, captures)?],
        "CAPTURE" => vec![part(reference(item, "pspReference")?.into(), item, PartStatus::Failed)?],
        "CAPTURE_FAILED" if succeeded()? => vec![part(capture_id(item, captures)?, item, PartStatus::Failed)?],
        "CANCELLATION" | "TECHNICAL_CANCEL" | "EXPIRE" if succeeded()? => voided(kind, item, captures)?,
        "CANCELLATION" | "TECHNICAL_CANCEL" => vec![not_voided(item)?],
        "CANCEL_OR_REFUND" => reversal(kind, item, captures)?,
        "REFUND" if succeeded()? => vec![refund(item, RefundStatus::Succeeded)?],
        "REFUND" => vec![refund(item, RefundStatus::Failed)?],
        "POSTPONED_REFUND" if succeeded()? => vec![refund(item, RefundStatus::Pending)?],
        // Their success says that the failure happened.
        "REFUND_FAILED" | "REFUNDED_REVERSED" if succeeded()? => vec![refund(item, RefundStatus::Failed)?],
        _ => dispute(kind, item)?.into_iter().collect(),
    })
}

/// An authorization. Where Adyen captures by itself, it is a capture too. One of nothing only checks a card.
fn authorized(item: &Value, captures: &Captures) -> Result<Vec<MoneyFact>, Error> {
    if amount(item)? == 0 {
        return Ok(Vec::new());
    }
    let is_captured = captures.is_automatic(item);
    let captured = is_captured.then(|| part(own_capture(item)?, item, PartStatus::Succeeded)).transpose()?;
    Ok([authorization(item, captures)?].into_iter().chain(captured).collect())
}

fn authorization(item: &Value, captures: &Captures) -> Result<MoneyFact, Error> {
    let until = validity::until(optional_text(item, "paymentMethod"), moment(item)?);
    Ok(MoneyFact::Authorized { amount: amount(item)?, until, several: captures.are_several(item) })
}

fn captured(item: &Value, captures: &Captures) -> Result<MoneyFact, Error> {
    part(capture_id(item, captures)?, item, PartStatus::Succeeded)
}

fn part(id: String, item: &Value, status: PartStatus) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::CapturePart { id, amount: amount(item)?, status })
}

/// The name of a capture. Adyen's own capture of a payment has the payment's, whether the authorization or a capture
/// tells of it: it is one capture, and counts once.
fn capture_id(item: &Value, captures: &Captures) -> Result<String, Error> {
    let field = if captures.is_automatic(item) { "originalReference" } else { "pspReference" };
    reference(item, field).map(Into::into)
}

/// The name of Adyen's own capture, as the authorization knows it.
fn own_capture(authorization: &Value) -> Result<String, Error> {
    reference(authorization, "pspReference").map(Into::into)
}

/// What was authorized is given up. What Adyen would have captured by itself is not captured then.
fn voided(kind: &str, item: &Value, captures: &Captures) -> Result<Vec<MoneyFact>, Error> {
    let uncaptured = captures.is_automatic(item).then(|| payment_of(kind, item)).transpose()?;
    let uncaptured = uncaptured.map(|payment| part(payment.id.into(), item, PartStatus::Failed)).transpose()?;
    Ok([MoneyFact::Voided].into_iter().chain(uncaptured).collect())
}

fn not_voided(item: &Value) -> Result<MoneyFact, Error> {
    let id = reference(item, "pspReference")?.into();
    Ok(MoneyFact::CapturePart { id, amount: 0, status: PartStatus::Failed })
}

/// A cancellation or a refund, whichever the payment needed: <https://docs.adyen.com/online-payments/reversal>. Orderly
/// does not ask for one.
fn reversal(kind: &str, item: &Value, captures: &Captures) -> Result<Vec<MoneyFact>, Error> {
    let action = item["additionalData"]["modification.action"].as_str();
    Ok(match (action, success(item)?) {
        (Some("cancel"), true) => voided(kind, item, captures)?,
        (Some("cancel"), false) => vec![not_voided(item)?],
        (Some("refund"), true) => vec![refund(item, RefundStatus::Succeeded)?],
        (Some("refund"), false) => vec![refund(item, RefundStatus::Failed)?],
        (None, false) => Vec::new(),
        _ => return Err(malformed("additionalData.modification.action")),
    })
}

fn refund(item: &Value, status: RefundStatus) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::Refund {
        ours: references::refund(optional_text(item, "merchantReference")),
        id: reference(item, "pspReference")?.into(),
        amount: amount(item)?,
        status,
    })
}

fn dispute(kind: &str, item: &Value) -> Result<Option<MoneyFact>, Error> {
    let stage = item["additionalData"]["disputeStatus"].as_str().unwrap_or_default();
    let Some(status) = disputes::status(kind, stage) else { return Ok(None) };
    if !success(item)? {
        return Ok(None);
    }
    let case = disputes::case(&item["additionalData"]);
    Ok(Some(MoneyFact::Dispute { id: reference(item, "pspReference")?.into(), amount: amount(item)?, status, case }))
}
