//! Amounts in a payment provider's units, which may differ from ISO 4217.

use domain::money::Amount;

/// The ratio of a provider's units of a currency to ours: `theirs` of its units are `ours` of ISO's. It moves no
/// smaller amount than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    ours: Amount,
    theirs: Amount,
}

impl Units {
    /// `theirs` of the provider's units are `ours` of ISO's. Both are at least 1.
    pub(crate) const fn new(ours: Amount, theirs: Amount) -> Self {
        Self { ours, theirs }
    }

    /// The smallest amount that can be paid or refunded, in our minor units: all amounts are multiples of it.
    pub fn step(self) -> Amount {
        self.ours
    }

    /// Our amount in the provider's units. None if the provider cannot move so small a part.
    pub fn to_provider(self, amount: Amount) -> Option<Amount> {
        (amount % self.ours == 0).then(|| amount / self.ours * self.theirs)
    }

    /// The provider's amount in our units. None if it overflows. A fraction that the currency no longer has is dropped.
    pub fn from_provider(self, amount: Amount) -> Option<Amount> {
        (amount / self.theirs).checked_mul(self.ours)
    }
}
