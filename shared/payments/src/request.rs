//! What a provider is asked for, in the form that every provider is asked: a refund, a capture, a void.

use domain::{
    ids::{OrderId, ProviderId},
    ledger::{Attempt, CaptureTerms, MoneyFact, OurRefund, RefundStatus, RequestName},
    money::{Amount, Currency},
};

/// Something to be done with a payment's money.
#[derive(Debug)]
pub struct MoneyRequest<'a> {
    /// The provider's id of the payment.
    pub payment: &'a ProviderId,
    /// In the currency's minor units. A capture of 0 is a void.
    pub amount: Amount,
    /// How a capture stands among others of its payment.
    pub terms: CaptureTerms,
    pub currency: Currency,
    pub attempt: &'a Attempt,
    /// None: it is the refund of a payment that no order takes.
    pub order: Option<&'a OrderId>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Refund(OurRefund),
    /// Of this much. The rest of the authorization is given up, unless the request's terms keep it.
    Capture(Amount),
    Void,
}

/// What a provider answers when it is asked for something. An answer that tells nothing is an error instead.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Decided(Outcome),
    /// The provider failed, and may have done it all the same. `for_good`: it has stored this answer, and every
    /// repetition under the same key will get it.
    Failed {
        why: String,
        for_good: bool,
    },
}

/// The outcome of a request. An unknown outcome is an error instead.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Made {
        /// What the provider calls it, for the timeline.
        id: String,
        /// What is so now: the same facts that its webhook will tell.
        facts: Vec<MoneyFact>,
    },
    /// The provider has taken it on. Its webhook tells what came of it, and names it by this id.
    Begun { id: String },
    /// The same of a capture that is a payment of its own, by this id.
    BegunAsPayment { id: String },
    /// The provider will not do it, now or later. Holds the code of the reason.
    Refused(String),
    /// This attempt was certainly not made, and its key will never make it. A new attempt is needed.
    NotMade(String),
}

impl MoneyRequest<'_> {
    pub(crate) fn action(&self) -> Action {
        match &self.attempt.name {
            RequestName::Refund(id) => Action::Refund(OurRefund { id: id.clone(), attempt: self.attempt.number }),
            RequestName::Capture(_) if self.amount == 0 => Action::Void,
            RequestName::Capture(_) => Action::Capture(self.amount),
            // Evidence moves no money, and goes out as an `EvidenceRequest`. Every provider refuses to capture nothing.
            RequestName::Evidence(_) => Action::Capture(0),
        }
    }

    /// Whether so much captured in all means that what was asked for was captured, whoever did it.
    pub(crate) fn is_captured_by(&self, total: Amount) -> bool {
        self.amount > 0 && total >= self.terms.after + self.amount
    }

    /// The idempotency key. It is derived, so every retry of this attempt is the same request to the provider.
    pub(crate) fn idempotency_key(&self) -> String {
        idempotency_key(self.order.map_or(self.payment.as_str(), OrderId::as_str), self.attempt)
    }

    /// A refund that was made, or begun. None: it was asked for something else.
    pub(crate) fn refund_made(&self, id: String, amount: Amount, status: RefundStatus) -> Option<Outcome> {
        let Action::Refund(ours) = self.action() else { return None };
        let fact = MoneyFact::Refund { ours: Some(ours), id: id.clone(), amount, status };
        Some(Outcome::Made { id, facts: vec![fact] })
    }

    /// The answer to an amount that is not a multiple of the provider's smallest.
    pub(crate) fn too_precise() -> Reply {
        Reply::Decided(Outcome::Refused("amount_too_precise".to_owned()))
    }
}

/// The idempotency key of an attempt for an order, or for a payment that no order takes.
pub(crate) fn idempotency_key(debtor: &str, attempt: &Attempt) -> String {
    let kind = match attempt.name {
        RequestName::Refund(_) => "refund",
        RequestName::Capture(_) => "capture",
        RequestName::Evidence(_) => "evidence",
    };
    format!("{kind}:{debtor}:{}:{}", attempt.name, attempt.number)
}
