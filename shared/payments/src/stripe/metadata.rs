//! The names of an order and a refund in the metadata of Stripe's objects: <https://docs.stripe.com/metadata>.

use crate::naming;
use domain::{ids::OrderId, ledger::OurRefund, payment_record::Named};
use serde_json::Value;

/// The storefront writes it on the payment, and Orderly on its refunds. It is Orderly's id of the order, or, with a
/// channel, the channel's own id.
const ORDER: &str = "order_id";
/// The storefront writes it on the payment, next to its own order id.
const CHANNEL: &str = "channel";
/// Orderly's id of the refund.
const REFUND: &str = "orderly_refund";
const ATTEMPT: &str = "orderly_attempt";

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object["metadata"][name].as_str()
}

/// What the merchant's server wrote into the metadata of the payment, or of the checkout that it made.
pub(super) fn named(object: &Value) -> Named {
    naming::by_fields(text(object, CHANNEL), text(object, ORDER))
}

/// Also the checkout's reference. It is the merchant's word only if no payment link takes it from the buyer's address
/// bar.
pub(super) fn named_or_referred(object: &Value) -> Named {
    let order = text(object, ORDER).or_else(|| object["client_reference_id"].as_str());
    naming::by_fields(text(object, CHANNEL), order)
}

/// Orderly's own refund attempt, if the refund is one.
pub(super) fn refund_of(object: &Value) -> Option<OurRefund> {
    let id = text(object, REFUND)?.parse().ok()?;
    let attempt = text(object, ATTEMPT)?.parse().ok()?;
    Some(OurRefund { id, attempt })
}

/// Whether a refund is this attempt at Orderly's.
pub(super) fn is_of(object: &Value, order: Option<&OrderId>, ours: &OurRefund) -> bool {
    entries(order, ours).all(|(name, value)| text(object, name) == Some(value.as_str()))
}

/// The form fields that say what a refund is for.
pub(super) fn form(order: Option<&OrderId>, ours: &OurRefund) -> impl Iterator<Item = (String, String)> {
    entries(order, ours).map(|(name, value)| (format!("metadata[{name}]"), value))
}

fn entries(order: Option<&OrderId>, ours: &OurRefund) -> impl Iterator<Item = (&'static str, String)> {
    let order = order.map(|order| (ORDER, order.to_string()));
    let refund = [(REFUND, ours.id.to_string()), (ATTEMPT, ours.attempt.to_string())];
    order.into_iter().chain(refund)
}
