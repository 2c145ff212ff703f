#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn stripe_counts_some_currencies_differently() {
    let table = [
        ("EUR", 1050, Some(1050)),
        ("JPY", 500, Some(500)),
        ("ISK", 500, Some(50_000)),
        ("UGX", 7, Some(700)),
        ("MGA", 500, Some(5)),
        ("MGA", 550, None),
        ("KWD", 12_340, Some(12_340)),
        ("KWD", 12_345, None),
    ];
    for (currency, ours, theirs) in table {
        let counted = units(currency.parse().unwrap());
        assert_eq!(counted.to_provider(ours), theirs, "{ours} {currency}");
        if let Some(theirs) = theirs {
            assert_eq!(counted.from_provider(theirs), Some(ours), "{theirs} of Stripe's {currency}");
            assert_eq!(ours % counted.step(), 0);
        }
    }
    assert_eq!(units("ISK".parse().unwrap()).from_provider(4_010), Some(40), "charges from before 2023 had fractions");
    assert_eq!(units("MGA".parse().unwrap()).from_provider(i64::MAX), None);
}
