//! What goes wrong at the provider, when a test asks for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A failure of the provider's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// It answers 500 before it has done anything.
    Before,
    /// It does what it was asked for, and answers 500.
    After,
    /// It does what it was asked for, and answers later than anybody waits.
    Silent,
    /// It answers 429, and does nothing.
    Throttled,
}

/// What befalls the next requests that change something.
#[derive(Debug, Default)]
pub(super) struct Breakdowns {
    by_key: Mutex<BTreeMap<String, Breakdown>>,
    next: Mutex<Option<Breakdown>>,
}

impl Breakdowns {
    /// The first request under an idempotency key.
    pub(super) fn of_key(&self, key: &str, breakdown: Breakdown) {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), breakdown);
    }

    /// The next request, whatever its key.
    pub(super) fn of_next(&self, breakdown: Breakdown) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(breakdown);
    }

    /// Takes what befalls a request.
    pub(super) fn take(&self, key: Option<&str>) -> Option<Breakdown> {
        let of_key = key.and_then(|key| self.by_key.lock().unwrap_or_else(PoisonError::into_inner).remove(key));
        of_key.or_else(|| self.next.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}
