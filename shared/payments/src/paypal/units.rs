//! Amounts in PayPal's units.

use crate::units::Units;
use domain::money::Currency;

/// How PayPal counts a currency. It writes the forint and Taiwan's dollar without decimals, and refuses a decimal of them:
/// <https://developer.paypal.com/reference/currency-codes/>.
pub fn units(currency: Currency) -> Units {
    if has_lost_decimals(currency) { Units::new(100, 1) } else { Units::new(1, 1) }
}

/// The number of decimals that PayPal writes.
pub(super) fn decimals(currency: Currency) -> u32 {
    if has_lost_decimals(currency) { 0 } else { currency.exponent() }
}

fn has_lost_decimals(currency: Currency) -> bool {
    matches!(currency.as_str(), "HUF" | "TWD")
}

#[cfg(test)]
mod tests;
