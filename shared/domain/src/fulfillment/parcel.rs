//! A parcel: what is in it, how it left, and what became of it.
//!
//! What is told of a parcel on its way are facts with a time. They may come late, doubled or out of order: they are put in the order
//! of their times, so the same facts always lead to the same state.

use crate::{
    carriers,
    contact::WebUrl,
    history::Stamp,
    ids::{LineId, LocationId, ParcelId},
    money::Amount,
    names::names,
    parcel_state::ParcelState,
    placed_order::Address,
    returns::Inspection,
    safeguards::Safeguard,
    text::Text,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Parcel {
    /// It is unique within its fulfillment only.
    pub id: ParcelId,
    /// Units by line. The other units of a line may be in other parcels.
    pub contents: Vec<PackedLine>,
    /// Of the whole parcel, in grams.
    pub weight_g: u32,
    /// Length, width and height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions_mm: Option<[u32; 3]>,
    /// The caller's idempotency key, so that packing twice by accident is packing once.
    pub key: String,
    /// How it left. Absent until it is handed to a carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// The earliest time that was told of its delivery, in UTC. Absent until one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub delivered_at: Option<Timestamp>,
    /// What else was told of it on its way: the latest of each kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<ParcelState, Report>,
    /// What came back of it, once that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_back: Option<ReceivedBack>,
    /// What a person decided to do about it, because it did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// What the shop that the order came from was told of it. Absent until it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_channel: Option<ToldToChannel>,
    /// Who follows it for the shop. Absent until a tracking service was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<Followed>,
}

/// What a shop was told of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToldToChannel {
    /// When it was told last, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// The tracking number that it was told.
    pub tracking_number: String,
    /// What the shop calls the shipment. Absent if it does not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why the shop does not take it. Absent if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PackedLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units of the line in this parcel.
    #[cfg_attr(feature = "schema", schemars(with = "crate::whole::Units"))]
    pub quantity: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shipment {
    /// As it was told at the hand-over, or corrected since. E-mails show it.
    pub carrier: Text<1, 60>,
    /// As it was told at the hand-over, or corrected since. E-mails show it.
    pub tracking_number: Text<1, 60>,
    /// The page that was told. Without one, the parcel is followed at its carrier's, if the carrier is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<WebUrl>,
    /// When the warehouse told that it had left, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub handed_over_at: Timestamp,
    /// What it was before it was corrected, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Tracking>,
}

/// How a parcel can be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tracking {
    /// The carrier's name. E-mails show it.
    pub carrier: Text<1, 60>,
    /// The carrier's number of the parcel. E-mails show it.
    pub tracking_number: Text<1, 60>,
    /// `https` or `http`: the customer's e-mail links to it. Without it, the e-mail links to the carrier's own page, if the carrier
    /// is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<WebUrl>,
}

/// How a parcel leaves: what the warehouse tells at hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HandOver {
    /// The id of a packed parcel of this fulfillment.
    pub parcel: ParcelId,
    /// The carrier's name. E-mails show it.
    pub carrier: Text<1, 60>,
    /// The carrier's number of the parcel. E-mails show it.
    pub tracking_number: Text<1, 60>,
    /// `https` or `http`: the customer's e-mail links to it. Without it, the e-mail links to the carrier's own page, if the carrier
    /// is known.
    pub tracking_url: Option<WebUrl>,
}

/// The most parcels that one fulfillment has.
pub const MAX_PARCELS: usize = 50;

/// The most often that a parcel's tracking is corrected.
pub const MAX_CORRECTIONS: usize = 20;

/// A parcel to be packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packing {
    /// None: what was scanned into the open parcel.
    pub contents: Option<Vec<PackedLine>>,
    pub weight_g: u32,
    /// Length, width and height.
    pub dimensions_mm: Option<[u32; 3]>,
    /// The caller's idempotency key.
    pub key: String,
}

/// Something that was told of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// When it happened.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// What else was told, for people. Absent if nothing was, or if it was erased with the customer's data.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What a tracking service answered when it was asked to follow a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Followed {
    /// The service's name: `easypost`.
    pub by: String,
    /// When it was asked last, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub asked_at: Timestamp,
    /// Why it cannot follow the parcel, in its words. Absent if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Units that came back to their sender, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceivedBack {
    /// When it was recorded, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Where the parcel came to, and where its good units were restocked.
    pub location: LocationId,
    /// By line. Every unit of the parcel has a disposition.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<Inspection>>"))]
    pub found: BTreeMap<LineId, Vec<Inspection>>,
}

names! {
    /// What is done about a parcel that did not arrive.
    Remedy {
        /// The same units are sent again.
        Reship = "reship",
        /// The price of its units is refunded.
        Refund = "refund",
        /// Nothing is sent or paid.
        WriteOff = "write_off",
    }
}

/// What a person decided about a parcel that did not arrive. It is decided once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resolution {
    /// It cannot be changed any more.
    pub remedy: Remedy,
    /// When it was decided, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// In the words of who decided it. Empty once the customer's data was erased.
    pub reason: String,
    /// What is refunded for its units.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub amount: Amount,
    /// The shipping that is given back with it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub shipping: Amount,
}

