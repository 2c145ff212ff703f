//! What Stripe's events say about an order's money: <https://docs.stripe.com/api/events/types>.

use super::{
    facts,
    fields::{amount, currency, id, moment, payment_id, second, text},
    metadata, methods, refund_status, units,
};
use crate::{
    fields::case,
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

/// An event that Stripe signed. Only [`Webhook`](super::Webhook) creates one.
#[derive(Debug)]
pub(super) struct VerifiedEvent(Value);

impl VerifiedEvent {
    /// Parses a body whose signature is genuine.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let not_json = |e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}"));
        Ok(Self(serde_json::from_slice(body).map_err(not_json)?))
    }

    /// The connected account that it is about, and its id. None: it is about the account of this endpoint.
    pub(super) fn account(&self) -> Option<(&str, &str)> {
        let account = self.0.get("account")?.as_str()?;
        Some((account, self.0.get("id").and_then(Value::as_str).unwrap_or_default()))
    }

    /// Whether it is about real money.
    pub(super) fn livemode(&self) -> Option<bool> {
        self.0.get("livemode").and_then(Value::as_bool)
    }
}

/// What the event says. `takes_references`: the reference of a checkout names its order.
pub(super) fn read(VerifiedEvent(event): &VerifiedEvent, takes_references: bool) -> Result<Said, Error> {
    let object = &event["data"]["object"];
    let kind = text(event, "type")?;
    let intent = || payment_id(object, &["id"]);
    let charged = || payment_id(object, &["payment_intent", "charge", "id"]);
    let is_payments = !object["payment_intent"].is_null() || !object["charge"].is_null();
    let one = |fact: MoneyFact| vec![fact];
    let (payment, facts) = match kind {
        "payment_intent.succeeded" => (intent()?, facts::captured(object)?),
        "payment_intent.processing" => (intent()?, one(facts::pending(object, moment(event)?))),
        // The customer has been shown what to pay with: a slip, or an account to transfer to.
        "payment_intent.requires_action" if methods::is_shown(object) => {
            (intent()?, one(facts::pending(object, moment(event)?)))
        }
        "payment_intent.amount_capturable_updated" => (intent()?, facts::authorized(object, moment(event)?)?),
        // Only the charge tells that it may be captured in parts.
        "charge.succeeded" if object["captured"] == false && facts::may_be_captured_in_parts(object) => {
            (charged()?, one(facts::authorized_charge(object, moment(event)?)?))
        }
        "payment_intent.payment_failed" => (intent()?, one(facts::failed(&object["last_payment_error"]))),
        "payment_intent.canceled" => (intent()?, facts::canceled(object)?),
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed" => match session(kind, object, moment(event)?)? {
            Some((payment, fact)) => (payment, one(fact)),
            None => return Ok(Said::Nothing(kind.to_owned())),
        },
        "charge.refunded" => (charged()?, facts::refunded(object)?),
        // Money can be refunded from a customer's balance too. That belongs to no order.
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated"
            if is_payments && !is_release(object) =>
        {
            (payment_id(object, &["payment_intent", "charge"])?, one(refund(object)?))
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => {
            (payment_id(object, &["payment_intent", "charge"])?, one(dispute(object)?))
        }
        _ => return Ok(Said::Nothing(kind.to_owned())),
    };
    let (at, id) = (moment(event)?, id(event)?);
    let named = if takes_references { metadata::named_or_referred(object) } else { metadata::named(object) };
    let report = |fact| reported(object, payment.clone(), at, id.clone(), named.clone(), fact);
    facts.into_iter().map(report).collect::<Result<_, _>>().map(Said::Facts)
}

/// A fact about an object's payment.
pub(super) fn reported(
    object: &Value,
    payment: PaymentId,
    at: Timestamp,
    event: String,
    named: Named,
    fact: MoneyFact,
) -> Result<ReportedEvent, Error> {
    let currency = currency(object)?;
    let step = currency.map_or(1, |currency| units(currency).step());
    Ok(ReportedEvent { named, event: MoneyEvent { payment, at, event, currency, step, fact } })
}

/// The fact of a checkout session. It may be complete while its money is on its way, or if nothing was due.
fn session(kind: &str, object: &Value, at: Timestamp) -> Result<Option<(PaymentId, MoneyFact)>, Error> {
    if object["payment_intent"].is_null() {
        return Ok(None); // a subscription, or nothing to pay
    }
    let fact = match (kind, object["payment_status"].as_str()) {
        ("checkout.session.async_payment_failed", _) => MoneyFact::Failed("async_payment_failed".into()),
        (_, Some("paid")) => MoneyFact::Captured(amount(object, "amount_total")?),
        (_, Some("unpaid")) => facts::pending(object, at),
        _ => return Ok(None),
    };
    Ok(Some((payment_id(object, &["payment_intent"])?, fact)))
}

/// Whether the refund only gives up money that was authorized and never captured.
fn is_release(refund: &Value) -> bool {
    matches!(refund["reason"].as_str(), Some("expired_uncaptured_charge" | "partial_capture"))
}

fn refund(object: &Value) -> Result<MoneyFact, Error> {
    let status = refund_status(text(object, "status")?);
    Ok(MoneyFact::Refund {
        ours: metadata::refund_of(object),
        id: id(object)?,
        amount: amount(object, "amount")?,
        status,
    })
}

/// What the bank says of a dispute now.
pub(super) fn dispute(object: &Value) -> Result<MoneyFact, Error> {
    let told = text(object, "status")?;
    let status = match told {
        "won" | "prevented" => DisputeStatus::Won,
        "warning_closed" => DisputeStatus::InquiryClosed,
        "lost" => DisputeStatus::Lost,
        "warning_needs_response" | "warning_under_review" => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open, // needs_response, under_review
    };
    // 0 if the bank takes no evidence: <https://docs.stripe.com/api/disputes/object>.
    let due_by = second(&object["evidence_details"]["due_by"]).filter(|due_by| due_by.as_second() > 0);
    let case = case(&object["reason"], due_by, told.ends_with("under_review"));
    Ok(MoneyFact::Dispute { id: id(object)?, amount: amount(object, "amount")?, status, case })
}
