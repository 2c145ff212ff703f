//! What providers report through their webhooks.

use crate::{
    Provider, Webhook,
    config::{self, list},
};
use api::{Problem, Response};
use app::payments::Recorded;
use domain::{ledger::MoneyEvent, payment_record::Named};
use runtime::{Aws, Clock, ConfigError};
use serde::Serialize;

/// A fact about money, and what the merchant's server wrote on its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedEvent {
    pub named: Named,
    pub event: MoneyEvent,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is on its order's ledger now.
    Recorded,
    /// The ledger knew it already.
    Known,
    /// It is kept until its order appears.
    Unmatched,
    /// It is of a kind that says nothing about an order's money.
    Ignored,
}

/// The answer to an event, for providers that want to hear no words of their own.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Received {
    /// What became of the event. If it tells several facts, this is about the one that changed most.
    pub outcome: Outcome,
}

impl From<Recorded> for Outcome {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            Recorded::Recorded => Self::Recorded,
            Recorded::Known => Self::Known,
            Recorded::Unmatched => Self::Unmatched,
        }
    }
}

impl Received {
    /// 200 with the outcome of the single event in the request: of its facts, that of the one that changed most.
    pub fn answer(recorded: &[Recorded]) -> Response {
        let weight = |recorded: &&Recorded| match recorded {
            Recorded::Recorded => 2,
            Recorded::Unmatched => 1,
            Recorded::Known => 0,
        };
        let outcome = recorded.iter().max_by_key(weight).map_or(Outcome::Ignored, |recorded| (*recorded).into());
        Response::json(200, &Self { outcome })
    }
}

/// The webhooks of the providers in use.
#[derive(Debug)]
pub struct Webhooks(Vec<Webhook>);

impl Webhooks {
    /// The webhooks that the environment configures. No secret is read before the first event.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let webhooks = config::configured()?.into_iter().map(|provider| provider.webhook(aws, clock));
        webhooks.collect::<Result<_, _>>().map(Self)
    }

    pub fn new(webhooks: impl IntoIterator<Item = Webhook>) -> Self {
        Self(webhooks.into_iter().collect())
    }

    /// The webhook of the provider with this name, or a 404 that lists the providers in use.
    pub fn of(&self, name: &str) -> Result<&Webhook, Problem> {
        let known = || self.0.iter().map(Webhook::provider).collect::<Vec<Provider>>();
        let unknown = || format!("no payment provider is configured under this name; configured: {}", list(&known()));
        self.0.iter().find(|webhook| webhook.provider().name() == name).ok_or_else(|| Problem::not_found(unknown()))
    }
}
