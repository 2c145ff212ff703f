//! Amounts in Square's units.

use crate::units::Units;
use domain::money::Currency;

/// Square counts every currency in its smallest denomination, as ISO 4217 does:
/// <https://developer.squareup.com/docs/build-basics/working-with-monetary-amounts>. It knows no special cases.
pub fn units(_: Currency) -> Units {
    Units::new(1, 1)
}

#[cfg(test)]
mod tests;
