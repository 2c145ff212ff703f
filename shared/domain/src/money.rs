//! Money: integer minor units with an ISO 4217 currency. Nothing here rounds silently.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An amount in the currency's minor unit (cents for EUR, yen for JPY, fils for KWD).
pub type Amount = i64;

/// No amount may exceed this, so that sums of a few hundred cannot overflow (9.2e18 / 1e15).
pub const MAX_AMOUNT: Amount = 1_000_000_000_000_000;

/// An ISO 4217 currency whose exponent Orderly knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an active ISO 4217 currency code in upper case, for example EUR")]
pub struct UnknownCurrency;

/// Active ISO 4217 codes with two decimals.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN \
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC \
    SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG";
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// The number of decimals that people write: 0, 2 or 3.
    pub fn exponent(self) -> u32 {
        let code = self.as_str();
        if NO_DECIMALS.contains(code) {
            0
        } else if THREE_DECIMALS.contains(code) {
            3
        } else {
            2
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default() // only ASCII is ever stored
    }

    /// The amount as people write it: `1234.50 EUR`, `500 JPY`, `-0.01 USD`.
    pub fn format(self, amount: Amount) -> String {
        format!("{} {self}", decimal(amount, self.exponent()))
    }
}

/// Units of the last of some decimals, as people and other systems write them: `1234.50`, `500`, `-0.01`.
pub fn decimal(units: Amount, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / unit, units.unsigned_abs() % unit);
    match decimals {
        0 => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{rest:0width$}", width = digits as usize),
    }
}

