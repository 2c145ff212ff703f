//! Amounts as the shop computes with them: it keeps more decimals than it shows.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    iter::Sum,
    ops::{Add, Mul, Neg, Sub},
};

/// How many decimals the shop keeps: the recorded prices per unit show that.
const KEPT: u32 = 5;
const ONE: i64 = 10_i64.pow(KEPT);

/// An amount in hundred-thousandths of the currency's unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Amount(i64);

impl Amount {
    pub(super) const ZERO: Self = Self(0);

    /// `14.5`, `-3` or `1819.75`. None: it is no such text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.trim().strip_prefix('-').map_or((1, text.trim()), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits.is_empty() || digits == "." || !is_digits(whole) || !is_digits(part) {
            return None;
        }
        let (kept, dropped) = part.split_at(part.len().min(KEPT as usize));
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i64 = format!("{kept:0<width$}", width = KEPT as usize).parse().ok()?;
        let up = i64::from(dropped.starts_with(['5', '6', '7', '8', '9']));
        whole.checked_mul(ONE)?.checked_add(part + up).map(|amount| Self(sign * amount))
    }

    /// Clients write amounts as texts, and some as numbers.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// So many of the smallest steps of a shop with these decimals.
    pub(super) fn steps(count: i64, decimals: u32) -> Self {
        Self(count * step(decimals))
    }

    /// How many of the smallest steps it has, rounded half away from zero.
    pub(super) fn in_steps(self, decimals: u32) -> i64 {
        divide(i128::from(self.0), i128::from(step(decimals)))
    }

    pub(super) fn rounded(self, decimals: u32) -> Self {
        Self::steps(self.in_steps(decimals), decimals)
    }

    /// As the shop writes it: `14.50` with two decimals.
    pub(super) fn text(self, decimals: u32) -> String {
        let steps = self.in_steps(decimals);
        let (sign, size, one) = (if steps < 0 { "-" } else { "" }, steps.unsigned_abs(), 10_u64.pow(decimals));
        match decimals {
            0 => format!("{sign}{size}"),
            _ => format!("{sign}{}.{:0width$}", size / one, size % one, width = decimals as usize),
        }
    }

    /// `part` of `whole` of it.
    pub(super) fn share(self, part: i64, whole: i64) -> Self {
        Self(divide(i128::from(self.0) * i128::from(part), i128::from(whole)))
    }

    /// Split evenly among so many, as the number with too many decimals that the shop shows as a unit's price.
    #[expect(clippy::cast_precision_loss, reason = "that is what the shop does")]
    pub(super) fn each(self, count: i64) -> f64 {
        if count == 0 { 0.0 } else { self.0 as f64 / ONE as f64 / count as f64 }
    }
}

fn step(decimals: u32) -> i64 {
    10_i64.pow(KEPT.saturating_sub(decimals))
}

/// Rounded half away from zero, as PHP does.
fn divide(amount: i128, by: i128) -> i64 {
    let by = by.max(1);
    let half = if amount < 0 { -by } else { by };
    i64::try_from((2 * amount + half) / (2 * by)).unwrap_or(i64::MAX)
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<i64> for Amount {
    type Output = Self;

    fn mul(self, count: i64) -> Self {
        Self(self.0 * count)
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_amount_is_written_with_the_shop_s_decimals_whatever_the_currency() {
        for (text, decimals, written) in [
            ("14.5", 2, "14.50"),
            ("1819.75", 2, "1819.75"),
            ("1819.75", 0, "1820"),
            ("-0.005", 2, "-0.01"),
            ("-0.004", 2, "0.00"),
            ("31.19522", 2, "31.20"),
            ("0.123456", 5, "0.12346"),
            (".5", 2, "0.50"),
        ] {
            assert_eq!(Amount::parse(text).unwrap().text(decimals), written, "{text}");
        }
        for text in ["", ".", "-", "1,00", "1e3", "ten", "99999999999999999999"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_unit_s_price_is_a_number_that_need_not_be_an_amount() {
        let price = Amount::parse("31.19522").unwrap().each(3);
        assert_eq!(serde_json::to_string(&price).unwrap(), "10.398406666666666");
    }
}
