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

/// The value of numbers that may be negative and have more decimals than their currency, added up before they are rounded (half
/// away from zero). An empty text is nothing. None: one of them is no such number.
pub(crate) fn rounded_sum<'a>(texts: impl IntoIterator<Item = &'a str>, decimals: u32) -> Option<Amount> {
    /// So many decimals more than the currency's count.
    const MORE: u32 = 8;
    let own = |text: &str| {
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
        let text = if text.starts_with('.') { format!("0{text}") } else { text.to_owned() };
        Some(sign * if text.is_empty() { 0 } else { parse(&text, decimals + MORE)? })
    };
    let sum = texts.into_iter().try_fold(0, |sum: Amount, text| sum.checked_add(own(text)?))?;
    let one = Amount::pow(10, MORE);
    Some((sum + sum.signum() * one / 2) / one)
}

#[cfg(test)]
mod tests;
