//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    fulfillment::{HandOver, MAX_PARCELS, PackedLine, Packing},
    ids::LineId,
    placed_order::MAX_LINES,
    whole::{FoundUnits, ParcelSide, ParcelWeight, Units},
};
use std::collections::BTreeMap;

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
    pub line: LineId,
    pub picked: FoundUnits,
}

impl ConfirmPicks {
    /// What was picked, by line.
    pub fn by_line(&self) -> BTreeMap<LineId, u32> {
        self.picks.iter().map(|pick| (pick.line, pick.picked.get())).collect()
    }
}

impl Body for ConfirmPicks {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let picks = fields.list("picks", 1..=MAX_LINES, |pick| {
            let (line, picked) = (pick.line(), pick.whole("picked"));
            Some(Pick { line: line?, picked: picked? })
        });
        let picks = Self { picks: picks? };
        if picks.by_line().len() < picks.picks.len() {
            fields.report("picks", "names a line twice");
        }
        Some(picks)
    }
}

/// A parcel: what is in it, how heavy and how large it is.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PackParcel {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub contents: Vec<PackedLine>,
    /// Grams.
    pub weight_g: ParcelWeight,
    pub dimensions: Option<Dimensions>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Dimensions {
    pub length_mm: ParcelSide,
    pub width_mm: ParcelSide,
    pub height_mm: ParcelSide,
}

impl PackParcel {
    /// The parcel under an idempotency key.
    pub fn packing(self, key: String) -> Packing {
        let sides = |d: Dimensions| [d.length_mm, d.width_mm, d.height_mm].map(ParcelSide::get);
        let (weight_g, dimensions_mm) = (self.weight_g.get(), self.dimensions.map(sides));
        Packing { contents: self.contents, weight_g, dimensions_mm, key }
    }
}

impl Body for PackParcel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let contents = fields.list("contents", 1..=MAX_LINES, |packed| {
            let (line, quantity): (_, Option<Units>) = (packed.line(), packed.whole("quantity"));
            Some(PackedLine { line: line?, quantity: quantity?.get() })
        });
        let weight_g = fields.whole("weight_g");
        let dimensions = fields.optional_object("dimensions", |fields| {
            let side = |name| fields.whole(name);
            let (length_mm, width_mm, height_mm) = (side("length_mm"), side("width_mm"), side("height_mm"));
            Some(Dimensions { length_mm: length_mm?, width_mm: width_mm?, height_mm: height_mm? })
        });
        Some(Self { contents: contents?, weight_g: weight_g?, dimensions: dimensions? })
    }
}

/// Parcels that leave, with their carriers.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HandOverParcels {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_PARCELS)))]
    pub parcels: Vec<HandOver>,
}

impl Body for HandOverParcels {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let parcels = fields.list("parcels", 1..=MAX_PARCELS, |parcel| {
            let id = parcel.text("parcel");
            let carrier = parcel.text("carrier");
            let tracking_number = parcel.text("tracking_number");
            let tracking_url = parcel.optional_text("tracking_url");
            Some(HandOver {
                parcel: id?,
                carrier: carrier?,
                tracking_number: tracking_number?,
                tracking_url: tracking_url?,
            })
        });
        Some(Self { parcels: parcels? })
    }
}

#[cfg(test)]
mod tests;
