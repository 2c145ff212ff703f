//! A scene to play: how much goes wrong, and for how long.

use crate::{faults::Plan, people::Picking};
use std::time::Duration;

/// The faults and the people of a run.
#[derive(Debug, Clone)]
pub enum Scene {
    /// One ordinary order with these faults.
    OneOrder(Plan),
    /// The same, cancelled at the moment of the request with this number.
    Cancelled(u64, Plan),
    /// Several competing orders, with random faults.
    Rush,
    /// Ordinary orders that are picked in batches, two pickers at the same shelves, with these faults. Some are cancelled while
    /// they are picked.
    Batches(Plan),
    /// Orders whose stock does not fit one transaction.
    Large(Large, Plan),
}

/// What becomes of a large order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Large {
    /// It is sent, and a unit comes back.
    Sent,
    /// It is cancelled at the moment of the request with this number.
    Cancelled(u64),
    /// Two orders want the same goods, which are enough for one.
    Rivals,
    /// The storefront asks once and never again, whatever the answer.
    Abandoned,
}

impl Scene {
    /// How long people act and faults happen.
    pub(crate) fn storm(&self) -> Duration {
        match self {
            Self::OneOrder(_) | Self::Cancelled(..) | Self::Batches(_) | Self::Large(..) => Duration::from_mins(15),
            Self::Rush => Duration::from_mins(40),
        }
    }

    /// Whether somebody counts shelves. Nobody finds one short without: an order in need of it would wait for ever.
    pub(crate) fn has_stocktaker(&self) -> bool {
        matches!(self, Self::Rush | Self::Large(..))
    }

    /// How the warehouse picks.
    pub(crate) fn picking(&self) -> Picking {
        match self {
            Self::Batches(_) => Picking::Never,
            _ if self.has_stocktaker() => Picking::Short,
            _ => Picking::Whole,
        }
    }

    /// The minimum duration, after which reservations have expired and late payments have arrived.
    pub(crate) fn least(&self) -> Duration {
        match self {
            Self::OneOrder(_) | Self::Cancelled(..) | Self::Batches(_) | Self::Large(..) => self.storm(),
            Self::Rush => Duration::from_mins(100),
        }
    }
}
