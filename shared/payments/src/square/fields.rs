//! The fields of Square's objects. One that is missing or malformed is named in the error.

use super::{NAME, units};
use api::Error;
use domain::{
    ids::{PaymentId, ProviderId},
    money::{Amount, Currency, MAX_AMOUNT},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::fields::word as plain_word;

pub(super) use crate::fields::{malformed, text};

/// The id of a payment.
pub(super) fn payment_id(object: &Value, field: &str) -> Result<PaymentId, Error> {
    let payment = || Some(PaymentId { provider: NAME.parse().ok()?, id: object[field].as_str()?.parse().ok()? });
    payment().ok_or_else(|| malformed(field))
}

/// The id of a refund, dispute or event. It must be a short name, so that a ledger has room for it.
pub(super) fn id(object: &Value, field: &str) -> Result<String, Error> {
    let id: ProviderId = text(object, field)?.parse().map_err(|_| malformed(field))?;
    Ok(id.into())
}

/// An amount in our units, of a [`Money`](https://developer.squareup.com/reference/square/objects/Money).
pub(super) fn amount(object: &Value, field: &str) -> Result<Amount, Error> {
    let units = units(currency(object, field)?);
    let amount = object[field]["amount"].as_i64().and_then(|amount| units.from_provider(amount));
    amount.filter(|amount| (0..=MAX_AMOUNT).contains(amount)).ok_or_else(|| malformed(field))
}

/// An amount that not every object has.
pub(super) fn optional_amount(object: &Value, field: &str) -> Result<Option<Amount>, Error> {
    if object[field].is_null() { Ok(None) } else { amount(object, field).map(Some) }
}

pub(super) fn currency(object: &Value, field: &str) -> Result<Currency, Error> {
    let code = object[field]["currency"].as_str().and_then(|code| code.parse().ok());
    code.ok_or_else(|| malformed(field))
}

/// A time in RFC 3339.
pub(super) fn moment(object: &Value, field: &str) -> Result<Timestamp, Error> {
    object[field].as_str().and_then(|time| time.parse().ok()).ok_or_else(|| malformed(field))
}

/// A time that not every object has.
pub(super) fn optional_moment(object: &Value, field: &str) -> Result<Option<Timestamp>, Error> {
    if object[field].is_null() { Ok(None) } else { moment(object, field).map(Some) }
}

/// A word of Square's own, without anything that could be about a customer. `unknown` if there is none.
pub(super) fn word(value: &Value) -> String {
    let word = plain_word(value.as_str().unwrap_or_default(), "_-");
    if word.is_empty() { "unknown".to_owned() } else { word }
}
