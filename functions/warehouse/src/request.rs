//! The bodies of the requests, and how they are read.

use api::{Decoder, Error, Fields, text};
use domain::fulfillment::{HandOver, PackedLine, Packing};
use serde_json::Value;
use std::collections::BTreeMap;

/// An order has at most so many lines, and a fulfillment so many parcels.
const MAX_LINES: usize = 50;
const MAX_PARCELS: usize = 50;
const UNITS: std::ops::RangeInclusive<i64> = 1..=100_000;
/// A tonne: more than any parcel, less than a typing error.
const MAX_WEIGHT_G: i64 = 1_000_000;
/// Ten meters.
const MAX_LENGTH_MM: i64 = 10_000;

/// What was found of each line of the picklist; 0 for nothing.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ConfirmPicks {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub picks: Vec<Pick>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Pick {
    pub line: u16,
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = *UNITS.end())))]
    pub picked: u32,
}

impl ConfirmPicks {
    /// What was picked, by line.
    pub fn by_line(&self) -> BTreeMap<u16, u32> {
        self.picks.iter().map(|pick| (pick.line, pick.picked)).collect()
    }
}

/// A parcel: what is in it, how heavy and how large it is.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PackParcel {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub contents: Vec<PackedLine>,
    /// Grams.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_WEIGHT_G)))]
    pub weight_g: u32,
    pub dimensions: Option<Dimensions>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Dimensions {
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_LENGTH_MM)))]
    pub length_mm: u32,
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_LENGTH_MM)))]
    pub width_mm: u32,
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_LENGTH_MM)))]
    pub height_mm: u32,
}

impl PackParcel {
    /// The parcel under an idempotency key.
    pub fn packing(self, key: String) -> Packing {
        let sides = |d: Dimensions| [d.length_mm, d.width_mm, d.height_mm];
        Packing { contents: self.contents, weight_g: self.weight_g, dimensions_mm: self.dimensions.map(sides), key }
    }
}

/// Parcels that leave, with their carriers.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HandOverParcels {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_PARCELS)))]
    pub parcels: Vec<HandOver>,
}

pub fn picks(body: &Value) -> Result<ConfirmPicks, Error> {
    Decoder::read(body, |fields| {
        let picks = fields.list("picks", 1..=MAX_LINES, |pick| {
            let line = line(pick);
            let picked = pick.integer("picked", 0..=*UNITS.end());
            Some(Pick { line: line?, picked: picked? })
        });
        let picks = ConfirmPicks { picks: picks? };
        if picks.by_line().len() < picks.picks.len() {
            fields.report("picks", "names a line twice");
        }
        Some(picks)
    })
}

pub fn pack(body: &Value) -> Result<PackParcel, Error> {
    Decoder::read(body, |fields| {
        let contents = fields.list("contents", 1..=MAX_LINES, |packed| {
            let line = line(packed);
            let quantity = packed.integer("quantity", UNITS);
            Some(PackedLine { line: line?, quantity: quantity? })
        });
        let weight_g = fields.integer("weight_g", 1..=MAX_WEIGHT_G);
        let dimensions = fields.optional_object("dimensions", |fields| {
            let side = |name| fields.integer(name, 1..=MAX_LENGTH_MM);
            let (length_mm, width_mm, height_mm) = (side("length_mm"), side("width_mm"), side("height_mm"));
            Some(Dimensions { length_mm: length_mm?, width_mm: width_mm?, height_mm: height_mm? })
        });
        Some(PackParcel { contents: contents?, weight_g: weight_g?, dimensions: dimensions? })
    })
}

pub fn hand_over(body: &Value) -> Result<HandOverParcels, Error> {
    Decoder::read(body, |fields| {
        let parcels = fields.list("parcels", 1..=MAX_PARCELS, |parcel| {
            let id = parcel.name("parcel");
            let carrier = parcel.text("carrier", text(60));
            let tracking_number = parcel.text("tracking_number", text(60));
            let tracking_url = parcel.optional_text("tracking_url", link);
            Some(HandOver {
                parcel: id?,
                carrier: carrier?,
                tracking_number: tracking_number?,
                tracking_url: tracking_url?,
            })
        });
        Some(HandOverParcels { parcels: parcels? })
    })
}

fn line(fields: &Fields<'_>) -> Option<u16> {
    fields.integer("line", 0..=i64::from(u16::MAX))
}

/// The link goes into an e-mail, where it must open a page and nothing else.
fn link(url: &str) -> Result<String, &'static str> {
    let valid = url.len() <= 500
        && (url.starts_with("https://") || url.starts_with("http://"))
        && url.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    if valid { Ok(url.to_owned()) } else { Err("must be an http or https URL of at most 500 characters") }
}

#[cfg(test)]
mod tests;
