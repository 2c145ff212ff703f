//! How often strangers can make us ask Mollie.
//!
//! A classic webhook is not signed, and every one costs a request to Mollie's API. Made-up ids must not become a flood of
//! such requests, for which Mollie would block the shop's key. What is refused here is refused for seconds: Mollie calls
//! again, ten times in 26 hours, and genuine webhooks are not lost.

use domain::ids::ProviderId;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Counts start anew after this time.
const WINDOW: SignedDuration = SignedDuration::from_secs(10);
/// So many requests of a window may lead to no payment. Of genuine webhooks, hardly one does.
const MAX_FRUITLESS: u32 = 20;
/// So many times in a window one payment is asked for. Mollie reports a few changes of one at most.
const MAX_OF_ONE: u32 = 10;

/// What one sandbox of the function has been asked for lately.
#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    since: Timestamp,
    fruitless: u32,
    of_one: BTreeMap<ProviderId, u32>,
}

impl Limiter {
    /// Whether Mollie may be asked for this payment now because a stranger named it.
    pub(super) fn admits(&self, id: &ProviderId, now: Timestamp) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.duration_since(window.since);
        if age >= WINDOW || age.is_negative() {
            *window = Window { since: now, ..Window::default() };
        }
        if window.fruitless >= MAX_FRUITLESS {
            return false;
        }
        let asked = window.of_one.entry(id.clone()).or_default();
        *asked += 1;
        *asked <= MAX_OF_ONE
    }

    /// Asking led to no payment.
    pub(super) fn was_fruitless(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fruitless += 1;
    }
}

#[cfg(test)]
mod tests;
