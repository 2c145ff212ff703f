//! The store on an embedded DynamoDB: one in memory per test, with the tables that template.yaml declares.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod batches;
mod books;
mod commits;
mod database;
mod due;
mod golden;
mod large;
mod lists;
mod orders;
mod payments;
mod queues;
mod records;
mod round_trips;
mod search;
mod sending;
mod settings;
mod size;
mod stock;

use super::*;
use database::{Fault, TestStore};
use domain::{
    allocation::AllocationState,
    duty::{Due, ItemName, Owed},
    fixtures::{self, FULFILLMENT, PARCEL, allocation, at, pending, stamp, two_lines},
    fulfillment::{Fulfillment, FulfillmentStatus, PickLine},
    ids::{FulfillmentId, LocationId, OrderId, ReturnId, Sku},
    order::{Change, Order},
    order_state::OrderState,
    placed_order::{PlacedOrder, Placement, Revision},
    returns::Return,
    stock::{StockChange, StockDelta, StockPlace},
};
use jiff::Timestamp;

fn order(n: u32) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), &n.to_string())
}

fn state_key(n: u32) -> ItemKey {
    ItemKey::state(&order(n))
}

/// The first fulfillment of the n-th order.
fn fulfillment_key(n: u32) -> ItemKey {
    ItemKey::new(&order(n), ItemName::Fulfillment(FULFILLMENT))
}

fn place(sku: &str, location: &str) -> StockPlace {
    StockPlace { sku: sku.parse::<Sku>().unwrap(), location: location.parse::<LocationId>().unwrap() }
}

/// The state of a new order of two lines that holds its stock.
fn state() -> OrderState {
    pending().state
}

fn placement(fingerprint: &str, order: PlacedOrder) -> Placement {
    Placement { fingerprint: fingerprint.to_owned(), reserved_until: at(1800), first_total: None, order }
}

/// Nothing edits orders yet, but the revision that an edit would write can be stored.
fn second_revision() -> Revision {
    serde_json::from_str("2").unwrap()
}

fn fulfillment(location: &str) -> Fulfillment {
    let fulfillment = fixtures::dispatched().fulfillments.remove(&FULFILLMENT).unwrap();
    Fulfillment { location: location.parse().unwrap(), ..fulfillment }
}

fn delta(on_hand: i64, reserved: i64, committed: i64) -> StockDelta {
    StockDelta { on_hand, reserved, committed, ..StockDelta::default() }
}

fn change(place: StockPlace, delta: StockDelta) -> StockChange {
    let mut change = StockChange::default();
    change.add(place, delta);
    change
}

impl TestStore {
    /// Stores a new record and reads it back.
    async fn created<T: Record>(&self, key: &T::Key, value: T) -> Stored<T> {
        let mut write = self.write(at(0));
        write.create(key.clone(), value);
        write.commit().await.unwrap();
        self.load(key).await.unwrap().unwrap()
    }

    /// Writes `value` over `read` and reads it back.
    async fn replaced<T: Record>(&self, read: &Stored<T>, value: T, now: Timestamp) -> Stored<T> {
        let mut write = self.write(now);
        write.replace(read, value);
        write.commit().await.unwrap();
        self.load(&read.key).await.unwrap().unwrap()
    }

    async fn move_stock(&self, place: StockPlace, delta: StockDelta) -> Result<(), CommitError> {
        let mut write = self.write(at(0));
        write.stock(&change(place, delta));
        write.commit().await
    }

    /// Puts twenty of each SKU of [`two_lines`] at the main location.
    async fn fill(&self) {
        for sku in ["TEE", "MUG"] {
            self.move_stock(place(sku, "main"), delta(20, 0, 0)).await.unwrap();
        }
    }

    /// Stores an order at some stage of its life, and reads it back.
    async fn stored(&self, order: &Order) -> StoredOrder {
        self.fill().await;
        let mut write = self.write(at(0));
        write.place(&order.id, &placement("f", order.placed.clone()), order.state.clone());
        for (id, value) in &order.fulfillments {
            write.create(ItemKey::new(&order.id, ItemName::Fulfillment(*id)), value.clone());
        }
        for (id, value) in &order.returns {
            write.create(ItemKey::new(&order.id, ItemName::Return(*id)), value.clone());
        }
        write.commit().await.unwrap();
        self.order(&order.id).await.unwrap().unwrap()
    }
}

/// The items whose conditions failed.
fn conflict<T: std::fmt::Debug>(outcome: Result<T, CommitError>) -> Vec<Failed> {
    match outcome {
        Err(CommitError::Conflict(failed)) => failed,
        other => panic!("a conflict was expected: {other:?}"),
    }
}
