//! Amounts in Stripe's units.

use crate::units::Units;
use domain::money::Currency;

/// How Stripe counts a currency. Its special cases are <https://docs.stripe.com/currencies#special-cases>: the króna
/// and Uganda's shilling have no decimals but are sent with two, the ariary has two but is sent with none, and of three
/// decimals the last must be 0.
pub fn units(currency: Currency) -> Units {
    let (ours, theirs) = match currency.as_str() {
        "ISK" | "UGX" => (1, 100),
        "MGA" => (100, 1),
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => (10, 10),
        _ => (1, 1),
    };
    Units::new(ours, theirs)
}

#[cfg(test)]
mod tests;
