//! Stripe: <https://docs.stripe.com/webhooks>, <https://docs.stripe.com/api/events/types>.

use crate::Incoming;
use api::{Error, Problem, Request};
use domain::{
    ids::{ChannelId, OrderId, PaymentId, ProviderId},
    ledger::{DisputeStatus, MoneyEvent, MoneyFact, OurRefund, RefundStatus},
    money::{Amount, Currency, MAX_AMOUNT},
    provider_units,
};
use jiff::Timestamp;
use runtime::ConfigError;
use serde_json::Value;
use webhooks::{
    SignatureError,
    stripe::{self, Secret},
};

/// Stripe's events have a few kilobytes; with many lines of a checkout, some ten.
const MAX_BODY: usize = 1024 * 1024;

/// One endpoint of a Stripe account.
#[derive(Debug)]
pub struct Stripe {
    /// Two while one is rolled.
    secrets: Vec<Secret>,
    livemode: bool,
}

/// An event that Stripe signed for this endpoint and mode. Only [`Stripe::verify`] makes one.
#[derive(Debug)]
pub struct VerifiedEvent(Value);

impl Stripe {
    /// `secrets`: the endpoint's signing secrets, one on a line. `livemode`: `true` or `false`.
    pub fn new(secrets: &str, livemode: &str) -> Result<Self, ConfigError> {
        let lines = secrets.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets = lines.map(Secret::new).collect::<Result<Vec<_>, _>>();
        let wrong = |name, problem: String| ConfigError::Invalid { name, problem };
        let secrets = secrets.map_err(|e| wrong("STRIPE_WEBHOOK_SECRET", e.to_string()))?;
        if secrets.is_empty() {
            return Err(wrong("STRIPE_WEBHOOK_SECRET", "it holds no signing secret".into()));
        }
        let livemode = livemode.parse().map_err(|_| wrong("STRIPE_LIVEMODE", "must be true or false".into()))?;
        Ok(Self { secrets, livemode })
    }

    /// Checks the signature on the raw bytes, then the mode. What fails is refused and recorded nowhere.
    pub fn verify(&self, request: &Request, now: Timestamp) -> Result<VerifiedEvent, Error> {
        request.at_most(MAX_BODY)?;
        stripe::verify(request.header(stripe::HEADER), &request.body, &self.secrets, now).map_err(|e| match e {
            SignatureError::NoSecret | SignatureError::MalformedSecret => Error::Internal(e.to_string()),
            refused => Problem::new(401, "bad-signature", refused.to_string()).into(),
        })?;
        let event: Value = serde_json::from_slice(&request.body)
            .map_err(|e| Problem::new(400, "not-json", format!("the body is not valid JSON: {e}")))?;
        if event.get("livemode").and_then(Value::as_bool) != Some(self.livemode) {
            let mode = if self.livemode { "live" } else { "test" };
            return Err(Problem::new(400, "wrong-mode", format!("this endpoint takes {mode} events only")).into());
        }
        Ok(VerifiedEvent(event))
    }

    /// The fact that the event tells; none if it says nothing about an order's money.
    pub fn normalize(&self, VerifiedEvent(event): &VerifiedEvent) -> Result<Option<Incoming>, Error> {
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
            // Money can be refunded from a customer's balance too: that is no order's.
            "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" if is_payments => {
                (payment_id(object, &["payment_intent", "charge"])?, refund(object)?)
            }
            "charge.dispute.created"
            | "charge.dispute.updated"
            | "charge.dispute.closed"
            | "charge.dispute.funds_withdrawn"
            | "charge.dispute.funds_reinstated" => {
                (payment_id(object, &["payment_intent", "charge"])?, dispute(object)?)
            }
            _ => return Ok(None),
        };
        let event = MoneyEvent { payment, at: moment(event)?, event: id(event)?, currency: currency(object)?, fact };
        Ok(Some(Incoming { order: order_of(object), event }))
    }
}

