//! The stored answers for repeated idempotency keys.

use super::exchange::Reply;
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
    /// The request's parameters.
    parameters: Vec<(String, String)>,
    status: u16,
    body: Value,
    /// When the key was used first.
    #[serde(default = "long_ago")]
    at: Timestamp,
}

fn long_ago() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// The lookup's result for a key.
#[derive(Debug)]
pub(super) enum Known {
    /// The key is new, so the request is carried out.
    Nothing,
    /// The key belongs to the same request, which gets the same answer.
    Same(Reply),
    /// The key belongs to a different request.
    Other,
}

impl Answer {
    pub(super) fn new(parameters: Vec<(String, String)>, reply: &Reply, at: Timestamp) -> Self {
        Self { parameters, status: reply.status.as_u16(), body: reply.body.clone(), at }
    }
}

impl Answers {
    /// `lifetime`: how long the provider remembers a key.
    pub(super) fn of(
        &self,
        key: &str,
        parameters: &[(String, String)],
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Known {
        match self.0.get(key).filter(|answer| now.duration_since(answer.at) < lifetime) {
            None => Known::Nothing,
            Some(answer) if answer.parameters == parameters => {
                let status = answer.status.try_into().unwrap_or_default();
                Known::Same(Reply::new(status, answer.body.clone()))
            }
            Some(_) => Known::Other,
        }
    }

    pub(super) fn remember(&mut self, key: String, answer: Answer) {
        self.0.insert(key, answer);
    }
}
