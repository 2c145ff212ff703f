//! A refund: one that Orderly asked for, or one that it heard of.

use super::{
    facts::OurRefund,
    request::{Progress, RequestState},
};
use crate::{ids::PaymentId, money::Amount};
use serde::{Deserialize, Serialize};

/// A refund that Orderly asked for, or one that it heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refund {
    /// The payment whose money goes back.
    pub payment: PaymentId,
    /// In minor units of the payment's currency.
    pub amount: Amount,
    /// Counted from 1, and part of the idempotency key: after a definite failure a new attempt gets a new
    /// key. 0 for a refund that was made elsewhere.
    pub attempt: u32,
    /// What earlier attempts moved and the customer's bank sent back. The provider's total has counted it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub came_back: Amount,
    #[serde(flatten)]
    pub state: RequestState,
}

impl Refund {
    /// Whether it counts against what may still be refunded: its money is gone, or on its way.
    pub(super) fn counts(&self) -> bool {
        self.goes_back() && !self.is_blocked()
    }

    /// Whether its money goes back, now or when a dispute ends.
    pub(crate) fn goes_back(&self) -> bool {
        !matches!(self.state, RequestState::Failed { .. } | RequestState::Covered)
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, RequestState::Failed { .. })
    }

    /// Whether it failed after the provider had begun it.
    pub(super) fn failed_later(&self) -> bool {
        matches!(self.state, RequestState::Failed { refused: false, .. })
    }

    /// Whether it failed and Orderly had asked for it: a person may order a new attempt.
    pub(super) fn may_be_ordered_again(&self) -> bool {
        self.has_failed() && self.attempt > 0
    }

    /// Whether it was made at the provider, and not by Orderly.
    pub fn was_made_elsewhere(&self) -> bool {
        self.attempt == 0 && !self.has_failed()
    }

    pub fn is_blocked(&self) -> bool {
        self.state == RequestState::Blocked
    }

    pub fn is_covered(&self) -> bool {
        self.state == RequestState::Covered
    }

    /// Whether what the provider calls it begins like this.
    pub(crate) fn is_known_as(&self, prefix: &str) -> bool {
        self.state.provider_id().is_some_and(|known| known.starts_with(prefix))
    }

    pub fn has_succeeded(&self) -> bool {
        matches!(self.state, RequestState::Succeeded { .. })
    }

    /// Whether the provider still has to be asked.
    pub fn is_owed(&self) -> bool {
        self.state.is_owed()
    }

    pub(crate) fn progress(&mut self) -> Progress<'_> {
        Progress { attempt: &mut self.attempt, state: &mut self.state }
    }

    /// Merges what the provider reports. A failure is final. Only a failure undoes a success.
    pub(super) fn hear(&mut self, state: RequestState) {
        match (&self.state, &state) {
            (RequestState::Failed { .. }, _) | (RequestState::Succeeded { .. }, RequestState::Pending { .. }) => {}
            // The first report says since when.
            (RequestState::Pending { since: known, .. }, RequestState::Pending { since: told, .. })
                if known <= told => {}
            _ => self.state = state,
        }
    }
}

impl OurRefund {
    pub(crate) fn is_attempt_of(&self, refund: &Refund) -> bool {
        self.attempt == refund.attempt
    }
}
