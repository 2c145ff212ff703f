#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn adyen_counts_four_currencies_differently() {
    let table = [
        ("EUR", 1050, Some(1050)),
        ("JPY", 500, Some(500)),
        ("KRW", 500, Some(500)),
        ("UGX", 7, Some(7)),
        ("KWD", 12_345, Some(12_345)),
        ("CLP", 500, Some(50_000)),
        ("ISK", 500, Some(50_000)),
        ("CVE", 500, Some(5)),
        ("CVE", 550, None),
        ("IDR", 1_500_000, Some(15_000)),
        ("IDR", 1_500_001, None),
    ];
    for (currency, ours, theirs) in table {
        let counted = units(currency.parse().unwrap());
        assert_eq!(counted.to_provider(ours), theirs, "{ours} {currency}");
        if let Some(theirs) = theirs {
            assert_eq!(counted.from_provider(theirs), Some(ours), "{theirs} of Adyen's {currency}");
            assert_eq!(ours % counted.step(), 0);
        }
    }
    assert_eq!(units("IDR".parse().unwrap()).from_provider(i64::MAX), None);
}

/// The decimals of Adyen's table against ours: a currency that is added to either must not be forgotten here.
#[test]
fn every_currency_without_two_decimals_at_adyen_is_counted_so() {
    let none = "CVE DJF GNF IDR JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    let three = "BHD JOD KWD LYD OMR TND";
    let decimals = [(none, 0), (three, 3), ("AED CLP EUR GBP ISK USD ZAR", 2)];
    for (currencies, decimals) in decimals {
        for currency in currencies.split(' ') {
            let currency: Currency = currency.parse().unwrap();
            let (ours, theirs) = (10_i64.pow(currency.exponent()), 10_i64.pow(decimals));
            assert_eq!(units(currency).to_provider(ours), Some(theirs), "one {currency}");
        }
    }
}
