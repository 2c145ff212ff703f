//! How a level of stock looks to clients.

use domain::{
    ids::{LocationId, Sku},
    stock::StockLevel,
};
use jiff::Timestamp;
use serde::Serialize;

/// The buckets of one SKU at one location, in units.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "StockLevel"))]
pub struct LevelView {
    /// The SKU whose units these are.
    pub sku: Sku,
    /// The location that these units are at.
    pub location: LocationId,
    /// What may be promised to a customer.
    pub available: i64,
    /// What is physically there: on the shelf, and picked but not yet handed over.
    pub on_hand: i64,
    /// Units that are promised (or damaged, or in quality control) and not there. Units that come fill it first.
    pub deficit: i64,
    /// Held for unpaid orders.
    pub reserved: i64,
    /// Paid for, not yet handed over.
    pub committed: i64,
    /// Promised to unpaid orders from stock still to come; no part of `on_hand`.
    pub backordered: i64,
    /// Paid for and not there. What comes in goes to these orders first, in the order in which they paid. A unit that may
    /// come in at several locations is counted at each.
    pub waiting: i64,
    /// A part of `on_hand` that is not for sale.
    pub damaged: i64,
    /// Returned units that need a second look.
    pub quality_control: i64,
    /// Kept back from sale.
    pub safety: i64,
    /// Ordered from a supplier, not yet here; for information.
    pub incoming: i64,
    /// Whether units may be promised before they are here.
    pub backorder: bool,
    /// Since when a picker did not find what should be there. Until it is counted, nothing is sold from here.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recount_since: Option<Timestamp>,
}

impl LevelView {
    pub fn of(level: &StockLevel) -> Self {
        Self {
            sku: level.sku.clone(),
            location: level.location.clone(),
            available: level.sellable(),
            on_hand: level.on_hand,
            deficit: level.deficit(),
            reserved: level.reserved,
            committed: level.committed,
            backordered: level.backordered,
            waiting: level.waiting,
            damaged: level.damaged,
            quality_control: level.quality_control,
            safety: level.safety,
            incoming: level.incoming,
            backorder: level.backorder,
            recount_since: level.recount_since,
        }
    }
}
