//! Refunds, in the form that every provider is asked for them.

use domain::{
    ids::{OrderId, ProviderId, RefundId},
    ledger::RefundStatus,
    money::{Amount, Currency},
};

/// A refund to be made.
#[derive(Debug)]
pub struct RefundRequest<'a> {
    /// The provider's id of the payment.
    pub payment: &'a ProviderId,
    /// In the currency's minor units.
    pub amount: Amount,
    pub currency: Currency,
    pub refund: &'a RefundId,
    pub attempt: u32,
    /// None: it is the refund of a payment that no order takes.
    pub order: Option<&'a OrderId>,
}

/// What a provider answers when it is asked for a refund. An answer that tells nothing is an error instead.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Decided(Outcome),
    /// The provider failed, and may have made the refund all the same. `for_good`: it has stored this answer, and every
    /// repetition under the same key will get it.
    Failed {
        why: String,
        for_good: bool,
    },
}

/// The outcome of a refund. An unknown outcome is an error instead.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Made {
        /// The provider's id of the refund.
        id: String,
        status: RefundStatus,
    },
    /// The provider will not make it, now or later. Holds the code of the reason.
    Refused(String),
    /// This attempt was certainly not made, and its key will never make it. The refund needs a new attempt.
    NotMade(String),
}

impl RefundRequest<'_> {
    /// The idempotency key. It is derived, so every retry of this attempt is the same request to the provider.
    pub(crate) fn idempotency_key(&self) -> String {
        let debtor = self.order.map_or(self.payment.as_str(), OrderId::as_str);
        format!("refund:{debtor}:{}:{}", self.refund, self.attempt)
    }

    /// The answer to an amount that is not a multiple of the provider's smallest.
    pub(crate) fn too_precise() -> Reply {
        Reply::Decided(Outcome::Refused("amount_too_precise".to_owned()))
    }
}
