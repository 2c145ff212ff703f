//! Counts the functions' requests to AWS, because they are the cost of an order.

use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Requests and capacity over some time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meter {
    /// By service and operation: `DynamoDB.PutItem`. Polls of an empty queue are not counted.
    pub requests: BTreeMap<String, u64>,
    /// DynamoDB's on-demand units over all tables. Excludes writes whose condition failed: they cost units on AWS too,
    /// but the answer does not say how many.
    pub read_units: f64,
    pub write_units: f64,
    /// The same by table (`OrdersTable`, without its indexes) and by index (`OrdersTable/due`).
    pub by_table: BTreeMap<String, Units>,
    /// Refused writes by service and operation: a failed condition or a conflict.
    pub refused: BTreeMap<String, u64>,
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

impl Meter {
    /// Adds another meter's counts.
    fn add(&mut self, other: &Self) {
        for (all, more) in [(&mut self.requests, &other.requests), (&mut self.refused, &other.refused)] {
            for (operation, count) in more {
                *all.entry(operation.clone()).or_default() += count;
            }
        }
        self.read_units += other.read_units;
        self.write_units += other.write_units;
        for (table, units) in &other.by_table {
            let entry = self.by_table.entry(table.clone()).or_default();
            entry.read += units.read;
            entry.write += units.write;
        }
    }

    fn consume(&mut self, table_or_index: &str, direction: Direction, units: f64) {
        let entry = self.by_table.entry(table_or_index.to_owned()).or_default();
        match direction {
            Direction::Read => {
                self.read_units += units;
                entry.read += units;
            }
            Direction::Write => {
                self.write_units += units;
                entry.write += units;
            }
        }
    }
}

/// The running totals of all services by caller. A caller is a function, a queue (for its event source mapping) or
/// [`NOBODY`].
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Arc<Mutex<BTreeMap<String, Meter>>>);

/// Any caller that is neither a function nor an event source mapping: tests, the console, a developer's tools.
pub(super) const NOBODY: &str = "";

impl Counters {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Meter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, caller: &str, change: impl FnOnce(&mut Meter)) {
        change(self.lock().entry(caller.to_owned()).or_default());
    }

    pub(super) fn count(&self, caller: &str, service: &str, operation: &str) {
        self.with(caller, |meter| *meter.requests.entry(format!("{service}.{operation}")).or_default() += 1);
    }

    /// Counts a refused write. It was already counted as a request.
    pub(super) fn refused(&self, caller: &str, service: &str, operation: &str) {
        self.with(caller, |meter| *meter.refused.entry(format!("{service}.{operation}")).or_default() += 1);
    }

    /// Adds `units` of a table or an index.
    pub(super) fn consume(&self, caller: &str, table_or_index: &str, direction: Direction, units: f64) {
        self.with(caller, |meter| meter.consume(table_or_index, direction, units));
    }

    pub(super) fn by_caller(&self) -> BTreeMap<String, Meter> {
        self.lock().clone()
    }

    /// The total of all callers.
    pub(super) fn read(&self) -> Meter {
        let mut all = Meter::default();
        self.lock().values().for_each(|meter| all.add(meter));
        all
    }

    pub(super) fn reset(&self) {
        self.lock().clear();
    }
}
