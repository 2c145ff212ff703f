//! One invocation of a function: it may die at any moment, and its time is limited.

use futures::FutureExt as _;
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

tokio::task_local! {
    static CURRENT: Invocation;
}

/// Whose request it is, for whoever stands in the way of requests.
#[derive(Debug, Clone)]
pub struct Invocation(Arc<State>);

#[derive(Debug)]
struct State {
    number: u64,
    function: String,
    killed: Notify,
    ended: AtomicBool,
    /// The last request at which something went wrong that may have kept it from recording what it did; 0 is none.
    disturbed: AtomicU64,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<T> {
    Done(T),
    Killed,
    TimedOut,
    Panicked,
}

impl Invocation {
    pub fn new(number: u64, function: &str) -> Self {
        let function = function.to_owned();
        let (ended, disturbed) = (AtomicBool::new(false), AtomicU64::new(0));
        Self(Arc::new(State { number, function, killed: Notify::new(), ended, disturbed }))
    }

    /// The invocation that the running task works for; none for a bystander.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    pub fn number(&self) -> u64 {
        self.0.number
    }

    pub fn function(&self) -> &str {
        &self.0.function
    }

    pub fn kill(&self) {
        self.0.killed.notify_one();
    }

    /// Something goes wrong at the request with this number.
    pub fn disturb(&self, call: u64) {
        self.0.disturbed.fetch_max(call, Ordering::Relaxed);
    }

    pub fn is_disturbed(&self) -> bool {
        self.is_disturbed_since(1)
    }

    /// Whether something went wrong at the request with this number, or later.
    pub fn is_disturbed_since(&self, call: u64) -> bool {
        self.0.disturbed.load(Ordering::Relaxed) >= call
    }

    pub fn is_running(&self) -> bool {
        !self.0.ended.load(Ordering::Relaxed)
    }

    /// Runs `work` until it is done, killed or out of time. What is dropped then stops where it waits.
    pub async fn run<T>(&self, limit: Duration, work: impl Future<Output = T>) -> End<T> {
        let work = AssertUnwindSafe(CURRENT.scope(self.clone(), work)).catch_unwind();
        let end = tokio::select! {
            biased;
            () = self.0.killed.notified() => End::Killed,
            done = tokio::time::timeout(limit, work) => match done {
                Ok(Ok(done)) => End::Done(done),
                Ok(Err(_)) => End::Panicked,
                Err(_) => End::TimedOut,
            },
        };
        self.0.ended.store(true, Ordering::Relaxed);
        if !matches!(end, End::Done(_)) {
            self.disturb(u64::MAX);
        }
        end
    }
}
