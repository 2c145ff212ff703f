//! The fields of Stripe's objects. One that is missing or malformed is named in the error.

use super::{NAME, units};
use api::Error;
use domain::{
    ids::{PaymentId, ProviderId},
    money::{Amount, Currency, MAX_AMOUNT},
};
use jiff::Timestamp;
use serde_json::Value;

pub(super) use crate::fields::{malformed, text};

pub(super) fn payment_id(object: &Value, fields: &[&str]) -> Result<PaymentId, Error> {
    // A field holds an id, or the whole object if the endpoint expands it.
    let id = fields.iter().find_map(|field| object[*field].as_str().or_else(|| object[*field]["id"].as_str()));
    let payment = || Some(PaymentId { provider: NAME.parse().ok()?, id: id?.parse().ok()? });
    payment().ok_or_else(|| malformed(&fields.join(" or ")))
}

/// The id of a refund, dispute or event. It must be a short name, so that a ledger has room for it.
pub(super) fn id(object: &Value) -> Result<String, Error> {
    let id: ProviderId = text(object, "id")?.parse().map_err(|_| malformed("id"))?;
    Ok(id.into())
}

/// An amount in our units.
pub(super) fn amount(object: &Value, field: &str) -> Result<Amount, Error> {
    let currency = currency(object)?.ok_or_else(|| malformed("currency"))?;
    let amount = object[field].as_i64().and_then(|amount| units(currency).from_provider(amount));
    amount.filter(|amount| (0..=MAX_AMOUNT).contains(amount)).ok_or_else(|| malformed(field))
}

/// An amount that older versions of the API do not have.
pub(super) fn optional_amount(object: &Value, field: &str) -> Result<Option<Amount>, Error> {
    if object[field].is_null() { Ok(None) } else { amount(object, field).map(Some) }
}

pub(super) fn currency(object: &Value) -> Result<Option<Currency>, Error> {
    let Some(code) = object["currency"].as_str() else { return Ok(None) };
    code.to_ascii_uppercase().parse().map(Some).map_err(|_| malformed("currency"))
}

pub(super) fn moment(object: &Value) -> Result<Timestamp, Error> {
    second(&object["created"]).ok_or_else(|| malformed("created"))
}

/// A Unix time.
pub(super) fn second(value: &Value) -> Option<Timestamp> {
    value.as_i64().and_then(|second| Timestamp::from_second(second).ok())
}
