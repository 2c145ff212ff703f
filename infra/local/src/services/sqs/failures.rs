//! Why messages failed: what a dead letter itself does not tell.

use super::Sqs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Failures that are remembered; the oldest are dropped first.
const KEPT: usize = 1_000;

/// The last failure of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub at: Timestamp,
    pub function: String,
    /// Names the invocation in the function's log. An external Invoke API need not tell it.
    pub request_id: Option<String>,
    pub error: String,
    /// How often the message was tried.
    pub attempts: u32,
}

/// The failures by the ids of their messages, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<Mutex<VecDeque<(String, Failure)>>>);

impl Failures {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Failure)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sqs {
    /// Remembers why a message failed.
    pub(crate) fn note_failure(&self, message_id: &str, failure: Failure) {
        let mut failures = self.failures.lock();
        failures.retain(|(id, _)| id != message_id);
        if failures.len() == KEPT {
            failures.pop_front();
        }
        failures.push_back((message_id.to_owned(), failure));
    }

    pub(super) fn failure_of(&self, message_id: &str) -> Option<Failure> {
        self.failures.lock().iter().find(|(id, _)| id == message_id).map(|(_, failure)| failure.clone())
    }
}
