//! Amounts as Mollie writes them, decimals in a text: <https://docs.mollie.com/reference/common-data-types#amount-object>.

use super::{
    fields::{Error, malformed},
    units,
};
use domain::money::{Amount, Currency, MAX_AMOUNT, parse_decimal};
use serde_json::{Value, json};

/// An amount in our units, and its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

/// The amount in a field of an object.
pub(super) fn money(object: &Value, field: &str) -> Result<Money, Error> {
    optional(object, field)?.ok_or_else(|| malformed(field))
}

/// The amount in a field that may be absent or null.
pub(super) fn optional(object: &Value, field: &str) -> Result<Option<Money>, Error> {
    let value = &object[field];
    if value.is_null() {
        return Ok(None);
    }
    let read = || {
        let currency: Currency = value["currency"].as_str()?.parse().ok()?;
        // Mollie writes a digit before the point.
        let text = value["value"].as_str().filter(|text| !text.starts_with('.'))?;
        let theirs = parse_decimal(text, currency.exponent())?;
        let amount = units(currency).from_provider(theirs)?;
        (amount <= MAX_AMOUNT).then_some(Money { amount, currency })
    };
    read().map(Some).ok_or_else(|| malformed(field))
}

/// An amount as Mollie takes it. It refuses one with other decimals than its currency has.
pub(super) fn written(amount: Amount, currency: Currency) -> Value {
    let value = domain::money::decimal(amount, currency.exponent());
    json!({ "currency": currency.as_str(), "value": value })
}

#[cfg(test)]
mod tests;
