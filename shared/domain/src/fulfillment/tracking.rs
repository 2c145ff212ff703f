//! Parcels that a tracking service follows for the shop: what it tells of them, and when it is asked.
//!
//! A service tells by its webhook what becomes of a parcel. That may never come, so a parcel that nothing was heard of for a
//! while is asked about.

use super::{Followed, Fulfillment, Parcel, Report};
use crate::{
    Rejection, carriers,
    duty::Duty,
    history::{Event, Stamp},
    ids::ParcelId,
    parcel_state::ParcelState,
    safeguards::Safeguard,
    tracking_number::TrackingNumber,
};
use jiff::{SignedDuration, Timestamp};

/// How long nothing is heard of a parcel before its tracking service is asked: a scan a day is usual.
pub const ASKED_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// How long after it left a parcel is asked about. Numbers are used again after some months.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How long before a hand-over was told its parcel may have been scanned.
const SCANNED_BEFORE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long before a hand-over was told its parcel may have arrived: on Monday people may tell of Friday's parcels.
const ARRIVED_BEFORE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long after it left something is told of a parcel. What comes later is about another one with its number.
const TOLD_FOR: SignedDuration = SignedDuration::from_hours(120 * 24);
/// How often it is noted that nothing has changed.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What a tracking service said of a parcel when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingAnswer {
    pub parcel: ParcelId,
    /// The number that it was asked about. If it was corrected meanwhile, the answer is about another parcel.
    pub number: String,
    pub followed: Followed,
    /// States with their moments, in the order of time.
    pub moments: Vec<(ParcelState, Report)>,
}

impl Parcel {
    /// Whether its tracking service is to be asked about it: it has never been, or nothing was heard since for as long as `after`.
    pub fn is_to_be_asked_about(&self, after: SignedDuration, now: Timestamp) -> bool {
        let Some(shipment) = &self.shipment else { return false };
        let last = self.followed.as_ref().map(|followed| followed.asked_at).max(self.last_heard());
        let is_silent = self.followed.is_none() || last.is_none_or(|last| now.duration_since(last) >= after);
        !self.has_ended() && is_silent && now.duration_since(shipment.handed_over_at) < ASKED_FOR
    }

    /// Whether something that its carrier tells is worth a note: it changes what is known. That nothing has changed is noted once
    /// a day, since a parcel is scanned many times.
    fn is_news(&self, told: ParcelState, report: &Report) -> bool {
        let Some(shipment) = &self.shipment else { return false };
        let is_arrival = told == ParcelState::Delivered;
        let before = if is_arrival { ARRIVED_BEFORE } else { SCANNED_BEFORE };
        let since_hand_over = report.at.duration_since(shipment.handed_over_at);
        let is_over = self.state() == ParcelState::Delivered && !is_arrival;
        if since_hand_over < -before || since_hand_over > TOLD_FOR || is_over {
            return false;
        }
        let mut next = self.clone();
        next.merge(told, report.clone());
        let is_progress = matches!(told, ParcelState::InTransit | ParcelState::OutForDelivery);
        let heard = is_progress.then(|| self.last_heard().unwrap_or(shipment.handed_over_at));
        let last = self.reports.get(&told).map(|known| known.at).max(heard);
        let is_old = last.is_some_and(|last| report.at.duration_since(last) < NOTED_EVERY);
        next.state() != self.state() || is_arrival || !is_old
    }

    /// What a carrier means. A parcel that went back is delivered to its sender, which carriers call a delivery too.
    fn meant(&self, told: ParcelState, at: Timestamp) -> ParcelState {
        let went_back = self.reports.get(&ParcelState::Returned).is_some_and(|returned| returned.at <= at);
        if told == ParcelState::Delivered && went_back { ParcelState::Returned } else { told }
    }
}

impl Fulfillment {
    /// Has the tracking service asked about the parcels that left and that it does not follow yet, or that are silent.
    pub fn ask_about_parcels(mut self, after: SignedDuration, now: Timestamp) -> Self {
        let is_asked = self.parcels.iter().any(|parcel| parcel.is_to_be_asked_about(after, now));
        if is_asked && !Safeguard::SilentParcelIsAskedAbout.is_off() {
            self.owed.insert(Duty::Tracking);
        }
        self
    }

    /// Records what the tracking service answered about a parcel. When it has been asked about each, nothing more is owed.
    pub fn asked_about(mut self, id: ParcelId, answer: &Followed, stamp: &Stamp) -> Result<Self, Rejection> {
        let parcel = self.sent_parcel(id)?;
        let before = parcel.followed.replace(answer.clone());
        let was_refused = before.and_then(|before| before.refused);
        if let Some(why) = answer.refused.as_ref().filter(|why| was_refused.as_ref() != Some(*why)) {
            return Ok(self.with_entry(stamp, Event::NotFollowed, format!("parcel {id} {why}")));
        }
        Ok(self)
    }

    /// Nothing is left to ask: the answers are recorded, or no service follows parcels any more.
    pub fn asked_about_all(mut self) -> Self {
        self.owed.remove(&Duty::Tracking);
        self
    }

    /// Records what a carrier told of a parcel, perhaps all at once and most of it again.
    pub fn told_by_carrier(
        mut self,
        id: ParcelId,
        moments: &[(ParcelState, Report)],
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        for (state, report) in moments {
            let state = self.parcel(id)?.meant(*state, report.at);
            if self.parcel(id)?.is_news(state, report) {
                self = self.report(id, state, report.clone(), stamp)?;
            }
        }
        Ok(self)
    }

    /// The parcels that have this number now, with this carrier as far as that is known. What was corrected is another parcel's.
    pub fn parcels_numbered(&self, number: &TrackingNumber, carrier: &str) -> Vec<ParcelId> {
        let has_it = |parcel: &&Parcel| {
            parcel.shipment.as_ref().is_some_and(|own| {
                own.tracking_number.parse().as_ref() == Ok(number) && carriers::may_be_one(&own.carrier, carrier)
            })
        };
        self.parcels.iter().filter(has_it).map(|parcel| parcel.id).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
