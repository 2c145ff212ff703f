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

/// The invocation that a request belongs to, for code that intercepts requests.
#[derive(Debug, Clone)]
pub struct Invocation(Arc<State>);

#[derive(Debug)]
struct State {
    number: u64,
    function: String,
    killed: Notify,
    ended: AtomicBool,
    /// The last request with a fault that may have kept the invocation from recording its work; 0 is none.
    disturbed: AtomicU64,
}

/// How the invocation ended.
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

    /// The current task's invocation; none for a bystander.
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

    /// Records a fault at the request with this number.
    pub fn disturb(&self, call: u64) {
        self.0.disturbed.fetch_max(call, Ordering::Relaxed);
    }

    pub fn is_disturbed(&self) -> bool {
        self.is_disturbed_since(1)
    }

    /// Whether a fault happened at the request with this number, or later.
    pub fn is_disturbed_since(&self, call: u64) -> bool {
        self.0.disturbed.load(Ordering::Relaxed) >= call
    }

    pub fn is_running(&self) -> bool {
        !self.0.ended.load(Ordering::Relaxed)
    }

    /// Runs `work` until it is done, killed or out of time. Work that is cut off stops at its current await.
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
