//! Stock and fulfillments of an order: deduct, cancel, expire, dispatch, ship.

use super::{Hold, HoldReason, OrderState, OrderStatus};
use crate::{
    Rejection,
    allocation::{Allocation, AllocationState, add, shift},
    duty::{Duty, EmailKind},
    fulfillment::{Fulfillment, FulfillmentStatus},
    history::Actor,
    ids::{FulfillmentId, LocationId},
    placed_order::{Line, PlacedOrder},
    routing::{NeededUnits, Routed, RoutedUnits, Shortage},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

impl OrderState {
    /// The units that no location has committed to yet.
    pub fn needed(&self) -> Vec<NeededUnits> {
        let open = self.stock.iter().filter(|allocation| allocation.state.is_open());
        open.map(|a| NeededUnits { line: a.line, sku: a.sku.clone(), quantity: a.quantity }).collect()
    }

    /// Deducts: what is reserved is committed, and so is what routing found for [`OrderState::needed`]. Units
    /// that are nowhere put the order on hold.
    pub fn deduct(mut self, routed: &Routed, now: Timestamp) -> Self {
        self.owed.remove(&Duty::StockDeduction);
        if self.status != OrderStatus::Open {
            return self;
        }
        let before = std::mem::take(&mut self.stock);
        for allocation in before.iter().filter(|allocation| !allocation.state.is_open()).cloned() {
            let state = match allocation.state {
                AllocationState::Reserved(at) => AllocationState::Committed(at),
                other => other,
            };
            add(&mut self.stock, Allocation { state, ..allocation });
        }
        for part in &routed.parts {
            add(&mut self.stock, allocation(part, AllocationState::Committed));
        }
        for part in &routed.backordered {
            add(&mut self.stock, allocation(part, AllocationState::Backordered));
        }
        for Shortage { line, sku, asked, available } in &routed.short {
            let quantity = asked - available;
            add(
                &mut self.stock,
                Allocation { line: *line, sku: sku.clone(), quantity, state: AllocationState::Missing },
            );
        }
        self.hold_while_short(&routed.short, now);
        if !self.confirmed {
            self.confirmed = true;
            self.owed.insert(Duty::Email(EmailKind::PaymentConfirmed));
        }
        self.owe_dispatch();
        if self.stock == before { self } else { self.noted(now, &Actor::orderly(), "deducted", "") }
    }

    fn hold_while_short(&mut self, short: &[Shortage], now: Timestamp) {
        if short.is_empty() {
            self.holds.remove(&HoldReason::InventoryOutOfStock);
            return;
        }
        let line = |s: &Shortage| format!("{}: {} needed, {} found", s.sku, s.asked, s.available);
        let note = short.iter().map(line).collect::<Vec<_>>().join("; ");
        let new = Hold { since: now, note: String::new() };
        self.holds.entry(HoldReason::InventoryOutOfStock).or_insert(new).note = note;
        self.owed.remove(&Duty::FulfillmentDispatch);
    }

    /// No goods are left to hold. Money that has not gone out still needs somebody to look at it.
    fn release_goods(&mut self) {
        self.holds.retain(|reason, _| *reason == HoldReason::RefundFailed);
    }

    pub(super) fn owe_dispatch(&mut self) {
        let committed = self.stock.iter().any(|a| matches!(a.state, AllocationState::Committed(_)));
        if self.status == OrderStatus::Open && self.holds.is_empty() && committed {
            self.owed.insert(Duty::FulfillmentDispatch);
        }
    }

    /// Gives up an unpaid order when its time has come. An order that has some money, or the promise of
    /// some, is held for a person instead: its customer has begun to pay.
    pub fn expire(mut self, now: Timestamp) -> Self {
        let OrderStatus::Pending { reserved_until } = self.status else { return self };
        if now < reserved_until || self.holds.contains_key(&HoldReason::AwaitingPayment) {
            return self;
        }
        if self.ledger.has_or_awaits_money() {
            let note = format!("payment is {:?} at the end of the reservation", self.payment_status());
            self.holds.insert(HoldReason::AwaitingPayment, Hold { since: now, note });
            return self.noted(now, &Actor::orderly(), "held", HoldReason::AwaitingPayment.as_str());
        }
        self.status = OrderStatus::Expired;
        self.holds.clear();
        let held = std::mem::take(&mut self.stock);
        for allocation in held {
            add(&mut self.stock, Allocation { state: AllocationState::Missing, ..allocation });
        }
        self.noted(now, &Actor::orderly(), "expired", "")
    }

    /// Cancels the order with all its fulfillments, releases its stock and decides to refund what was
    /// captured. Cancelling again changes nothing.
    pub fn cancel(
        mut self,
        fulfillments: Vec<Fulfillment>,
        reason: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(Self, Vec<Fulfillment>), Rejection> {
        match self.status {
            OrderStatus::Cancelled { .. } => return Ok((self, fulfillments)),
            OrderStatus::Pending { .. } | OrderStatus::Open => {}
            // Some of its money came too late: cancelling sends it back.
            OrderStatus::Expired if self.ledger.not_refunded(self.currency) > 0 => {}
            OrderStatus::Completed => {
                let why = "the order has been delivered; ask for a return instead";
                return Err(Rejection::new("already-completed", why));
            }
            OrderStatus::Expired => {
                let why = "the order expired unpaid and holds nothing; there is nothing to cancel";
                return Err(Rejection::new("already-expired", why));
            }
        }
        if fulfillments.iter().any(Fulfillment::has_left) {
            let why = "part of the order has been handed to the carrier: ask for a return of that, and cancel the rest with \
                       \"unsent\": true";
            return Err(Rejection::new("already-handed-over", why));
        }
        self.status = OrderStatus::Cancelled { reason: reason.to_owned() };
        self.release_goods();
        self.stock.clear();
        // What is on its way about money goes on.
        self.owed.retain(|duty| matches!(duty, Duty::Refund | Duty::Email(EmailKind::RefundSent(_))));
        self.owed.insert(Duty::Email(EmailKind::OrderCancelled));
        let open = self.fulfillments.values_mut().filter(|status| !status.is_final());
        open.for_each(|status| *status = FulfillmentStatus::Cancelled);
        let amount = self.ledger.not_refunded(self.currency);
        let mut state = self.noted(now, by, "cancelled", reason).intend_refund("cancel", amount, now);
        state.hold_foreign_money(now);
        Ok((state, fulfillments.into_iter().map(|f| f.cancel(by, now)).collect()))
    }

    /// Cancels what has not left of an order that was sent in part, and decides to refund its price. Cancelling again
    /// changes nothing.
    pub fn cancel_unsent(
        mut self,
        fulfillments: Vec<Fulfillment>,
        placed: &PlacedOrder,
        reason: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(Self, Vec<Fulfillment>), Rejection> {
        if self.status != OrderStatus::Open || !fulfillments.iter().any(Fulfillment::has_left) {
            return self.cancel(fulfillments, reason, by, now);
        }
        if self.stock.is_empty() {
            return Ok((self, fulfillments));
        }
        let mut sent: BTreeMap<u16, u32> = BTreeMap::new();
        for (line, units) in fulfillments.iter().flat_map(Fulfillment::units_sent) {
            *sent.entry(line).or_default() += units;
        }
        // A return gives back the price of a line's first units, this that of its last ones.
        let unsent = |(n, line): (u16, &Line)| {
            placed.price_of_units(n, sent.get(&n).copied().unwrap_or_default()..line.quantity)
        };
        let amount = (0..).zip(&placed.lines).map(unsent).sum();
        self.release_goods();
        self.stock.clear();
        self.owed.remove(&Duty::StockDeduction);
        self.owed.remove(&Duty::FulfillmentDispatch);
        self = self.noted(now, by, "rest-cancelled", reason).intend_refund("cancel-unsent", amount, now);
        let cancelled: Vec<Fulfillment> = fulfillments.into_iter().map(|f| f.cancel_unsent(by, now)).collect();
        for (id, fulfillment) in (1..).map(FulfillmentId::nth).zip(&cancelled) {
            self = self.fulfillment_is(&id, fulfillment.status, now);
        }
        Ok((self, cancelled))
    }

    /// Takes note of new fulfillments of everything that is committed.
    pub fn dispatched(mut self, ids: &[FulfillmentId], now: Timestamp) -> Self {
        self.owed.remove(&Duty::FulfillmentDispatch);
        for allocation in std::mem::take(&mut self.stock) {
            let state = match allocation.state {
                AllocationState::Committed(at) if !ids.is_empty() => AllocationState::Dispatched(at),
                other => other,
            };
            add(&mut self.stock, Allocation { state, ..allocation });
        }
        for id in ids {
            self.fulfillments.insert(id.clone(), FulfillmentStatus::Open);
            self = self.noted(now, &Actor::orderly(), "dispatched", format!("fulfillment {id}"));
        }
        self
    }

    /// The units of `line` have left `location` with a carrier: the order holds them no more.
    pub fn shipped(mut self, line: u16, quantity: u32, location: &LocationId) -> Self {
        let from = AllocationState::Dispatched(location.clone());
        shift(&mut self.stock, line, quantity, |state| *state == from, |_| None);
        self
    }

    /// The units of `line` were not found at `location`: they are routed again.
    pub fn picked_short(mut self, line: u16, quantity: u32, location: &LocationId) -> Self {
        let from = AllocationState::Dispatched(location.clone());
        if shift(&mut self.stock, line, quantity, |state| *state == from, |_| Some(AllocationState::Missing)) > 0 {
            self.owed.insert(Duty::StockDeduction);
        }
        self
    }

    /// Takes note of where a fulfillment stands; who brought it there, its own history tells. When the last one is
    /// closed and nothing is left to send, the order is completed.
    pub fn fulfillment_is(mut self, id: &FulfillmentId, status: FulfillmentStatus, now: Timestamp) -> Self {
        self.fulfillments.insert(id.clone(), status);
        let done = self.fulfillments.values().all(|status| status.is_final());
        if self.status == OrderStatus::Open && done && self.stock.is_empty() {
            self.status = OrderStatus::Completed;
            self.release_goods();
            return self.noted(now, &Actor::orderly(), "completed", "");
        }
        self
    }
}

fn allocation(part: &RoutedUnits, state: impl Fn(LocationId) -> AllocationState) -> Allocation {
    Allocation { line: part.line, sku: part.sku.clone(), quantity: part.quantity, state: state(part.location.clone()) }
}
