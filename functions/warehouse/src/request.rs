//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    batch::{BatchedOrders, First, MAX_TOTES, ToteName, Wanted},
    fulfillment::{LabelWish, Leaving, MAX_PARCELS, PackedLine, Packing, Remedy, Tracking},
    ids::{LineId, LocationId, ScannedCode},
    parcel_state::{ParcelState, Teller},
    placed_order::MAX_LINES,
    returns::Inspection,
    settings::Bin,
    text::{Reason, Text},
    whole::{FoundUnits, ParcelSide, ParcelWeight, TransitDays, Units},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Which work of a location is picked in one walk.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct MakeBatch {
    /// Whose work.
    pub location: LocationId,
    /// What the totes are called: one for each fulfillment, no name twice. Those that nothing is found for stay empty.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TOTES), extend("uniqueItems" = true)))]
    pub totes: Vec<ToteName>,
    /// Of how many orders at most. As many as there are totes if absent.
    pub orders: Option<BatchedOrders>,
    /// Which come first. The oldest if absent.
    pub first: Option<First>,
}

impl MakeBatch {
    pub fn wanted(self) -> Wanted {
        let orders = self.orders.map(BatchedOrders::get);
        Wanted { totes: self.totes, orders, first: self.first.unwrap_or_default() }
    }
}

impl Body for MakeBatch {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let location = fields.text("location");
        let totes: Option<Vec<ToteName>> = fields.texts("totes", 1..=MAX_TOTES, str::parse);
        let named = totes.iter().flatten();
        if named.clone().collect::<BTreeSet<_>>().len() < named.count() {
            fields.report("totes", "names a tote twice");
        }
        let (orders, first) = (fields.optional_whole("orders"), fields.optional_text("first"));
        Some(Self { location: location?, totes: totes?, orders: orders?, first: first? })
    }
}

/// What was found of each line of the picklist; 0 for nothing.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ConfirmPicks {
    /// Each line of the picklist once, none left out.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub picks: Vec<Pick>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Pick {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units found in all, at most those asked for. A later count may be lower, until they are packed.
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
        let picks = picks?;
        fields.each_line_once("picks", picks.iter().map(|pick| pick.line));
        Some(Self { picks })
    }
}

/// What a scanner read.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ScanUnits {
    /// A SKU of the picklist, or a code of a product, which may stand for several units.
    pub code: ScannedCode,
    /// The bin that it was taken from. Absent if that was not scanned.
    pub bin: Option<Bin>,
}

impl Body for ScanUnits {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (code, bin) = (fields.text("code"), fields.optional_text("bin"));
        Some(Self { code: code?, bin: bin? })
    }
}

/// What a scanner read, on the walk of a batch.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ScanForBatch {
    /// A SKU of the batch, or a code of a product, which may stand for several units.
    pub code: ScannedCode,
    /// The bin that it was taken from. Absent if that was not scanned.
    pub bin: Option<Bin>,
    /// The tote that it goes into. Absent if that was not scanned: then the answer says which.
    pub tote: Option<ToteName>,
}

impl Body for ScanForBatch {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (code, bin) = (fields.text("code"), fields.optional_text("bin"));
        let tote = fields.optional_text("tote");
        Some(Self { code: code?, bin: bin?, tote: tote? })
    }
}

/// What a scanner read at the packing table.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ScanIntoParcel {
    /// A SKU of the fulfillment, or a code of a product, which may stand for several units.
    pub code: ScannedCode,
}

impl Body for ScanIntoParcel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { code: fields.text("code")? })
    }
}

/// A parcel: what is in it, how heavy and how large it is.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PackParcel {
    /// Picked units that are in no parcel yet. Absent: what was scanned into the open parcel.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub contents: Option<Vec<PackedLine>>,
    /// Grams.
    pub weight_g: ParcelWeight,
    /// The sides of the parcel. Absent if nobody measured them.
    pub dimensions: Option<Dimensions>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Dimensions {
    /// In millimeters: the first of the parcel's `dimensions_mm`.
    pub length_mm: ParcelSide,
    /// In millimeters: the second of the parcel's `dimensions_mm`.
    pub width_mm: ParcelSide,
    /// In millimeters: the third of the parcel's `dimensions_mm`.
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
        let contents = fields.optional_list("contents", 1..=MAX_LINES, |packed| {
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

/// Parcels that leave, each with its carrier, or with the label that was bought for it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HandOverParcels {
    /// The parcels that leave now. Others may follow later.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_PARCELS)))]
    pub parcels: Vec<Leaving>,
}

impl Body for HandOverParcels {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let parcels = fields.list("parcels", 1..=MAX_PARCELS, |parcel| {
            let id = parcel.text("parcel");
            let (carrier, tracking_number) = (parcel.optional_text("carrier"), parcel.optional_text("tracking_number"));
            let tracking_url = parcel.optional_text("tracking_url");
            let (carrier, tracking_number, tracking_url) = (carrier?, tracking_number?, tracking_url?);
            if carrier.is_some() != tracking_number.is_some() {
                let missing = if carrier.is_some() { "tracking_number" } else { "carrier" };
                parcel.report(missing, "is required with the other of carrier and tracking_number; without both, the parcel leaves with its label");
                return None;
            }
            Some(Leaving { parcel: id?, carrier, tracking_number, tracking_url })
        });
        Some(Self { parcels: parcels? })
    }
}

/// A label for a parcel: which of the service's offers may be taken. The cheapest of them is.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct OrderLabel {
    /// Of this carrier only, by its name: `USPS`.
    pub carrier: Option<Text<1, 60>>,
    /// Of this service of a carrier only, by its name: `Priority`.
    pub service: Option<Text<1, 60>>,
    /// Only what is delivered within so many days, as the service expects.
    pub within_days: Option<TransitDays>,
}

