//! Amounts as Mollie writes them, decimals in a text: <https://docs.mollie.com/reference/common-data-types#amount-object>.

use super::{
    fields::{Error, malformed},
    units,
};
use domain::money::{Amount, Currency, MAX_AMOUNT};
use serde_json::{Value, json};

/// No amount that fits has more characters.
const MAX_TEXT: usize = 32;

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
        let theirs = decimal(value["value"].as_str()?, currency.exponent())?;
        let amount = units(currency).from_provider(theirs)?;
        (amount <= MAX_AMOUNT).then_some(Money { amount, currency })
    };
    read().map(Some).ok_or_else(|| malformed(field))
}

/// An amount as Mollie takes it. It refuses one with other decimals than its currency has.
pub(super) fn written(amount: Amount, currency: Currency) -> Value {
    let digits = currency.exponent() as usize;
    let unit = 10_u64.pow(currency.exponent());
    let (whole, rest) = (amount.unsigned_abs() / unit, amount.unsigned_abs() % unit);
    let value = if digits == 0 { whole.to_string() } else { format!("{whole}.{rest:0digits$}") };
    json!({ "currency": currency.as_str(), "value": value })
}

/// A decimal with at most `digits` decimals that are not 0, as a whole number of the smallest unit. No float is involved,
/// so nothing is rounded. A sign or an exponent is refused.
fn decimal(text: &str, digits: u32) -> Option<Amount> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > MAX_TEXT || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let digits = digits as usize;
    let (kept, beyond) = rest.split_at(digits.min(rest.len()));
    if beyond.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<digits$}").parse().ok()
}

#[cfg(test)]
mod tests;
