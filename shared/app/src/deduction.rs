//! Turns reservations into deductions, many orders in one transaction.
//!
//! A batch is handled as a whole, not in a loop. Its orders are read together, decided one after another on one
//! snapshot of the stock, and committed in as few transactions as possible. B orders over S places cost B + S actions,
//! so a hot SKU is limited by transactions, not by orders. When the conditions of a transaction fail, its reasons name
//! the items. The orders that they concern are decided again on the current stock, and the others go on.

use crate::{Error, settlement};
use domain::{
    allocation::difference,
    duty::{Duty, ItemName},
    ids::{OrderId, Sku},
    order_state::{MAX_CLAIMS, OrderState, OrderStatus},
    routing::{Availability, NeededUnits, route},
    safeguards::Safeguard,
    settings::Location,
    stock::{StockChange, StockDelta, StockLevel, StockPlace},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, DueClass, Failed, ItemKey, MAX_ACTIONS, Store, StoreError, Stored, Terms};

/// How often an order that loses its race is decided again before it fails and its message must return.
const MAX_ROUNDS: u32 = 8;

/// The places at which one order takes new stock in one transaction, which also has room for the places where it waits.
const MAX_TAKEN: usize = MAX_ACTIONS - 1 - MAX_CLAIMS;

/// Deducts the stock of many orders. Returns the orders that failed this time, and why.
pub async fn deduct_orders(store: &Store, orders: BTreeSet<OrderId>, now: Timestamp) -> BTreeMap<OrderId, Error> {
    let mut open = orders;
    let mut failed: BTreeMap<OrderId, Error> = BTreeMap::new();
    let mut rounds = 0;
    while !open.is_empty() && rounds < MAX_ROUNDS {
        let outcome = round(store, &open, now).await;
        failed.extend(outcome.failed);
        rounds += u32::from(outcome.unfinished.is_empty());
        open = outcome.lost;
        open.extend(outcome.unfinished);
    }
    failed.extend(open.into_iter().map(|order| (order, StoreError::Contended(MAX_ROUNDS).into())));
    failed
}

/// How often the line is read until all are in it who are counted. After that an order must be unreadable, and the others
/// go on without it.
const MAX_LOOKS: u32 = 4;

/// The orders of a round that were not committed.
#[derive(Default)]
struct Outcome {
    /// They lost a race and are decided again.
    lost: BTreeSet<OrderId>,
    /// One transaction could not hold all that a large order takes. It goes on in the next round.
    unfinished: BTreeSet<OrderId>,
    failed: Vec<(OrderId, Error)>,
}

impl Outcome {
    fn fail<'a>(&mut self, orders: impl IntoIterator<Item = &'a OrderId>, why: &impl std::fmt::Display) {
        let why = || Error::Outside(why.to_string());
        self.failed.extend(orders.into_iter().map(|order| (order.clone(), why())));
    }
}

/// The levels that new units are taken from.
type Levels = BTreeMap<StockPlace, StockLevel>;

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
    settle_closing(store, &mut states, &mut outcome, now).await;
    let readable: Vec<OrderId> = states.iter().map(|state| state.key.order.clone()).collect();
    match decide(store, states, now).await {
        Ok((decided, levels)) => {
            for group in groups(decided) {
                commit(store, group, &levels, &mut outcome, now).await;
            }
        }
        Err(error) => outcome.fail(&readable, &error),
    }
    outcome
}

/// Settles the orders that have places to close, before they could take from those places. They are decided in the next
/// round.
async fn settle_closing(store: &Store, states: &mut Vec<Stored<OrderState>>, outcome: &mut Outcome, now: Timestamp) {
    for closing in states.extract_if(.., |state| state.value.unsettled.closes_places()) {
        let order = closing.key.order;
        match settlement::settle_order(store, &order, now).await {
            Ok(()) => drop(outcome.unfinished.insert(order)),
            Err(error) => outcome.failed.push((order, error)),
        }
    }
}

/// Whether there is something to deduct: the duty, or units that wait for stock.
fn is_due(state: &OrderState) -> bool {
    state.owed.contains(&Duty::StockDeduction) || state.waits_for_stock()
}

