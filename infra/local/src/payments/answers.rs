//! The stored answers for repeated idempotency keys. A provider keeps its failures too, and forgets all of them after a
//! day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Answers by idempotency key.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Answers(BTreeMap<String, Answer>);

/// An answer and its request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The request's parameters, sorted.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) status: u16,
    pub(super) body: Value,
    /// When the key was used first.
    #[serde(default = "long_ago")]
    pub(super) at: Timestamp,
}

/// How long a key is remembered.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

fn long_ago() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// The lookup's result for a key.
#[derive(Debug)]
pub(super) enum Known<'a> {
    /// The key is new, so the request is carried out.
    Nothing,
    /// The key belongs to the same request, which gets the same answer.
    Same(&'a Answer),
    /// The key belongs to a different request.
    Other,
}

impl Answers {
    pub(super) fn of(&self, key: &str, parameters: &[(String, String)], now: Timestamp) -> Known<'_> {
        match self.0.get(key).filter(|answer| now.duration_since(answer.at) < LIFETIME) {
            None => Known::Nothing,
            Some(answer) if answer.parameters == parameters => Known::Same(answer),
            Some(_) => Known::Other,
        }
    }

    pub(super) fn remember(&mut self, key: String, answer: Answer) {
        self.0.insert(key, answer);
    }
}
