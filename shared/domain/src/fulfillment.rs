//! A fulfillment: the part of an order that one location picks, packs and hands over.

mod delivery;
mod label;
mod labels;
mod lines;
mod packing;
mod parcel;
mod plan;
mod scan;
mod tracking;

pub use label::{Bought, Label, LabelWish, MAX_OTHER_OFFERS, Offer, Offered};
pub use labels::{LabelOrder, Leaving, MAX_LABELS};
pub use lines::{PickLine, Service};
pub use parcel::{
    Followed, HandOver, MAX_CORRECTIONS, MAX_PARCELS, PackedLine, Packing, Parcel, ReceivedBack, Remedy, Report,
    Resolution, Shipment, ToldToChannel, Tracking,
};
pub use plan::plan;
pub(crate) use scan::expected;
pub use scan::{Counted, Scan};
pub use tracking::{ASKED_AFTER, TrackingAnswer};

use super::{
    Rejection,
    duty::{Due, Duty, EmailKind, Owed, due_of_work},
    history::{self, Entry, Event, Stamp},
    ids::{BatchId, LineId, LocationId, ParcelId, Sku},
    problem::Code,
    safeguards::Safeguard,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfillment {
    pub location: LocationId,
    pub created_at: Timestamp,
    pub status: FulfillmentStatus,
    pub lines: Vec<PickLine>,
    /// What was ordered beside goods, for whoever packs them. One fulfillment of the order has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parcels: Vec<Parcel>,
    /// How many things the warehouse's webhook has to hear of it: it was created, changed, cancelled. 0: it has no webhook.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub notices: u32,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
    /// The batch that it is picked with, or was. A fulfillment names one batch at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// The last scans, so that one that is sent again is counted once: also once everything is picked, or a batch would look for
    /// another tote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Counted>,
    /// Units that were taken from their bins and will not be sent: somebody puts them back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_back: Vec<PackedLine>,
    /// Units that scanners have put into the parcel that is open on the packing table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_parcel: Vec<PackedLine>,
    /// The labels that were ordered for its parcels, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    pub history: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    Open,
    Picking,
    Picked,
    Packed,
    /// Everything that was picked is with a carrier.
    HandedOver,
    /// Every parcel has an end: it was delivered, or a person decided what is done instead.
    Closed,
    /// Nothing of it was found.
    Short,
    Cancelled,
}

impl FulfillmentStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Picking => "picking",
            Self::Picked => "picked",
            Self::Packed => "packed",
            Self::HandedOver => "handed_over",
            Self::Closed => "closed",
            Self::Short => "short",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Short | Self::Cancelled)
    }

    /// Whether it is still to be picked.
    pub fn is_to_pick(self) -> bool {
        matches!(self, Self::Open | Self::Picking)
    }

    /// Whether the warehouse still has to do something about it.
    pub fn is_work(self) -> bool {
        matches!(self, Self::Open | Self::Picking | Self::Picked | Self::Packed)
    }
}

/// Parses the statuses that a warehouse may list its work by. What has left is no longer work.
impl std::str::FromStr for FulfillmentStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Picking, Self::Picked, Self::Packed]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or("must be open, picking, picked or packed")
    }
}

impl Fulfillment {
    fn with_entry(mut self, stamp: &Stamp, what: Event, note: impl Into<String>) -> Self {
        history::add(&mut self.history, stamp.entry(what, note));
        self
    }

    /// Records that the warehouse's webhook has been told the `nth` thing. What happened since is still owed.
    pub fn announced(mut self, nth: u32) -> Self {
        if self.notices == nth {
            self.owed.remove(&Duty::WarehouseNotice);
        }
        self
    }

    /// Owes the warehouse's webhook, if there is one, word of what has just changed.
    pub(crate) fn owe_notice(&mut self) {
        if self.notices > 0 && !Safeguard::WarehouseHearsOfChanges.is_off() {
            self.notices += 1;
            self.owed.insert(Duty::WarehouseNotice);
        }
    }