/// Decides on the orders in the order in which they were paid. Those that paid earlier and wait for the same goods go
/// first, even if nobody asked for them now: what they need is left to them.
async fn decide(
    store: &Store,
    states: Vec<Stored<OrderState>>,
    now: Timestamp,
) -> Result<(Vec<Decided>, Levels), Error> {
    let due: Vec<Stored<OrderState>> = states.into_iter().filter(|state| is_due(&state.value)).collect();
    let wanted: BTreeSet<Sku> = due.iter().flat_map(|state| needed(&state.value)).map(|want| want.sku).collect();
    let (mut picture, mut others) = (Picture::take(store, &wanted).await?, Vec::new());
    for _ in 0..MAX_LOOKS {
        if !wanted.iter().any(|sku| picture.stock.has(sku)) || Safeguard::PaidFirstServedFirst.is_off() {
            break;
        }
        others = waiting(store, &wanted, &due, now).await?;
        if picture.is_whole_line(due.iter().chain(&others)) {
            break;
        }
        picture = Picture::take(store, &wanted).await?;
    }
    let mut line: Vec<(bool, Stored<OrderState>)> =
        due.into_iter().map(|state| (true, state)).chain(others.into_iter().map(|state| (false, state))).collect();
    line.sort_by(|(_, a), (_, b)| in_line(a).cmp(&in_line(b)));
    let mut decided = Vec::new();
    for (is_asked, read) in line {
        let mut needs = needed(&read.value);
        needs.retain(|want| wanted.contains(&want.sku));
        let routed = route(&needs, &picture.locations, &mut picture.stock).at_most(MAX_TAKEN);
        if is_asked {
            let mut next = read.value.clone().deduct(&routed, now);
            let stock =
                next.decide(&difference(&read.value.stock, &next.stock), &[], &BTreeSet::new(), MAX_ACTIONS - 1).stock;
            decided.push(Decided { read, next, stock });
        }
    }
    decided.retain(|decided| decided.next != decided.read.value);
    Ok((decided, picture.levels))
}

fn needed(state: &OrderState) -> Vec<NeededUnits> {
    if state.status == OrderStatus::Open { state.needed() } else { Vec::new() }
}

/// The place of an order in the line.
fn in_line(state: &Stored<OrderState>) -> (Option<Timestamp>, Timestamp, &OrderId) {
    (state.value.paid_at(), state.value.placed_at, &state.key.order)
}

/// All orders that stand in line for some of these SKUs, without `due`. The line is the index of what is due: an order
/// that waits is in it, also if it owes other work.
async fn waiting(
    store: &Store,
    wanted: &BTreeSet<Sku>,
    due: &[Stored<OrderState>],
    now: Timestamp,
) -> Result<Vec<Stored<OrderState>>, Error> {
    // The clock that wrote an entry may be ahead of this one.
    let soon = now + SignedDuration::from_mins(5);
    // An order that has done its other work goes from the first list to the second.
    let mut entries = store.due(DueClass::Owed, soon).await?;
    entries.extend(store.due(DueClass::Waiting, soon).await?);
    let others = entries
        .into_iter()
        .map(|entry| entry.key)
        .filter(|key| key.item == ItemName::State && !due.iter().any(|state| state.key == *key));
    let states = store.load_all::<OrderState>(others).await?;
    // An unreadable order cannot be served, and must not keep the others waiting.
    Ok(states.into_iter().filter_map(|(_, state)| state.ok()).filter(|state| state.value.waits_for(wanted)).collect())
}

/// The stock that is wanted beyond the reservations, as it is right now. Usually nothing is wanted.
#[derive(Default)]
struct Picture {
    locations: Vec<Location>,
    levels: Levels,
    stock: Availability,
}

impl Picture {
    async fn take(store: &Store, wanted: &BTreeSet<Sku>) -> Result<Self, Error> {
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        // As they are now: what a location lost when it was closed must not be routed back to it.
        store.forget_locations();
        let locations = store.locations().await?.to_vec();
        let place = |sku: &Sku, location: &Location| StockPlace { sku: sku.clone(), location: location.id.clone() };
        let places: Vec<StockPlace> = wanted.iter().flat_map(|sku| locations.iter().map(|l| place(sku, l))).collect();
        let levels = store.levels_at(&places).await?;
        let stock = Availability::of(levels.values());
        Ok(Self { locations, levels, stock })
    }

    /// Whether these are all orders that wait for what is here. The index is read page by page and a little late, so one
    /// that has just joined the line may be missing.
    fn is_whole_line<'a>(&self, line: impl IntoIterator<Item = &'a Stored<OrderState>>) -> bool {
        let mut held = StockChange::default();
        line.into_iter().for_each(|state| held.merge(&difference(&[], &state.value.stock)));
        self.levels.iter().all(|(place, level)| held.get(place).map_or(0, |held| held.waiting) == level.waiting)
    }
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
async fn commit(store: &Store, mut group: Vec<Decided>, levels: &Levels, outcome: &mut Outcome, now: Timestamp) {
    while !group.is_empty() {
        let mut write = store.write(now);
        let mut stock = StockChange::default();
        for order in &group {
            write.replace(&order.read, order.next.clone());
            stock.merge(&order.stock);
        }
        for (place, delta) in stock.iter() {
            let level = levels.get(place).filter(|_| delta.takeable() < 0);
            let terms = level.map(|level| Terms::default().in_turn(level, -delta.takeable())).unwrap_or_default();
            write.stock_on_terms(place, *delta, terms);
        }
        match write.commit().await {
            Ok(()) => {
                tracing::info!(orders = group.len(), places = stock.len(), "deducted");
                let unfinished = group.iter().filter(|order| order.next.owed.contains(&Duty::StockDeduction));
                outcome.unfinished.extend(unfinished.map(|order| order.read.key.order.clone()));
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
    let takers = those(|delta| delta.takeable() < 0);
    if takers.is_empty() { those(|_| true) } else { takers }
}

#[cfg(test)]
mod tests;
