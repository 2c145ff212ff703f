//! What a fulfillment has of the order's lines: goods to pick, and services.

use crate::{
    ids::{LineId, Sku},
    natural::natural,
    placed_order::Line,
};
use serde::{Deserialize, Serialize};

/// A line of the picklist. Picklists are sorted by bin, so that the picker walks once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PickLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// The SKU to take.
    pub sku: Sku,
    /// The product's title. If there is no product of this SKU, as it came with the order.
    pub title: String,
    /// Where it lies at the location. Absent if the product has no bin there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
    /// Units to pick. An edit of the order may lower it until picking has begun.
    pub quantity: u32,
    /// None until picked; less than `quantity` is a short pick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked: Option<u32>,
    /// Units that scanners have counted so far, until it is picked. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub scanned: u32,
}

impl PickLine {
    pub(super) fn place(&self) -> impl Ord + '_ {
        (self.bin.as_deref().map(natural), self.line)
    }
}

/// A line without stock: gift wrap, an engraving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Service {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// The line's SKU. Nothing of it lies on a shelf.
    pub sku: Sku,
    /// As it came with the order.
    pub title: String,
    /// Units that are ordered, without those that were paid back.
    pub quantity: u32,
}

impl Service {
    pub(crate) fn new(line: &Line, quantity: u32) -> Self {
        Self { line: line.id, sku: line.sku.clone(), title: line.title.to_string(), quantity }
    }
}
