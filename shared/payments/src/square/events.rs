//! What Square's events say about an order's money:
//! <https://developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref>.

use super::{
    facts,
    fields::{amount, currency, id, malformed, moment, optional_moment, payment_id, text},
    reason, reference, refund_status,
    sources::Sources,
    units,
};
use crate::{
    fields::{case, told_time},
    webhook::{ReportedEvent, Said},
};
use api::{Code, Error, Problem};
use domain::{
    ids::PaymentId,
    ledger::{DisputeStatus, MoneyEvent, MoneyFact},
    payment_record::Named,
};
use jiff::Timestamp;
use serde_json::Value;

/// Parses a body whose signature is genuine.
pub(super) fn parse(body: &[u8]) -> Result<Value, Error> {
    let not_json = |e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}"));
    Ok(serde_json::from_slice(body).map_err(not_json)?)
}

/// What the event says.
pub(super) fn read(event: &Value, sources: &Sources) -> Result<Said, Error> {
    let kind = text(event, "type")?;
    let object = match kind {
        "payment.created" | "payment.updated" => "payment",
        "refund.created" | "refund.updated" => "refund",
        // Older versions of the API call a new state `changed`.
        "dispute.created" | "dispute.state.updated" | "dispute.state.changed" => "dispute",
        _ => return Ok(Said::Nothing(kind.to_owned())),
    };
    let told = &event["data"]["object"][object];
    if let Some(why) = sources.foreign(event, told) {
        return Ok(Said::Nothing(why.to_owned()));
    }
    match object {
        "payment" => of_payment(told, &id(event, "event_id")?).map(Said::Facts),
        // A refund without a payment belongs to no order:
        // <https://developer.squareup.com/docs/refunds-api/unlinked-refunds>.
        "refund" if told["unlinked"] == true => Ok(Said::Nothing("an unlinked refund".to_owned())),
        "refund" => of_refund(event, told).map(|fact| Said::Facts(vec![fact])),
        _ => of_dispute(event, told).map(|fact| Said::Facts(vec![fact])),
    }
}

/// The facts of a payment. `event` is what told them.
pub(super) fn of_payment(payment: &Value, event: &str) -> Result<Vec<ReportedEvent>, Error> {
    let (of, named) = (payment_id(payment, "id")?, reference::named(payment));
    let currency = currency(payment, "total_money")?;
    let report = |(at, fact)| ReportedEvent {
        named: named.clone(),
        event: MoneyEvent {
            payment: of.clone(),
            at,
            event: event.to_owned(),
            currency: Some(currency),
            step: units(currency).step(),
            fact,
        },
    };
    Ok(facts::of_payment(payment)?.into_iter().map(report).collect())
}

fn of_refund(event: &Value, refund: &Value) -> Result<ReportedEvent, Error> {
    let fact = MoneyFact::Refund {
        ours: refund["reason"].as_str().and_then(reason::read),
        id: id(refund, "id")?,
        amount: amount(refund, "amount_money")?,
        status: refund_status(text(refund, "status")?).ok_or_else(|| malformed("status"))?,
    };
    reported(event, refund, payment_id(refund, "payment_id")?, fact)
}

fn of_dispute(event: &Value, dispute: &Value) -> Result<ReportedEvent, Error> {
    // Older versions of the API call its id `dispute_id`.
    let name = if dispute["id"].is_null() { "dispute_id" } else { "id" };
    let state = text(dispute, "state")?;
    let fact = MoneyFact::Dispute {
        id: id(dispute, name)?,
        amount: amount(dispute, "amount_money")?,
        status: dispute_status(state).ok_or_else(|| malformed("state"))?,
        case: case(&dispute["reason"], told_time(&dispute["due_at"]), state.ends_with("PROCESSING")),
    };
    reported(event, dispute, payment_id(&dispute["disputed_payment"], "payment_id")?, fact)
}

/// The status of a dispute: <https://developer.squareup.com/docs/disputes-api/overview>. None: it is unknown.
fn dispute_status(state: &str) -> Option<DisputeStatus> {
    match state {
        "INQUIRY_EVIDENCE_REQUIRED" | "INQUIRY_PROCESSING" => Some(DisputeStatus::Inquiry),
        "INQUIRY_CLOSED" => Some(DisputeStatus::InquiryClosed),
        "EVIDENCE_REQUIRED" | "PROCESSING" => Some(DisputeStatus::Open),
        // Who accepts a dispute gives its money back.
        "LOST" | "ACCEPTED" => Some(DisputeStatus::Lost),
        "WON" => Some(DisputeStatus::Won),
        _ => None,
    }
}

/// A fact about a refund or a dispute. It is of the time of its object, which is the same however often it is told.
fn reported(event: &Value, object: &Value, payment: PaymentId, fact: MoneyFact) -> Result<ReportedEvent, Error> {
    let at: Timestamp = match optional_moment(object, "updated_at")? {
        Some(at) => at,
        None => moment(event, "created_at")?,
    };
    let currency = currency(object, "amount_money")?;
    let event = id(event, "event_id")?;
    let event = MoneyEvent { payment, at, event, currency: Some(currency), step: units(currency).step(), fact };
    Ok(ReportedEvent { named: Named::default(), event })
}