    /// Takes up to `units` of a line off the picklist. Returns how many those were. A picklist without lines is cancelled.
    pub(crate) fn take_off(&mut self, line: LineId, units: u32) -> u32 {
        let mut taken = 0;
        for own in self.lines.iter_mut().filter(|own| own.line == line) {
            let off = own.quantity.min(units - taken);
            own.quantity -= off;
            taken += off;
        }
        self.lines.retain(|own| own.quantity > 0);
        if taken > 0 {
            if self.lines.is_empty() {
                self.status = FulfillmentStatus::Cancelled;
            }
            self.owe_notice();
        }
        taken
    }

    /// Whether any of it is with a carrier.
    pub fn has_left(&self) -> bool {
        self.parcels.iter().any(|parcel| parcel.shipment.is_some())
    }

    pub fn cancel(mut self, stamp: &Stamp) -> Self {
        if self.status.is_final() {
            return self;
        }
        self.status = FulfillmentStatus::Cancelled;
        self.owe_put_back();
        self.owed.clear();
        self.give_up_unused_labels();
        self.owe_notice();
        self.with_entry(stamp, Event::Cancelled, "")
    }

    /// Cancels what has not left: everything, or whatever is not in a parcel with a carrier.
    pub fn cancel_unsent(mut self, stamp: &Stamp) -> Self {
        if !self.has_left() {
            return self.cancel(stamp);
        }
        if !self.status.is_work() {
            return self;
        }
        self.parcels.retain(|parcel| parcel.shipment.is_some());
        self.owe_put_back();
        self.status = self.status_of_what_has_left();
        self.give_up_unused_labels();
        self.owe_notice();
        self.with_entry(stamp, Event::RestCancelled, "")
    }

    /// Whether a batch may take it: no batch has it, and nobody has begun it, or one that was cancelled left it half scanned.
    pub fn awaits_batch(&self) -> bool {
        let is_half_scanned =
            self.status == FulfillmentStatus::Picking && self.lines.iter().any(|line| line.scanned > 0);
        (self.status == FulfillmentStatus::Open || is_half_scanned)
            && (self.batch.is_none() || Safeguard::OneBatchAtMost.is_off())
    }

    /// Puts it on a batch.
    pub fn on_batch(self, batch: &BatchId) -> Self {
        Self { batch: Some(batch.clone()), ..self }
    }

    /// Whether it is still to be picked with this batch.
    pub fn is_to_pick_with(&self, batch: &BatchId) -> bool {
        self.status.is_to_pick() && self.batch.as_ref() == Some(batch)
    }

    /// Takes it off a batch that is cancelled. What is picked stays.
    pub fn off_batch(self, batch: &BatchId) -> Self {
        if self.is_to_pick_with(batch) { Self { batch: None, ..self } } else { self }
    }

    /// Records that picking has begun. Starting again changes nothing.
    pub fn start_picking(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        match self.status {
            FulfillmentStatus::Picking => return Ok(self),
            FulfillmentStatus::Open => {}
            _ => return Err(self.not_in("be picked", "open")),
        }
        self.status = FulfillmentStatus::Picking;
        Ok(self.with_entry(stamp, Event::Picking, ""))
    }

