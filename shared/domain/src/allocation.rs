//! What an order holds of the stock, and how a change of that moves the stock's buckets.

use super::{
    ids::{LineId, LocationId, Sku},
    safeguards::Safeguard,
    stock::{StockChange, StockDelta, StockPlace},
};
use serde::{Deserialize, Serialize};
use std::slice::from_ref;

/// Where some units of a line stand. The units of all allocations of a line, and those handed over,
/// always add up to what was ordered, until the order or its rest is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The line's id.
    pub line: LineId,
    pub sku: Sku,
    /// Stored under a short name: an order has many of these.
    #[serde(rename = "qty")]
    pub quantity: u32,
    #[serde(flatten)]
    pub state: AllocationState,
}

/// How units are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", content = "at", rename_all = "snake_case")]
pub enum AllocationState {
    /// Nothing holds them: there was no stock when it was needed, a picker did not find them, or the reservation expired.
    Missing,
    /// Held for an unpaid order.
    Reserved(
        /// The location that holds them.
        LocationId,
    ),
    /// Promised to an unpaid order from the next stock that comes in.
    Backordered(
        /// The location whose next stock they get.
        LocationId,
    ),
    /// Paid for and not there. At each of these places the next units are kept back for those who wait, in the order in
    /// which they paid. If units are expected somewhere, that place is the first.
    Waiting(
        /// The locations that keep their next units back, the one that expects some first.
        Vec<LocationId>,
    ),
    /// Paid for, and not yet in a fulfillment.
    Committed(
        /// The location that they will leave from.
        LocationId,
    ),
    /// Paid for, and in a fulfillment that the warehouse works on.
    Dispatched(
        /// The location that they will leave from.
        LocationId,
    ),
}

impl AllocationState {
    /// Whether no location has committed to the units yet.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Missing | Self::Backordered(_) | Self::Waiting(_))
    }

    /// The effect of one held unit on the buckets of its places.
    fn bucket(&self) -> (&[LocationId], StockDelta) {
        let one = StockDelta::default();
        match self {
            Self::Missing => (&[], one),
            Self::Reserved(at) => (from_ref(at), StockDelta { reserved: 1, ..one }),
            Self::Backordered(at) => (from_ref(at), StockDelta { backordered: 1, ..one }),
            Self::Waiting(_) if Safeguard::WaitingUnitsAreKept.is_off() => (&[], one),
            Self::Waiting(places) => (places, StockDelta { waiting: 1, ..one }),
            Self::Committed(at) | Self::Dispatched(at) => (from_ref(at), StockDelta { committed: 1, ..one }),
        }
    }
}

/// The change of the buckets when an order that held `before` holds `after`.
///
/// The rules only say what the order holds now. The stock movement is derived here, so no rule can forget it, and the
/// buckets always equal what the orders say they hold.
pub fn difference(before: &[Allocation], after: &[Allocation]) -> StockChange {
    let mut change = StockChange::default();
    for (allocations, sign) in [(before, -1), (after, 1)] {
        for allocation in allocations {
            let (places, unit) = allocation.state.bucket();
            for at in places {
                let place = StockPlace { sku: allocation.sku.clone(), location: at.clone() };
                change.add(place, unit * (sign * i64::from(allocation.quantity)));
            }
        }
    }
    change
}

/// Moves up to `quantity` units of `line` from states that `from` accepts to the state that `to` returns (none: the
/// order no longer holds them). Returns how many units moved.
pub fn shift(
    allocations: &mut Vec<Allocation>,
    line: LineId,
    quantity: u32,
    from: impl Fn(&AllocationState) -> bool,
    to: impl Fn(&AllocationState) -> Option<AllocationState>,
) -> u32 {
    let mut left = quantity;
    let mut moved = Vec::new();
    for allocation in allocations.iter_mut() {
        if allocation.line == line && left > 0 && from(&allocation.state) {
            let units = left.min(allocation.quantity);
            allocation.quantity -= units;
            left -= units;
            if let Some(state) = to(&allocation.state) {
                moved.push(Allocation { quantity: units, state, ..allocation.clone() });
            }
        }
    }
    for allocation in moved {
        add(allocations, allocation);
    }
    allocations.retain(|allocation| allocation.quantity > 0);
    quantity - left
}

