//! The shop, for all who ask it at once.

use super::{
    faults::Faults,
    known::Known,
    oauth::{Credentials, Nonces},
};
use crate::files;
use jiff::Timestamp;
use runtime::Clock;
use serde::Serialize;
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// So many of the last deliveries are remembered.
const REMEMBERED: usize = 200;

/// A webhook that was sent, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivered {
    pub hook: u64,
    /// Empty: it was a ping.
    pub topic: String,
    pub resource: Option<u64>,
    /// None: nobody answered.
    pub status: Option<u16>,
    pub at: Timestamp,
}

#[derive(Debug)]
pub(super) struct Store {
    clock: Clock,
    /// The shop's address, with no final slash.
    pub(super) url: String,
    credentials: Mutex<Credentials>,
    known: Mutex<Known>,
    pub(super) nonces: Nonces,
    pub(super) faults: Faults,
    /// Webhooks that were taken and are not answered yet.
    pub(super) under_way: AtomicUsize,
    delivered: Mutex<VecDeque<Delivered>>,
    file: Option<PathBuf>,
    /// Something has changed.
    pub(super) woken: Notify,
}

impl Store {
    /// A shop as it was left in `file`, or else a new one.
    pub(super) fn open(
        url: String,
        credentials: Credentials,
        file: Option<PathBuf>,
        clock: Clock,
    ) -> Result<Self, files::KeepError> {
        let kept = file.as_deref().map(files::read_json).transpose()?.flatten();
        let known = kept.unwrap_or_else(|| Known::first(second(clock.now())));
        Ok(Self {
            clock,
            url,
            credentials: Mutex::new(credentials),
            known: Mutex::new(known),
            nonces: Nonces::default(),
            faults: Faults::default(),
            under_way: AtomicUsize::new(0),
            delivered: Mutex::default(),
            file,
            woken: Notify::new(),
        })
    }

    /// The shop knows no time shorter than a second.
    pub(super) fn now(&self) -> Timestamp {
        second(self.clock.now())
    }

    pub(super) fn credentials(&self) -> Credentials {
        lock(&self.credentials).clone()
    }

    pub(super) fn set_credentials(&self, new: Credentials) {
        *lock(&self.credentials) = new;
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&Known, Timestamp) -> T) -> T {
        look(&lock(&self.known), self.now())
    }

    /// Changes something. Nobody else looks or changes meanwhile.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Known, Timestamp) -> T) -> T {
        let mut known = lock(&self.known);
        let outcome = change(&mut known, self.now());
        if let Some(file) = &self.file
            && let Err(error) = files::write_json(file, &*known)
        {
            tracing::error!(%error, "the shop does not keep what it knows");
        }
        drop(known);
        self.woken.notify_one();
        outcome
    }

    /// The number of webhooks that are not delivered.
    pub(super) fn undelivered(&self) -> usize {
        let known = lock(&self.known);
        known.due.len() + self.under_way.load(Ordering::Acquire)
    }

    pub(super) fn remember(&self, delivered: Delivered) {
        let mut all = lock(&self.delivered);
        if all.len() == REMEMBERED {
            all.pop_front();
        }
        all.push_back(delivered);
    }

    pub(super) fn delivered(&self) -> Vec<Delivered> {
        lock(&self.delivered).iter().cloned().collect()
    }
}

fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
