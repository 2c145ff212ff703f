//! Reading the tables.

use crate::Books;
use domain::{payment_record::PaymentRecord, statement::Statement, stock::StockDelta};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// An item as it is stored, without DynamoDB's types.
pub type Item = Map<String, Value>;

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn named<'a>(orders: &'a [Item], kind: &'a str) -> impl Iterator<Item = &'a Item> {
    orders.iter().filter(move |item| text(item, "item").starts_with(kind))
}

/// The aggregates of a kind, each with its order. An unreadable one breaks a law of its own.
pub(crate) fn all<T: DeserializeOwned>(orders: &[Item], kind: &str, broken: &mut Vec<String>) -> Vec<(String, T)> {
    let mut found = Vec::new();
    for item in named(orders, kind) {
        match serde_json::from_value(item.clone().into()) {
            Ok(value) => found.push((text(item, "order_id").to_owned(), value)),
            Err(error) => broken.push(format!("{} {}: {error}", text(item, "order_id"), text(item, "item"))),
        }
    }
    found
}

/// An item of 400 KB cannot be written any more, and wedges whatever it is about. JSON takes about as much.
pub(crate) fn no_item_nears_the_limit(books: &Books, broken: &mut Vec<String>) {
    const LIMIT: usize = 360 * 1024;
    for item in books.orders.iter().chain(&books.stock).chain(&books.payments) {
        let size = Value::from(item.clone()).to_string().len();
        if size > LIMIT {
            let keys = ["order_id", "item", "sku", "payment_id"].map(|name| text(item, name));
            broken.push(format!("item {} has {size} bytes", keys.join(" ").trim()));
        }
    }
}

/// Other records of the table have a `#` in their keys: webhooks that were not understood, what providers list, and comparisons with
/// that.
pub(crate) fn is_payment_record(item: &Item) -> bool {
    !text(item, "payment_id").contains('#')
}

/// What is known of payments outside their orders. An unreadable record breaks a law of its own.
pub(crate) fn payment_records(payments: &[Item], broken: &mut Vec<String>) -> Vec<(String, PaymentRecord)> {
    let mut found = Vec::new();
    for item in payments.iter().filter(|item| is_payment_record(item)) {
        match serde_json::from_value(item.clone().into()) {
            Ok(record) => found.push((text(item, "payment_id").to_owned(), record)),
            Err(error) => broken.push(format!("payment {}: {error}", text(item, "payment_id"))),
        }
    }
    found
}

/// What providers list of payments and payouts, by their ids.
pub(crate) fn statements(payments: &[Item], broken: &mut Vec<String>) -> Vec<(String, Statement)> {
    let mut found = Vec::new();
    for item in payments {
        let Some(id) = text(item, "payment_id").strip_prefix("statement#") else { continue };
        match serde_json::from_value(item.clone().into()) {
            Ok(statement) => found.push((id.to_owned(), statement)),
            Err(error) => broken.push(format!("what is listed of {id}: {error}")),
        }
    }
    found
}

/// The location of a stock level. None: the item is none.
pub(crate) fn level_of(item: &Item) -> Option<&str> {
    text(item, "item").strip_prefix("location#")
}

pub(crate) fn bucket(level: &Item, name: &str) -> i64 {
    level.get(name).and_then(Value::as_i64).unwrap_or(0)
}

/// A SKU and a location.
pub type Place = (String, String);

/// Buckets by place.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Places(BTreeMap<Place, StockDelta>);

impl Places {
    pub(crate) fn add(&mut self, sku: &str, location: &str, delta: StockDelta) {
        *self.0.entry((sku.to_owned(), location.to_owned())).or_default() += delta;
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.keys()
    }

    /// Where they differ: what is here, and what should be. A place without an entry has nothing.
    pub(crate) fn differences(&self, should: &Self) -> Vec<(Place, StockDelta, StockDelta)> {
        let places: BTreeSet<_> = self.0.keys().chain(should.0.keys()).collect();
        let of = |places: &Self, place| places.0.get(place).copied().unwrap_or_default();
        let pairs = places.into_iter().map(|place| (place.clone(), of(self, place), of(should, place)));
        pairs.filter(|(_, is, should)| is != should).collect()
    }
}
