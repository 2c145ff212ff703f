//! Simulated time: Tokio's paused clock, which jumps to the next timer when every task waits.

use jiff::{SignedDuration, Timestamp};
use runtime::Clock;
use tokio::time::Instant;

/// When every simulation begins: 2026-01-01T00:00:00Z, a Thursday.
const BEGINNING: i64 = 1_767_225_600;

/// The true time. Functions know it only through their own clocks.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    start: Instant,
}

impl Time {
    pub fn begin() -> Self {
        Self { start: Instant::now() }
    }

    /// How long the simulation has been running.
    pub fn elapsed(&self) -> SignedDuration {
        SignedDuration::try_from(self.start.elapsed()).unwrap_or(SignedDuration::MAX)
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH) + self.elapsed()
    }

    /// A clock that is wrong by `skew`.
    pub fn clock(&self, skew: SignedDuration) -> Clock {
        let time = *self;
        Clock::new(move || time.now() + skew)
    }
}
