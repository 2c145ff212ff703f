//! What goes wrong when somebody asks the shop's API.

use serde::Deserialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is refused with this status, and nothing happens: the host throttles it, or is down.
    Refused(u16),
    /// It takes effect, but the answer is lost on its way, and has this status instead.
    Lost(u16),
    /// It takes effect, and the answer does not come.
    Silent,
    /// A cache answers with a page, and nothing happens.
    Page,
    /// It takes effect, and PHP's warnings stand before the answer.
    Warning,
}

/// What goes wrong with the next requests.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<VecDeque<(String, Fault)>>);

impl Faults {
    /// Lets something go wrong with the next request that begins like this: `PUT /products`, `GET`; with the next one, if it is empty.
    pub(super) fn add(&self, requests: &str, fault: Fault) {
        self.lock().push_back((requests.to_owned(), fault));
    }

    /// What goes wrong with this request. `path` begins after the API's version.
    pub(super) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut faults = self.lock();
        let request = format!("{method} {path}");
        let position = faults.iter().position(|(requests, _)| request.starts_with(requests))?;
        faults.remove(position).map(|(_, fault)| fault)
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Fault)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
