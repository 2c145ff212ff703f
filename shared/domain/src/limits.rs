//! Amounts by currency: up to where something is allowed.

use super::money::{Amount, Currency};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// An amount of each of some currencies, in minor units. It is written as `EUR:5000,JPY:30000`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<Currency, Amount>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be empty or like EUR:20000,JPY:30000: currencies with amounts in their minor units")]
pub struct NoLimits;

impl Limits {
    /// None: the currency is not named.
    pub fn of(&self, currency: Currency) -> Option<Amount> {
        self.0.get(&currency).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (currency, amount)) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            write!(f, "{comma}{currency}:{amount}")?;
        }
        Ok(())
    }
}

impl FromStr for Limits {
    type Err = NoLimits;

    fn from_str(text: &str) -> Result<Self, NoLimits> {
        let limit = |text: &str| {
            let (currency, amount) = text.split_once(':')?;
            Some((currency.parse().ok()?, amount.parse().ok().filter(|amount| *amount >= 0)?))
        };
        let named = text.split(',').map(str::trim).filter(|limit| !limit.is_empty());
        named.map(limit).collect::<Option<_>>().map(Self).ok_or(NoLimits)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn limits_read_back_as_they_are_written_and_nothing_else_is_taken() {
        for (text, written) in [("", ""), (" JPY:0, EUR:20000 ", "EUR:20000,JPY:0"), ("USD:1", "USD:1")] {
            let limits: Limits = text.parse().unwrap();
            assert_eq!(limits.to_string(), written);
            assert_eq!(written.parse::<Limits>().unwrap(), limits);
        }
        let limits: Limits = "EUR:20000,JPY:0".parse().unwrap();
        let of = |code: &str| limits.of(code.parse().unwrap());
        assert_eq!((of("EUR"), of("JPY"), of("USD")), (Some(20_000), Some(0), None));
        for bad in ["200.00", "EUR", "EUR:-1", "EURO:1", "EUR:1;USD:2", "EUR:1,5"] {
            assert!(bad.parse::<Limits>().is_err(), "{bad}");
        }
    }
}
