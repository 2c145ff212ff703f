//! Movements by hand: received, corrected, counted.

use super::{
    StockLevel,
    change::{StockDelta, StockPlace},
};
use crate::{Rejection, history::Stamp, ids::LocationId, problem::Code};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

impl MovementRecord {
    /// A movement at a place that `key` makes only once.
    pub fn new(place: &StockPlace, change: StockDelta, reason: &str, key: &str, stamp: &Stamp) -> Self {
        let (by, location, reason) = (stamp.by.to_string(), place.location.clone(), reason.to_owned());
        Self { id: key.to_owned(), movement: Movement { at: stamp.at, by, location, reason, change }, counted: None }
    }

    /// The movement of units that the books miss of those that leave a place: they left, so they were there.
    pub fn found_when_it_left(level: &StockLevel, gone: i64, key: &str, stamp: &Stamp) -> Option<Self> {
        let found = StockDelta { on_hand: gone - level.on_hand, ..StockDelta::default() };
        (found.on_hand > 0).then(|| Self::new(&level.place(), found, "found when it left", key, stamp))
    }
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
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
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
    /// When it was recorded, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Who made it, as `role:name` of an API key: `warehouse:anna`.
    pub by: String,
    /// The location whose stock it changed.
    pub location: LocationId,
    /// In the words of who made it. Orderly's own are `short pick` and `found when it left`.
    pub reason: String,
    /// By how many units each bucket changed, up or down; 0 for the others.
    pub change: StockDelta,
}
