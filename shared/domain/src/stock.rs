//! Stock: the buckets of one SKU at one location, and how they change.

mod change;
mod movement;

pub use change::{StockChange, StockDelta, StockPlace};
pub use movement::{Count, CountOf, Movement, MovementKind, MovementRecord};

use super::{
    ids::{LocationId, Sku},
    safeguards::Safeguard,
};
use jiff::Timestamp;

/// The buckets of one place, in units.
///
/// `available = on_hand − reserved − committed − damaged − quality_control − safety − waiting` is kept as a number of its
/// own, so that one condition guards it. A promise to a new order never makes it negative. What is found on the shelf may:
/// fewer units than are promised. So may paid orders that wait: the next units are theirs. Units that come, and promises
/// that end, fill the gap before anything can be sold again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    pub sku: Sku,
    pub location: LocationId,
    pub available: i64,
    /// What is physically there.
    pub on_hand: i64,
    /// Held for unpaid orders.
    pub reserved: i64,
    /// Paid for, not yet handed over.
    pub committed: i64,
    /// Promised to unpaid orders from stock still to come; no part of `on_hand`.
    pub backordered: i64,
    /// Paid for and not there. The same unit counts wherever it may come in, so that it is kept back there.
    pub waiting: i64,
    pub damaged: i64,
    /// Returned units that need a second look.
    pub quality_control: i64,
    /// Kept back from sale.
    pub safety: i64,
    /// Ordered from a supplier, not yet here; for information.
    pub incoming: i64,
    /// Whether units may be promised before they are here.
    pub backorder: bool,
    /// Since when a picker did not find what should be there. Until a count, nothing is sold from here.
    pub recount_since: Option<Timestamp>,
}

impl StockLevel {
    pub fn place(&self) -> StockPlace {
        StockPlace { sku: self.sku.clone(), location: self.location.clone() }
    }

    /// What may be promised to a new order.
    pub fn sellable(&self) -> i64 {
        if self.is_closed() { 0 } else { self.available.max(0) }
    }

    /// What may be promised to a new order beyond what is promised from the next delivery.
    pub fn promisable(&self) -> u64 {
        (self.sellable() - self.backordered).max(0).unsigned_abs()
    }

    /// What a paid order may take whose turn it is.
    pub fn takeable(&self) -> i64 {
        if self.is_closed() { 0 } else { (self.available + self.waiting).max(0) }
    }

    fn is_closed(&self) -> bool {
        self.recount_since.is_some() && !Safeguard::ShortPickClosesPlace.is_off()
    }

    /// Units that are promised or unsellable, and not there.
    pub fn deficit(&self) -> i64 {
        (self.reserved + self.committed + self.damaged + self.quality_control - self.on_hand).max(0)
    }

    /// Whether a person has to look at the shelf: it is closed until it is counted, or holds less than is promised.
    pub fn needs_a_look(&self) -> bool {
        self.recount_since.is_some() || self.deficit() > 0
    }

    /// The level after a change.
    pub fn after(&self, change: &StockDelta) -> Self {
        Self {
            available: self.available + change.available(),
            on_hand: self.on_hand + change.on_hand,
            reserved: self.reserved + change.reserved,
            committed: self.committed + change.committed,
            backordered: self.backordered + change.backordered,
            waiting: self.waiting + change.waiting,
            damaged: self.damaged + change.damaged,
            quality_control: self.quality_control + change.quality_control,
            safety: self.safety + change.safety,
            incoming: self.incoming + change.incoming,
            ..self.clone()
        }
    }

    /// Whether a shelf can look like this: what is unsellable is there, and nothing is less than nothing. More may be
    /// promised than is there.
    pub fn is_possible(&self) -> bool {
        let unsellable = [self.damaged, self.quality_control];
        self.on_hand >= unsellable.iter().sum() && unsellable.iter().all(|units| *units >= 0) && self.incoming >= 0
    }

    pub fn empty(place: StockPlace) -> Self {
        Self {
            sku: place.sku,
            location: place.location,
            available: 0,
            on_hand: 0,
            reserved: 0,
            committed: 0,
            backordered: 0,
            waiting: 0,
            damaged: 0,
            quality_control: 0,
            safety: 0,
            incoming: 0,
            backorder: false,
            recount_since: None,
        }
    }
}
