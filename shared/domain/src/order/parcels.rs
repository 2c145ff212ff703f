//! Parcels that did not arrive: sent again, refunded or written off. No unit is made good twice.

use super::{Change, Order};
use crate::{
    Rejection,
    fulfillment::{Fulfillment, PackedLine, Parcel, Remedy, Report, Resolution, Tracking, TrackingAnswer},
    history::{Event, Stamp},
    ids::{FulfillmentId, LineId, LocationId, ParcelId},
    money::Amount,
    parcel_state::ParcelState,
    problem::Code,
    refund_cause::RefundCause,
    returns::{Inspection, Return, ReturnLine},
    safeguards::Safeguard,
    tracking_number::TrackingNumber,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

impl Order {
    /// Records that a parcel has arrived now; the last one completes the order.
    pub fn deliver(self, id: FulfillmentId, parcel: ParcelId, stamp: &Stamp) -> Result<Self, Rejection> {
        self.on_the_way(id, stamp, |fulfillment| fulfillment.deliver(parcel, stamp))
    }

    /// Records what was told of a parcel on its way, by a person or a carrier.
    pub fn report_parcel(
        self,
        id: FulfillmentId,
        parcel: ParcelId,
        told: ParcelState,
        report: &Report,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        self.on_the_way(id, stamp, |fulfillment| fulfillment.report(parcel, told, report.clone(), stamp))
    }

    /// Tells of each parcel that nothing was heard of for too long.
    pub fn report_overdue(mut self, after: SignedDuration, now: Timestamp) -> Result<Self, Rejection> {
        for fulfillment in self.fulfillments.values_mut() {
            *fulfillment = fulfillment.clone().report_overdue(after, now)?;
        }
        Ok(self)
    }

    /// Has the tracking service asked about the parcels of a fulfillment that it does not follow yet, or that are silent for as
    /// long as `after`.
    pub fn ask_about_parcels(mut self, id: FulfillmentId, after: SignedDuration, now: Timestamp) -> Self {
        self.fulfillments.entry(id).and_modify(|of| *of = of.clone().ask_about_parcels(after, now));
        self
    }

    /// Has it asked about all of them.
    pub fn ask_about_silent_parcels(mut self, after: SignedDuration, now: Timestamp) -> Self {
        for fulfillment in self.fulfillments.values_mut() {
            *fulfillment = fulfillment.clone().ask_about_parcels(after, now);
        }
        self
    }

    /// Records what the tracking service answered about parcels of a fulfillment.
    pub fn asked_about_parcels(
        self,
        id: FulfillmentId,
        answers: &[TrackingAnswer],
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        self.on_the_way(id, stamp, |mut fulfillment| {
            for TrackingAnswer { parcel, number, followed, moments } in answers {
                let own = fulfillment.parcel(*parcel)?.shipment.as_ref().map(|own| own.tracking_number.as_str());
                if own == Some(number.as_str()) {
                    fulfillment =
                        fulfillment.told_by_carrier(*parcel, moments, stamp)?.asked_about(*parcel, followed, stamp)?;
                }
            }
            Ok(fulfillment.asked_about_all())
        })
    }

    /// Records what a carrier told of the parcels with a number. None: no parcel of the order has it.
    pub fn told_by_carrier(
        mut self,
        (number, carrier): (&TrackingNumber, &str),
        moments: &[(ParcelState, Report)],
        stamp: &Stamp,
    ) -> Result<Option<Self>, Rejection> {
        let numbered: Vec<(FulfillmentId, ParcelId)> = self
            .fulfillments
            .iter()
            .flat_map(|(id, of)| of.parcels_numbered(number, carrier).into_iter().map(|parcel| (*id, parcel)))
            .collect();
        // An erased order keeps nobody's words any more.
        let wordless =
            |(state, report): &(ParcelState, Report)| (*state, Report { reason: String::new(), ..report.clone() });
        let moments: Vec<_> =
            if self.state.is_erased() { moments.iter().map(wordless).collect() } else { moments.to_vec() };
        for (id, parcel) in &numbered {
            self = self.on_the_way(*id, stamp, |of| of.told_by_carrier(*parcel, &moments, stamp))?;
        }
        Ok(Some(self).filter(|_| !numbered.is_empty()))
    }

    pub fn correct_tracking(
        self,
        id: FulfillmentId,
        parcel: ParcelId,
        new: &Tracking,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        let mut order = self.on_the_way(id, stamp, |fulfillment| fulfillment.correct_tracking(parcel, new, stamp))?;
        order.owe_channel(id);
        Ok(order)
    }

    /// Takes a parcel back that did not reach its customer.
    pub fn receive_parcel_back(
        self,
        id: FulfillmentId,
        parcel: ParcelId,
        location: &LocationId,
        found: &BTreeMap<LineId, Vec<Inspection>>,
        stamp: &Stamp,
    ) -> Result<Change, Rejection> {
        let (fulfillment, goods) = self.fulfillment(id)?.clone().receive_back(parcel, location, found, stamp)?;
        let order = self.with_fulfillment(id, fulfillment, false, stamp.at);
        Ok(Change { goods, ..order.into() })
    }

    /// Decides what is done about a parcel that did not arrive: once, and so that no unit is made good twice.
    ///
    /// The order's state is always written, so two decisions about one order always conflict on its version.
    pub fn resolve_parcel(
        mut self,
        id: FulfillmentId,
        parcel_id: ParcelId,
        remedy: Remedy,
        reason: &str,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        let fulfillment = self.fulfillment(id)?.clone();
        let parcel = fulfillment.parcel(parcel_id)?.clone();
        if let Some(known) = &parcel.resolution {
            if known.remedy == remedy {
                return Ok(self);
            }
            if !Safeguard::ParcelIsResolvedOnce.is_off() {
                let why = format!("it was decided to {} parcel {parcel_id}; that cannot be changed", known.remedy);
                return Err(Rejection::new(Code::AlreadyResolved, why));
            }
        }
        let state = parcel.state();
        if !state.is_exception() {
            let why = format!(
                "parcel {parcel_id} is {state}; only one that did not arrive needs a decision: tell first what happened"
            );
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        let mut resolution = Resolution::new(remedy, reason, stamp);
        if remedy != Remedy::WriteOff {
            self.is_not_made_good(&parcel)?;
            resolution.amount = self.price_not_paid_back(&parcel)?;
        }
        match remedy {
            Remedy::Reship => {
                resolution.amount = 0;
                self.send_again(&parcel)?;
            }
            Remedy::Refund => {
                let without_shipping = fulfillment.clone().resolve(parcel_id, resolution.clone(), stamp)?;
                self.fulfillments.insert(id, without_shipping);
                resolution.shipping = self.shipping_of_a_full_withdrawal();
                let amount = self.state.give_up_sent(resolution.amount + resolution.shipping);
                self.state.refund_and_hold(&RefundCause::Parcel(id, parcel_id), amount, stamp.at);
            }
            Remedy::WriteOff => {}
        }
        self.state.add_entry(stamp, Event::ParcelResolved, format!("{id} {parcel_id} {remedy}"));
        let resolved = fulfillment.resolve(parcel_id, resolution, stamp)?;
        let closed = resolved.status.is_final();
        Ok(self.with_fulfillment(id, resolved, closed, stamp.at))
    }

    /// Changes a fulfillment whose parcels are on their way. That is no work on goods, so a hold does not stop it.
    fn on_the_way(
        self,
        id: FulfillmentId,
        stamp: &Stamp,
        step: impl FnOnce(Fulfillment) -> Result<Fulfillment, Rejection>,
    ) -> Result<Self, Rejection> {
        let before = self.fulfillment(id)?;
        let next = step(before.clone())?;
        let closed = next.status.is_final();
        Ok(self.with_fulfillment(id, next, closed, stamp.at))
    }

    /// Refuses to make units good that are: those that the customer has or will get, and those that are paid back, are not
    /// more than were ordered.
    fn is_not_made_good(&self, parcel: &Parcel) -> Result<(), Rejection> {
        if Safeguard::UnitIsMadeGoodOnce.is_off() {
            return Ok(());
        }
        let (compensated, entitled) = (self.units_compensated(), self.units_entitled());
        let turned_up = self.units_twice_with_the_customer();
        for PackedLine { line, quantity } in &parcel.contents {
            let of = |units: &BTreeMap<LineId, u32>| units.get(line).copied().unwrap_or_default();
            let ordered = self.placed.line(*line).map_or(0, |line| line.quantity);
            // The units of this parcel are among those that have left.
            let others = of(&entitled).saturating_sub(*quantity).saturating_sub(self.units_paid_back_in_returns(*line))
                + of(&turned_up);
            let held: u32 = self.state.stock.iter().filter(|held| held.line == *line).map(|held| held.quantity).sum();
            if held + others + quantity + of(&compensated) > ordered {
                let why = format!(
                    "line {line}: {} of {ordered} units are paid back and {} are with the customer or on their way; write the \
                     parcel off, or refund an amount with POST /orders/{{id}}/refunds",
                    of(&compensated),
                    held + others
                );
                return Err(Rejection::new(Code::AlreadyRefunded, why));
            }
        }
        Ok(())
    }

    /// The price of the units of a parcel. Their money must not have gone back already.
    fn price_not_paid_back(&self, parcel: &Parcel) -> Result<Amount, Rejection> {
        let mut before = self.units_compensated();
        let mut price = 0;
        for PackedLine { line, quantity } in &parcel.contents {
            let paid_back = before.entry(*line).or_default();
            price += self.placed.price_of_next_units(*line, *paid_back, *quantity);
            *paid_back += quantity;
        }
        let (left, currency) = (self.state.ledger.not_refunded(self.placed.currency), self.placed.currency);
        if price > left {
            let (price, left) = (currency.format(price), currency.format(left));
            let why = format!("the parcel's units cost {price}, and only {left} have not gone back; write it off");
            return Err(Rejection::new(Code::MoreThanLeft, why));
        }
        Ok(price)
    }

    /// The order holds the units of the parcel again, and they are routed anew.
    fn send_again(&mut self, parcel: &Parcel) -> Result<(), Rejection> {
        if self.is_rest_cancelled() {
            let why = "the rest of the order was cancelled, and nothing of it is sent any more; refund the parcel";
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        for PackedLine { line, quantity } in &parcel.contents {
            if let Some(sku) = self.placed.line(*line).map(|line| line.sku.clone()) {
                self.state.needs_again(*line, sku, *quantity);
            }
        }
        Ok(())
    }

    /// Units of each line that arrived after they had been refunded or sent again, and have not come back.
    fn units_that_turned_up(&self) -> BTreeMap<LineId, u32> {
        self.units_that_arrived_after(was_made_good)
    }

    /// Units of each line that arrived after they had been sent again, and have not come back.
    pub(super) fn units_twice_with_the_customer(&self) -> BTreeMap<LineId, u32> {
        self.units_that_arrived_after(was_sent_again)
    }

    fn units_that_arrived_after(&self, remedy: impl Fn(&Parcel) -> bool) -> BTreeMap<LineId, u32> {
        let mut units = self.units_in(|parcel| parcel.state() == ParcelState::Delivered && remedy(parcel));
        for line in self.returns.values().flat_map(|returned| &returned.lines) {
            units.entry(line.line).and_modify(|left| *left = left.saturating_sub(line.made_good));
        }
        units
    }

    /// Units of each line among those that `returned` brings back that were refunded or sent again before: of parcels that
    /// are known to have arrived after all, and of parcels that must have, because nobody else can have sent the units back.
    pub(super) fn units_made_good(&self, returned: &Return) -> BTreeMap<LineId, u32> {
        let turned_up = self.units_that_turned_up();
        let mut entitled = self.units_in(|parcel| parcel.shipment.is_some() && !was_made_good(parcel));
        for (line, paid_back) in self.returns.values().flat_map(Return::units_paid_back) {
            entitled.entry(line).and_modify(|left| *left = left.saturating_sub(paid_back));
        }
        let of = |units: &BTreeMap<LineId, u32>, line| units.get(&line).copied().unwrap_or_default();
        let made_good = |line: &ReturnLine| {
            let beyond = line.received.saturating_sub(of(&entitled, line.line));
            (line.line, of(&turned_up, line.line).max(beyond))
        };
        returned.lines.iter().map(made_good).collect()
    }

    /// Units of each line that have left and for which nothing was decided: the customer gets them, or something instead.
    fn units_entitled(&self) -> BTreeMap<LineId, u32> {
        self.units_in(|parcel| parcel.shipment.is_some() && parcel.resolution.is_none())
    }

    /// Units of each line that the customer has or may be expected to get: those that may be returned.
    pub fn units_returnable(&self) -> BTreeMap<LineId, u32> {
        self.units_in(|parcel| parcel.shipment.is_some() && parcel.may_come_back())
    }

    /// Units of each line that were sent again, or will be.
    pub fn units_sent_again(&self) -> BTreeMap<LineId, u32> {
        self.units_in(was_sent_again)
    }

    fn units_in(&self, counts: impl Fn(&Parcel) -> bool) -> BTreeMap<LineId, u32> {
        let mut units = BTreeMap::new();
        for (line, count) in self.fulfillments.values().flat_map(|fulfillment| fulfillment.units_in(&counts)) {
            *units.entry(line).or_default() += count;
        }
        units
    }

    /// Units of a line that came back in a return, and were paid back for it.
    fn units_paid_back_in_returns(&self, line: LineId) -> u32 {
        let back = self.returns.values().flat_map(Return::units_paid_back);
        back.filter(|(of, _)| *of == line).map(|(_, units)| units).sum()
    }

    /// What was decided about parcels.
    pub(super) fn resolutions(&self) -> impl Iterator<Item = &Resolution> {
        self.fulfillments.values().flat_map(|of| &of.parcels).filter_map(|parcel| parcel.resolution.as_ref())
    }

    /// Units of each line whose price was refunded because their parcel did not arrive.
    pub(super) fn units_of_refunded_parcels(&self) -> impl Iterator<Item = (LineId, u32)> {
        self.fulfillments.values().flat_map(|fulfillment| fulfillment.units_with(Remedy::Refund))
    }
}

fn was_sent_again(parcel: &Parcel) -> bool {
    parcel.resolution.as_ref().is_some_and(|resolution| resolution.remedy == Remedy::Reship)
}

/// Whether its units were refunded or sent again.
fn was_made_good(parcel: &Parcel) -> bool {
    parcel.resolution.as_ref().is_some_and(|resolution| resolution.remedy != Remedy::WriteOff)
}
