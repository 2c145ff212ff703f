//! Evidence: the shop's answer to a dispute. It is given once for each stage of the dispute.
//!
//! What it says is gathered from the order each time that it is read or sent (see [`crate::evidence`]), and not kept here.

use super::{
    Dispute, Ledger,
    facts::DisputeStatus,
    request::{Progress, RequestState},
};
use crate::{
    ids::{PaymentId, ProviderId},
    text::Text,
};
use serde::{Deserialize, Serialize};

/// What the shop writes itself, beside what is gathered.
pub type OwnWords = Text<1, 4_000>;

/// The evidence for a dispute: on its way to the provider, or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The disputed payment.
    pub payment: PaymentId,
    /// What the dispute was then: `inquiry` or `open`. What answered an inquiry answers no dispute that follows it.
    pub stage: DisputeStatus,
    /// In the words of who gave it. Absent if there are none, or if they were erased with the customer's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<OwnWords>,
    /// Counted from 1, and part of the idempotency key. 0: a person said that the provider has it.
    pub attempt: u32,
    #[serde(flatten)]
    pub state: RequestState,
}

impl Evidence {
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.state, RequestState::Failed { .. })
    }

    /// Why it failed.
    pub(crate) fn reason(&self) -> &str {
        match &self.state {
            RequestState::Failed { reason, .. } => reason,
            _ => "",
        }
    }

    /// Whether it answers the dispute as it is now.
    pub(crate) fn answers(&self, dispute: &Dispute) -> bool {
        self.stage == dispute.status && !self.has_failed()
    }

    pub(crate) fn progress(&mut self) -> Progress<'_> {
        Progress { attempt: &mut self.attempt, state: &mut self.state }
    }

    /// Follows what the provider tells of the dispute, whoever has answered it.
    fn follow(&mut self, id: &ProviderId, dispute: &Dispute) {
        let is_over = !dispute.goes_on();
        let was_answered = dispute.case.answered && self.stage == dispute.status;
        let moved_on = is_over || self.stage != dispute.status;
        if was_answered || (moved_on && matches!(self.state, RequestState::Pending { .. })) {
            self.state = RequestState::Succeeded { provider_id: id.to_string() };
        } else if self.state.is_owed() && is_over {
            let reason = "the dispute ended before its evidence was given".to_owned();
            self.state = RequestState::Failed { reason, refused: true };
        } else if self.state.is_owed() {
            self.stage = dispute.status; // what is still to be sent answers what it is by then
        }
    }
}

impl Dispute {
    /// Whether the bank has not decided.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.status, DisputeStatus::Inquiry | DisputeStatus::Open)
    }
}

impl Ledger {
    /// A dispute by the provider's id, and its payment. Of a dispute of several payments, the first.
    pub fn dispute(&self, id: &str) -> Option<(&PaymentId, &Dispute)> {
        self.payments.iter().find_map(|(payment, of)| Some((payment, of.disputes.get(id)?)))
    }

    /// The disputes that the provider wants an answer to by some time, and that have none.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = (&PaymentId, &str, &Dispute)> {
        let all =
            self.payments.iter().flat_map(|(payment, of)| of.disputes.iter().map(move |(id, of)| (payment, id, of)));
        all.map(|(payment, id, dispute)| (payment, id.as_str(), dispute)).filter(|(_, id, dispute)| {
            let is_answered = self.evidence.get(*id).is_some_and(|evidence| evidence.answers(dispute));
            dispute.goes_on() && dispute.case.due_by.is_some() && !dispute.case.answered && !is_answered
        })
    }

    /// The evidence that Orderly still has to give to a provider.
    pub fn owed_evidence(&self) -> impl Iterator<Item = (&ProviderId, &Evidence)> {
        self.evidence.iter().filter(|(_, evidence)| evidence.state.is_owed())
    }

    /// Lets the evidence follow the disputes of its payments.
    pub(super) fn follow_evidence(&mut self) {
        for (id, evidence) in &mut self.evidence {
            let dispute = self.payments.get(&evidence.payment).and_then(|payment| payment.disputes.get(id.as_str()));
            if let Some(dispute) = dispute {
                evidence.follow(id, dispute);
            }
        }
    }
}
