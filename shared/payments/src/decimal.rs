//! Amounts as some providers write them: decimal numbers in text, never floats. [`domain::money::decimal`] writes them.

use domain::money::Amount;

/// No amount that fits has more characters.
const MAX_LENGTH: usize = 32;

/// The value in units of its last decimal: `30.00` with two decimals is 3000. Decimals that are left out are 0, and so must
/// be any beyond those that the currency has. None: it is no such number, or negative.
pub(crate) fn parse(text: &str, decimals: u32) -> Option<Amount> {
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

#[cfg(test)]
mod tests;