/// A session may be complete while its money is still on its way, or without any being due.
fn session(kind: &str, object: &Value) -> Result<Option<(PaymentId, MoneyFact)>, Error> {
    if object["payment_intent"].is_null() {
        return Ok(None); // a subscription, or nothing to pay
    }
    let fact = match (kind, object["payment_status"].as_str()) {
        ("checkout.session.async_payment_failed", _) => MoneyFact::Failed("async_payment_failed".into()),
        (_, Some("paid")) => MoneyFact::Captured(amount(object, "amount_total")?),
        (_, Some("unpaid")) => MoneyFact::Pending,
        _ => return Ok(None),
    };
    Ok(Some((payment_id(object, &["payment_intent"])?, fact)))
}

fn refund(object: &Value) -> Result<MoneyFact, Error> {
    let status = match text(object, "status")? {
        "succeeded" => RefundStatus::Succeeded,
        "failed" | "canceled" => RefundStatus::Failed,
        _ => RefundStatus::Pending, // pending, requires_action
    };
    let metadata = |name: &str| object["metadata"][name].as_str();
    let ours = metadata("orderly_refund").and_then(|id| id.parse().ok());
    let attempt = metadata("orderly_attempt").and_then(|n| n.parse().ok());
    Ok(MoneyFact::Refund {
        ours: ours.zip(attempt).map(|(id, attempt)| OurRefund { id, attempt }),
        id: id(object)?,
        amount: amount(object, "amount")?,
        status,
    })
}

fn dispute(object: &Value) -> Result<MoneyFact, Error> {
    let status = match text(object, "status")? {
        "won" | "warning_closed" | "prevented" => DisputeStatus::Won,
        "lost" => DisputeStatus::Lost,
        "warning_needs_response" | "warning_under_review" => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open, // needs_response, under_review
    };
    Ok(MoneyFact::Dispute { id: id(object)?, amount: amount(object, "amount")?, status })
}

/// The order that the storefront wrote on the payment: Orderly's id, or with a `channel` its own.
fn order_of(object: &Value) -> Option<OrderId> {
    let metadata = |name: &str| object["metadata"][name].as_str();
    let named = metadata("order_id").or_else(|| object["client_reference_id"].as_str())?;
    match metadata("channel").map(str::parse::<ChannelId>) {
        Some(channel) => Some(OrderId::derive(&channel.ok()?, named)),
        None => named.parse().ok().filter(|id: &OrderId| id.as_str().starts_with("ord_")),
    }
}

/// A word out of Stripe's vocabulary; its message may name the customer and is not kept.
fn failure_code(object: &Value) -> String {
    let code = object["last_payment_error"]["code"].as_str().unwrap_or("unknown");
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}

fn payment_id(object: &Value, fields: &[&str]) -> Result<PaymentId, Error> {
    // A field holds an id, or the whole object when the endpoint expands it.
    let id = fields.iter().find_map(|field| object[*field].as_str().or_else(|| object[*field]["id"].as_str()));
    id.and_then(|id| PaymentId::stripe(id).ok()).ok_or_else(|| malformed(&fields.join(" or ")))
}

/// The id of a refund, a dispute or an event: a name, which a ledger has room for, and not any text.
fn id(object: &Value) -> Result<String, Error> {
    let id: ProviderId = text(object, "id")?.parse().map_err(|_| malformed("id"))?;
    Ok(id.into())
}

fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Error> {
    object[field].as_str().ok_or_else(|| malformed(field))
}

/// An amount as we count it.
fn amount(object: &Value, field: &str) -> Result<Amount, Error> {
    let currency = currency(object)?.ok_or_else(|| malformed("currency"))?;
    let amount = object[field].as_i64().and_then(|amount| provider_units::stripe(currency).from_provider(amount));
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

/// A genuine event without what its kind must have: Stripe's retries keep it until somebody has looked.
fn malformed(field: &str) -> Error {
    Problem::new(422, "malformed-event", format!("the event's {field} is missing or malformed")).into()
}

#[cfg(test)]
mod tests;
