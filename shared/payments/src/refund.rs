//! Refunds, in the form that every provider is asked for them.

use crate::{Provider, RefundClient, config};
use app::Error;
use domain::{
    ids::{OrderId, ProviderId, ProviderName, RefundId},
    ledger::RefundStatus,
    money::{Amount, Currency},
};
use runtime::{Aws, Clock, ConfigError};

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
    pub order: &'a OrderId,
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
        format!("refund:{}:{}:{}", self.order, self.refund, self.attempt)
    }

    /// The answer to an amount that is not a multiple of the provider's smallest.
    pub(crate) fn too_precise() -> Reply {
        Reply::Decided(Outcome::Refused("amount_too_precise".to_owned()))
    }
}

/// The refund APIs of the providers in use.
#[derive(Debug)]
pub struct RefundClients(Vec<RefundClient>);

impl RefundClients {
    /// The APIs that the environment configures. No API key is read before the first refund.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let clients = config::configured()?.into_iter().map(|provider| provider.refund_client(aws, clock));
        clients.collect::<Result<_, _>>().map(Self)
    }

    pub fn new(clients: impl IntoIterator<Item = RefundClient>) -> Self {
        Self(clients.into_iter().collect())
    }

    /// The API of a payment's provider. Without one, the refund stays owed until somebody configures the provider.
    pub fn of(&self, name: &ProviderName) -> Result<&RefundClient, Error> {
        let client = self.0.iter().find(|client| client.provider().name() == name.as_str());
        client.ok_or_else(|| {
            let why = match Provider::named(name.as_str()) {
                Some(_) => "is not in use; add it to PAYMENT_PROVIDERS",
                None => "is not known to this version of Orderly",
            };
            Error::Outside(format!("the refund stays owed: its payment provider {name} {why}"))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn without_its_provider_a_refund_stays_owed_with_a_reason() {
        let clients = RefundClients::new([]);
        let reason = |name: &str| clients.of(&name.parse().unwrap()).unwrap_err().to_string();
        let known = Provider::ALL[0].name();
        let not_in_use =
            format!("the refund stays owed: its payment provider {known} is not in use; add it to PAYMENT_PROVIDERS");
        assert_eq!(reason(known), not_in_use);
        let unknown = "the refund stays owed: its payment provider nobody is not known to this version of Orderly";
        assert_eq!(reason("nobody"), unknown);
    }
}
