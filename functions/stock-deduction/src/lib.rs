//! Turns reservations into deductions, many orders in one transaction.
//!
//! A batch is not looped over. Its orders are read together, decided one after the other on one picture of the
//! stock, and committed in as few transactions as fit: B orders over S places cost B + S actions, so a hot
//! SKU is limited by transactions, not by orders. When a transaction's conditions fail, its reasons name the
//! items; the orders that they concern are decided again, on what is there now, and the others go on.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    allocation::difference,
    duty::Duty,
    ids::{OrderId, Sku},
    order_state::OrderState,
    routing::{Availability, route},
    settings::Location,
    stock::{StockChange, StockDelta},
};
use runtime::{Clock, RecordError, process_together};
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, Failed, MAX_ACTIONS, Message, Sender, Store, StoreError, Stored};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
}

/// How often an order that loses its race is decided again before its message has to come again.
const MAX_ROUNDS: u32 = 8;

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process_together(event, async |messages| deduct(app, messages).await).await
}

/// Tells the messages whose orders could not be dealt with this time.
async fn deduct(app: &App, messages: Vec<Message>) -> Vec<(Message, RecordError)> {
    let mut open: BTreeSet<OrderId> = messages.iter().map(|message| message.order.clone()).collect();
    let mut failed: BTreeMap<OrderId, RecordError> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        if open.is_empty() {
            break;
        }
        let outcome = round(app, &open).await;
        failed.extend(outcome.failed);
        open = outcome.lost;
    }
    failed.extend(open.into_iter().map(|order| (order, StoreError::Contended(MAX_ROUNDS).into())));
    let why = |message: Message| {
        let failure = failed.get(&message.order)?;
        Some((message, RecordError::Outside(failure.to_string())))
    };
    messages.into_iter().filter_map(why).collect()
}

/// What became of the orders of a round that were not committed.
#[derive(Default)]
struct Outcome {
    /// They lost a race, and are decided again.
    lost: BTreeSet<OrderId>,
    failed: Vec<(OrderId, RecordError)>,
}

impl Outcome {
    fn fail<'a>(&mut self, orders: impl IntoIterator<Item = &'a OrderId>, why: &impl std::fmt::Display) {
        let why = || RecordError::Outside(why.to_string());
        self.failed.extend(orders.into_iter().map(|order| (order.clone(), why())));
    }
}

/// An order with its decision, ready to be committed.
struct Decided {
    read: Stored<OrderState>,
    next: OrderState,
    stock: StockChange,
}

/// Decides on all orders and commits them in groups. An order or a group that fails keeps no other back.
async fn round(app: &App, orders: &BTreeSet<OrderId>) -> Outcome {
    let mut outcome = Outcome::default();
    let ids: Vec<OrderId> = orders.iter().cloned().collect();
    let mut states = Vec::with_capacity(ids.len());
    match app.store.order_states(&ids).await {
        Ok(found) => {
            for (order, state) in found {
                match state {
                    Ok(state) => states.push(state),
                    Err(unreadable) => outcome.fail([&order], &unreadable),
                }
            }
        }
        Err(error) => outcome.fail(&ids, &error),
    }
    let readable: Vec<OrderId> = states.iter().map(|state| state.order.clone()).collect();
    match decide(app, states).await {
        Ok(decided) => {
            for group in groups(decided) {
                commit(app, group, &mut outcome).await;
            }
        }
        Err(error) => outcome.fail(&readable, &error),
    }
    outcome
}

/// Whether there is anything to deduct: a duty, or units that have been waiting for stock.
fn is_due(state: &OrderState) -> bool {
    state.owed.contains(&Duty::StockDeduction) || state.waits_for_stock()
}

async fn decide(app: &App, states: Vec<Stored<OrderState>>) -> Result<Vec<Decided>, RecordError> {
    let mut due: Vec<Stored<OrderState>> = states.into_iter().filter(|state| is_due(&state.value)).collect();
    // Who ordered first is served first from stock that has come in.
    due.sort_by(|a, b| (a.value.placed_at, &a.order).cmp(&(b.value.placed_at, &b.order)));
    let wanted: Vec<Sku> = due.iter().flat_map(|state| state.value.needed()).map(|want| want.sku).collect();
    let (locations, mut stock) = picture(app, &wanted).await?;
    let now = app.clock.now();
    let decision = |read: Stored<OrderState>| {
        let routed = route(&read.value.needed(), &locations, &mut stock);
        let next = read.value.clone().deduct(&routed, now);
        let stock = difference(&read.value.stock, &next.stock);
        Decided { read, next, stock }
    };
    Ok(due.into_iter().map(decision).filter(|decided| decided.next != decided.read.value).collect())
}

/// The stock of what is wanted beyond the reservations; usually nothing is.
async fn picture(app: &App, wanted: &[Sku]) -> Result<(Vec<Location>, Availability), RecordError> {
    if wanted.is_empty() {
        return Ok((Vec::new(), Availability::default()));
    }
    let locations = app.store.locations().await?;
    let levels = app.store.stock_levels(wanted, &locations).await?;
    Ok((locations.to_vec(), Availability::of(&levels)))
}

/// Fills transactions: each order takes an action, and so does each place that the group has not touched yet.
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

/// Commits a group and sends what it owes. When conditions fail, the orders that they concern have lost, and the
/// rest is committed without them.
async fn commit(app: &App, mut group: Vec<Decided>, outcome: &mut Outcome) {
    while !group.is_empty() {
        let mut write = app.store.write(app.clock.now());
        let mut stock = StockChange::default();
        for order in &group {
            write.replace(&order.read, order.next.clone());
            stock.merge(&order.stock);
        }
        write.stock(&stock);
        match write.commit().await {
            Ok(owed) => {
                tracing::info!(orders = group.len(), places = stock.len(), "deducted");
                app.sender.send(&owed).await;
                break;
            }
            Err(CommitError::Conflict(failed)) => {
                let concerned = concerned(&failed, &group);
                group.retain(|order| !concerned.contains(&order.read.order));
                outcome.lost.extend(concerned);
            }
            Err(error) => {
                outcome.fail(group.iter().map(|order| &order.read.order), &error);
                break;
            }
        }
    }
}

/// The orders whose own condition failed, or that of a place which they take new stock from.
///
/// Where nobody takes new stock, a bucket is lower than the orders say that it must be: then it concerns all who
/// touch the place, so that they fail where a person sees it, and the others go on.
fn concerned(failed: &[Failed], group: &[Decided]) -> BTreeSet<OrderId> {
    let those = |stock: fn(&StockDelta) -> bool| -> BTreeSet<OrderId> {
        let is = |order: &&Decided| {
            failed.iter().any(|failed| match failed {
                Failed::Item(id, _) => *id == order.read.order,
                Failed::Stock(place) => order.stock.get(place).is_some_and(stock),
                Failed::Other(_) => false,
            })
        };
        group.iter().filter(is).map(|order| order.read.order.clone()).collect()
    };
    let takers = those(|delta| delta.available() < 0);
    if takers.is_empty() { those(|_| true) } else { takers }
}

#[cfg(test)]
mod tests;