impl Parcel {
    /// Empties what people wrote about it.
    pub(crate) fn forget_words(&mut self) {
        for report in self.reports.values_mut() {
            report.reason.clear();
        }
        if let Some(resolution) = &mut self.resolution {
            resolution.reason.clear();
        }
        if let Some(followed) = &mut self.followed {
            followed.refused = None;
        }
    }

    /// Where it is: what was told of it, in the order of the times. What stands at the dock was not delivered.
    pub fn state(&self) -> ParcelState {
        if self.shipment.is_none() {
            return ParcelState::Packed;
        }
        if self.received_back.is_some() {
            return ParcelState::Returned;
        }
        let delivered = self.delivered_at.map(|at| (at, ParcelState::Delivered));
        let mut told: Vec<_> =
            self.reports.iter().map(|(state, report)| (report.at, *state)).chain(delivered).collect();
        told.sort_unstable();
        let next = |state: ParcelState, (_, told): (_, ParcelState)| if state.may_become(told) { told } else { state };
        told.into_iter().fold(ParcelState::InTransit, next)
    }

    /// Merges what was told: of deliveries the first, of anything else the latest. It does not matter which comes first.
    pub(super) fn merge(&mut self, state: ParcelState, report: Report) {
        if state == ParcelState::Delivered {
            self.delivered_at = Some(self.delivered_at.map_or(report.at, |known| known.min(report.at)));
            return;
        }
        let known = self.reports.entry(state).or_insert_with(|| report.clone());
        *known = known.clone().max(report);
    }

    /// Whether nobody has to care about it any more: it arrived, or a person decided what is done instead.
    pub fn has_ended(&self) -> bool {
        self.resolution.is_some() || self.state() == ParcelState::Delivered
    }

    /// Since when a person has to decide about it.
    pub fn awaits_decision_since(&self) -> Option<Timestamp> {
        let state = self.state();
        if !state.is_exception() || self.resolution.is_some() {
            return None;
        }
        let told = self.reports.get(&state).map(|report| report.at).or(self.received_back.as_ref().map(|back| back.at));
        told.max(self.shipment.as_ref().map(|shipment| shipment.handed_over_at))
    }

    /// When the last thing happened that was told of it. None: nothing was told.
    pub(super) fn last_heard(&self) -> Option<Timestamp> {
        self.reports.values().map(|report| report.at).max()
    }

    /// Whether nothing was heard of it for this long.
    pub fn is_overdue(&self, after: SignedDuration, now: Timestamp) -> bool {
        let Some(shipment) = &self.shipment else { return false };
        let last = self.last_heard().map_or(shipment.handed_over_at, |at| at.max(shipment.handed_over_at));
        self.resolution.is_none()
            && self.state().may_become(ParcelState::Overdue)
            && now.duration_since(last) >= after
            && !Safeguard::SilentParcelIsSeen.is_off()
    }

    /// Units of it whose place a refund or a repetition has taken, by line.
    pub(crate) fn units_of(&self, remedy: Remedy) -> &[PackedLine] {
        let is_it = self.resolution.as_ref().is_some_and(|resolution| resolution.remedy == remedy);
        if is_it { &self.contents } else { &[] }
    }

    /// Whether the customer has it, or may be expected to get it.
    pub(crate) fn may_come_back(&self) -> bool {
        use ParcelState::{
            AttemptFailed, AwaitingPickup, Damaged, Delayed, Delivered, Exception, InTransit, Lost, OutForDelivery,
            Overdue, Packed, Refused, Returned,
        };
        match self.state() {
            Delivered => true,
            InTransit | OutForDelivery | AwaitingPickup | AttemptFailed | Delayed | Overdue | Exception => {
                self.resolution.is_none()
            }
            Packed | Damaged | Refused | Returned | Lost => false,
        }
    }
}

impl Shipment {
    pub fn tracking(&self) -> Tracking {
        let Self { carrier, tracking_number, tracking_url, .. } = self.clone();
        Tracking { carrier, tracking_number, tracking_url }
    }

    /// The page where it can be followed: the one that was told, or else its carrier's. `to`: where it goes, if that is known.
    pub fn tracking_page(&self, to: Option<&Address>) -> Option<WebUrl> {
        let at_carrier = || carriers::tracking_page(&self.carrier, &self.tracking_number, to);
        self.tracking_url.clone().or_else(at_carrier)
    }

    /// Why its tracking number is probably mistyped. None: nothing speaks against it.
    pub fn tracking_doubt(&self) -> Option<&'static str> {
        carriers::doubt_about(&self.carrier, &self.tracking_number)
    }

    /// Whether this was told of it, now or before it was corrected.
    pub(super) fn was_told(&self, told: &Tracking) -> bool {
        self.tracking() == *told || self.corrected.contains(told)
    }
}

impl Resolution {
    pub(crate) fn new(remedy: Remedy, reason: &str, stamp: &Stamp) -> Self {
        Self { remedy, at: stamp.at, reason: reason.to_owned(), amount: 0, shipping: 0 }
    }
}

#[cfg(test)]
mod tests;
