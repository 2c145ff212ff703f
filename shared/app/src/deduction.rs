//! Turns reservations into deductions, many orders in one transaction.
//!
//! A batch is handled as a whole, not in a loop. Its orders are read together, decided one after another on one
//! snapshot of the stock, and committed in as few transactions as possible. B orders over S places cost B + S actions,
//! so a hot SKU is limited by transactions, not by orders. When the conditions of a transaction fail, its reasons name
//! the items. The orders that they concern are decided again on the current stock, and the others go on.

use crate::Error;
use domain::{
    allocation::difference,
    duty::Duty,
    ids::{OrderId, Sku},
    order_state::OrderState,
    routing::{Availability, route},
    settings::Location,
    stock::{StockChange, StockDelta},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, Failed, ItemKey, MAX_ACTIONS, Store, StoreError, Stored};

/// How often an order that loses its race is decided again before it fails and its message must return.
const MAX_ROUNDS: u32 = 8;

/// Deducts the stock of many orders. Returns the orders that failed this time, and why.
pub async fn deduct_orders(store: &Store, orders: BTreeSet<OrderId>, now: Timestamp) -> BTreeMap<OrderId, Error> {
    let mut open = orders;
    let mut failed: BTreeMap<OrderId, Error> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        if open.is_empty() {
            break;
        }
        let outcome = round(store, &open, now).await;
        failed.extend(outcome.failed);
        open = outcome.lost;
    }
    failed.extend(open.into_iter().map(|order| (order, StoreError::Contended(MAX_ROUNDS).into())));
    failed
}

/// The orders of a round that were not committed.
#[derive(Default)]
struct Outcome {
    /// They lost a race and are decided again.
    lost: BTreeSet<OrderId>,
    failed: Vec<(OrderId, Error)>,
}

impl Outcome {
    fn fail<'a>(&mut self, orders: impl IntoIterator<Item = &'a OrderId>, why: &impl std::fmt::Display) {
        let why = || Error::Outside(why.to_string());
        self.failed.extend(orders.into_iter().map(|order| (order.clone(), why())));
    }
}

/// An order with its decision, ready to commit.
struct Decided {
    read: Stored<OrderState>,
    next: OrderState,
    stock: StockChange,
}

/// Decides on all orders and commits them in groups. A failed order or group does not hold up the others.
async fn round(store: &Store, orders: &BTreeSet<OrderId>, now: Timestamp) -> Outcome {
    let mut outcome = Outcome::default();
    let ids: Vec<OrderId> = orders.iter().cloned().collect();
    let mut states = Vec::with_capacity(ids.len());
    match store.load_all::<OrderState>(ids.iter().map(ItemKey::state)).await {
        Ok(found) => {
            for (key, state) in found {
                match state {
                    Ok(state) => states.push(state),
                    Err(unreadable) => outcome.fail([&key.order], &unreadable),
                }
            }
        }
        Err(error) => outcome.fail(&ids, &error),
    }
    let readable: Vec<OrderId> = states.iter().map(|state| state.key.order.clone()).collect();
    match decide(store, states, now).await {
        Ok(decided) => {
            for group in groups(decided) {
                commit(store, group, &mut outcome, now).await;
            }
        }
        Err(error) => outcome.fail(&readable, &error),
    }
    outcome
}

/// Whether there is something to deduct: the duty, or units that wait for stock.
fn is_due(state: &OrderState) -> bool {
    state.owed.contains(&Duty::StockDeduction) || state.waits_for_stock()
}

async fn decide(store: &Store, states: Vec<Stored<OrderState>>, now: Timestamp) -> Result<Vec<Decided>, Error> {
    let mut due: Vec<Stored<OrderState>> = states.into_iter().filter(|state| is_due(&state.value)).collect();
    // The oldest orders come first for stock that has come in.
    due.sort_by(|a, b| (a.value.placed_at, &a.key.order).cmp(&(b.value.placed_at, &b.key.order)));
    let wanted: Vec<Sku> = due.iter().flat_map(|state| state.value.needed()).map(|want| want.sku).collect();
    let (locations, mut stock) = picture(store, &wanted).await?;
    let decision = |read: Stored<OrderState>| {
        let routed = route(&read.value.needed(), &locations, &mut stock);
        let next = read.value.clone().deduct(&routed, now);
        let stock = difference(&read.value.stock, &next.stock);
        Decided { read, next, stock }
    };
    Ok(due.into_iter().map(decision).filter(|decided| decided.next != decided.read.value).collect())
}

/// A snapshot of the stock that is wanted beyond the reservations. Usually nothing is wanted.
async fn picture(store: &Store, wanted: &[Sku]) -> Result<(Vec<Location>, Availability), Error> {
    if wanted.is_empty() {
        return Ok((Vec::new(), Availability::default()));
    }
    let locations = store.locations().await?;
    let levels = store.stock_levels(wanted, &locations).await?;
    Ok((locations.to_vec(), Availability::of(&levels)))
}

/// Fills transactions. Each order takes one action, and so does each place that is new to the group.
fn groups(decided: Vec<Decided>) -> Vec<Vec<Decided>> {
    let mut groups: Vec<Vec<Decided>> = Vec::new();
    let mut places = BTreeSet::new();
    for order in decided {
        let new: BTreeSet<_> = order.stock.places().cloned().collect();
        let touched = places.union(&new).count();
        match groups.last_mut() {
            Some(group) if group.len() + 1 + touched <= MAX_ACTIONS => {
                places.extend(new);
                group.push(order);
            }
            _ => {
                places = new;
                groups.push(vec![order]);
            }
        }
    }
    groups
}

/// Commits a group. When conditions fail, the orders that they concern have lost, and the rest is committed without
/// them.
async fn commit(store: &Store, mut group: Vec<Decided>, outcome: &mut Outcome, now: Timestamp) {
    while !group.is_empty() {
        let mut write = store.write(now);
        let mut stock = StockChange::default();
        for order in &group {
            write.replace(&order.read, order.next.clone());
            stock.merge(&order.stock);
        }
        write.stock(&stock);
        match write.commit().await {
            Ok(()) => {
                tracing::info!(orders = group.len(), places = stock.len(), "deducted");
                break;
            }
            Err(CommitError::Conflict(failed)) => {
                let concerned = concerned(&failed, &group);
                group.retain(|order| !concerned.contains(&order.read.key.order));
                outcome.lost.extend(concerned);
            }
            Err(error) => {
                outcome.fail(group.iter().map(|order| &order.read.key.order), &error);
                break;
            }
        }
    }
}

/// The orders whose own condition failed, or whose place failed while they take new stock from it.
///
/// If no order takes new stock, a bucket is lower than the orders say it must be. Then every order that touches the
/// place is concerned: they fail where a person sees it, and the others go on.
fn concerned(failed: &[Failed], group: &[Decided]) -> BTreeSet<OrderId> {
    let those = |stock: fn(&StockDelta) -> bool| -> BTreeSet<OrderId> {
        let is = |order: &&Decided| {
            failed.iter().any(|failed| match failed {
                Failed::Item(key) => *key == order.read.key,
                Failed::Stock(place) => order.stock.get(place).is_some_and(stock),
                Failed::Other(_) => false,
            })
        };
        group.iter().filter(is).map(|order| order.read.key.order.clone()).collect()
    };
    let takers = those(|delta| delta.available() < 0);
    if takers.is_empty() { those(|_| true) } else { takers }
}

#[cfg(test)]
mod tests;
