//! The name of an order on Square's payments: <https://developer.squareup.com/reference/square/objects/Payment>.

use crate::naming;
use domain::payment_record::Named;
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
    let is_sentence = text.split_once('/').is_some_and(|(_, order)| order.contains(char::is_whitespace));
    Some(naming::in_one(text)).filter(|named| named.order.is_some() && !is_sentence)
}

#[cfg(test)]
mod tests;
