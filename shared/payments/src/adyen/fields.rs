//! The fields of an item. One that is missing or malformed is named in the error.

use super::{NAME, units};
use api::Error;
use domain::{
    ids::{PaymentId, ProviderId},
    money::{Amount, Currency, MAX_AMOUNT},
};
use jiff::Timestamp;
use serde_json::Value;

pub(super) use crate::fields::{malformed, text};

/// A reference of Adyen's. Colons, which separate the signed fields, are no part of it.
pub(super) fn reference(item: &Value, field: &str) -> Result<ProviderId, Error> {
    text(item, field)?.parse().map_err(|_| malformed(field))
}

/// The payment with the reference in a field.
pub(super) fn payment(item: &Value, field: &str) -> Result<PaymentId, Error> {
    let payment = PaymentId { provider: NAME.parse().map_err(|_| malformed(field))?, id: reference(item, field)? };
    Ok(payment)
}

/// A field that may be missing.
pub(super) fn optional_text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap_or_default()
}

/// Whether the event happened. It is a text, and no boolean.
pub(super) fn success(item: &Value) -> Result<bool, Error> {
    match &item["success"] {
        Value::String(text) => text.parse().map_err(|_| malformed("success")),
        Value::Bool(success) => Ok(*success),
        _ => Err(malformed("success")),
    }
}

/// The amount in our units. Adyen writes its value as a number; a text of digits is signed alike.
pub(super) fn amount(item: &Value) -> Result<Amount, Error> {
    let value = match &item["amount"]["value"] {
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        number => number.as_i64(),
    };
    let amount =
        value.map(|value| units(currency(item)?).from_provider(value).ok_or_else(|| malformed("amount.value")));
    let amount = amount.transpose()?.filter(|amount| (0..=MAX_AMOUNT).contains(amount));
    amount.ok_or_else(|| malformed("amount.value"))
}

pub(super) fn currency(item: &Value) -> Result<Currency, Error> {
    let code = item["amount"]["currency"].as_str();
    code.and_then(|code| code.parse().ok()).ok_or_else(|| malformed("amount.currency"))
}

/// When the event was made.
pub(super) fn moment(item: &Value) -> Result<Timestamp, Error> {
    text(item, "eventDate")?.parse().map_err(|_| malformed("eventDate"))
}
