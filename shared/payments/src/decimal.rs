//! Sums of amounts that have more decimals than their currency.

use domain::money::{Amount, parse_decimal};

/// The value of numbers that may be negative and have more decimals than their currency, added up before they are rounded (half
/// away from zero). An empty text is nothing. None: one of them is no such number.
pub(crate) fn rounded_sum<'a>(texts: impl IntoIterator<Item = &'a str>, decimals: u32) -> Option<Amount> {
    /// So many decimals more than the currency's count.
    const MORE: u32 = 8;
    let own = |text: &str| {
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
        Some(sign * if text.is_empty() { 0 } else { parse_decimal(text, decimals + MORE)? })
    };
    let sum = texts.into_iter().try_fold(0, |sum: Amount, text| sum.checked_add(own(text)?))?;
    let one = Amount::pow(10, MORE);
    Some((sum + sum.signum() * one / 2) / one)
}

#[cfg(test)]
mod tests;
