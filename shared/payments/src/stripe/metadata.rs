//! The names of an order and a refund in the metadata of Stripe's objects: <https://docs.stripe.com/metadata>.

use crate::refund::RefundRequest;
use domain::{
    ids::{ChannelId, OrderId},
    ledger::OurRefund,
};
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

/// The order that the storefront named, in the payment's metadata or as the checkout's reference.
pub(super) fn order_of(object: &Value) -> Option<OrderId> {
    let named = text(object, ORDER).or_else(|| object["client_reference_id"].as_str())?;
    match text(object, CHANNEL).map(str::parse::<ChannelId>) {
        Some(channel) => Some(OrderId::derive(&channel.ok()?, named)),
        None => named.parse().ok().filter(|id: &OrderId| id.as_str().starts_with("ord_")),
    }
}

/// Orderly's own refund attempt, if the refund is one.
pub(super) fn refund_of(object: &Value) -> Option<OurRefund> {
    let id = text(object, REFUND)?.parse().ok()?;
    let attempt = text(object, ATTEMPT)?.parse().ok()?;
    Some(OurRefund { id, attempt })
}

/// Whether a refund is the requested one.
pub(super) fn is_of(object: &Value, request: &RefundRequest<'_>) -> bool {
    entries(request).iter().all(|(name, value)| text(object, name) == Some(value))
}

/// The form fields that say what a refund is for.
pub(super) fn form(request: &RefundRequest<'_>) -> impl Iterator<Item = (String, String)> {
    entries(request).into_iter().map(|(name, value)| (format!("metadata[{name}]"), value))
}

fn entries(request: &RefundRequest<'_>) -> [(&'static str, String); 3] {
    [(ORDER, request.order.to_string()), (REFUND, request.refund.to_string()), (ATTEMPT, request.attempt.to_string())]
}
