//! Goods of an order: dispatch, picking, packing, hand-over.

use super::{Change, Order};
use crate::{
    Rejection,
    fulfillment::{Fulfillment, FulfillmentStatus, HandOver, PackedLine, Packing, Scan, Service, plan},
    history::Stamp,
    ids::{FulfillmentId, LineId, LocationId, Sku},
    order_state::OrderStatus,
    placed_order::Line,
    policy::Capturing,
    problem::Code,
    settings::Product,
    stock::{MovementRecord, StockChange, StockDelta, StockLevel, StockPlace},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

impl Order {
    /// Makes one fulfillment per location for everything that is committed. Those at the locations in `notify` owe the
    /// warehouse a notice. A held order drops the duty, and its release owes it again.
    pub fn dispatch(mut self, products: &BTreeMap<Sku, Product>, notify: &BTreeSet<LocationId>, at: Timestamp) -> Self {
        let mut planned = if self.state.holds.is_empty() {
            let ids = FulfillmentId::all_after(self.fulfillments.keys());
            plan(&self.state.stock, &self.placed, products, notify, ids, at)
        } else {
            Vec::new()
        };
        if let Some((_, first)) = planned.first_mut().filter(|_| self.has_services().is_none()) {
            first.services = self.services();
        }
        let ids: Vec<FulfillmentId> = planned.iter().map(|(id, _)| *id).collect();
        self.state.dispatched(&ids, at);
        self.fulfillments.extend(planned);
        self
    }

    /// What was ordered beside goods, and is not paid back.
    fn services(&self) -> Vec<Service> {
        let paid_back = self.units_compensated();
        let left = |line: &Line| line.quantity.saturating_sub(paid_back.get(&line.id).copied().unwrap_or_default());
        let lines = self.placed.lines.iter().filter(|line| !line.stocked && left(line) > 0);
        lines.map(|line| Service::new(line, left(line))).collect()
    }

    /// The fulfillment that what was ordered beside goods goes with.
    fn has_services(&self) -> Option<FulfillmentId> {
        let is_over = |status| matches!(status, FulfillmentStatus::Cancelled | FulfillmentStatus::Short);
        let has = |f: &Fulfillment| !f.services.is_empty() && !is_over(f.status);
        self.fulfillments.iter().find(|(_, fulfillment)| has(fulfillment)).map(|(id, _)| *id)
    }

    /// Sees to it that what was ordered beside goods still goes with a fulfillment, and as it is now. Whoever has begun to
    /// work knows it as it was.
    pub(super) fn hand_services_on(&mut self) {
        let (services, has) = (self.services(), self.has_services());
        let is_next = |id: FulfillmentId| has.is_none_or(|has| has == id);
        let mut open = self.fulfillments.iter_mut().filter(|(_, f)| f.status == FulfillmentStatus::Open);
        if let Some((_, fulfillment)) = open.find(|(id, _)| is_next(**id))
            && fulfillment.services != services
        {
            fulfillment.services = services;
            fulfillment.owe_notice();
        }
    }

    /// Takes away from a location what nobody has begun there, to be routed again.
    pub fn leave_location(mut self, location: &LocationId, stamp: &Stamp) -> Self {
        if self.state.status != OrderStatus::Open {
            return self;
        }
        let mut units: BTreeMap<LineId, u32> = BTreeMap::new();
        let is_waiting = |f: &Fulfillment| f.location == *location && f.status == FulfillmentStatus::Open;
        for (id, fulfillment) in self.fulfillments.iter_mut().filter(|(_, fulfillment)| is_waiting(fulfillment)) {
            for line in &fulfillment.lines {
                *units.entry(line.line).or_default() += line.quantity;
            }
            *fulfillment = fulfillment.clone().cancel(stamp);
            self.state.set_fulfillment_status(*id, fulfillment.status, stamp.at);
        }
        self.state.leave(location, &units, stamp);
        self
    }

    pub fn start_picking(self, id: FulfillmentId, stamp: &Stamp) -> Result<Self, Rejection> {
        self.work(id, |fulfillment| fulfillment.start_picking(stamp))
    }

    /// Counts what a scanner read. Returns the line that it counts for.
    pub fn scan(mut self, id: FulfillmentId, scan: &Scan, stamp: &Stamp) -> Result<(Self, LineId), Rejection> {
        let (next, line) = self.fulfillment(id)?.clone().scan(scan, stamp)?;
        self.may_become(id, &next)?;
        self.fulfillments.insert(id, next);
        Ok((self, line))
    }

    /// Counts what was scanned into the open parcel. Returns the line that it counts for.
    pub fn scan_into_parcel(mut self, id: FulfillmentId, scan: &Scan) -> Result<(Self, LineId), Rejection> {
        let (next, line) = self.fulfillment(id)?.clone().scan_into_parcel(scan)?;
        self.may_become(id, &next)?;
        self.fulfillments.insert(id, next);
        Ok((self, line))
    }

    /// Takes everything out of the open parcel again. A hold does not keep it in.
    pub fn empty_open_parcel(mut self, id: FulfillmentId) -> Result<Self, Rejection> {
        let next = self.fulfillment(id)?.clone().empty_open_parcel();
        self.fulfillments.insert(id, next);
        Ok(self)
    }

    /// Records that what was taken and is not sent lies in its bins again. A hold does not keep it in the way.
    pub fn put_back(mut self, id: FulfillmentId, stamp: &Stamp) -> Result<Self, Rejection> {
        let next = self.fulfillment(id)?.clone().put_back(stamp)?;
        self.fulfillments.insert(id, next);
        Ok(self)
    }

    pub fn pack(self, id: FulfillmentId, packing: &Packing, stamp: &Stamp) -> Result<Self, Rejection> {
        let mut order = self.work(id, |fulfillment| fulfillment.pack(packing, stamp))?;
        if order.fulfillment(id)?.status == FulfillmentStatus::Packed {
            order.state.capture_for(Capturing::BeforeHandOver, stamp.at);
        }
        Ok(order)
    }

    /// Changes only a fulfillment.
    pub(super) fn work(
        mut self,
        id: FulfillmentId,
        step: impl FnOnce(Fulfillment) -> Result<Fulfillment, Rejection>,
    ) -> Result<Self, Rejection> {
        let next = step(self.fulfillment(id)?.clone())?;
        self.may_become(id, &next)?;
        self.fulfillments.insert(id, next);
        Ok(self)
    }

    /// Records what was found. Units that were not found are taken off the books and routed again, and nothing more is
    /// sold from where they should have been until somebody has counted.
    pub fn confirm_picks(
        mut self,
        id: FulfillmentId,
        picks: &BTreeMap<LineId, u32>,
        stamp: &Stamp,
    ) -> Result<Change, Rejection> {
        let (fulfillment, short) = self.fulfillment(id)?.clone().confirm_picks(picks, stamp)?;
        self.may_become(id, &fulfillment)?;
        for PackedLine { line, quantity } in &short {
            self.state.picked_short(*line, *quantity, &fulfillment.location);
        }
        let goods = off_the_shelf(&fulfillment, &short);
        // Each change of the fulfillment adds to its history, so a later correction is another movement.
        let key = format!("{}-{id}-short-pick-{}", self.id, fulfillment.history.len());
        let correction = |(place, delta): (&StockPlace, &StockDelta)| {
            (place.sku.clone(), MovementRecord::new(place, *delta, "short pick", &key, stamp))
        };
        let corrections = goods.iter().map(correction).collect();
        let to_recount = goods.places().cloned().collect();
        let order = self.with_fulfillment(id, fulfillment, !short.is_empty(), stamp.at);
        Ok(Change { goods, corrections, to_recount, ..order.into() })
    }

    /// Hands parcels to their carriers. Their units are no longer on hand or committed.
    pub fn hand_over(mut self, id: FulfillmentId, leaving: &[HandOver], stamp: &Stamp) -> Result<Change, Rejection> {
        let (fulfillment, left) = self.fulfillment(id)?.clone().hand_over(leaving, stamp)?;
        self.may_become(id, &fulfillment)?;
        for PackedLine { line, quantity } in &left {
            self.state.shipped(*line, *quantity, &fulfillment.location);
        }
        let goods = off_the_shelf(&fulfillment, &left);
        if !left.is_empty() {
            self.state.may_leave()?;
            self.state.capture_for(Capturing::AtHandOver, stamp.at);
            self.state.invoice_what_leaves();
        }
        let mut order = self.with_fulfillment(id, fulfillment, !left.is_empty(), stamp.at);
        if !left.is_empty() {
            order.capture_parcels(stamp.at);
            order.owe_channel(id);
        }
        Ok(Change { goods, ..order.into() })
    }

    /// Captures what has left, where each parcel is captured by itself.
    pub(super) fn capture_parcels(&mut self, at: Timestamp) {
        if self.fulfillments.values().any(Fulfillment::has_left) {
            let worth = self.state.total - self.price_of_unsent();
            self.state.capture_parcels(worth, at);
        }
    }

    /// Refuses work on a held order. A hold for missing stock does not stop the work on what was found. A step that
    /// changes nothing is a repetition whose first answer was lost, so it passes.
    fn may_become(&self, id: FulfillmentId, next: &Fulfillment) -> Result<(), Rejection> {
        let reasons: Vec<&str> = self.state.holds_for_people().map(|(reason, _)| reason.as_str()).collect();
        if reasons.is_empty() || self.fulfillments.get(&id) == Some(next) {
            return Ok(());
        }
        let why = format!("the order is on hold: {}; ask an operator to release it", reasons.join(", "));
        Err(Rejection::new(Code::OnHold, why))
    }

    /// Replaces a fulfillment. If `matters`, the order's state also notes its status.
    pub(super) fn with_fulfillment(
        mut self,
        id: FulfillmentId,
        new: Fulfillment,
        matters: bool,
        at: Timestamp,
    ) -> Self {
        if matters {
            self.state.set_fulfillment_status(id, new.status, at);
        }
        self.fulfillments.insert(id, new);
        self
    }
}

impl Change {
    /// Fits the goods to what the books say is on the shelves, for shelves that hold less than is promised from them.
    ///
    /// Units that a picker did not find are first those that the books already miss. Units that leave are a fact: if the
    /// books had fewer, the others were found.
    pub fn on_shelves(mut self, levels: BTreeMap<StockPlace, StockLevel>, id: FulfillmentId, stamp: &Stamp) -> Self {
        let steps = self.order.fulfillments.get(&id).map_or(0, |fulfillment| fulfillment.history.len());
        let key = format!("{}-{id}-found-{steps}", self.order.id);
        for (place, level) in &levels {
            let Some(gone) = self.goods.get(place).map(|goods| -goods.on_hand) else { continue };
            let known = |units: i64| StockDelta { on_hand: units, ..StockDelta::default() };
            if self.to_recount.contains(place) {
                let missed = known(gone.min(level.deficit()));
                self.goods.add(place.clone(), missed);
                for (_, record) in self.corrections.iter_mut().filter(|(sku, _)| *sku == place.sku) {
                    record.movement.change += missed;
                }
            } else if let Some(found) = MovementRecord::found_when_it_left(level, gone, &key, stamp) {
                self.goods.add(place.clone(), found.movement.change);
                self.corrections.push((place.sku.clone(), found));
            }
        }
        self.corrections.retain(|(_, record)| record.movement.change != StockDelta::default());
        self.levels = levels;
        self
    }
}

/// Takes units off the stock on hand.
fn off_the_shelf(fulfillment: &Fulfillment, units: &[PackedLine]) -> StockChange {
    let mut change = StockChange::default();
    for PackedLine { line, quantity } in units {
        if let Some(picked) = fulfillment.lines.iter().find(|own| own.line == *line) {
            let place = StockPlace { sku: picked.sku.clone(), location: fulfillment.location.clone() };
            change.add(place, StockDelta { on_hand: -i64::from(*quantity), ..StockDelta::default() });
        }
    }
    change
}
