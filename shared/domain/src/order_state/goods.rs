//! Stock and fulfillments in the state of an order: deduct, cancel, expire, dispatch, ship.

use super::{Hold, HoldReason, OrderState, OrderStatus};
use crate::{
    Rejection,
    allocation::{Allocation, AllocationState, add, shift},
    duty::{Duty, EmailKind},
    fulfillment::FulfillmentStatus,
    history::{Event, Stamp},
    ids::{FulfillmentId, LineId, LocationId, Sku},
    money::Amount,
    problem::Code,
    refund_cause::RefundCause,
    routing::{NeededUnits, Routed, RoutedUnits, Shortage},
    safeguards::Safeguard,
    stock::{MovementRecord, StockChange, StockPlace},
    unsettled::Moves,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

impl OrderState {
    /// The units that it was promised from a place, and that have not left.
    pub fn promised_at(&self, place: &StockPlace) -> u32 {
        let is_there = |allocation: &&Allocation| match &allocation.state {
            AllocationState::Reserved(at) | AllocationState::Committed(at) | AllocationState::Dispatched(at) => {
                *at == place.location && allocation.sku == place.sku
            }
            AllocationState::Missing | AllocationState::Backordered(_) | AllocationState::Waiting(_) => false,
        };
        self.stock.iter().filter(is_there).map(|allocation| allocation.quantity).sum()
    }

    /// Whether units of it are committed at a location and in no fulfillment yet.
    pub fn has_committed_at(&self, location: &LocationId) -> bool {
        let committed = AllocationState::Committed(location.clone());
        self.status == OrderStatus::Open && self.stock.iter().any(|allocation| allocation.state == committed)
    }

    /// The units that no location has committed to yet.
    pub fn needed(&self) -> Vec<NeededUnits> {
        let open = self.stock.iter().filter(|allocation| allocation.state.is_open());
        open.map(|a| NeededUnits { line: a.line, sku: a.sku.clone(), quantity: a.quantity }).collect()
    }

    /// Whether it stands in the line for one of these SKUs.
    pub fn waits_for(&self, skus: &BTreeSet<Sku>) -> bool {
        let waits = |a: &Allocation| matches!(a.state, AllocationState::Waiting(_)) && skus.contains(&a.sku);
        self.status == OrderStatus::Open && self.stock.iter().any(waits)
    }

    /// Deducts: commits what is reserved, and what routing found for [`OrderState::needed`]. The order waits in line for
    /// the others. Units that no location has and none expects put it on hold. For what was found for later, it owes
    /// another deduction.
    pub fn deduct(mut self, routed: &Routed, at: Timestamp) -> Self {
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
        let mut claims = BTreeSet::new();
        let awaited = routed.backordered.iter().map(|part| (part.line, &part.sku, part.quantity, Some(&part.location)));
        let short = routed.short.iter().map(|short| (short.line, &short.sku, short.asked - short.available, None));
        for (line, sku, quantity, home) in awaited.chain(short) {
            let state = claim(sku, home, routed, &mut claims);
            add(&mut self.stock, Allocation { line, sku: sku.clone(), quantity, state });
        }
        for part in &routed.later {
            add(&mut self.stock, allocation(part, |_| AllocationState::Missing));
        }
        self.hold_while_short(&routed.short, at);
        if !routed.later.is_empty() {
            self.owed.insert(Duty::StockDeduction);
            return self.with_entry(&Stamp::orderly(at), Event::Deducted, "");
        }
        if !self.confirmed {
            self.confirmed = true;
            self.owed.insert(Duty::Email(EmailKind::PaymentConfirmed));
        }
        if !Safeguard::DeductedOwesDispatch.is_off() {
            self.owe_dispatch();
        }
        if self.stock == before { self } else { self.with_entry(&Stamp::orderly(at), Event::Deducted, "") }
    }

    fn hold_while_short(&mut self, short: &[Shortage], at: Timestamp) {
        if short.is_empty() {
            self.holds.remove(&HoldReason::InventoryOutOfStock);
            return;
        }
        let line = |s: &Shortage| format!("{}: {} needed, {} found", s.sku, s.asked, s.available);
        let note = short.iter().map(line).collect::<Vec<_>>().join("; ");
        let new = Hold { since: at, note: String::new() };
        self.holds.entry(HoldReason::InventoryOutOfStock).or_insert(new).note = note;
        self.owed.remove(&Duty::FulfillmentDispatch);
    }

    /// Decides a movement of the stock. Returns what moves with this change of the order, in at most `room` actions unless
    /// more takes from the stock; the order owes the rest.
    pub fn decide(
        &mut self,
        stock: &StockChange,
        corrections: &[(Sku, MovementRecord)],
        to_recount: &BTreeSet<StockPlace>,
        room: usize,
    ) -> Moves {
        let moves = self.unsettled.decide(stock, corrections, to_recount, room);
        self.owe_settlement();
        moves
    }

    /// Takes off what moves next of the owed movements.
    pub fn settle(&mut self, room: usize) -> Moves {
        let moves = self.unsettled.settle(room);
        self.owe_settlement();
        moves
    }

    fn owe_settlement(&mut self) {
        if self.unsettled.is_empty() || Safeguard::SettlementIsOwed.is_off() {
            self.owed.remove(&Duty::StockSettlement);
        } else {
            self.owed.insert(Duty::StockSettlement);
        }
    }

    /// Removes the holds on goods, because none are left to hold. Money that waits still needs a person.
    fn clear_goods_holds(&mut self) {
        let is_blocked = self.ledger.blocked() > 0;
        self.holds.retain(|reason, _| match reason {
            HoldReason::CaptureFailed
            | HoldReason::RefundFailed
            | HoldReason::RefundToApprove
            | HoldReason::OutcomeMissing
            | HoldReason::PaymentOverdue
            | HoldReason::Overpaid => true,
            HoldReason::PaymentDisputed => is_blocked,
            _ => false,
        });
    }

    pub(super) fn owe_dispatch(&mut self) {
        let committed = self.stock.iter().any(|a| matches!(a.state, AllocationState::Committed(_)));
        // A dispatch that finds nothing to send completes the order.
        let is_all_sent = self.stock.is_empty() && self.fulfillments.values().all(|status| status.is_final());
        if self.status == OrderStatus::Open && self.holds.is_empty() && (committed || is_all_sent) {
            self.owed.insert(Duty::FulfillmentDispatch);
        }
    }

    /// Expires an unpaid order when its reservation ends, and warns people of what has not happened in time. Before an order
    /// expires, the provider is asked about payments that it may know more of. If the order has money, or a promise of money, the customer has begun to pay: a person must look,
    /// and the order is held.
    pub fn expire(mut self, now: Timestamp) -> Self {
        let Some(end) = self.waits_until() else { return self.warn(now) };
        if now < end || self.holds.contains_key(&HoldReason::AwaitingPayment) {
            return self;
        }
        let was_asked = self.payments_asked_at.is_some_and(|at| at >= end);
        if !was_asked && self.ledger.unfinished_payments().next().is_some() && !Safeguard::ExpiryAsksFirst.is_off() {
            self.owed.insert(Duty::PaymentCheck);
            return self;
        }
        if self.ledger.has_or_awaits_money() {
            let note = format!("payment is {:?} at the end of the reservation", self.payment_status());
            self.holds.insert(HoldReason::AwaitingPayment, Hold { since: now, note });
            return self.with_entry(&Stamp::orderly(now), Event::Held, HoldReason::AwaitingPayment.as_str());
        }
        self.status = OrderStatus::Expired;
        self.holds.clear();
        let held = std::mem::take(&mut self.stock);
        for allocation in held {
            add(&mut self.stock, Allocation { state: AllocationState::Missing, ..allocation });
        }
        self.with_entry(&Stamp::orderly(now), Event::Expired, "")
    }

    /// Records that the providers were asked what they know of the unfinished payments. Their answers are in the ledger.
    pub fn payments_asked(mut self, now: Timestamp) -> Self {
        if self.owed.remove(&Duty::PaymentCheck) {
            self.payments_asked_at = Some(now);
            self.add_entry(&Stamp::orderly(now), Event::PaymentsAsked, "");
        }
        self.expire(now)
    }

    /// Cancels the order. It gives up its stock, and what was captured is refunded.
    pub(crate) fn cancel(&mut self, reason: &str, stamp: &Stamp) {
        self.status = OrderStatus::Cancelled { reason: reason.to_owned() };
        self.clear_goods_holds();
        self.stock.clear();
        // Refunds in progress, and mail about them, go on.
        self.owed.retain(|duty| matches!(duty, Duty::Refund | Duty::Capture | Duty::Email(EmailKind::RefundSent(_))));
        self.holds.remove(&HoldReason::CaptureFailed);
        self.holds.remove(&HoldReason::PaymentOverdue);
        self.ledger.give_up_promises();
        self.owed.insert(Duty::Email(EmailKind::OrderCancelled));
        if self.ledger.unfinished_payments().next().is_some() {
            self.owed.insert(Duty::PaymentCheck); // a payment that was made unheard goes back
        }
        self.add_entry(stamp, Event::Cancelled, reason);
        self.refund_and_hold(&RefundCause::Cancel, self.ledger.not_refunded(self.currency), stamp.at);
        self.hold_foreign_money(stamp.at);
        self.void_what_is_authorized(stamp.at);
    }

    /// Cancels what has not left of a partly sent order, and refunds its price.
    pub(crate) fn cancel_rest(&mut self, price: Amount, reason: &str, stamp: &Stamp) {
        self.clear_goods_holds();
        self.stock.clear();
        self.owed.remove(&Duty::StockDeduction);
        self.owed.remove(&Duty::FulfillmentDispatch);
        self.owed.insert(Duty::Email(EmailKind::RestCancelled));
        self.add_entry(stamp, Event::RestCancelled, reason);
        self.give_back(&RefundCause::CancelUnsent, price, stamp.at);
    }

    /// Checks that something is left to cancel.
    pub(crate) fn may_be_cancelled(&self) -> Result<(), Rejection> {
        match self.status {
            OrderStatus::Cancelled { .. } | OrderStatus::Pending { .. } | OrderStatus::Open => Ok(()),
            // Some money came too late. Cancelling refunds it.
            OrderStatus::Expired if self.ledger.not_refunded(self.currency) > 0 => Ok(()),
            OrderStatus::Completed => {
                let why = "the order is completed: ask for a return, or refund it (POST /orders/{id}/refunds)";
                Err(Rejection::new(Code::AlreadyCompleted, why))
            }
            OrderStatus::Expired => {
                let why = "the order expired unpaid and holds nothing; there is nothing to cancel";
                Err(Rejection::new(Code::AlreadyExpired, why))
            }
        }
    }

    /// Records that the committed units are in these new fulfillments.
    pub(crate) fn dispatched(&mut self, ids: &[FulfillmentId], at: Timestamp) {
        self.owed.remove(&Duty::FulfillmentDispatch);
        for allocation in std::mem::take(&mut self.stock) {
            let state = match allocation.state {
                AllocationState::Committed(at) if !ids.is_empty() => AllocationState::Dispatched(at),
                other => other,
            };
            add(&mut self.stock, Allocation { state, ..allocation });
        }
        for id in ids {
            self.fulfillments.insert(*id, FulfillmentStatus::Open);
            self.add_entry(&Stamp::orderly(at), Event::Dispatched, format!("fulfillment {id}"));
        }
        if self.holds.is_empty() {
            self.complete_when_done(at); // it may have nothing that is sent
        }
    }

    /// Records that the units of `line` have left `location` with a carrier. The order no longer holds them.
    pub(crate) fn shipped(&mut self, line: LineId, quantity: u32, location: &LocationId) {
        let from = AllocationState::Dispatched(location.clone());
        shift(&mut self.stock, line, quantity, |state| *state == from, |_| None);
    }

    /// Gives up to `units` of a line that are in no fulfillment, first those that no location has. Returns how many those
    /// were.
    pub(crate) fn give_up(&mut self, line: LineId, units: u32) -> u32 {
        let ranks: [fn(&AllocationState) -> bool; 5] = [
            |state| *state == AllocationState::Missing,
            |state| matches!(state, AllocationState::Waiting(_)),
            |state| matches!(state, AllocationState::Backordered(_)),
            |state| matches!(state, AllocationState::Reserved(_)),
            |state| matches!(state, AllocationState::Committed(_)),
        ];
        let mut given = 0;
        for rank in ranks {
            given += shift(&mut self.stock, line, units - given, rank, |_| None);
        }
        let is_absent = |a: &Allocation| matches!(a.state, AllocationState::Missing | AllocationState::Waiting(_));
        if self.holds.contains_key(&HoldReason::InventoryOutOfStock) && given > 0 {
            if self.stock.iter().any(is_absent) {
                self.owed.insert(Duty::StockDeduction); // what is still waited for may be expected
            } else {
                self.holds.remove(&HoldReason::InventoryOutOfStock);
                self.owe_dispatch();
            }
        }
        given
    }

    /// Needs units of `line` once more, because those that were sent did not arrive. They are routed anew.
    pub(crate) fn needs_again(&mut self, line: LineId, sku: Sku, quantity: u32) {
        add(&mut self.stock, Allocation { line, sku, quantity, state: AllocationState::Missing });
        self.owed.insert(Duty::StockDeduction);
    }

    /// Records that units of `line` were not found at `location`. They are routed again.
    pub(crate) fn picked_short(&mut self, line: LineId, quantity: u32, location: &LocationId) {
        let from = AllocationState::Dispatched(location.clone());
        if shift(&mut self.stock, line, quantity, |state| *state == from, |_| Some(AllocationState::Missing)) > 0 {
            self.owed.insert(Duty::StockDeduction);
        }
    }

    /// Gives up what is committed at a location, and the units of these lines that its fulfillments had. They are routed
    /// again.
    pub(crate) fn leave(&mut self, location: &LocationId, dispatched: &BTreeMap<LineId, u32>, stamp: &Stamp) {
        let committed = AllocationState::Committed(location.clone());
        let from = AllocationState::Dispatched(location.clone());
        let lines: BTreeSet<LineId> = self.stock.iter().map(|allocation| allocation.line).collect();
        let mut left = 0;
        for line in lines {
            let missing = |_: &AllocationState| Some(AllocationState::Missing);
            let units = dispatched.get(&line).copied().unwrap_or_default();
            left += shift(&mut self.stock, line, u32::MAX, |state| *state == committed, missing)
                + shift(&mut self.stock, line, units, |state| *state == from, missing);
        }
        if left > 0 {
            self.owed.insert(Duty::StockDeduction);
            self.add_entry(stamp, Event::Rerouted, format!("{left} units of {location}"));
        }
    }

    /// Notes the status of a fulfillment. Its own history says who changed it. The order is completed when the last
    /// fulfillment is closed and nothing is left to send.
    pub(crate) fn set_fulfillment_status(&mut self, id: FulfillmentId, status: FulfillmentStatus, at: Timestamp) {
        self.fulfillments.insert(id, status);
        self.complete_when_done(at);
    }

    pub(crate) fn complete_when_done(&mut self, at: Timestamp) {
        let was_deducted = self.confirmed || !self.fulfillments.is_empty();
        let done = was_deducted && self.fulfillments.values().all(|status| status.is_final());
        if self.status == OrderStatus::Open && done && self.stock.is_empty() {
            self.status = OrderStatus::Completed;
            self.clear_goods_holds();
            self.add_entry(&Stamp::orderly(at), Event::Completed, "");
        }
    }
}

/// The most places at which one order may wait. What is beyond waits too, but is not kept back.
pub const MAX_CLAIMS: usize = 16;

/// How units of a SKU wait that were not found. The location that expects them comes first.
fn claim(sku: &Sku, home: Option<&LocationId>, routed: &Routed, claims: &mut BTreeSet<StockPlace>) -> AllocationState {
    let kept_at = routed.kept_at.get(sku).into_iter().flatten().filter(|at| Some(*at) != home);
    let mut places: Vec<LocationId> = home.into_iter().chain(kept_at).cloned().collect();
    places.retain(|location| {
        let place = StockPlace { sku: sku.clone(), location: location.clone() };
        claims.contains(&place) || (claims.len() < MAX_CLAIMS && claims.insert(place))
    });
    if places.is_empty() { AllocationState::Missing } else { AllocationState::Waiting(places) }
}

fn allocation(part: &RoutedUnits, state: impl Fn(LocationId) -> AllocationState) -> Allocation {
    Allocation { line: part.line, sku: part.sku.clone(), quantity: part.quantity, state: state(part.location.clone()) }
}