    /// Records what was found of every line. Returns what was not found, by line.
    ///
    /// Until the units are packed, a count may be corrected downward: a unit was miscounted, or broke on the way.
    pub fn confirm_picks(
        mut self,
        picks: &BTreeMap<LineId, u32>,
        stamp: &Stamp,
    ) -> Result<(Self, Vec<PackedLine>), Rejection> {
        let told = |line: &PickLine| picks.get(&line.line).copied();
        let same = self.lines.iter().all(|line| told(line) == line.picked) && picks.len() == self.lines.len();
        match self.status {
            FulfillmentStatus::Open | FulfillmentStatus::Picking => {}
            _ if same => return Ok((self, Vec::new())),
            FulfillmentStatus::Picked => {}
            FulfillmentStatus::Packed
            | FulfillmentStatus::HandedOver
            | FulfillmentStatus::Closed
            | FulfillmentStatus::Short
            | FulfillmentStatus::Cancelled => return Err(self.not_in("be picked", "not packed yet")),
        }
        if let Some(line) = picks.keys().find(|line| self.lines.iter().all(|own| own.line != **line)) {
            return Err(Rejection::new(Code::UnknownLine, format!("line {line} is not on this picklist")));
        }
        let mut short = Vec::new();
        let packed: BTreeMap<LineId, u32> = self.lines.iter().map(|line| (line.line, self.packed(line.line))).collect();
        for line in &mut self.lines {
            let asked = line.picked.unwrap_or(line.quantity);
            let packed = packed.get(&line.line).copied().unwrap_or_default();
            let Some(found) = picks.get(&line.line).copied() else {
                let why = format!("line {} ({}) is missing; report 0 if nothing was found", line.line, line.sku);
                return Err(Rejection::new(Code::LineMissing, why));
            };
            if found > asked {
                let why = format!(
                    "line {} ({}): {found} picked, but only {asked} asked for; what was reported short before is routed anew",
                    line.line, line.sku
                );
                return Err(Rejection::new(Code::TooManyPicked, why));
            }
            if found < packed {
                let why = format!("line {} ({}): {found} picked, but {packed} are packed", line.line, line.sku);
                return Err(Rejection::new(Code::AlreadyPacked, why));
            }
            line.picked = Some(found);
            line.scanned = 0;
            if found < asked {
                short.push(PackedLine { line: line.line, quantity: asked - found });
            }
        }
        self.correct_open_parcel();
        self.status = if self.lines.iter().all(|line| line.picked == Some(0)) {
            FulfillmentStatus::Short
        } else if self.is_all_packed() {
            FulfillmentStatus::Packed
        } else {
            FulfillmentStatus::Picked
        };
        // The rest was not there, and everything else has left.
        if self.status == FulfillmentStatus::Packed && self.parcels.iter().all(|parcel| parcel.shipment.is_some()) {
            self.status = self.status_of_what_has_left();
        }
        let units: u32 = short.iter().map(|line| line.quantity).sum();
        let note = if units == 0 { String::new() } else { format!("{units} short") };
        Ok((self.with_entry(stamp, Event::Picked, note), short))
    }

    fn packed(&self, line: LineId) -> u32 {
        let contents = self.parcels.iter().flat_map(|parcel| &parcel.contents);
        contents.filter(|packed| packed.line == line).map(|packed| packed.quantity).sum()
    }

    fn unpacked(&self, line: LineId) -> u32 {
        let picked: u32 = self.lines.iter().filter(|l| l.line == line).filter_map(|l| l.picked).sum();
        picked.saturating_sub(self.packed(line))
    }

    /// The status of a fulfillment whose parcels are all with a carrier.
    fn status_of_what_has_left(&self) -> FulfillmentStatus {
        if self.parcels.iter().all(Parcel::has_ended) {
            FulfillmentStatus::Closed
        } else {
            FulfillmentStatus::HandedOver
        }
    }

    fn is_all_packed(&self) -> bool {
        self.lines.iter().all(|line| self.unpacked(line.line) == 0)
    }

    /// Packs picked units into a parcel: those that are told, or those that were scanned into the open one. It refuses units
    /// that are not picked or already packed. The idempotency key makes a repetition harmless.
    pub fn pack(mut self, packing: &Packing, stamp: &Stamp) -> Result<Self, Rejection> {
        let Packing { weight_g, dimensions_mm, key, .. } = packing;
        if let Some(known) = self.parcels.iter().find(|parcel| parcel.key == *key) {
            let other = "this idempotency key was used for a parcel with other contents";
            let same = packing.contents.as_ref().is_none_or(|contents| *contents == known.contents)
                && (known.weight_g, known.dimensions_mm) == (*weight_g, *dimensions_mm);
            return if same { Ok(self) } else { Err(Rejection::new(Code::KeyReused, other)) };
        }
        if self.status != FulfillmentStatus::Picked {
            return Err(self.not_in("be packed", "picked"));
        }
        let contents = self.contents_of(packing)?;
        for packed in &contents {
            let asked: u32 = contents.iter().filter(|c| c.line == packed.line).map(|c| c.quantity).sum();
            let left = self.unpacked(packed.line);
            if asked > left {
                let why = format!("line {}: {asked} to pack, but only {left} picked and not yet packed", packed.line);
                return Err(Rejection::new(Code::NotPicked, why));
            }
        }
        let id = ParcelId::after(self.parcels.iter().map(|parcel| &parcel.id));
        let note = format!("parcel {id}, {weight_g} g");
        self.parcels.push(Parcel {
            id,
            contents,
            weight_g: *weight_g,
            dimensions_mm: *dimensions_mm,
            key: key.clone(),
            shipment: None,
            delivered_at: None,
            reports: BTreeMap::new(),
            received_back: None,
            resolution: None,
            at_channel: None,
            followed: None,
        });
        if packing.contents.is_none() {
            self.open_parcel.clear();
        }
        self.correct_open_parcel();
        if self.is_all_packed() {
            self.status = FulfillmentStatus::Packed;
        }
        Ok(self.with_entry(stamp, Event::Packed, note))
    }

