//! The answers that repeated idempotency keys get again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Answers by idempotency key.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Answers(BTreeMap<String, Answer>);

/// An answer, and what was asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The request's parameters, sorted.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) status: u16,
    pub(super) body: Value,
}

/// What is known of a key.
#[derive(Debug)]
pub(super) enum Known<'a> {
    /// It is new: the request is to be carried out.
    Nothing,
    /// The same was asked before: it gets the same answer.
    Same(&'a Answer),
    /// Something else was asked under this key.
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
