//! Written amounts.

use domain::money::{Amount, Currency, MAX_AMOUNT};

/// The minor units of an unsigned decimal number, exactly: digits, and at most one mark before the decimals. Nothing is
/// rounded: further decimals must be zeros.
pub(crate) fn minor_units(text: &str, mark: char, currency: Currency) -> Option<Amount> {
    let (whole, decimals) = text.split_once(mark).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return None;
    }
    let exponent = currency.exponent() as usize;
    let (kept, rest) = decimals.split_at(decimals.len().min(exponent));
    if rest.bytes().any(|b| b != b'0') {
        return None;
    }
    let amount: Amount = format!("{whole}{kept:0<exponent$}").parse().ok()?;
    (amount <= MAX_AMOUNT).then_some(amount)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        let table = [
            ("12.34", "EUR", Some(1234)),
            ("12.3", "EUR", Some(1230)),
            ("12.", "EUR", Some(1200)),
            ("12", "EUR", Some(1200)),
            ("0012.34000", "EUR", Some(1234)),
            ("12.345", "EUR", None),
            ("500", "JPY", Some(500)),
            ("500.00", "JPY", Some(500)),
            ("500.5", "JPY", None),
            ("1.005", "KWD", Some(1005)),
            ("", "EUR", None),
            (".5", "EUR", None),
            ("-1", "EUR", None),
            ("1e3", "EUR", None),
            ("1.2.3", "EUR", None),
            ("10000000000000.00", "EUR", Some(MAX_AMOUNT)),
            ("10000000000000.01", "EUR", None),
            ("99999999999999999999999999", "EUR", None),
        ];
        for (text, currency, amount) in table {
            assert_eq!(minor_units(text, '.', currency.parse().unwrap()), amount, "{text} {currency}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(amount in 0..MAX_AMOUNT, currency in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let currency: Currency = currency.parse().unwrap();
            prop_assert_eq!(minor_units(&domain::money::decimal(amount, currency.exponent()), '.', currency), Some(amount));
        }
    }
}
