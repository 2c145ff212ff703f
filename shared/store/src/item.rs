//! How aggregates become items and back.

use super::{Item, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    duty::{Duty, ItemName, Owed},
    fulfillment::Fulfillment,
    ids::OrderId,
    order_state::{Due, OrderState},
    returns::Return,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::HashMap;

/// Key attributes of the orders table.
pub(super) const ORDER_ID: &str = "order_id";
pub(super) const ITEM: &str = "item";
/// Grows by one with every write.
pub(super) const VERSION: &str = "version";

/// The sparse index of what `reconcile` has to look at.
pub(super) const DUE_INDEX: &str = "due";
pub(super) const DUE_CLASS: &str = "due_class";
pub(super) const DUE_AT: &str = "due_at";
/// Due items of a class are spread over this many partitions: one takes 1,000 writes a second.
pub(super) const DUE_SHARDS: u8 = 4;

/// The index that lists orders.
pub(super) const LISTING_INDEX: &str = "listing";
pub(super) const LISTING_KEY: &str = "listing_key";
pub(super) const LISTED_AT: &str = "listed_at";

/// The sparse index of what the warehouse has to do.
pub(super) const WORK_INDEX: &str = "work";
pub(super) const WORK_LOCATION: &str = "work_location";
pub(super) const WORK_SINCE: &str = "work_since";

/// What is stored as one item of an order's collection and changed under its version.
pub trait Aggregate: Serialize + DeserializeOwned + Clone + PartialEq {
    fn owed(&self) -> Owed;

    /// When `reconcile` has to look at it; `last` is what it was before this change.
    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due>;

    /// The keys of the other indexes that hold it now.
    fn index_keys(&self, order: &OrderId) -> Vec<(&'static str, String)>;
}

/// An aggregate as it was read, with what a conditional write of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    pub order: OrderId,
    pub name: ItemName,
    pub version: u64,
    pub due: Option<Due>,
    pub value: T,
}

/// The claim of an e-mail. That it was sent is recorded where it was owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailRecord {
    /// None if the claim was given back, because the e-mail surely did not go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// How often it was begun; above 1, the customer may have got it twice.
    pub attempts: u32,
}

impl Aggregate for OrderState {
    fn owed(&self) -> Owed {
        self.owed.clone()
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        OrderState::due(self, last, now)
    }

    /// Active and closed orders of a channel are listed apart, so that the few open ones are found among
    /// millions; an order changes sides once in its life.
    fn index_keys(&self, order: &OrderId) -> Vec<(&'static str, String)> {
        let side = if self.status.is_active() { "active" } else { "closed" };
        vec![(LISTING_KEY, format!("{}#{side}", self.channel)), (LISTED_AT, listed_at(self.placed_at, order))]
    }
}

impl Aggregate for Fulfillment {
    fn owed(&self) -> Owed {
        self.owed.clone()
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        Fulfillment::due(self, last, now)
    }

    fn index_keys(&self, order: &OrderId) -> Vec<(&'static str, String)> {
        if !self.status.is_work() {
            return Vec::new();
        }
        vec![(WORK_LOCATION, self.location.to_string()), (WORK_SINCE, listed_at(self.created_at, order))]
    }
}

impl Aggregate for Return {
    fn owed(&self) -> Owed {
        self.owed.clone()
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        Return::due(self, last, now)
    }

    fn index_keys(&self, _: &OrderId) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

impl Aggregate for EmailRecord {
    fn owed(&self) -> Owed {
        Owed::new()
    }

    fn due(&self, _: Option<Due>, _: Timestamp) -> Option<Due> {
        None
    }

    fn index_keys(&self, _: &OrderId) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(super) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// Milliseconds since 1970 in 14 digits: sorts as text until the year 5138.
pub(super) fn sortable(moment: Timestamp) -> String {
    format!("{:014}", moment.as_millisecond().max(0))
}

pub(super) fn from_sortable(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.get(..14)?.parse().ok()?).ok()
}

/// The sort key of listings: by time, and unique.
pub(super) fn listed_at(moment: Timestamp, order: &OrderId) -> String {
    format!("{}#{order}", sortable(moment))
}

pub(super) fn key(order: &OrderId, name: &ItemName) -> Item {
    HashMap::from([(ORDER_ID.to_owned(), text(order.as_str())), (ITEM.to_owned(), text(name.to_string()))])
}

/// The item of an aggregate at a version.
pub(super) fn encode<T: Aggregate>(stored: &Stored<T>) -> Result<Item, StoreError> {
    let mut item = to_item(&stored.value, &stored.name)?;
    item.extend(key(&stored.order, &stored.name));
    item.insert(VERSION.to_owned(), number(stored.version));
    for (name, value) in stored.value.index_keys(&stored.order) {
        item.insert(name.to_owned(), text(value));
    }
    if let Some(due) = stored.due {
        let (class, at) = match due {
            Due::Owed(at) => ("owed", at),
            Due::Unpaid(at) => ("unpaid", at),
            Due::Waiting(at) => ("waiting", at),
        };
        item.insert(DUE_CLASS.to_owned(), text(format!("{class}#{}", stored.order.shard(DUE_SHARDS))));
        item.insert(DUE_AT.to_owned(), text(sortable(at)));
    }
    Ok(item)
}

pub(super) fn decode<T: Aggregate>(item: Item) -> Result<Stored<T>, StoreError> {
    let place =
        |item: &Item| format!("{} {}", text_of(item, ORDER_ID).unwrap_or("?"), text_of(item, ITEM).unwrap_or("?"));
    let missing = |what: &str| StoreError::unreadable(place(&item), format!("{what} is missing or malformed"));
    let order = text_of(&item, ORDER_ID).and_then(|id| id.parse().ok()).ok_or_else(|| missing(ORDER_ID))?;
    let name = text_of(&item, ITEM).and_then(|name| name.parse().ok()).ok_or_else(|| missing(ITEM))?;
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()?.parse().ok()).ok_or_else(|| missing(VERSION))?;
    let at = text_of(&item, DUE_AT).and_then(from_sortable);
    let due = text_of(&item, DUE_CLASS).zip(at).and_then(|(class, at)| match class.split_once('#')?.0 {
        "owed" => Some(Due::Owed(at)),
        "unpaid" => Some(Due::Unpaid(at)),
        "waiting" => Some(Due::Waiting(at)),
        _ => None,
    });
    let place = place(&item);
    let value = from_item(item, &place)?;
    Ok(Stored { order, name, version, due, value })
}

pub(super) fn to_item(value: &impl Serialize, name: impl std::fmt::Display) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|e| StoreError::unreadable(name, e))
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item, name: impl std::fmt::Display) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|e| StoreError::unreadable(name, e))
}

impl<T: Aggregate> Stored<T> {
    /// Whether it still owes `duty`; if not, the work is done.
    pub fn owes(&self, duty: &Duty) -> bool {
        self.value.owed().contains(duty)
    }
}
