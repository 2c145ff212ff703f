//! What is played: how much goes wrong, and for how long.

use std::time::Duration;

use crate::faults::Plan;

/// Which faults, and what the people do.
#[derive(Debug, Clone)]
pub enum Scene {
    /// One ordinary order, and these faults.
    OneOrder(Plan),
    /// The same, and somebody cancels it at the moment of the request with this number.
    Cancelled(u64, Plan),
    /// Several orders that compete, and faults at random.
    Rush,
}

impl Scene {
    /// How long people act, and things go wrong.
    pub(crate) fn storm(&self) -> Duration {
        match self {
            Self::OneOrder(_) | Self::Cancelled(..) => Duration::from_mins(15),
            Self::Rush => Duration::from_mins(40),
        }
    }

    /// What must pass in any case, so that reservations have ended and late payments have come.
    pub(crate) fn least(&self) -> Duration {
        match self {
            Self::OneOrder(_) | Self::Cancelled(..) => self.storm(),
            Self::Rush => Duration::from_mins(100),
        }
    }
}
