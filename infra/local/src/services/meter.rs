//! Counting what the functions ask of AWS, because that is what an order costs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

/// Requests and capacity over some time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meter {
    /// By service and operation: `DynamoDB.PutItem`. Polls that found a queue empty are not counted.
    pub requests: BTreeMap<String, u64>,
    /// DynamoDB's units over all tables, as it bills them on demand. A write whose condition failed
    /// costs units on AWS too, but its answer does not say how many: it is not in here.
    pub read_units: f64,
    pub write_units: f64,
    /// The same by table (`OrdersTable`, without its indexes) and by index (`OrdersTable/due`).
    pub by_table: BTreeMap<String, Units>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Units {
    pub read: f64,
    pub write: f64,
}

/// Whether an operation's capacity is read or write units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Read,
    Write,
}

/// The running totals that all services share.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Arc<Mutex<Meter>>);

impl Counters {
    fn lock(&self) -> MutexGuard<'_, Meter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, service: &str, operation: &str) {
        *self.lock().requests.entry(format!("{service}.{operation}")).or_default() += 1;
    }

    /// Adds `units` of a table or an index.
    pub(super) fn consume(&self, table_or_index: &str, direction: Direction, units: f64) {
        let mut meter = self.lock();
        match direction {
            Direction::Read => meter.read_units += units,
            Direction::Write => meter.write_units += units,
        }
        let entry = meter.by_table.entry(table_or_index.to_owned()).or_default();
        match direction {
            Direction::Read => entry.read += units,
            Direction::Write => entry.write += units,
        }
    }

    pub(super) fn read(&self) -> Meter {
        self.lock().clone()
    }

    pub(super) fn reset(&self) {
        *self.lock() = Meter::default();
    }
}
