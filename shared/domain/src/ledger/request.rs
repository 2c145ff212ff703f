//! What Orderly asks payment providers for, and how far it has come: one mechanism for refunds, captures, voids and the evidence for
//! disputes.
//!
//! Each is decided first, here in the ledger. It is marked as sent before the provider is asked, and its outcome is recorded
//! after. In between nobody knows what has happened, so the same attempt is repeated under its own idempotency key.

use super::{
    Ledger,
    facts::{OurRefund, RefundStatus},
};
use crate::ids::{CaptureId, ProviderId, RefundId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// intended → sent → pending or succeeded | failed | unknown. With disputed money: blocked → intended | covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    /// Decided, and owed to the provider.
    Intended,
    /// Only of a refund: decided, and kept from going out while the bank holds the money for a dispute.
    Blocked,
    /// Only of a refund: the dispute was lost, and the bank has given this money to the customer already.
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
        /// When the provider was last asked in a way that may have begun it. A failure that the provider only repeats
        /// begins nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
        asked_at: Option<Timestamp>,
        /// Why its outcome is not known, for people.
        reason: String,
    },
    /// The provider has it and works on it.
    Pending {
        /// What the provider calls it.
        provider_id: String,
        /// Since when, in UTC. Absent if that was not written down.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
        since: Option<Timestamp>,
    },
    Succeeded {
        /// What the provider calls it.
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

impl RequestState {
    /// Whether the provider still has to be asked.
    pub fn is_owed(&self) -> bool {
        matches!(self, Self::Intended | Self::Sent { .. } | Self::Unknown { .. })
    }

    /// Whether the provider was asked, and may have done it.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Sent { .. } | Self::Unknown { .. } | Self::Pending { .. })
    }

    /// What the provider calls it, once it has it.
    pub fn provider_id(&self) -> Option<&str> {
        match self {
            Self::Pending { provider_id, .. } | Self::Succeeded { provider_id } => Some(provider_id),
            _ => None,
        }
    }

    /// Since when the provider works on it.
    pub(crate) fn pending_since(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { since, .. } => *since,
            _ => None,
        }
    }

    pub(super) fn reported(status: RefundStatus, provider_id: &str, at: Timestamp) -> Self {
        let provider_id = provider_id.to_owned();
        match status {
            RefundStatus::Pending => Self::Pending { provider_id, since: Some(at) },
            RefundStatus::Succeeded => Self::Succeeded { provider_id },
            RefundStatus::Failed => {
                Self::Failed { reason: "the provider reports that it failed".into(), refused: false }
            }
        }
    }
}

/// The name of something that a provider is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestName {
    Refund(RefundId),
    /// Also a void, which captures nothing.
    Capture(CaptureId),
    /// The evidence for a dispute, by the provider's id of the dispute.
    Evidence(ProviderId),
}

impl fmt::Display for RequestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refund(id) => id.fmt(f),
            Self::Capture(id) => id.fmt(f),
            Self::Evidence(id) => id.fmt(f),
        }
    }
}

/// One attempt at something that a provider is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub name: RequestName,
    pub number: u32,
}

/// How far something has come that a provider is asked for, to be changed.
pub struct Progress<'a> {
    pub(super) attempt: &'a mut u32,
    pub(super) state: &'a mut RequestState,
}

impl Progress<'_> {
    /// Marks it as on its way to the provider.
    pub(crate) fn send(self, at: Timestamp) {
        if *self.state == RequestState::Intended {
            *self.state = RequestState::Sent { at };
        }
    }

    /// Records that the answer to this attempt was inconclusive. `may_have_begun`: asking may have begun it.
    pub(crate) fn become_unknown(self, attempt: u32, why: &str, may_have_begun: bool, now: Timestamp) {
        let (at, asked_at) = match *self.state {
            _ if attempt != *self.attempt => return,
            RequestState::Sent { at } => (at, None),
            RequestState::Unknown { at, asked_at, .. } => (at, asked_at),
            _ => return,
        };
        let asked_at = asked_at.filter(|_| !may_have_begun).or(Some(now));
        *self.state = RequestState::Unknown { at, asked_at, reason: why.to_owned() };
    }

    /// Records that the provider has taken this attempt on, under an id of its own, and tells the outcome later.
    pub(crate) fn begin(self, attempt: u32, provider_id: &str, at: Timestamp) {
        if attempt == *self.attempt && matches!(self.state, RequestState::Sent { .. } | RequestState::Unknown { .. }) {
            *self.state = RequestState::Pending { provider_id: provider_id.to_owned(), since: Some(at) };
        }
    }

    /// Gives up an attempt that was certainly not made, and intends the next one. Returns whether it did.
    pub(crate) fn begin_anew(self, attempt: u32) -> bool {
        let is_it =
            attempt == *self.attempt && matches!(self.state, RequestState::Sent { .. } | RequestState::Unknown { .. });
        if is_it {
            *self.attempt += 1;
            *self.state = RequestState::Intended;
        }
        is_it
    }

    /// Records that the provider refused this attempt for good. Returns whether that is news.
    pub(crate) fn refuse(self, attempt: u32, why: &str) -> bool {
        let is_it = attempt == *self.attempt && self.state.is_owed();
        if is_it {
            *self.state = RequestState::Failed { reason: why.to_owned(), refused: true };
        }
        is_it
    }
}

impl Ledger {
    /// How far something has come that a provider is asked for. None: there is no such thing.
    pub(crate) fn progress(&mut self, name: &RequestName) -> Option<Progress<'_>> {
        match name {
            RequestName::Refund(id) => self.refunds.get_mut(id).map(|refund| refund.progress()),
            RequestName::Capture(id) => self.captures.get_mut(id).map(|capture| capture.progress()),
            RequestName::Evidence(id) => self.evidence.get_mut(id).map(|evidence| evidence.progress()),
        }
    }
}

impl From<RefundId> for RequestName {
    fn from(id: RefundId) -> Self {
        Self::Refund(id)
    }
}

impl From<&OurRefund> for Attempt {
    fn from(ours: &OurRefund) -> Self {
        Self { name: ours.id.clone().into(), number: ours.attempt }
    }
}
