//! Changes of buckets, of one place and of several.

use crate::ids::{LocationId, Sku};
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

/// A change of the buckets of one place, in units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StockDelta {
    /// What is physically there; below 0 if units went.
    pub on_hand: i64,
    /// Held for unpaid orders. No movement by hand changes it.
    pub reserved: i64,
    /// Paid for, not yet handed over. No movement by hand changes it.
    pub committed: i64,
    /// Promised to unpaid orders from stock still to come. No movement by hand changes it.
    pub backordered: i64,
    /// No movement by hand changes it.
    #[cfg_attr(feature = "schema", schemars(skip))]
    #[serde(skip_serializing_if = "crate::sparse::is_zero")]
    pub waiting: i64,
    /// On hand, and not for sale.
    pub damaged: i64,
    /// On hand, and needs a second look before it is for sale.
    pub quality_control: i64,
    /// Kept back from sale.
    pub safety: i64,
    /// Ordered from a supplier, not yet here.
    pub incoming: i64,
}

impl StockDelta {
    /// The effect on `available`.
    pub fn available(&self) -> i64 {
        self.takeable() - self.waiting
    }

    /// The effect on what a paid order may take.
    pub fn takeable(&self) -> i64 {
        self.on_hand - self.reserved - self.committed - self.damaged - self.quality_control - self.safety
    }

    /// The units that it newly promises to customers (below 0: promises that end).
    pub fn promised(&self) -> i64 {
        self.reserved + self.committed
    }

    /// The buckets with the names that they are stored under.
    pub fn buckets(&self) -> [(&'static str, i64); 9] {
        [
            ("on_hand", self.on_hand),
            ("reserved", self.reserved),
            ("committed", self.committed),
            ("backordered", self.backordered),
            ("waiting", self.waiting),
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
            waiting: f(self.waiting, other.waiting),
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
