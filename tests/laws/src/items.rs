//! Reading the tables.

use crate::Books;
use domain::{payment_record::PaymentRecord, stock::StockDelta};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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

/// What is known of payments outside their orders. An unreadable record breaks a law of its own.
pub(crate) fn payment_records(payments: &[Item], broken: &mut Vec<String>) -> Vec<(String, PaymentRecord)> {
    let mut found = Vec::new();
    for item in payments {
        match serde_json::from_value(item.clone().into()) {
            Ok(record) => found.push((text(item, "payment_id").to_owned(), record)),
            Err(error) => broken.push(format!("payment {}: {error}", text(item, "payment_id"))),
        }
    }
    found
}

/// The stock levels: SKU, location, item.
pub(crate) fn levels(stock: &[Item]) -> impl Iterator<Item = (&str, &str, &Item)> {
    stock.iter().filter_map(|item| Some((text(item, "sku"), text(item, "item").strip_prefix("location#")?, item)))
}

pub(crate) fn bucket(level: &Item, name: &str) -> i64 {
    level.get(name).and_then(Value::as_i64).unwrap_or(0)
}

/// Buckets by place. Zero buckets are left out.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Places(BTreeMap<(String, String), StockDelta>);

impl Places {
    pub(crate) fn add(&mut self, sku: &str, location: &str, delta: StockDelta) {
        *self.0.entry((sku.to_owned(), location.to_owned())).or_default() += delta;
    }

    /// The differences from the expected buckets.
    pub(crate) fn compare(&self, should: &Self, what: &str, broken: &mut Vec<String>) {
        let places: std::collections::BTreeSet<_> = self.0.keys().chain(should.0.keys()).collect();
        for place in places {
            let of = |places: &Self| places.0.get(place).copied().unwrap_or_default();
            if of(self) != of(should) {
                let (sku, location) = place;
                broken.push(format!("{sku} at {location}: {what}: {:?} and {:?}", of(self), of(should)));
            }
        }
    }
}
