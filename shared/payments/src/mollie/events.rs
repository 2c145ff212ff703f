//! The events of Mollie's next-gen webhooks: <https://docs.mollie.com/reference/webhooks-new>.

use super::{fields, payment_id};
use api::{Code, Error, Problem};
use domain::ids::ProviderId;
use serde_json::Value;

/// The families of events that are about a payment's money. All others are about the merchant's own, or only repeat it.
const OF_PAYMENTS: [&str; 4] = ["payment", "refund", "capture", "chargeback"];

/// An event that Mollie signed. Only [`Webhook`](super::Webhook) creates one.
#[derive(Debug)]
pub(super) struct VerifiedEvent(Value);

/// What an event is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum About {
    Payment(ProviderId),
    /// Nothing about an order's money. Holds the name of its type.
    Nothing(String),
}

impl VerifiedEvent {
    /// Parses a body whose signature is genuine.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let not_json = |e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}"));
        Ok(Self(serde_json::from_slice(body).map_err(not_json)?))
    }

    /// Whether it is about real money. None: it does not tell. Not every object has a mode.
    pub(super) fn is_live(&self) -> Option<bool> {
        self.entity()["mode"].as_str().map(|mode| mode == "live")
    }

    /// The payment that it is about. What the event says of it is not read: it may have changed since.
    pub(super) fn about(&self) -> Result<About, Error> {
        let kind = fields::text(&self.0, "type")?;
        let entity = self.entity();
        let named = [&entity["paymentId"], &entity["id"], &self.0["entityId"]];
        if let Some(payment) = named.into_iter().filter_map(Value::as_str).find_map(payment_id) {
            return Ok(About::Payment(payment));
        }
        let family = kind.split('.').next().unwrap_or_default();
        if OF_PAYMENTS.contains(&family) {
            // With the short payload, a refund's event names only the refund.
            return Err(fields::malformed("_embedded.entity.paymentId"));
        }
        Ok(About::Nothing(kind.to_owned()))
    }

    fn entity(&self) -> &Value {
        &self.0["_embedded"]["entity"]
    }
}
