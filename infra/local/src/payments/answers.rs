//! The stored answers for repeated idempotency keys.

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
    pub(super) fn of(&self, key: &str, parameters: &[(String, String)]) -> Known<'_> {
        match self.0.get(key) {
            None => Known::Nothing,
            Some(answer) if answer.parameters == parameters => Known::Same(answer),
            Some(_) => Known::Other,
        }
    }

    pub(super) fn remember(&mut self, key: String, answer: Answer) {
        self.0.insert(key, answer);
    }
}
