//! One function's idle processes, and its concurrency limit.

use super::{Counters, process::Process};
use crate::template::Function;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Pool {
    pub(super) function: Function,
    /// The directory with the function's binary.
    binaries: Mutex<PathBuf>,
    /// One permit for each concurrent invocation.
    slots: Semaphore,
    /// A stack: the most recently used process is reused first, so that the others can be stopped.
    idle: Mutex<Vec<(Arc<Process>, Instant)>>,
    counters: Mutex<Counters>,
}

impl Pool {
    pub(super) fn new(function: Function, binaries: &Path, concurrency: usize) -> Self {
        let reserved = function.max_concurrency.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self {
            function,
            binaries: Mutex::new(binaries.to_owned()),
            slots: Semaphore::new(reserved.unwrap_or(concurrency).min(Semaphore::MAX_PERMITS)),
            idle: Mutex::default(),
            counters: Mutex::default(),
        }
    }

    /// Takes the permit to run one invocation. If the template limits the function, a full pool refuses at once, as
    /// Lambda does. Under the local default limit the caller waits.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        if self.function.max_concurrency.is_some() {
            self.slots.try_acquire().ok()
        } else {
            self.slots.acquire().await.ok()
        }
    }

    pub(super) fn binaries(&self) -> PathBuf {
        lock(&self.binaries).clone()
    }

    /// Runs another binary from now on, as after a deployment: a process of the old one takes no more events.
    pub(super) fn deploy(&self, binaries: &Path) {
        binaries.clone_into(&mut lock(&self.binaries));
        self.take_idle_for(Duration::ZERO).iter().for_each(|process| process.kill());
    }

    pub(super) fn take_idle(&self) -> Option<Arc<Process>> {
        let mut idle = lock(&self.idle);
        while let Some((process, _)) = idle.pop() {
            if process.has_ended() {
                continue;
            }
            if process.binaries == *lock(&self.binaries) {
                return Some(process);
            }
            process.kill();
        }
        None
    }

    pub(super) fn put_idle(&self, process: Arc<Process>) {
        lock(&self.idle).push((process, Instant::now()));
    }

    /// Removes the processes that have been idle for at least `duration`.
    pub(super) fn take_idle_for(&self, duration: Duration) -> Vec<Arc<Process>> {
        let old = |(_, since): &mut (Arc<Process>, Instant)| since.elapsed() >= duration;
        lock(&self.idle).extract_if(.., old).map(|(process, _)| process).collect()
    }

    pub(super) fn count(&self, error: bool, cold: bool, billed: Duration) {
        let mut counters = lock(&self.counters);
        counters.invocations += 1;
        counters.errors += u64::from(error);
        counters.cold_starts += u64::from(cold);
        counters.billed += billed;
    }

    pub(super) fn counters(&self) -> Counters {
        *lock(&self.counters)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
