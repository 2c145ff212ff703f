//! Stock: the buckets of one SKU at one location, and how they change.

use super::{
    Rejection,
    ids::{LocationId, Sku},
    problem::Code,
    safeguards::Safeguard,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::{AddAssign, Mul},
};

/// One SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StockPlace {
    pub sku: Sku,
    pub location: LocationId,
}

/// The buckets of one place, in units.
///
/// `available = on_hand − reserved − committed − damaged − quality_control − safety` is kept as a number of its
/// own, so that one condition guards it. A promise never makes it negative. What is found on the shelf may: fewer units
/// than are promised. Units that come, and promises that end, then fill the gap before anything can be sold again.
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
    /// Promised from stock still to come; no part of `on_hand`.
    pub backordered: i64,
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

    /// What may be promised to a customer.
    pub fn sellable(&self) -> i64 {
        let is_closed = self.recount_since.is_some() && !Safeguard::ShortPickClosesPlace.is_off();
        if is_closed { 0 } else { self.available.max(0) }
    }

    /// Units that are promised or unsellable, and not there.
    pub fn deficit(&self) -> i64 {
        (self.reserved + self.committed + self.damaged + self.quality_control - self.on_hand).max(0)
    }

    /// The level after a change.
    pub fn after(&self, change: &StockDelta) -> Self {
        Self {
            available: self.available + change.available(),
            on_hand: self.on_hand + change.on_hand,
            reserved: self.reserved + change.reserved,
            committed: self.committed + change.committed,
            backordered: self.backordered + change.backordered,
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
            damaged: 0,
            quality_control: 0,
            safety: 0,
            incoming: 0,
            backorder: false,
            recount_since: None,
        }
    }
}

/// A change of the buckets of one place, in units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StockDelta {
    pub on_hand: i64,
    pub reserved: i64,
    pub committed: i64,
    pub backordered: i64,
    pub damaged: i64,
    pub quality_control: i64,
    pub safety: i64,
    pub incoming: i64,
}

impl StockDelta {
    /// The effect on `available`.
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved - self.committed - self.damaged - self.quality_control - self.safety
    }

    /// The units that it newly promises to customers (below 0: promises that end).
    pub fn promised(&self) -> i64 {
        self.reserved + self.committed
    }

    /// The buckets with the names that they are stored under.
    pub fn buckets(&self) -> [(&'static str, i64); 8] {
        [
            ("on_hand", self.on_hand),
            ("reserved", self.reserved),
            ("committed", self.committed),
            ("backordered", self.backordered),
            ("damaged", self.damaged),
            ("quality_control", self.quality_control),
            ("safety", self.safety),
            ("incoming", self.incoming),
        ]
    }

    fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn map2(self, other: Self, f: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            on_hand: f(self.on_hand, other.on_hand),
            reserved: f(self.reserved, other.reserved),
            committed: f(self.committed, other.committed),
            backordered: f(self.backordered, other.backordered),
            damaged: f(self.damaged, other.damaged),
            quality_control: f(self.quality_control, other.quality_control),
            safety: f(self.safety, other.safety),
            incoming: f(self.incoming, other.incoming),
        }
    }
}

impl AddAssign for StockDelta {
    fn add_assign(&mut self, other: Self) {
        *self = self.map2(other, |a, b| a + b);
    }
}

impl Mul<i64> for StockDelta {
    type Output = Self;

    fn mul(self, factor: i64) -> Self {
        self.map2(Self::default(), |a, _| a * factor)
    }
}

/// Changes of several places. Places whose changes cancel out are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockChange(BTreeMap<StockPlace, StockDelta>);

impl StockChange {
    pub fn add(&mut self, place: StockPlace, delta: StockDelta) {
        match self.0.entry(place) {
            Entry::Vacant(none) if !delta.is_zero() => drop(none.insert(delta)),
            Entry::Vacant(_) => {}
            Entry::Occupied(mut sum) => {
                *sum.get_mut() += delta;
                if sum.get().is_zero() {
                    sum.remove();
                }
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (place, delta) in &other.0 {
            self.add(place.clone(), *delta);
        }
    }

    pub fn get(&self, place: &StockPlace) -> Option<&StockDelta> {
        self.0.get(place)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&StockPlace, &StockDelta)> {
        self.0.iter()
    }

    pub fn places(&self) -> impl Iterator<Item = &StockPlace> {
        self.0.keys()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Which bucket a movement by hand changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Goods came in (`quantity` above 0).
    Receive,
    /// A correction of what is there, up or down.
    Adjust,
    /// Units found damaged (above 0), or found good again (below 0).
    Damage,
    /// Damaged units that are thrown away (above 0).
    WriteOff,
    /// Units sent to quality control (above 0), or that came back from it as good (below 0).
    QualityControl,
    /// Units announced by a supplier, up or down.
    Incoming,
}

impl std::str::FromStr for MovementKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "receive" => Ok(Self::Receive),
            "adjust" => Ok(Self::Adjust),
            "damage" => Ok(Self::Damage),
            "write_off" => Ok(Self::WriteOff),
            "quality_control" => Ok(Self::QualityControl),
            "incoming" => Ok(Self::Incoming),
            _ => Err("must be receive, adjust, damage, write_off, quality_control or incoming"),
        }
    }
}

impl MovementKind {
    /// The change of the buckets by a movement of `quantity` units.
    pub fn delta(self, quantity: i64) -> Result<StockDelta, Rejection> {
        let none = StockDelta::default();
        match self {
            Self::Receive if quantity <= 0 => Err(Rejection::new(
                Code::NotReceived,
                "quantity must be above 0 to receive; use kind \"adjust\" to take stock away",
            )),
            Self::Receive | Self::Adjust => Ok(StockDelta { on_hand: quantity, ..none }),
            Self::Damage => Ok(StockDelta { damaged: quantity, ..none }),
            Self::WriteOff if quantity <= 0 => Err(Rejection::new(
                Code::NotWrittenOff,
                "quantity must be above 0: how many damaged units are thrown away?",
            )),
            Self::WriteOff => Ok(StockDelta { on_hand: -quantity, damaged: -quantity, ..none }),
            Self::QualityControl => Ok(StockDelta { quality_control: quantity, ..none }),
            Self::Incoming => Ok(StockDelta { incoming: quantity, ..none }),
        }
    }
}

/// A movement with the id that makes it happen only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovementRecord {
    pub id: String,
    #[serde(flatten)]
    pub movement: Movement,
    /// The count that the movement comes from, if any. The movement is only the difference from what was believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Count>,
}

/// A count of a place, as it was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub on_hand: i64,
    #[serde(default, skip_serializing_if = "CountOf::is_shelf")]
    pub of: CountOf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<i64>,
}

/// What somebody counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// The shelf. Picked units that have not left stand elsewhere, and are added.
    #[default]
    Shelf,
    /// Everything of it at the location, picked units that have not left included.
    Everything,
}

impl CountOf {
    fn is_shelf(&self) -> bool {
        *self == Self::Shelf
    }
}

impl std::str::FromStr for CountOf {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "shelf" => Ok(Self::Shelf),
            "everything" => Ok(Self::Everything),
            _ => Err("must be shelf or everything"),
        }
    }
}

/// A change by hand, kept for good: what, how much, why and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Movement {
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    pub by: String,
    pub location: LocationId,
    pub reason: String,
    pub change: StockDelta,
}
