//! What providers report through their webhooks.

use crate::{
    Provider, Webhook,
    config::{self, list},
};
use api::{Error, Problem, Request, Response};
use app::payments::Recorded;
use domain::{ledger::MoneyEvent, payment_record::Named};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError};
use serde::Serialize;

/// A fact about money, and what the merchant's server wrote on its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedEvent {
    pub named: Named,
    pub event: MoneyEvent,
}

/// What one event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Facts(Vec<ReportedEvent>),
    /// Nothing about an order's money. Holds the name of its type, to be counted.
    Nothing(String),
}

/// What a request says.
#[derive(Debug, Default)]
pub struct Reading {
    pub facts: Vec<ReportedEvent>,
    /// The types of the events that say nothing about an order's money.
    pub ignored: Vec<String>,
    /// What is genuine, and says what nobody here understands.
    pub unread: Vec<Unread>,
}

/// A genuine event that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub body: Vec<u8>,
    /// What is wrong with it, for people.
    pub why: String,
}

impl Webhook {
    /// Reads a request. See [`verify`](Self::verify) for what is refused.
    pub async fn read(&self, request: &Request, now: Timestamp) -> Result<Reading, Error> {
        let mut reading = Reading::default();
        for genuine in self.verify(request, now).await? {
            match self.understand(&genuine, now).await {
                Ok(Said::Facts(facts)) => reading.facts.extend(facts),
                Ok(Said::Nothing(kind)) => reading.ignored.push(kind),
                Err(Error::Problem(problem)) => reading.unread.push(Unread { body: genuine, why: problem.detail }),
                Err(error) => return Err(error),
            }
        }
        Ok(reading)
    }
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
    /// It is genuine and could not be understood. It is kept for people to see, and to be read again.
    Kept,
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
    /// Of the outcomes of a request's facts, that of the one that changed most.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let weight = |outcome: &&Outcome| match outcome {
            Outcome::Kept => 4,
            Outcome::Recorded => 3,
            Outcome::Unmatched => 2,
            Outcome::Known => 1,
            Outcome::Ignored => 0,
        };
        Self { outcome: outcomes.iter().max_by_key(weight).copied().unwrap_or(Outcome::Ignored) }
    }

    /// 200 with the outcome.
    pub fn answer(outcomes: &[Outcome]) -> Response {
        Response::json(200, &Self::of(outcomes))
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
