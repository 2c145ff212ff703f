//! Watches the stock after every write: what must hold at any moment, and not only at rest.

use domain::{allocation::AllocationState, order_state::OrderState};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An item as plain JSON.
type Item = Map<String, Value>;

/// The levels and the orders as they were after the last write, and what was wrong since the beginning.
#[derive(Debug, Default)]
pub struct Shelves {
    levels: BTreeMap<String, Level>,
    line: BTreeMap<String, Standing>,
    wrong: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Level {
    reserved: i64,
    /// Reserved and committed.
    promised: i64,
    /// On hand, and neither promised nor unsellable.
    free: i64,
    waiting: i64,
    is_closed: bool,
}

impl Level {
    fn of(item: &Item) -> Self {
        let of = |name: &str| item.get(name).and_then(Value::as_i64).unwrap_or(0);
        let promised = of("reserved") + of("committed");
        let free = of("on_hand") - promised - of("damaged") - of("quality_control") - of("safety");
        let is_closed = item.contains_key("recount_since");
        Self { reserved: of("reserved"), promised, free, waiting: of("waiting"), is_closed }
    }
}

/// How an order stands: when it was paid, and its units by SKU.
#[derive(Debug, Default)]
struct Standing {
    paid_at: Option<jiff::Timestamp>,
    waiting: BTreeMap<String, u32>,
    /// Nobody has committed to these units, whether they wait in line or not.
    open: BTreeMap<String, u32>,
    committed: BTreeMap<String, u32>,
}

impl Standing {
    fn of(state: &OrderState) -> Self {
        let mut standing = Self { paid_at: state.paid_at(), ..Self::default() };
        for allocation in &state.stock {
            let add = |units: &mut BTreeMap<String, u32>| {
                *units.entry(allocation.sku.to_string()).or_default() += allocation.quantity;
            };
            match allocation.state {
                AllocationState::Waiting(_) => {
                    add(&mut standing.waiting);
                    add(&mut standing.open);
                }
                AllocationState::Missing | AllocationState::Backordered(_) => add(&mut standing.open),
                AllocationState::Committed(_) | AllocationState::Dispatched(_) => add(&mut standing.committed),
                AllocationState::Reserved(_) => {}
            }
        }
        standing
    }
}

fn units(of: &BTreeMap<String, u32>, sku: &str) -> u32 {
    of.get(sku).copied().unwrap_or(0)
}

impl Shelves {
    /// Takes all levels and all states of orders after a write.
    pub fn look(&mut self, levels: &[Item], states: &[Item]) {
        for level in levels {
            self.look_at_level(level);
        }
        let standing = |item: &Item| {
            let state: OrderState = serde_json::from_value(item.clone().into()).ok()?;
            Some((item["order_id"].as_str()?.to_owned(), Standing::of(&state)))
        };
        let now: BTreeMap<String, Standing> = states.iter().filter_map(standing).collect();
        self.look_at_line(&now);
        self.line = now;
    }

    /// A shelf may turn out to hold less than is promised; then nothing more may be promised from it. What paid orders
    /// wait for may not be promised to a new order.
    fn look_at_level(&mut self, item: &Item) {
        let place = format!("{} {}", item["sku"], item["item"]);
        for (bucket, units) in item.iter().filter(|(name, _)| *name != "available") {
            if units.as_i64().is_some_and(|units| units < 0) {
                self.wrong.push(format!("{place}: {bucket} was {units} for a while"));
            }
        }
        let now = Level::of(item);
        let before = self.levels.insert(place.clone(), now).unwrap_or_default();
        if now.promised > before.promised {
            if now.free < 0 {
                self.wrong.push(format!("{place}: {} units were promised and not there", -now.free));
            }
            if before.is_closed && now.is_closed {
                self.wrong.push(format!("{place}: units were promised from a shelf that nobody had counted"));
            }
            if now.reserved > before.reserved && now.free < now.waiting {
                self.wrong.push(format!("{place}: a new order got units that paid orders wait for"));
            }
        }
    }

    /// Units that whose turn it is may still take.
    fn free_units(&self, sku: &str) -> i64 {
        let of_sku = |place: &&String| place.starts_with(&format!("\"{sku}\" "));
        let open = self.levels.iter().filter(|(place, level)| of_sku(place) && !level.is_closed);
        open.map(|(_, level)| level.free.max(0)).sum()
    }

    /// Nobody gets units while somebody waits for the same who paid earlier, unless enough is left for them: who loses a race
    /// is served a moment later.
    fn look_at_line(&mut self, now: &BTreeMap<String, Standing>) {
        for (order, standing) in now {
            let none = Standing::default();
            let before = self.line.get(order).unwrap_or(&none);
            let served = standing.committed.keys().filter(|sku| {
                units(&standing.committed, sku) > units(&before.committed, sku)
                    && units(&standing.open, sku) < units(&before.open, sku)
            });
            for sku in served {
                let was_waiting = |other: &str| self.line.get(other).is_some_and(|o| units(&o.waiting, sku) > 0);
                let passed = now.iter().filter(|(id, other)| {
                    other.paid_at < standing.paid_at && units(&other.waiting, sku) > 0 && was_waiting(id)
                });
                let passed: Vec<_> = passed.collect();
                let still_wanted: u32 = passed.iter().map(|(_, other)| units(&other.waiting, sku)).sum();
                let passed: Vec<&String> = passed.into_iter().map(|(id, _)| id).collect();
                if i64::from(still_wanted) > self.free_units(sku) {
                    self.wrong.push(format!("{order} got {sku} while {passed:?}, paid earlier, waited for it"));
                }
            }
        }
    }

    pub fn wrong(&self) -> Vec<String> {
        self.wrong.clone()
    }
}
