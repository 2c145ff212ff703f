//! Amounts in Mollie's units.

use crate::units::Units;
use domain::money::Currency;

/// How Mollie counts a currency: with the decimals of ISO 4217, for each that it takes:
/// <https://docs.mollie.com/docs/multicurrency>. It takes fillér of the forint too, and rounds them itself only for a wallet
/// that has none.
pub fn units(_: Currency) -> Units {
    Units::new(1, 1)
}

#[cfg(test)]
mod tests;
