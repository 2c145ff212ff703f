//! A whole order, and the rules that span its parts: dispatch, picking, hand-over, parcels, edits, cancellation, returns,
//! refunds.
//!
//! A rule takes the order and returns a [`Change`]: the new order, and the goods that came or went. Comparing the two
//! orders shows which items are written, which stock moves and which duties are owed, so no rule can forget one of
//! them.

mod channel;
mod edit;
mod emails;
mod erasure;
mod goods;
mod invoices;
mod labels;
mod limit;
mod parcels;
mod refunds;
mod returns;
#[cfg(test)]
mod tests;

pub use channel::Untold;
pub use edit::Edit;

use crate::{
    Rejection,
    allocation::difference,
    fulfillment::Fulfillment,
    history::{Event, Stamp},
    ids::{FulfillmentId, LineId, OrderId, ReturnId, Sku},
    money::Amount,
    order_state::{OrderState, OrderStatus},
    placed_order::{Line, PlacedOrder},
    problem::Code,
    returns::Return,
    stock::{MovementRecord, StockChange, StockLevel, StockPlace},
};
use std::collections::{BTreeMap, BTreeSet};

/// What was placed, its state, and its fulfillments and returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub placed: PlacedOrder,
    pub state: OrderState,
    pub fulfillments: BTreeMap<FulfillmentId, Fulfillment>,
    pub returns: BTreeMap<ReturnId, Return>,
}

/// The result of a rule: the new order and the goods that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub order: Order,
    /// Goods that came or went, apart from changes in what the order holds of the stock.
    pub goods: StockChange,
    /// Stock corrections, to be kept as movements.
    pub corrections: Vec<(Sku, MovementRecord)>,
    /// Places whose shelves turned out to hold less than the books say. They are closed until they are counted.
    pub to_recount: BTreeSet<StockPlace>,
    /// The levels that the goods were decided on, if any were looked at.
    pub levels: BTreeMap<StockPlace, StockLevel>,
}

impl From<Order> for Change {
    fn from(order: Order) -> Self {
        Self {
            order,
            goods: StockChange::default(),
            corrections: Vec::new(),
            to_recount: BTreeSet::new(),
            levels: BTreeMap::new(),
        }
    }
}

impl Change {
    /// The change of the stock: the difference in what the order holds, plus the goods that came or went.
    pub fn stock(&self, before: &Order) -> StockChange {
        let mut stock = difference(&before.state.stock, &self.order.state.stock);
        stock.merge(&self.goods);
        stock
    }
}

impl Order {
    pub fn fulfillment(&self, id: FulfillmentId) -> Result<&Fulfillment, Rejection> {
        let none = || Rejection::new(Code::NotFound, format!("order {} has no fulfillment {id}", self.id));
        self.fulfillments.get(&id).ok_or_else(none)
    }

    pub fn returned(&self, id: ReturnId) -> Result<&Return, Rejection> {
        let none = || Rejection::new(Code::NotFound, format!("order {} has no return {id}", self.id));
        self.returns.get(&id).ok_or_else(none)
    }

    /// Units of each line that have left with a carrier.
    pub fn units_sent(&self) -> BTreeMap<LineId, u32> {
        let mut sent = BTreeMap::new();
        for (line, units) in self.fulfillments.values().flat_map(Fulfillment::units_sent) {
            *sent.entry(line).or_default() += units;
        }
        sent
    }

    /// Changes only the state.
    pub fn with_state(self, rule: impl FnOnce(OrderState) -> Result<OrderState, Rejection>) -> Result<Self, Rejection> {
        Ok(Self { state: rule(self.state)?, ..self })
    }

    /// Cancels the order and all its fulfillments, releases its stock and decides to refund what was captured.
    /// Cancelling again changes nothing.
    pub fn cancel(mut self, reason: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        if matches!(self.state.status, OrderStatus::Cancelled { .. }) {
            return Ok(self);
        }
        self.state.may_be_cancelled()?;
        if self.fulfillments.values().any(Fulfillment::has_left) {
            let why = "part of the order has been handed to the carrier: ask for a return of that, and cancel the rest with \
                       \"unsent\": true";
            return Err(Rejection::new(Code::AlreadyHandedOver, why));
        }
        self.state.cancel(reason, stamp);
        for (id, fulfillment) in &mut self.fulfillments {
            *fulfillment = fulfillment.clone().cancel(stamp);
            self.state.set_fulfillment_status(*id, fulfillment.status, stamp.at);
        }
        Ok(self)
    }

    /// Cancels what has not left of a partly sent order, and decides to refund its price. If nothing has left, cancels
    /// the whole order. Cancelling again changes nothing.
    pub fn cancel_unsent(mut self, reason: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.state.status != OrderStatus::Open || !self.fulfillments.values().any(Fulfillment::has_left) {
            return self.cancel(reason, stamp);
        }
        if self.state.stock.is_empty() {
            return Ok(self);
        }
        self.state.no_capture_is_under_way()?;
        self.state.cancel_rest(self.price_of_unsent(), reason, stamp);
        for (id, fulfillment) in &mut self.fulfillments {
            *fulfillment = fulfillment.clone().cancel_unsent(stamp);
            self.state.set_fulfillment_status(*id, fulfillment.status, stamp.at);
        }
        // What was paid back of it before went out of other captures, which lack it.
        self.capture_parcels(stamp.at);
        Ok(self)
    }

    /// Units of each line that have left, less those that were sent again: these did not arrive the first time, unless they
    /// turned up.
    fn units_counted_as_sent(&self) -> BTreeMap<LineId, u32> {
        let (mut sent, turned_up) = (self.units_sent(), self.units_twice_with_the_customer());
        for (line, again) in self.units_sent_again() {
            let there = turned_up.get(&line).copied().unwrap_or_default();
            *sent.entry(line).or_default() -= again.saturating_sub(there);
        }
        sent
    }

    /// Units of each line that do not come, once what had not left was cancelled.
    pub fn units_not_sent(&self) -> BTreeMap<LineId, u32> {
        let sent = self.units_counted_as_sent();
        let left = |line: &Line| line.quantity.saturating_sub(sent.get(&line.id).copied().unwrap_or_default());
        self.placed.stocked_lines().map(|line| (line.id, left(line))).filter(|(_, units)| *units > 0).collect()
    }

    /// Whether what had not left was cancelled, and its price given back.
    fn is_rest_cancelled(&self) -> bool {
        self.state.history.iter().any(|entry| entry.what == Event::RestCancelled)
    }

    /// The price of the units that have not left and are not paid back. Returns and requested refunds pay back a line's
    /// first units, so these are its last ones. What is sold without stock belongs to what has left.
    fn price_of_unsent(&self) -> Amount {
        let (sent, compensated) = (self.units_counted_as_sent(), self.units_compensated());
        let lines = self.placed.stocked_lines();
        lines
            .map(|line| {
                let of = |units: &BTreeMap<LineId, u32>| units.get(&line.id).copied().unwrap_or_default();
                self.placed.price_of_next_units(line.id, of(&sent).max(of(&compensated)), line.quantity)
            })
            .sum()
    }
}
