//! What happens to the parcels of a fulfillment after they have left.

use super::{
    Fulfillment, FulfillmentStatus, MAX_CORRECTIONS, PackedLine, Parcel, ReceivedBack, Remedy, Report, Resolution,
    Tracking,
};
use crate::{
    Rejection,
    duty::{Duty, EmailKind},
    history::{Event, Stamp},
    ids::{LineId, LocationId, ParcelId, Sku},
    parcel_state::ParcelState,
    problem::Code,
    returns::{Disposition, Inspection},
    safeguards::Safeguard,
    stock::{StockChange, StockPlace},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

impl Fulfillment {
    pub fn parcel(&self, id: ParcelId) -> Result<&Parcel, Rejection> {
        let none = || Rejection::new(Code::UnknownParcel, format!("there is no parcel {id}"));
        self.parcels.iter().find(|parcel| parcel.id == id).ok_or_else(none)
    }

    /// A parcel that has left.
    pub(super) fn sent_parcel(&mut self, id: ParcelId) -> Result<&mut Parcel, Rejection> {
        self.parcel(id)?;
        let sent = self.parcels.iter_mut().find(|parcel| parcel.id == id && parcel.shipment.is_some());
        let why = || format!("parcel {id} has not been handed to a carrier; hand it over first");
        sent.ok_or_else(|| Rejection::new(Code::NotHandedOver, why()))
    }

    /// Records that a parcel has arrived now.
    pub fn deliver(self, id: ParcelId, stamp: &Stamp) -> Result<Self, Rejection> {
        self.report(id, ParcelState::Delivered, Report { at: stamp.at, reason: String::new() }, stamp)
    }

    /// Records what was told of a parcel on its way. This is a fact, so it is merged, whatever came before. The first time
    /// of a delivery stands.
    pub fn report(mut self, id: ParcelId, told: ParcelState, report: Report, stamp: &Stamp) -> Result<Self, Rejection> {
        let parcel = self.sent_parcel(id)?;
        let before = parcel.clone();
        let reason = report.reason.clone();
        parcel.merge(told, report);
        let state = parcel.state();
        if *parcel == before {
            return Ok(self);
        }
        if state == ParcelState::Delivered && before.delivered_at.is_none() {
            self.owed.insert(Duty::Email(EmailKind::Delivered(id)));
        }
        // An e-mail about a trouble that is over, or that was overtaken, would only confuse.
        if state != before.state() {
            self.owed.retain(|duty| !matches!(duty, Duty::Email(EmailKind::ParcelTrouble(of, _)) if *of == id));
            // What was refused comes back: the customer is told once.
            let alike: &[ParcelState] = match state {
                ParcelState::Refused | ParcelState::Returned => &[ParcelState::Refused, ParcelState::Returned],
                _ => &[state],
            };
            let was_told = alike.iter().any(|state| self.was_mailed(&EmailKind::ParcelTrouble(id, *state)));
            if state.is_told_to_customers() && before.resolution.is_none() && !was_told {
                self.owed.insert(Duty::Email(EmailKind::ParcelTrouble(id, state)));
            }
        }
        self.close_when_all_have_ended();
        if told == ParcelState::Delivered {
            return Ok(self.with_entry(stamp, Event::Delivered, format!("parcel {id}")));
        }
        let note = format!("parcel {id} {told} {reason}");
        Ok(self.with_entry(stamp, Event::ParcelReported, note.trim_end()))
    }

    fn was_mailed(&self, mail: &EmailKind) -> bool {
        let note = mail.to_string();
        self.history
            .iter()
            .any(|entry| matches!(entry.what, Event::Emailed | Event::EmailRefused) && entry.note == note)
    }

    /// Tells of each parcel that nothing was heard of for too long.
    pub fn report_overdue(mut self, after: SignedDuration, now: Timestamp) -> Result<Self, Rejection> {
        let overdue: Vec<ParcelId> =
            self.parcels.iter().filter(|parcel| parcel.is_overdue(after, now)).map(|parcel| parcel.id).collect();
        for id in overdue {
            let report = Report { at: now, reason: String::new() };
            self = self.report(id, ParcelState::Overdue, report, &Stamp::orderly(now))?;
        }
        Ok(self)
    }

    /// Corrects how a parcel can be followed. The customer is told once for each correction. Telling what it is changes nothing.
    pub fn correct_tracking(mut self, id: ParcelId, new: &Tracking, stamp: &Stamp) -> Result<Self, Rejection> {
        self.sent_parcel(id)?;
        let mut parcels = self.parcels.iter_mut().filter(|parcel| parcel.id == id);
        let Some((shipment, followed)) =
            parcels.find_map(|parcel| Some((parcel.shipment.as_mut()?, &mut parcel.followed)))
        else {
            return Ok(self);
        };
        let old = shipment.tracking();
        if old == *new {
            return Ok(self);
        }
        if shipment.corrected.len() >= MAX_CORRECTIONS {
            let why = format!("the tracking of parcel {id} was corrected {MAX_CORRECTIONS} times, which is the most");
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        let note = format!("parcel {id}, {} {} instead of {}", new.carrier, new.tracking_number, old.tracking_number);
        shipment.corrected.push(old);
        let nth = u16::try_from(shipment.corrected.len()).unwrap_or(u16::MAX);
        shipment.carrier = new.carrier.clone();
        shipment.tracking_number = new.tracking_number.clone();
        shipment.tracking_url.clone_from(&new.tracking_url);
        *followed = None;
        // An earlier correction that was not mailed yet needs no mail any more.
        self.owed.retain(|duty| !matches!(duty, Duty::Email(EmailKind::TrackingCorrected(of, _)) if *of == id));
        self.owed.insert(Duty::Email(EmailKind::TrackingCorrected(id, nth)));
        Ok(self.with_entry(stamp, Event::TrackingCorrected, note))
    }

    /// Takes a parcel back that did not reach its customer. Every unit gets a disposition, and good ones go back into stock.
    /// This happens once; a repetition changes nothing.
    pub fn receive_back(
        mut self,
        id: ParcelId,
        location: &LocationId,
        found: &BTreeMap<LineId, Vec<Inspection>>,
        stamp: &Stamp,
    ) -> Result<(Self, StockChange), Rejection> {
        let skus: BTreeMap<LineId, Sku> = self.lines.iter().map(|line| (line.line, line.sku.clone())).collect();
        let parcel = self.sent_parcel(id)?;
        let is_same = |back: &ReceivedBack| back.location == *location && back.found == *found;
        match &parcel.received_back {
            Some(back) if is_same(back) && !Safeguard::ParcelComesBackOnce.is_off() => {
                return Ok((self, StockChange::default()));
            }
            Some(_) if !Safeguard::ParcelComesBackOnce.is_off() => {
                let why = format!("parcel {id} was received back before, with other findings");
                return Err(Rejection::new(Code::WrongStatus, why));
            }
            _ => {}
        }
        if parcel.state() == ParcelState::Delivered {
            let why = format!("parcel {id} was delivered; what comes back of it is a return");
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        let stock = back_into_stock(parcel, &skus, location, found)?;
        parcel.received_back = Some(ReceivedBack { at: stamp.at, location: location.clone(), found: found.clone() });
        self.owed.retain(|duty| !matches!(duty, Duty::Email(EmailKind::ParcelTrouble(of, _)) if *of == id));
        let at_sender = self.with_entry(stamp, Event::ReceivedBack, format!("parcel {id} at {location}"));
        Ok((at_sender, stock))
    }

    /// Records what a person decided about a parcel that did not arrive.
    pub(crate) fn resolve(mut self, id: ParcelId, resolution: Resolution, stamp: &Stamp) -> Result<Self, Rejection> {
        let note = format!("parcel {id} {} {}", resolution.remedy, resolution.reason);
        self.sent_parcel(id)?.resolution = Some(resolution);
        self.close_when_all_have_ended();
        Ok(self.with_entry(stamp, Event::ParcelResolved, note.trim_end()))
    }

    fn close_when_all_have_ended(&mut self) {
        if self.status == FulfillmentStatus::HandedOver {
            self.status = self.status_of_what_has_left();
        }
    }

    /// Units of each line in the parcels that `counts` accepts.
    pub(crate) fn units_in(&self, counts: impl Fn(&Parcel) -> bool) -> BTreeMap<LineId, u32> {
        sum(self.parcels.iter().filter(|parcel| counts(parcel)).flat_map(|parcel| &parcel.contents))
    }

    /// Units of each line for which this was decided.
    pub fn units_with(&self, remedy: Remedy) -> BTreeMap<LineId, u32> {
        sum(self.parcels.iter().flat_map(|parcel| parcel.units_of(remedy)))
    }
}

fn sum<'a>(units: impl Iterator<Item = &'a PackedLine>) -> BTreeMap<LineId, u32> {
    let mut by_line = BTreeMap::new();
    for PackedLine { line, quantity } in units {
        *by_line.entry(*line).or_default() += quantity;
    }
    by_line
}

/// The change of the stock when a parcel comes back. Every unit of it has one disposition; one that is not there is missing.
fn back_into_stock(
    parcel: &Parcel,
    skus: &BTreeMap<LineId, Sku>,
    location: &LocationId,
    found: &BTreeMap<LineId, Vec<Inspection>>,
) -> Result<StockChange, Rejection> {
    let packed = sum(parcel.contents.iter());
    if let Some(line) = found.keys().find(|line| !packed.contains_key(line)) {
        return Err(Rejection::new(Code::UnknownLine, format!("parcel {} has no line {line}", parcel.id)));
    }
    let mut stock = StockChange::default();
    for (line, units) in packed {
        let findings = found.get(&line).map(Vec::as_slice).unwrap_or_default();
        let told: u64 = findings.iter().map(|of| u64::from(of.quantity)).sum();
        if told != u64::from(units) {
            let why = format!(
                "line {line}: {units} in the parcel, but {told} inspected; give each unit a disposition, {} if it is not there",
                Disposition::Missing
            );
            return Err(Rejection::new(Code::NotAllInspected, why));
        }
        if let Some(sku) = skus.get(&line) {
            let place = StockPlace { sku: sku.clone(), location: location.clone() };
            for of in findings {
                stock.add(place.clone(), of.stock_change());
            }
        }
    }
    Ok(stock)
}
