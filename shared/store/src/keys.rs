//! The keys of order items and of stock.

use super::{
    Item,
    attributes::{key_item, text_of},
};
use domain::{
    duty::{ItemName, Subject},
    ids::OrderId,
    stock::StockPlace,
};
use std::fmt;

/// Key attributes of the orders table.
pub(super) const ORDER_ID: &str = "order_id";
pub(super) const ITEM: &str = "item";

/// Key attributes of the stock table: `sku`, and `location#…` for a level.
pub(super) const SKU: &str = "sku";
pub(super) const LOCATION: &str = "location#";

/// An item of an order's collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    pub order: OrderId,
    pub item: ItemName,
}

impl ItemKey {
    pub fn new(order: &OrderId, item: ItemName) -> Self {
        Self { order: order.clone(), item }
    }

    pub fn state(order: &OrderId) -> Self {
        Self::new(order, ItemName::State)
    }

    pub fn placed(order: &OrderId) -> Self {
        Self::new(order, ItemName::Placed)
    }

    pub fn subject(&self) -> Subject {
        Subject::OrderItem(self.order.clone(), self.item.clone())
    }

    pub(super) fn attributes(&self) -> Item {
        key_item([(ORDER_ID, self.order.to_string()), (ITEM, self.item.to_string())])
    }

    pub(super) fn of(item: &Item) -> Option<Self> {
        let order = text_of(item, ORDER_ID)?.parse().ok()?;
        Some(Self { order, item: text_of(item, ITEM)?.parse().ok()? })
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.order, self.item)
    }
}

pub(super) fn stock_key(place: &StockPlace) -> Item {
    key_item([(SKU, place.sku.to_string()), (ITEM, format!("{LOCATION}{}", place.location))])
}
