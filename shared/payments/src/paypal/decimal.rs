//! Amounts as PayPal writes them: decimal numbers in text, never floats.
//! <https://developer.paypal.com/docs/api/payments/v2/#definition-money>.

use domain::money::Amount;

/// PayPal's longest value.
const MAX_LENGTH: usize = 32;

/// The value in units of its last decimal: `30.00` with two decimals is 3000. Decimals that are left out are 0, and so must
/// be any beyond those that the currency has. None: it is no such number, or negative.
pub(super) fn parse(text: &str, decimals: u32) -> Option<Amount> {
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

/// The value of units of the last decimal, which are not negative: 3000 with two decimals is `30.00`.
pub(super) fn format(units: Amount, decimals: u32) -> String {
    let unit = 10_i64.pow(decimals);
    match decimals {
        0 => units.to_string(),
        digits => format!("{}.{:0width$}", units / unit, units % unit, width = digits as usize),
    }
}

#[cfg(test)]
mod tests;
