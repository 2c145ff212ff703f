//! The names of an order, a refund and a capture in the metadata of Mollie's objects: any JSON that the merchant's server
//! likes (<https://docs.mollie.com/reference/create-payment>).

use crate::{naming, request::MoneyRequest};
use domain::{
    ledger::{OurRefund, RequestName},
    payment_record::Named,
};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The storefront writes it on the payment, and Orderly on its refunds and captures. It is Orderly's id of the order, or,
/// with a channel, the channel's own id.
const ORDER: &str = "order_id";
/// The storefront writes it on the payment, next to its own order id.
const CHANNEL: &str = "channel";
/// Orderly's id of the refund.
const REFUND: &str = "orderly_refund";
/// Orderly's id of the capture.
const CAPTURE: &str = "orderly_capture";
const ATTEMPT: &str = "orderly_attempt";

/// The metadata of an object. A text may hold JSON, because some libraries write it so.
fn metadata(object: &Value) -> Cow<'_, Value> {
    let metadata = &object["metadata"];
    let parsed = metadata.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    parsed.filter(Value::is_object).map_or(Cow::Borrowed(metadata), Cow::Owned)
}

/// A text, or a whole number as some shops count their orders.
fn text(metadata: &Value, name: &str) -> Option<String> {
    match &metadata[name] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// What the merchant's server wrote into the metadata of the payment: an object, or a text that is Orderly's id of the
/// order, or `CHANNEL/ORDER-ID` with the channel's own.
pub(super) fn named(payment: &Value) -> Named {
    let metadata = metadata(payment);
    match metadata.as_str().map(|text| text.split_once('/').ok_or(text)) {
        Some(Ok((channel, order))) => naming::by_fields(Some(channel), Some(order).filter(|order| !order.is_empty())),
        Some(Err(order)) => naming::by_fields(None, Some(order)),
        None => naming::by_fields(text(&metadata, CHANNEL).as_deref(), text(&metadata, ORDER).as_deref()),
    }
}

/// Orderly's own refund attempt, if the refund is one.
pub(super) fn refund_of(refund: &Value) -> Option<OurRefund> {
    let metadata = metadata(refund);
    let id = text(&metadata, REFUND)?.parse().ok()?;
    let attempt = text(&metadata, ATTEMPT)?.parse().ok()?;
    Some(OurRefund { id, attempt })
}

/// Whether a refund or a capture is this attempt of Orderly's.
pub(super) fn is_of(object: &Value, request: &MoneyRequest<'_>) -> bool {
    let metadata = metadata(object);
    entries(request).all(|(name, value)| text(&metadata, name) == Some(value))
}

/// What Orderly writes on what it asks for.
pub(super) fn written(request: &MoneyRequest<'_>) -> Value {
    Value::Object(entries(request).map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>())
}

fn entries(request: &MoneyRequest<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let order = request.order.map(|order| (ORDER, order.to_string()));
    let name = match &request.attempt.name {
        RequestName::Refund(id) => (REFUND, id.to_string()),
        RequestName::Capture(id) => (CAPTURE, id.to_string()),
        RequestName::Evidence(id) => (CAPTURE, id.to_string()), // Mollie is asked for none
    };
    order.into_iter().chain([name, (ATTEMPT, request.attempt.number.to_string())])
}

#[cfg(test)]
mod tests;
