//! Amounts as a payment provider counts them, where that is not as ISO 4217 does.

use domain::money::Amount;

/// How a provider's count of a currency stands to ours: `theirs` of its units are `ours` of ISO's, and it moves
/// no smaller amount than that.
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
