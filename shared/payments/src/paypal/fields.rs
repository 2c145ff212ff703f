//! The fields of PayPal's objects. One that is missing or malformed is named in the error.

use super::{NAME, units, units::decimals};
use api::Error;
use domain::{
    ids::{PaymentId, ProviderId},
    money::{Amount, Currency, MAX_AMOUNT, parse_decimal},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::fields::word;

pub(super) use crate::fields::{malformed, text};

/// An amount in our units, with its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

/// The payment that PayPal calls `id`.
pub(super) fn payment(id: ProviderId) -> Result<PaymentId, Error> {
    let provider = NAME.parse().map_err(|_| Error::Internal("PayPal's name is no provider's".to_owned()))?;
    Ok(PaymentId { provider, id })
}

/// An id. It must be a short name, so that a ledger has room for it.
pub(super) fn id(object: &Value, field: &str) -> Result<ProviderId, Error> {
    text(object, field)?.parse().map_err(|_| malformed(field))
}

/// `{ "value": "30.00", "currency_code": "USD" }`.
pub(super) fn money(object: &Value, field: &str) -> Result<Money, Error> {
    let read = |money: &Value| {
        let currency: Currency = money["currency_code"].as_str()?.parse().ok()?;
        let theirs = parse_decimal(money["value"].as_str()?, decimals(currency))?;
        let amount = units(currency).from_provider(theirs).filter(|amount| (0..=MAX_AMOUNT).contains(amount))?;
        Some(Money { amount, currency })
    };
    read(&object[field]).ok_or_else(|| malformed(field))
}

pub(super) fn optional_money(object: &Value, field: &str) -> Result<Option<Money>, Error> {
    if object[field].is_null() { Ok(None) } else { money(object, field).map(Some) }
}

pub(super) fn moment(object: &Value, field: &str) -> Result<Timestamp, Error> {
    text(object, field)?.parse().map_err(|_| malformed(field))
}

pub(super) fn optional_moment(object: &Value, field: &str) -> Result<Option<Timestamp>, Error> {
    if object[field].is_null() { Ok(None) } else { moment(object, field).map(Some) }
}

/// The id in an object's link to what it belongs to: `rel` is `up`, and the address is `…/v2/payments/captures/ID` for
/// `v2/payments/captures`. None: it belongs to something else.
pub(super) fn up(object: &Value, collection: &str) -> Option<ProviderId> {
    let links = object["links"].as_array()?;
    links.iter().filter(|link| link["rel"] == "up").find_map(|link| {
        let (_, rest) = link["href"].as_str()?.split_once("://")?;
        let (_, path) = rest.split_once('/')?;
        path.strip_prefix(collection)?.strip_prefix('/')?.parse().ok()
    })
}

/// The id of something else that an object tells.
pub(super) fn related(object: &Value, name: &str) -> Option<ProviderId> {
    object["supplementary_data"]["related_ids"][name].as_str()?.parse().ok()
}

/// A reason or an error in PayPal's own word, which is all that is kept of it.
pub(super) fn code(text: Option<&str>) -> String {
    let code = word(text.unwrap_or_default(), "_-");
    if code.is_empty() { "unknown".to_owned() } else { code }
}
