//! The states of a parcel on its way, and the ways from one to another.

use crate::names::names;

names! {
    /// Where a parcel is, as far as anybody has told.
    ParcelState {
        /// Not with a carrier yet.
        Packed = "packed",
        InTransit = "in_transit",
        /// On the round that delivers it.
        OutForDelivery = "out_for_delivery",
        /// At a shop, a post office or a locker, where its customer gets it.
        AwaitingPickup = "awaiting_pickup",
        /// Nobody was there to take it. The carrier tries again, or keeps it for its customer.
        AttemptFailed = "attempt_failed",
        /// Late, and known to be on its way.
        Delayed = "delayed",
        /// Nobody has told anything of it for too long.
        Overdue = "overdue",
        /// Its carrier tells of a problem that somebody has to look at: an address that is wrong, papers that are missing.
        Exception = "exception",
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
type Transition = (ParcelState, &'static [&'static [ParcelState]], Teller);

/// Every way from one state to another. A parcel begins in transit. Nothing leads away from a delivery: a later report of
/// a loss is wrong, and what is wrong with a delivered parcel is the matter of a return. A lost parcel may still be found.
const TRANSITIONS: &[Transition] = {
    use ParcelState::{
        AttemptFailed, AwaitingPickup, Damaged, Delayed, Delivered, Exception, InTransit, Lost, OutForDelivery,
        Overdue, Refused, Returned,
    };
    use Teller::{Clock, Reporter};
    const UNDERWAY: [ParcelState; 7] =
        [InTransit, OutForDelivery, AwaitingPickup, AttemptFailed, Delayed, Overdue, Exception];
    const BROKEN_OFF: [ParcelState; 3] = [Damaged, Refused, Lost];
    &[
        (InTransit, &[&UNDERWAY, &BROKEN_OFF], Reporter),
        (OutForDelivery, &[&UNDERWAY, &BROKEN_OFF], Reporter),
        (AwaitingPickup, &[&UNDERWAY, &BROKEN_OFF], Reporter),
        (AttemptFailed, &[&UNDERWAY, &[Lost]], Reporter),
        (Delayed, &[&UNDERWAY, &[Lost]], Reporter),
        (Overdue, &[&[InTransit, OutForDelivery, AwaitingPickup, AttemptFailed, Delayed]], Clock),
        (Exception, &[&UNDERWAY, &[Lost]], Reporter),
        (Damaged, &[&UNDERWAY, &[Refused, Lost]], Reporter),
        (Refused, &[&UNDERWAY, &[Damaged, Lost]], Reporter),
        (Returned, &[&UNDERWAY, &BROKEN_OFF], Reporter),
        (Lost, &[&UNDERWAY, &[Damaged, Refused, Returned]], Reporter),
        (Delivered, &[&UNDERWAY, &BROKEN_OFF, &[Returned]], Reporter),
    ]
};

impl ParcelState {
    /// Whether the parcel will not arrive, or nobody knows. A person has to decide what is done about it.
    pub fn is_exception(self) -> bool {
        use ParcelState::{Damaged, Exception, Lost, Overdue, Refused, Returned};
        matches!(self, Overdue | Exception | Damaged | Refused | Returned | Lost)
    }

    /// Whether the customer is written to. That nothing was heard may only mean that nobody reports deliveries, and of a
    /// carrier's problem a person finds out first what it is.
    pub fn is_told_to_customers(self) -> bool {
        use ParcelState::{AttemptFailed, AwaitingPickup, Damaged, Delayed, Lost, Refused, Returned};
        matches!(self, AwaitingPickup | AttemptFailed | Delayed | Damaged | Refused | Returned | Lost)
    }

    /// Whether `teller` can tell it at all.
    pub fn may_be_told_by(self, teller: Teller) -> bool {
        TRANSITIONS.iter().any(|(to, _, by)| *to == self && *by == teller)
    }

    pub(crate) fn may_become(self, next: Self) -> bool {
        let follows = |from: &[&[Self]]| from.iter().any(|from| from.contains(&self));
        self != next && TRANSITIONS.iter().any(|(to, from, _)| *to == next && follows(from))
    }
}
