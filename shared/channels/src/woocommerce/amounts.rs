//! Amounts. They have as many decimals as the shop's settings say, whatever the currency has.

use domain::money::{Amount, Currency, MAX_AMOUNT, parse_decimal};
use serde_json::Value;

/// Amounts are added in millionths before they are made minor units. No shop has more decimals.
const DECIMALS: u32 = 6;

/// An amount as it is written, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(i64);

impl Exact {
    pub(crate) const ZERO: Self = Self(0);

    /// A text, or a number of a plugin's. `""` and null are 0, as PHP has it. None: it is no amount.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let number;
        let text = match value {
            Value::Null => return Some(Self::ZERO),
            Value::String(text) => text.trim(),
            Value::Number(written) => {
                number = written.to_string();
                &number
            }
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        match text.strip_prefix('-') {
            _ if text.is_empty() => Some(Self::ZERO),
            Some(positive) => parse_decimal(positive, DECIMALS).map(|units| Self(-units)),
            None => parse_decimal(text, DECIMALS).map(Self),
        }
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub(crate) fn positive(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The nearest amount that the currency can pay, and whether it is the same. None: it is beyond all that is sold.
    pub(crate) fn minor(self, currency: Currency) -> Option<(Amount, bool)> {
        let unit = 10_i64.pow(DECIMALS.saturating_sub(currency.exponent()));
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        let nearest = if rest.abs() * 2 < unit { whole } else { whole + rest.signum() };
        (nearest.abs() <= MAX_AMOUNT).then_some((nearest, rest == 0))
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = domain::money::decimal(self.0, DECIMALS);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn minor(value: &Value, currency: &str) -> Option<(Amount, bool)> {
        Exact::read(value)?.minor(currency.parse().unwrap())
    }

    #[test]
    fn an_amount_is_exact_or_the_nearest() {
        for (value, currency, read) in [
            (json!("65.81"), "EUR", Some((6_581, true))),
            (json!("65.8100"), "EUR", Some((6_581, true))),
            (json!("-14.50"), "EUR", Some((-1_450, true))),
            (json!("1819.75"), "JPY", Some((1_820, false))),
            (json!("1819.49"), "JPY", Some((1_819, false))),
            (json!("1819.5"), "JPY", Some((1_820, false))),
            (json!("-1819.5"), "JPY", Some((-1_820, false))),
            (json!("1819.00"), "JPY", Some((1_819, true))),
            (json!("1.5"), "KWD", Some((1_500, true))),
            (json!("10.3984"), "EUR", Some((1_040, false))),
            (json!("0.004"), "EUR", Some((0, false))),
            (json!(29.35), "USD", Some((2_935, true))),
            (json!(0), "USD", Some((0, true))),
            (json!(""), "USD", Some((0, true))),
            (json!(null), "USD", Some((0, true))),
            (json!("1,00"), "USD", None),
            (json!("1e2"), "USD", None),
            (json!("--1"), "USD", None),
            (json!("NaN"), "USD", None),
            (json!("0.0000001"), "USD", None),
            (json!(true), "USD", None),
            (json!({}), "USD", None),
            (json!("9000000000000.00"), "USD", Some((900_000_000_000_000, true))),
            (json!("9999999999999999"), "USD", None),
            (json!("9000000000000.000"), "KWD", None),
        ] {
            assert_eq!(minor(&value, currency), read, "{value} {currency}");
        }
    }

    #[test]
    fn an_amount_is_shown_without_zeros_at_its_end() {
        for (value, shown) in [("1819.7500", "1819.75"), ("-0.50", "-0.5"), ("100", "100"), ("0", "0")] {
            assert_eq!(Exact::read(&json!(value)).unwrap().to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn the_nearest_is_at_most_half_a_unit_away(units in -1_000_000_000_000_i64..1_000_000_000_000) {
            for currency in ["JPY", "EUR", "KWD"] {
                let currency: Currency = currency.parse().unwrap();
                let unit = 10_i64.pow(DECIMALS - currency.exponent());
                let (nearest, is_exact) = Exact(units).minor(currency).unwrap();
                prop_assert!((nearest * unit - units).abs() * 2 <= unit);
                prop_assert_eq!(is_exact, nearest * unit == units);
            }
        }
    }
}
