//! The name of an order on Square's payments: <https://developer.squareup.com/reference/square/objects/Payment>.

use domain::{
    ids::{ChannelId, OrderId},
    payment_record::Named,
};
use serde_json::Value;

/// Where the merchant's server names the order: the reference, which the Payments API takes (40 characters), and the
/// note, the only field of a payment that a payment link can fill (`payment_note`). Buyers can write neither.
const FIELDS: [&str; 2] = ["reference_id", "note"];

/// What the merchant's server wrote on the payment.
pub(super) fn named(payment: &Value) -> Named {
    FIELDS.iter().find_map(|field| read(payment[*field].as_str()?)).unwrap_or_default()
}

/// Reads Orderly's id of an order, `ord_…`, or the channel and its own id, `web/1001`. Any other text is the merchant's
/// own: a note is often a sentence.
fn read(text: &str) -> Option<Named> {
    let Some((channel, order)) = text.split_once('/') else {
        let order: OrderId = text.parse().ok()?;
        return order.as_str().starts_with("ord_").then(|| Named::from(order));
    };
    let channel: ChannelId = channel.parse().ok()?;
    let is_id = !order.is_empty() && !order.contains(char::is_whitespace);
    is_id.then(|| Named { order: Some(OrderId::derive(&channel, order)), channel: Some(channel) })
}

#[cfg(test)]
mod tests;
