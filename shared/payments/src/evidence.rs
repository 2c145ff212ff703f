//! Evidence for disputes: what an order has to say goes to the provider by its API, or by a person's hand.

use crate::request::{Outcome, Reply, idempotency_key};
use app::Error;
use domain::{evidence::GatheredEvidence, ids::OrderId, ledger::Attempt};

/// How a provider is given evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// Orderly gives it.
    ByOrderly,
    /// A person gives it, at this place.
    ByHand(&'static str),
}

/// Evidence to be given to a provider.
#[derive(Debug)]
pub struct EvidenceRequest<'a> {
    pub order: &'a OrderId,
    pub attempt: &'a Attempt,
    pub evidence: &'a GatheredEvidence,
}

impl EvidenceRequest<'_> {
    /// See [`MoneyRequest`](crate::request::MoneyRequest). The order may have more to say when it is asked again; a provider that
    /// then refuses the key is asked what it has.
    pub(crate) fn idempotency_key(&self) -> String {
        idempotency_key(self.order.as_str(), self.attempt)
    }
}

/// A provider that may take evidence.
pub(crate) trait TakesEvidence {
    /// Gives the evidence, for good. What an error means is as for a request for money.
    async fn submit(&self, _: &EvidenceRequest<'_>) -> Result<Reply, Error> {
        Ok(Reply::Decided(Outcome::Refused("answered_by_hand".to_owned())))
    }

    /// Looks whether the dispute was answered. None: it is not answered now.
    async fn find_submitted(&self, _: &EvidenceRequest<'_>) -> Result<Option<Outcome>, Error> {
        Ok(None)
    }
}
