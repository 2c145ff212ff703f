#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn paypal_counts_some_currencies_without_decimals() {
    // Ours, PayPal's units, and the decimals that it writes.
    let table = [
        ("EUR", 1050, Some(1050), 2),
        ("USD", 1, Some(1), 2),
        ("JPY", 500, Some(500), 0),
        ("HUF", 50_000, Some(500), 0),
        ("HUF", 50_050, None, 0),
        ("TWD", 100, Some(1), 0),
        ("TWD", 101, None, 0),
        ("KWD", 12_345, Some(12_345), 3),
    ];
    for (currency, ours, theirs, written) in table {
        let currency = currency.parse().unwrap();
        let counted = units(currency);
        assert_eq!(counted.to_provider(ours), theirs, "{ours} {currency}");
        assert_eq!(decimals(currency), written, "{currency}");
        if let Some(theirs) = theirs {
            assert_eq!(counted.from_provider(theirs), Some(ours), "{theirs} of PayPal's {currency}");
            assert_eq!(ours % counted.step(), 0);
        }
    }
}
