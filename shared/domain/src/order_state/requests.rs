//! What a payment provider is asked for, whether a refund, a capture, a void or evidence: sent, unknown, given up, refused.

use super::OrderState;
use crate::{
    history::{Event, Stamp},
    ledger::{Attempt, RequestName},
};
use jiff::Timestamp;

impl OrderState {
    /// Records that the provider is about to be asked. From here on the outcome is unknown until it is recorded.
    pub fn request_sent(mut self, name: &RequestName, at: Timestamp) -> Self {
        if let Some(progress) = self.ledger.progress(name) {
            progress.send(at);
        }
        self
    }

    /// Records that the provider's answer was inconclusive. It is still owed, under the same key. `may_have_begun`: asking
    /// may have begun it.
    pub fn request_unknown(mut self, attempt: &Attempt, why: &str, may_have_begun: bool, now: Timestamp) -> Self {
        if let Some(progress) = self.ledger.progress(&attempt.name) {
            progress.become_unknown(attempt.number, why, may_have_begun, now);
        }
        self
    }

    /// Records that the provider has taken this attempt on, and tells the outcome later. It may have told it already.
    pub fn request_begun(mut self, attempt: &Attempt, provider_id: &str, at: Timestamp) -> Self {
        let before = self.ledger.clone();
        if let Some(progress) = self.ledger.progress(&attempt.name) {
            progress.begin(attempt.number, provider_id, at);
        }
        self.ledger.follow_all_captures();
        self.announce_captures(&before, at);
        self.announce_evidence(&before, at);
        self.owe_requests()
    }

    /// Gives up an attempt that was certainly not made and whose key will never make it, and intends the next one.
    pub fn request_not_made(mut self, attempt: &Attempt, why: &str, at: Timestamp) -> Self {
        let progress = self.ledger.progress(&attempt.name);
        if progress.is_some_and(|progress| progress.begin_anew(attempt.number)) {
            let what = match attempt.name {
                RequestName::Refund(_) => Event::RefundRetried,
                RequestName::Capture(_) => Event::CaptureRetried,
                RequestName::Evidence(_) => Event::EvidenceRetried,
            };
            self.add_entry(&Stamp::orderly(at), what, format!("{} {why}", attempt.name));
        }
        self.owe_requests()
    }

    /// Records that the provider refused this attempt for good. A person must look.
    pub fn request_refused(mut self, attempt: &Attempt, why: &str, at: Timestamp) -> Self {
        let before = self.ledger.clone();
        let progress = self.ledger.progress(&attempt.name);
        if progress.is_some_and(|progress| progress.refuse(attempt.number, why)) {
            match attempt.name {
                RequestName::Refund(_) => {
                    self.announce_refunds(&before, at);
                    self.add_entry(&Stamp::orderly(at), Event::RefundFailed, format!("{} {why}", attempt.name));
                }
                RequestName::Capture(_) => {
                    self.announce_captures(&before, at);
                    self.void_what_is_authorized(at);
                }
                RequestName::Evidence(_) => self.announce_evidence(&before, at),
            }
        }
        self.owe_requests()
    }

    /// Owes what the provider still has to be asked for, and nothing else of the kind.
    pub fn owe_requests(mut self) -> Self {
        self.owe_refunds();
        self.owe_captures();
        self.owe_evidence();
        self
    }
}
