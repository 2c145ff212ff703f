//! What is known of a payment outside its order: which order it pays, and events whose order is not known yet.

use crate::{ids::OrderId, ledger::MoneyEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// The order that it pays, or that it says it pays, though no such order has come yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Events that are not in an order's ledger yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<MoneyEvent>,
    /// Since when there are such events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched_at: Option<Timestamp>,
}

impl PaymentRecord {
    /// Keeps an event until its order is there; the same event twice is kept once. The last order named is looked for.
    pub fn keep(mut self, event: &MoneyEvent, order: Option<OrderId>, now: Timestamp) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            self.unmatched_at.get_or_insert(now);
        }
        self.order = order.or(self.order);
        self
    }

    /// A person says which order it pays. The events stay until the order has taken them.
    pub fn assign(self, order: OrderId, now: Timestamp) -> Self {
        Self { order: Some(order), unmatched_at: self.unmatched_at.or(Some(now)), ..self }
    }

    /// A person says that it is no order's. The events stay, and a new one brings it up again.
    pub fn dismiss(self) -> Self {
        Self { unmatched_at: None, ..self }
    }

    /// The order has taken all events into its ledger.
    pub fn matched(order: OrderId) -> Self {
        Self { order: Some(order), events: Vec::new(), unmatched_at: None }
    }
}
