#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn square_counts_as_iso_4217_does() {
    for (currency, amount) in [("USD", 1050), ("EUR", 1), ("GBP", 100), ("JPY", 500), ("AUD", 0), ("CAD", 7)] {
        let counted = units(currency.parse().unwrap());
        assert_eq!(counted.to_provider(amount), Some(amount), "{amount} {currency}");
        assert_eq!(counted.from_provider(amount), Some(amount), "{amount} {currency}");
        assert_eq!(counted.step(), 1);
    }
}
