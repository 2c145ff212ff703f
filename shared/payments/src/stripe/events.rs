//! What Stripe's events say about an order's money: <https://docs.stripe.com/api/events/types>.

use super::{NAME, metadata, refund_status, units};
use crate::webhook::ReportedEvent;
use api::{Code, Error, Problem};
use domain::{
    ids::{PaymentId, ProviderId},
    ledger::{DisputeStatus, MoneyEvent, MoneyFact},
    money::{Amount, Currency, MAX_AMOUNT},
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

    /// Whether it is about real money.
    pub(super) fn livemode(&self) -> Option<bool> {
        self.0.get("livemode").and_then(Value::as_bool)
    }
}

/// The fact that the event reports. None if it says nothing about an order's money.
pub(super) fn read(VerifiedEvent(event): &VerifiedEvent) -> Result<Option<ReportedEvent>, Error> {
    let object = &event["data"]["object"];
    let kind = text(event, "type")?;
    let intent = || payment_id(object, &["id"]);
    let charged = || payment_id(object, &["payment_intent", "charge", "id"]);
    let is_payments = !object["payment_intent"].is_null() || !object["charge"].is_null();
    let (payment, fact) = match kind {
        "payment_intent.succeeded" => (intent()?, MoneyFact::Captured(amount(object, "amount_received")?)),
        "payment_intent.amount_capturable_updated" => {
            (intent()?, MoneyFact::Authorized(amount(object, "amount_capturable")?))
        }
        "payment_intent.payment_failed" => (intent()?, MoneyFact::Failed(failure_code(object))),
        "payment_intent.canceled" => (intent()?, MoneyFact::Voided),
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed" => match session(kind, object)? {
            Some(known) => known,
            None => return Ok(None),
        },
        "charge.refunded" => (charged()?, MoneyFact::RefundedInTotal(amount(object, "amount_refunded")?)),
        // Money can be refunded from a customer's balance too. That belongs to no order.
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" if is_payments => {
            (payment_id(object, &["payment_intent", "charge"])?, refund(object)?)
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => (payment_id(object, &["payment_intent", "charge"])?, dispute(object)?),
        _ => return Ok(None),
    };
    let currency = currency(object)?;
    let step = currency.map_or(1, |currency| units(currency).step());
    let event = MoneyEvent { payment, at: moment(event)?, event: id(event)?, currency, step, fact };
    Ok(Some(ReportedEvent { order: metadata::order_of(object), event }))
}

/// The fact of a checkout session. It may be complete while its money is on its way, or if nothing was due.
fn session(kind: &str, object: &Value) -> Result<Option<(PaymentId, MoneyFact)>, Error> {
    if object["payment_intent"].is_null() {
        return Ok(None); // a subscription, or nothing to pay
    }
    let fact = match (kind, object["payment_status"].as_str()) {
        ("checkout.session.async_payment_failed", _) => MoneyFact::Failed("async_payment_failed".into()),
        (_, Some("paid")) => MoneyFact::Captured(amount(object, "amount_total")?),
        (_, Some("unpaid")) => MoneyFact::Pending { until: None },
        _ => return Ok(None),
    };
    Ok(Some((payment_id(object, &["payment_intent"])?, fact)))
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

fn dispute(object: &Value) -> Result<MoneyFact, Error> {
    let status = match text(object, "status")? {
        "won" | "prevented" => DisputeStatus::Won,
        "warning_closed" => DisputeStatus::InquiryClosed,
        "lost" => DisputeStatus::Lost,
        "warning_needs_response" | "warning_under_review" => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open, // needs_response, under_review
    };
    Ok(MoneyFact::Dispute { id: id(object)?, amount: amount(object, "amount")?, status })
}

/// A code of Stripe's. The message of the error may name the customer, so it is not kept.
fn failure_code(object: &Value) -> String {
    let code = object["last_payment_error"]["code"].as_str().unwrap_or("unknown");
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}

fn payment_id(object: &Value, fields: &[&str]) -> Result<PaymentId, Error> {
    // A field holds an id, or the whole object if the endpoint expands it.
    let id = fields.iter().find_map(|field| object[*field].as_str().or_else(|| object[*field]["id"].as_str()));
    let payment = || Some(PaymentId { provider: NAME.parse().ok()?, id: id?.parse().ok()? });
    payment().ok_or_else(|| malformed(&fields.join(" or ")))
}

/// The id of a refund, dispute or event. It must be a short name, so that a ledger has room for it.
fn id(object: &Value) -> Result<String, Error> {
    let id: ProviderId = text(object, "id")?.parse().map_err(|_| malformed("id"))?;
    Ok(id.into())
}

fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Error> {
    object[field].as_str().ok_or_else(|| malformed(field))
}

/// An amount in our units.
fn amount(object: &Value, field: &str) -> Result<Amount, Error> {
    let currency = currency(object)?.ok_or_else(|| malformed("currency"))?;
    let amount = object[field].as_i64().and_then(|amount| units(currency).from_provider(amount));
    amount.filter(|amount| (0..=MAX_AMOUNT).contains(amount)).ok_or_else(|| malformed(field))
}

fn currency(object: &Value) -> Result<Option<Currency>, Error> {
    let Some(code) = object["currency"].as_str() else { return Ok(None) };
    code.to_ascii_uppercase().parse().map(Some).map_err(|_| malformed("currency"))
}

fn moment(event: &Value) -> Result<Timestamp, Error> {
    let created = event["created"].as_i64().and_then(|second| Timestamp::from_second(second).ok());
    created.ok_or_else(|| malformed("created"))
}

/// A genuine event without a required field. Stripe retries it until somebody has looked.
fn malformed(field: &str) -> Error {
    Problem::new(Code::MalformedEvent, format!("the event's {field} is missing or malformed")).into()
}
