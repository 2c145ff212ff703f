#![allow(clippy::unwrap_used)]

use super::*;

/// The currencies that Mollie takes, by their decimals at Mollie: <https://docs.mollie.com/docs/multicurrency>.
const MOLLIE_S: [(u32, &str); 2] = [
    (0, "ISK JPY"),
    (2, "AED AUD BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS MXN MYR NOK NZD PHP PLN RON SEK SGD THB TWD USD ZAR"),
];

#[test]
fn mollie_counts_each_of_its_currencies_as_iso_4217_does() {
    for (decimals, currencies) in MOLLIE_S {
        for currency in currencies.split(' ').map(|code| code.parse::<Currency>().unwrap()) {
            assert_eq!(currency.exponent(), decimals, "{currency}");
            let units = units(currency);
            assert_eq!((units.step(), units.to_provider(1234), units.from_provider(1234)), (1, Some(1234), Some(1234)));
        }
    }
}
