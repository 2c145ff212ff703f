//! What is known of a payment outside its order: the order it pays, and events whose order is not known yet.

use crate::{ids::OrderId, ledger::MoneyEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// The order that it pays or claims to pay. That order may not have arrived yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Events that are not in an order's ledger yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<MoneyEvent>,
    /// Since when such events have been waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched_at: Option<Timestamp>,
}

impl PaymentRecord {
    /// Keeps an event until its order appears. A repeated event is kept once. The order named last is the one looked
    /// for.
    pub fn keep(mut self, event: &MoneyEvent, order: Option<OrderId>, now: Timestamp) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            self.unmatched_at.get_or_insert(now);
        }
        self.order = order.or(self.order);
        self
    }

    /// Records a person's decision about which order it pays. The events stay until the order has taken them.
    pub fn assign(self, order: OrderId, now: Timestamp) -> Self {
        Self { order: Some(order), unmatched_at: self.unmatched_at.or(Some(now)), ..self }
    }

    /// Records a person's decision that it pays no order. The events stay, and a new one brings it up again.
    pub fn dismiss(self) -> Self {
        Self { unmatched_at: None, ..self }
    }

    /// A payment whose order has taken all events into its ledger.
    pub fn matched(order: OrderId) -> Self {
        Self { order: Some(order), events: Vec::new(), unmatched_at: None }
    }
}