impl OrderLabel {
    pub fn wish(self) -> LabelWish {
        let Self { carrier, service, within_days } = self;
        LabelWish { carrier, service, within_days: within_days.map(TransitDays::get) }
    }
}

impl Body for OrderLabel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (carrier, service) = (fields.optional_text("carrier"), fields.optional_text("service"));
        let within_days = fields.optional_whole("within_days");
        Some(Self { carrier: carrier?, service: service?, within_days: within_days? })
    }
}

/// What was told of a parcel on its way.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReportParcel {
    /// What became of it. A delivery is final, whatever is told later.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = reported_states())))]
    pub state: ParcelState,
    /// When it happened, if not now. The later report counts, whichever is told first.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub at: Option<Timestamp>,
    /// What else is known, for people. Of a delivery it is not kept.
    pub reason: Option<Reason>,
}

/// The states that a person or a carrier may tell.
#[cfg(feature = "schema")]
fn reported_states() -> Vec<&'static str> {
    let may_be_told = ParcelState::ALL.iter().filter(|state| state.may_be_told_by(Teller::Reporter));
    may_be_told.map(|state| state.as_str()).collect()
}

impl Body for ReportParcel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let state = fields.text("state");
        if state.is_some_and(|state: ParcelState| !state.may_be_told_by(Teller::Reporter)) {
            fields.report("state", "is for Orderly alone to tell");
        }
        let (at, reason) = (fields.optional_text("at"), fields.optional_text("reason"));
        Some(Self { state: state?, at: at?, reason: reason? })
    }
}

/// How a parcel can really be followed.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CorrectTracking(pub Tracking);

impl Body for CorrectTracking {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (carrier, tracking_number) = (fields.text("carrier"), fields.text("tracking_number"));
        let tracking_url = fields.optional_text("tracking_url");
        Some(Self(Tracking { carrier: carrier?, tracking_number: tracking_number?, tracking_url: tracking_url? }))
    }
}

/// Units of one line may need several dispositions.
const MAX_INSPECTED: usize = 4 * MAX_LINES;

/// A parcel that stands at its sender's again, with a disposition for every unit of it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReceiveParcelBack {
    /// Where it came to, which is where it is restocked.
    pub location: LocationId,
    /// Every unit of the parcel; one that is not there is `missing`. A line may have several entries.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_INSPECTED)))]
    pub lines: Vec<FoundLine>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct FoundLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub units: Inspection,
}

impl ReceiveParcelBack {
    /// What was found, by line.
    pub fn found(self) -> BTreeMap<LineId, Vec<Inspection>> {
        let mut by_line: BTreeMap<LineId, Vec<Inspection>> = BTreeMap::new();
        for FoundLine { line, units } in self.lines {
            by_line.entry(line).or_default().push(units);
        }
        by_line
    }
}

impl Body for ReceiveParcelBack {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let location = fields.text("location");
        let lines = fields.list("lines", 1..=MAX_INSPECTED, |fields| {
            let (line, quantity): (_, Option<Units>) = (fields.line(), fields.whole("quantity"));
            let (disposition, grade) = (fields.text("disposition"), fields.optional_text("grade"));
            let units = Inspection { quantity: quantity?.get(), disposition: disposition?, grade: grade? };
            Some(FoundLine { line: line?, units })
        });
        Some(Self { location: location?, lines: lines? })
    }
}

/// What is done about a parcel that did not arrive.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ResolveParcel {
    /// It is decided once, and cannot be changed.
    pub remedy: Remedy,
    /// In your own words: the parcel and the timeline show it.
    pub reason: Reason,
}

impl Body for ResolveParcel {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (remedy, reason) = (fields.text("remedy"), fields.text("reason"));
        Some(Self { remedy: remedy?, reason: reason? })
    }
}

#[cfg(test)]
mod tests;