/// The value of a decimal number, as other systems write them in text, in units of its last decimal: `30.00` with two decimals is 3000. Decimals that are left out are 0, and so must
/// be any beyond those that the currency has. None: it is no such number, or negative.
pub fn parse_decimal(text: &str, decimals: u32) -> Option<Amount> {
    /// No amount that fits has more characters.
    const MAX_LENGTH: usize = 32;
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let is_number = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_number || text.len() > MAX_LENGTH {
        return None;
    }
    let decimals = decimals as usize;
    let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
    if beyond.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = format!("{whole}{kept:0<decimals$}");
    digits.bytes().try_fold(0, |sum: Amount, digit| sum.checked_mul(10)?.checked_add(Amount::from(digit - b'0')))
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let known = [TWO_DECIMALS, NO_DECIMALS, THREE_DECIMALS]
            .iter()
            .any(|list| list.split_ascii_whitespace().any(|code| code == text));
        let code = text.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        if known { Ok(Self(code)) } else { Err(UnknownCurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(text: String) -> Result<Self, UnknownCurrency> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Splits `total` by `weights` so that the shares add up to it exactly (largest remainder; ties go to the earlier
/// share). If all weights are 0, the shares are equal.
pub fn allocate(total: Amount, weights: &[u64]) -> Vec<Amount> {
    let equal = weights.iter().all(|&weight| weight == 0);
    let weight = |i: usize| if equal { 1 } else { i128::from(weights[i]) };
    let sum: i128 = (0..weights.len()).map(weight).sum();
    let share = |i: usize| i128::from(total) * weight(i);
    // The absolute value of each floor is at most `total`, so it fits again.
    let mut shares: Vec<Amount> =
        (0..weights.len()).map(|i| i64::try_from(share(i).div_euclid(sum)).unwrap_or(total)).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&i| std::cmp::Reverse(share(i).rem_euclid(sum)));
    let left = usize::try_from(total - shares.iter().sum::<Amount>()).unwrap_or(0);
    for i in by_remainder.into_iter().take(left) {
        shares[i] += 1;
    }
    shares
}

/// The price of units `from..to` of a line that has `quantity` units and costs `total`. A given unit always costs the
/// same, so the parts add up to the whole however they are cut.
pub fn share_of_units(total: Amount, quantity: u32, units: std::ops::Range<u32>) -> Amount {
    let shares = allocate(total, &vec![1; quantity as usize]);
    shares.get(units.start as usize..units.end as usize).unwrap_or_default().iter().sum()
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217" })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_written_with_the_currency_s_decimals() {
        let table = [
            (123_450, "EUR", "1234.50 EUR"),
            (500, "JPY", "500 JPY"),
            (1_005, "KWD", "1.005 KWD"),
            (-1, "USD", "-0.01 USD"),
            (0, "USD", "0.00 USD"),
        ];
        for (amount, currency, text) in table {
            assert_eq!(currency.parse::<Currency>().unwrap().format(amount), text);
        }
    }

    #[test]
    fn only_active_currencies_in_upper_case_are_known() {
        for bad in ["", "eur", "EURO", "XXX", "DEM", "E R", "EUR "] {
            assert!(bad.parse::<Currency>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_cent_that_cannot_be_split_goes_to_the_largest_remainder() {
        assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(allocate(-100, &[1, 1, 1]), [-33, -33, -34]);
        assert_eq!(allocate(10, &[0, 0]), [5, 5]);
        assert_eq!(allocate(5, &[0, 3, 0]), [0, 5, 0]);
        assert!(allocate(5, &[]).is_empty());
    }

    #[test]
    fn a_decimal_number_is_read_exactly() {
        let table = [
            ("30.00", 2, Some(3000)),
            ("30", 2, Some(3000)),
            ("30.0", 2, Some(3000)),
            ("0.01", 2, Some(1)),
            (".50", 2, Some(50)),
            ("0030.00", 2, Some(3000)),
            ("30.000", 2, Some(3000)),
            ("30.001", 2, None),
            ("1000", 0, Some(1000)),
            ("1000.00", 0, Some(1000)),
            ("1000.50", 0, None),
            ("1.005", 3, Some(1005)),
            ("0.29", 2, Some(29)), // 28.999999999999996 as a float
            ("92233720368547758.07", 2, Some(i64::MAX)),
            ("92233720368547758.08", 2, None),
            ("99999999999999999999999999999999", 0, None),
            ("000000000000000000000000000000001", 0, None),
            ("", 2, None),
            (".", 2, None),
            ("5.", 2, None),
            ("-1.00", 2, None),
            ("+1.00", 2, None),
            ("1,00", 2, None),
            ("1.0.0", 2, None),
            ("1e2", 2, None),
            ("0x10", 2, None),
            (" 1.00", 2, None),
            ("1.00 ", 2, None),
            ("١.٠٠", 2, None),
            ("NaN", 2, None),
        ];
        for (text, decimals, units) in table {
            assert_eq!(parse_decimal(text, decimals), units, "{text:?} with {decimals}");
        }
    }

    #[test]
    fn an_amount_is_written_with_all_its_decimals() {
        for (units, decimals, text) in
            [(3000, 2, "30.00"), (1, 2, "0.01"), (0, 2, "0.00"), (1000, 0, "1000"), (1005, 3, "1.005")]
        {
            assert_eq!(decimal(units, decimals), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(units in 0..=i64::MAX, decimals in 0_u32..4) {
            prop_assert_eq!(parse_decimal(&decimal(units, decimals), decimals), Some(units));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}", decimals in 0_u32..4) {
            prop_assert!(parse_decimal(&text, decimals).is_none_or(|units| units >= 0));
        }

        #[test]
        fn shares_always_add_up(total in -MAX_AMOUNT..MAX_AMOUNT, weights in prop::collection::vec(0_u64..1_000_000, 1..40)) {
            let shares = allocate(total, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            let sum: u64 = weights.iter().sum();
            for (share, weight) in shares.iter().zip(&weights) {
                if sum > 0 {
                    let exact = i128::from(total) * i128::from(*weight) / i128::from(sum);
                    prop_assert!((i128::from(*share) - exact).abs() <= 1);
                }
            }
        }

        #[test]
        fn parts_of_a_line_add_up_to_the_line(total in 0..MAX_AMOUNT, quantity in 1_u32..200, cut in 0_u32..200) {
            let cut = cut.min(quantity);
            let parts = share_of_units(total, quantity, 0..cut) + share_of_units(total, quantity, cut..quantity);
            prop_assert_eq!(parts, total);
        }
    }
}
