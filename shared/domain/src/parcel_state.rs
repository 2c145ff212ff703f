//! The states of a parcel on its way, and the ways from one to another.

use crate::names::names;

names! {
    /// Where a parcel is, as far as anybody has told.
    ParcelState {
        /// Not with a carrier yet.
        Packed = "packed",
        InTransit = "in_transit",
        /// Late, and known to be on its way.
        Delayed = "delayed",
        /// Nobody has told anything of it for too long.
        Overdue = "overdue",
        Damaged = "damaged",
        /// The customer did not take it.
        Refused = "refused",
        /// It came back to its sender, or is on its way back.
        Returned = "returned",
        Lost = "lost",
        Delivered = "delivered",
    }
}

/// Who tells something of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// A person; a carrier's event may tell the same.
    Reporter,
    /// Time that has passed.
    Clock,
}

/// A state that can be told, the states that it follows, and who may tell it.
type Transition = (ParcelState, &'static [ParcelState], Teller);

/// Every way from one state to another. A parcel begins in transit. Nothing leads away from a delivery: a later report of
/// a loss is wrong, and what is wrong with a delivered parcel is the matter of a return. A lost parcel may still be found.
const TRANSITIONS: &[Transition] = {
    use ParcelState::{Damaged, Delayed, Delivered, InTransit, Lost, Overdue, Refused, Returned};
    use Teller::{Clock, Reporter};
    &[
        (InTransit, &[Delayed, Overdue, Damaged, Refused, Lost], Reporter),
        (Delayed, &[InTransit, Overdue, Lost], Reporter),
        (Overdue, &[InTransit, Delayed], Clock),
        (Damaged, &[InTransit, Delayed, Overdue, Refused, Lost], Reporter),
        (Refused, &[InTransit, Delayed, Overdue, Damaged, Lost], Reporter),
        (Returned, &[InTransit, Delayed, Overdue, Damaged, Refused, Lost], Reporter),
        (Lost, &[InTransit, Delayed, Overdue, Damaged, Refused, Returned], Reporter),
        (Delivered, &[InTransit, Delayed, Overdue, Damaged, Refused, Returned, Lost], Reporter),
    ]
};

impl ParcelState {
    /// Whether the parcel will not arrive, or nobody knows. A person has to decide what is done about it.
    pub fn is_exception(self) -> bool {
        matches!(self, Self::Overdue | Self::Damaged | Self::Refused | Self::Returned | Self::Lost)
    }

    /// Whether the customer is written to. That nothing was heard may only mean that nobody reports deliveries.
    pub fn is_told_to_customers(self) -> bool {
        matches!(self, Self::Delayed | Self::Damaged | Self::Refused | Self::Returned | Self::Lost)
    }

    /// Whether `teller` can tell it at all.
    pub fn may_be_told_by(self, teller: Teller) -> bool {
        TRANSITIONS.iter().any(|(to, _, by)| *to == self && *by == teller)
    }

    pub(crate) fn may_become(self, next: Self) -> bool {
        TRANSITIONS.iter().any(|(to, from, _)| *to == next && from.contains(&self))
    }
}