/// Adds an allocation, or merges it into the one of the same line and state.
pub fn add(allocations: &mut Vec<Allocation>, new: Allocation) {
    let same = |old: &&mut Allocation| old.line == new.line && old.state == new.state;
    match allocations.iter_mut().find(same) {
        Some(old) => old.quantity += new.quantity,
        None => allocations.push(new),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn held(line: LineId, quantity: u32, state: AllocationState) -> Allocation {
        Allocation { line, sku: format!("SKU-{line}").parse().unwrap(), quantity, state }
    }

    fn at(name: &str) -> LocationId {
        name.parse().unwrap()
    }

    fn delta_of(change: &StockChange, sku: &str, location: &str) -> StockDelta {
        let place = StockPlace { sku: sku.parse().unwrap(), location: at(location) };
        change.get(&place).copied().unwrap_or_default()
    }

    #[test]
    fn a_deduction_moves_units_from_reserved_to_committed_and_leaves_available_alone() {
        let before = [held(0, 2, AllocationState::Reserved(at("A")))];
        let after = [held(0, 2, AllocationState::Committed(at("A")))];
        let delta = delta_of(&difference(&before, &after), "SKU-0", "A");
        assert_eq!(delta, StockDelta { reserved: -2, committed: 2, ..StockDelta::default() });
        assert_eq!(delta.available(), 0);
    }

    #[test]
    fn a_unit_that_waits_is_kept_back_wherever_it_may_come_in_and_taken_once() {
        let waiting = [held(0, 2, AllocationState::Waiting(vec![at("A"), at("B")]))];
        let served = [held(0, 2, AllocationState::Committed(at("B")))];
        let began = difference(&[], &waiting);
        for place in ["A", "B"] {
            let delta = delta_of(&began, "SKU-0", place);
            assert_eq!(delta, StockDelta { waiting: 2, ..StockDelta::default() });
            assert_eq!((delta.available(), delta.takeable()), (-2, 0), "nothing of it is for a new order");
        }
        let ended = difference(&waiting, &served);
        assert_eq!(delta_of(&ended, "SKU-0", "A").available(), 2);
        let delta = delta_of(&ended, "SKU-0", "B");
        assert_eq!((delta.available(), delta.takeable(), delta.committed), (0, -2, 2));
    }

    #[test]
    fn an_unchanged_holding_moves_nothing() {
        let same = [held(0, 2, AllocationState::Committed(at("A"))), held(1, 1, AllocationState::Missing)];
        assert!(difference(&same, &same).is_empty());
        let dispatched = [held(0, 2, AllocationState::Dispatched(at("A"))), held(1, 1, AllocationState::Missing)];
        assert!(difference(&same, &dispatched).is_empty(), "both are committed in the stock");
    }

    #[test]
    fn shifting_splits_joins_and_drops_allocations() {
        let mut all =
            vec![held(0, 3, AllocationState::Reserved(at("A"))), held(0, 2, AllocationState::Reserved(at("B")))];
        let committed = |from: &AllocationState| match from {
            AllocationState::Reserved(at) => Some(AllocationState::Committed(at.clone())),
            _ => None,
        };
        let moved = shift(&mut all, 0, 4, |state| matches!(state, AllocationState::Reserved(_)), committed);
        assert_eq!(moved, 4);
        assert_eq!(
            all,
            [
                held(0, 1, AllocationState::Reserved(at("B"))),
                held(0, 3, AllocationState::Committed(at("A"))),
                held(0, 1, AllocationState::Committed(at("B"))),
            ]
        );
        assert_eq!(shift(&mut all, 0, 9, |_| true, |_| None), 5);
        assert!(all.is_empty());
    }
}
