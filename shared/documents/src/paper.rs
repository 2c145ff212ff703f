//! What stands on each paper.

use crate::words::Language;
use serde::Serialize;

/// Why nothing may leave with this paper, or nothing be picked by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    OnHold,
    Cancelled,
}

/// What lies in the parcels of one fulfillment, for the customer. It names no prices: the recipient need not be the buyer.
#[derive(Debug, Clone, Serialize)]
pub struct PackingSlip {
    pub language: Language,
    /// The order's number as the customer knows it.
    pub order: String,
    /// The lines of the sender's address.
    pub sender: Vec<String>,
    /// The lines of the recipient's address.
    pub recipient: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    pub lines: Vec<SlipLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SlipLine {
    pub sku: String,
    pub title: String,
    /// Units of the whole order.
    pub ordered: u32,
    /// Units in the parcels of this slip.
    pub here: u32,
    /// Units that come later, or from another location.
    pub to_follow: u32,
    /// Which parcels hold them. Empty if there is one parcel only.
    pub parcels: Vec<InParcel>,
}

#[derive(Debug, Clone, Serialize)]
pub struct InParcel {
    pub parcel: String,
    pub quantity: u32,
}

/// What a person takes off the shelves, in the order of the walk: of one fulfillment, or of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct Picklist {
    /// What the barcode says: the fulfillment's or the batch's number.
    pub number: String,
    pub location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Sorted by bin.
    pub lines: Vec<PickLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PickLine {
    /// None: the product has no bin here.
    pub bin: Option<String>,
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    /// Where it goes, in a batch.
    pub tote: Option<String>,
    /// Why this line is left where it is, or put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}