    /// Hands parcels to their carriers. Returns the units that left; none on a repetition.
    pub fn hand_over(mut self, leaving: &[HandOver], stamp: &Stamp) -> Result<(Self, Vec<PackedLine>), Rejection> {
        if self.status == FulfillmentStatus::Cancelled {
            return Err(self.not_in("be handed over", "packed"));
        }
        let mut left = Vec::new();
        for hand_over in leaving {
            let id = &hand_over.parcel;
            let Some(parcel) = self.parcels.iter_mut().find(|parcel| parcel.id == *id) else {
                return Err(Rejection::new(Code::UnknownParcel, format!("there is no parcel {id}; pack it first")));
            };
            let new = Shipment {
                carrier: hand_over.carrier.clone(),
                tracking_number: hand_over.tracking_number.clone(),
                tracking_url: hand_over.tracking_url.clone(),
                handed_over_at: stamp.at,
                corrected: Vec::new(),
            };
            match &parcel.shipment {
                Some(known) if known.was_told(&new.tracking()) => continue,
                Some(_) => {
                    let why = format!(
                        "parcel {id} was handed over before, with another carrier or tracking number; correct them with \
                         POST …/parcels/{id}/tracking"
                    );
                    return Err(Rejection::new(Code::AlreadyHandedOver, why));
                }
                None => {}
            }
            parcel.shipment = Some(new);
            left.extend(parcel.contents.iter().cloned());
            if !Safeguard::ParcelOwesItsMail.is_off() {
                self.owed.insert(Duty::Email(EmailKind::Shipped(*id)));
            }
            let note = format!("parcel {id}, {} {}", hand_over.carrier, hand_over.tracking_number);
            self = self.with_entry(stamp, Event::HandedOver, note);
        }
        if self.status == FulfillmentStatus::Packed && self.parcels.iter().all(|parcel| parcel.shipment.is_some()) {
            self.status = FulfillmentStatus::HandedOver;
        }
        self.give_up_unused_labels();
        Ok((self, left))
    }

    /// Units of each line that have left with a carrier, whatever became of them.
    pub fn units_sent(&self) -> BTreeMap<LineId, u32> {
        let mut sent = BTreeMap::new();
        for packed in self.parcels.iter().filter(|p| p.shipment.is_some()).flat_map(|p| &p.contents) {
            *sent.entry(packed.line).or_default() += packed.quantity;
        }
        sent
    }

    /// Units of `sku` that are taken and have not left, or are to be put back. They are on hand, and on no shelf.
    pub fn units_standing(&self, sku: &Sku) -> i64 {
        let sent = self.units_sent();
        let units = |of: &BTreeMap<LineId, u32>, line: LineId| i64::from(of.get(&line).copied().unwrap_or_default());
        let back: BTreeMap<LineId, u32> = self.put_back.iter().map(|back| (back.line, back.quantity)).collect();
        let standing = |line: &PickLine| {
            if self.status.is_work() {
                i64::from(line.taken()) - units(&sent, line.line)
            } else {
                units(&back, line.line)
            }
        };
        self.lines.iter().filter(|line| line.sku == *sku).map(standing).sum()
    }

    /// When to look at it again if nothing happens before. A parcel that did not arrive waits for a person.
    pub fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        due_of_work(&self.owed, last, now)
            .or_else(|| self.parcels.iter().filter_map(Parcel::awaits_decision_since).min().map(Due::Waiting))
    }

    fn not_in(&self, what: &str, needed: &str) -> Rejection {
        let why = format!("the fulfillment is {}; only one that is {needed} can {what}", self.status.as_str());
        Rejection::new(Code::WrongStatus, why)
    }
}

#[cfg(test)]
mod tests;
