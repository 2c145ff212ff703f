//! A refund: one that Orderly asked for, or one that it heard of.

use super::facts::{OurRefund, RefundStatus};
use crate::{ids::PaymentId, money::Amount};
use jiff::Timestamp;
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
    pub state: RefundState,
}

/// intended → sent → pending or succeeded | failed | unknown. With disputed money: blocked → intended | covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// Decided, and owed to the provider.
    Intended,
    /// Decided, and kept from going out while the bank holds the money for a dispute.
    Blocked,
    /// The dispute was lost: the bank has given this money to the customer already.
    Covered,
    /// On its way to the provider since `at`; what came of it is not recorded yet.
    Sent {
        /// Since when it is on its way to the provider, in UTC.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
    },
    /// Sent at `at` first, and the answer told nothing (a time-out, a 5xx): the same key is used again.
    Unknown {
        /// When this attempt was first sent, in UTC.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
        /// When the provider was last asked in a way that may have begun the refund. A failure that it only repeats
        /// begins nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
        asked_at: Option<Timestamp>,
        /// Why its outcome is not known, for people.
        reason: String,
    },
    /// The provider has it and works on it.
    Pending {
        /// What the provider calls the refund.
        provider_id: String,
    },
    Succeeded {
        /// What the provider calls the refund.
        provider_id: String,
    },
    /// It failed; a person must look, and may order a new attempt under a new key.
    Failed {
        /// Why it failed, for people; the provider's own word if it was `refused`.
        reason: String,
        /// Whether the provider refused it at once. Its total of the payment never counted it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
}

impl Refund {
    /// Whether it counts against what may still be refunded: its money is gone, or on its way.
    pub(super) fn counts(&self) -> bool {
        self.goes_back() && !self.is_blocked()
    }

    /// Whether its money goes back, now or when a dispute ends.
    pub(crate) fn goes_back(&self) -> bool {
        !matches!(self.state, RefundState::Failed { .. } | RefundState::Covered)
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, RefundState::Failed { .. })
    }

    /// Whether it failed after the provider had begun it.
    pub(super) fn failed_later(&self) -> bool {
        matches!(self.state, RefundState::Failed { refused: false, .. })
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
        self.state == RefundState::Blocked
    }

    pub fn is_covered(&self) -> bool {
        self.state == RefundState::Covered
    }

    pub fn has_succeeded(&self) -> bool {
        matches!(self.state, RefundState::Succeeded { .. })
    }

    /// Whether the provider still has to be asked.
    pub fn is_owed(&self) -> bool {
        matches!(self.state, RefundState::Intended | RefundState::Sent { .. } | RefundState::Unknown { .. })
    }

    /// Marks it as on its way to the provider.
    pub(crate) fn send(&mut self, at: Timestamp) {
        if self.state == RefundState::Intended {
            self.state = RefundState::Sent { at };
        }
    }

    /// Records that the answer to this attempt was inconclusive. `may_have_begun`: asking may have begun the refund.
    pub(crate) fn become_unknown(&mut self, attempt: u32, why: &str, may_have_begun: bool, now: Timestamp) {
        let (at, asked_at) = match self.state {
            _ if attempt != self.attempt => return,
            RefundState::Sent { at } => (at, None),
            RefundState::Unknown { at, asked_at, .. } => (at, asked_at),
            _ => return,
        };
        let asked_at = asked_at.filter(|_| !may_have_begun).or(Some(now));
        self.state = RefundState::Unknown { at, asked_at, reason: why.to_owned() };
    }

    /// Gives up an attempt that was certainly not made, and intends the next one. Returns whether it did.
    pub(crate) fn begin_anew(&mut self, attempt: u32) -> bool {
        let is_it =
            attempt == self.attempt && matches!(self.state, RefundState::Sent { .. } | RefundState::Unknown { .. });
        if is_it {
            self.attempt += 1;
            self.state = RefundState::Intended;
        }
        is_it
    }

    /// Records that the provider refused this attempt for good. Returns whether that is news.
    pub(crate) fn refuse(&mut self, attempt: u32, why: &str) -> bool {
        let is_it = attempt == self.attempt && self.is_owed();
        if is_it {
            self.state = RefundState::Failed { reason: why.to_owned(), refused: true };
        }
        is_it
    }

    /// Merges what the provider reports. A failure is final. Only a failure undoes a success.
    pub(super) fn hear(&mut self, state: RefundState) {
        match (&self.state, &state) {
            (RefundState::Failed { .. }, _) | (RefundState::Succeeded { .. }, RefundState::Pending { .. }) => {}
            _ => self.state = state,
        }
    }
}

impl RefundState {
    pub(super) fn reported(status: RefundStatus, provider_id: &str) -> Self {
        let provider_id = provider_id.to_owned();
        match status {
            RefundStatus::Pending => Self::Pending { provider_id },
            RefundStatus::Succeeded => Self::Succeeded { provider_id },
            RefundStatus::Failed => {
                Self::Failed { reason: "the provider reports that it failed".into(), refused: false }
            }
        }
    }
}

impl OurRefund {
    pub(crate) fn is_attempt_of(&self, refund: &Refund) -> bool {
        self.attempt == refund.attempt
    }
}
