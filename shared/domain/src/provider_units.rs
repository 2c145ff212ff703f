//! Amount units as a payment provider counts them, where that is not as ISO 4217 does.

use super::money::{Amount, Currency};

/// How a provider's count of a currency stands to ours: `theirs` of its units are `ours` of ISO's, and it moves
/// no smaller amount than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    ours: Amount,
    theirs: Amount,
}

impl Units {
    /// The smallest amount that can be paid or refunded, in our minor units: all amounts are multiples of it.
    pub fn step(self) -> Amount {
        self.ours
    }

    /// Our amount as the provider is told it; none if the provider cannot move so small a part.
    pub fn to_provider(self, amount: Amount) -> Option<Amount> {
        (amount % self.ours == 0).then(|| amount / self.ours * self.theirs)
    }

    /// The provider's amount as we count it; none if that is more than can be counted. A fraction that the currency
    /// does not have any more is dropped.
    pub fn from_provider(self, amount: Amount) -> Option<Amount> {
        (amount / self.theirs).checked_mul(self.ours)
    }
}

/// Stripe's table of special cases, <https://docs.stripe.com/currencies#special-cases>: the króna and Uganda's shilling
/// have no decimals but are told with two, the ariary has two but is told with none, and of three decimals
/// the last must be 0.
pub fn stripe(currency: Currency) -> Units {
    let (ours, theirs) = match currency.as_str() {
        "ISK" | "UGX" => (1, 100),
        "MGA" => (100, 1),
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => (10, 10),
        _ => (1, 1),
    };
    Units { ours, theirs }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
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
            let units = stripe(currency.parse().unwrap());
            assert_eq!(units.to_provider(ours), theirs, "{ours} {currency}");
            if let Some(theirs) = theirs {
                assert_eq!(units.from_provider(theirs), Some(ours), "{theirs} of Stripe's {currency}");
                assert_eq!(ours % units.step(), 0);
            }
        }
        assert_eq!(
            stripe("ISK".parse().unwrap()).from_provider(4_010),
            Some(40),
            "charges from before 2023 had fractions"
        );
        assert_eq!(stripe("MGA".parse().unwrap()).from_provider(i64::MAX), None);
    }
}
