//! The store against an embedded DynamoDB, one in memory for each test, with the tables that template.yaml declares.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commits;
mod database;
mod due;
mod lists;
mod payments;
mod round_trips;
mod settings;
mod size;
mod stock;

use super::*;
use database::{Fault, TestStore};
use domain::{
    allocation::{Allocation, AllocationState},
    fixtures::placed,
    fulfillment::Fulfillment,
    history::Actor,
    ids::{LocationId, OrderId, Sku},
    order_state::OrderState,
    placed_order::PlacedOrder,
    returns::Return,
    stock::{StockChange, StockDelta, StockPlace},
};
use domain::{
    duty::{ItemName, Owed},
    fulfillment::{FulfillmentStatus, PickLine},
};
use jiff::Timestamp;

/// `second` seconds after the time of these tests.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn order(n: u32) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), &n.to_string())
}

fn by() -> Actor {
    Actor::caller("operator", "test")
}

fn two_lines() -> PlacedOrder {
    placed(&[("TEE-M", 2, 1950), ("MUG", 1, 1200)])
}

fn place(sku: &str, location: &str) -> StockPlace {
    StockPlace { sku: sku.parse::<Sku>().unwrap(), location: location.parse::<LocationId>().unwrap() }
}

fn allocation(line: u16, sku: &str, quantity: u32, state: AllocationState) -> Allocation {
    Allocation { line, sku: sku.parse().unwrap(), quantity, state }
}

fn reserved(placed: &PlacedOrder) -> Vec<Allocation> {
    let held = |(line, ordered): (u16, &domain::placed_order::Line)| {
        allocation(line, ordered.sku.as_str(), ordered.quantity, AllocationState::Reserved("main".parse().unwrap()))
    };
    (0..).zip(&placed.lines).map(held).collect()
}

/// A new order of the two lines that holds its stock.
fn state() -> OrderState {
    let placed = two_lines();
    OrderState::place(&placed, reserved(&placed), at(1800), &[], &by(), at(0))
}

fn fulfillment(location: &str) -> Fulfillment {
    Fulfillment {
        location: location.parse().unwrap(),
        created_at: at(60),
        status: FulfillmentStatus::Open,
        lines: vec![PickLine {
            line: 0,
            sku: "TEE-M".parse().unwrap(),
            title: "T-shirt".into(),
            bin: None,
            quantity: 2,
            picked: None,
        }],
        parcels: Vec::new(),
        owed: Owed::new(),
        history: Vec::new(),
    }
}

fn fulfillment_name(n: usize) -> ItemName {
    ItemName::Fulfillment(domain::ids::FulfillmentId::nth(n))
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
    /// Stores a new aggregate and reads it back.
    async fn created<T: Aggregate>(&self, order: &OrderId, name: ItemName, value: T) -> Stored<T> {
        let mut write = self.write(at(0));
        write.create(order, name.clone(), value);
        write.commit().await.unwrap();
        self.load(order, &name).await.unwrap().unwrap()
    }

    /// Writes `value` over `read` and reads it back.
    async fn replaced<T: Aggregate>(&self, read: &Stored<T>, value: T, now: Timestamp) -> Stored<T> {
        let mut write = self.write(now);
        write.replace(read, value);
        write.commit().await.unwrap();
        self.load(&read.order, &read.name).await.unwrap().unwrap()
    }

    async fn move_stock(
        &self,
        place: StockPlace,
        delta: StockDelta,
    ) -> Result<Vec<domain::duty::OwedDuty>, CommitError> {
        let mut write = self.write(at(0));
        write.stock(&change(place, delta));
        write.commit().await
    }
}

/// The items whose conditions failed.
fn conflict<T: std::fmt::Debug>(outcome: Result<T, CommitError>) -> Vec<Failed> {
    match outcome {
        Err(CommitError::Conflict(failed)) => failed,
        other => panic!("a conflict was expected: {other:?}"),
    }
}
