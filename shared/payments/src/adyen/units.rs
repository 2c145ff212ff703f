//! Amounts in Adyen's units.

use crate::units::Units;
use domain::money::Currency;

/// How Adyen counts a currency: <https://docs.adyen.com/development-resources/currency-codes>. Its table marks four as
/// different from ISO 4217: Chile's peso and the króna have no decimals but are sent with two, Cape Verde's escudo and
/// the rupiah have two but are sent with none.
pub fn units(currency: Currency) -> Units {
    let (ours, theirs) = match currency.as_str() {
        "CLP" | "ISK" => (1, 100),
        "CVE" | "IDR" => (100, 1),
        _ => (1, 1),
    };
    Units::new(ours, theirs)
}

#[cfg(test)]
mod tests;
