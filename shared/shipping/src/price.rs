//! Prices as services write them: decimal numbers in text, never floats.

use domain::money::{Amount, Currency, MAX_AMOUNT, parse_decimal};
use serde_json::Value;

/// A price in minor units. None: it is no such number, it has more decimals than its currency, or nobody here knows the currency.
pub(crate) fn price(amount: &Value, currency: &Value) -> Option<(Amount, Currency)> {
    let currency: Currency = currency.as_str()?.trim().to_uppercase().parse().ok()?;
    // A number without quotes is written as shortly as it can be, so it has the decimals that were sent.
    let text =
        amount.as_str().map_or_else(|| amount.as_number().map(ToString::to_string), |text| Some(text.to_owned()))?;
    let text = text.trim();
    // What begins with its decimals is cut off.
    let price =
        parse_decimal(text, currency.exponent()).filter(|price| *price <= MAX_AMOUNT && !text.starts_with('.'))?;
    Some((price, currency))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_price_is_read_exactly_in_the_decimals_of_its_currency() {
        for (amount, currency, expected) in [
            (json!("6.07"), "USD", Some(607)),
            (json!("5.5"), "usd", Some(550)),
            (json!("6.07000"), "USD", Some(607)),
            (json!("17"), "EUR", Some(1_700)),
            (json!(12.65), "EUR", Some(1_265)),
            (json!(0.1), "EUR", Some(10)),
            (json!("0.00"), "EUR", Some(0)),
            (json!("500"), "JPY", Some(500)),
            (json!("500.0"), "JPY", Some(500)),
            (json!("1.234"), "KWD", Some(1_234)),
            (json!("6.075"), "USD", None),
            (json!("500.5"), "JPY", None),
            (json!("6.07"), "XYZ", None),
            (json!("6.07"), "", None),
            (json!("-6.07"), "USD", None),
            (json!("6,07"), "USD", None),
            (json!("6."), "USD", None),
            (json!(".5"), "USD", None),
            (json!(""), "USD", None),
            (json!("ß.ß"), "USD", None),
            (json!("1e3"), "USD", None),
            (json!(1e300), "USD", None),
            (json!("99999999999999999999"), "USD", None),
            (json!(null), "USD", None),
        ] {
            let read = price(&amount, &json!(currency)).map(|(price, _)| price);
            assert_eq!(read, expected, "{amount} {currency}");
        }
        assert_eq!(price(&json!("1"), &Value::Null), None);
    }
}
