//! Every minute: sends again what is owed, expires unpaid reservations, looks for stock for orders that wait for
//! it, matches payments to orders that have appeared since, and counts what is stuck.
//!
//! Nothing here is needed while all goes well. Each step is bounded, and takes its turn with what there is: what it
//! does not get to, the next minutes do, and an item that fails keeps no other back.

mod pace;

use domain::{
    allocation::difference,
    duty::{Duty, ItemName, Owed, OwedDuty},
    fulfillment::Fulfillment,
    ids::{OrderId, PaymentId},
    order_state::{OWED_GRACE, OrderStatus},
    returns::Return,
};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, RecordError};
use serde::Serialize;
use store::{DueClass, DueItem, PaymentRecord, Sender, Store, Unmatched, retry_on_conflict};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
}

/// What one run did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub sent_again: usize,
    pub expired: usize,
    pub waiting: usize,
    pub matched: usize,
    /// Items that have owed work for so long that a person should look.
    pub stuck: usize,
}

/// Items of each kind that one run works on. With a few milliseconds for each and some at once, a run ends well within
/// its time.
const LIMIT: usize = 1_000;
/// Items that are worked on at once.
const AT_ONCE: usize = 16;
/// Work that is owed for longer than this is stuck: by now its message has been tried several times.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// A step or an item that fails does not keep the others from being done; the first failure is told at the end.
pub async fn handle(app: &App) -> Result<Report, RecordError> {
    let now = app.clock.now();
    let mut failure = None;
    let mut take = |step: Step| {
        if let Err(error) = step.outcome {
            failure.get_or_insert(error);
        }
        step.done
    };
    let (stuck, sent_again) = match app.store.due(DueClass::Owed, now - OWED_GRACE).await {
        Ok(overdue) => {
            let stuck = overdue.iter().filter(|due| now.duration_since(due.since) > STUCK_AFTER).count();
            // What the alarm's metric filter reads: told first, whatever becomes of the rest.
            tracing::info!(stuck_orders = stuck, "counted");
            (stuck, send_again(app, overdue, now).await)
        }
        Err(error) => (0, Step::failed(error)),
    };
    let report = Report {
        stuck,
        sent_again: take(sent_again),
        expired: take(expire(app, now).await),
        waiting: take(look_for_stock(app, now).await),
        matched: take(match_payments(app, now).await),
    };
    tracing::info!(
        sent_again = report.sent_again,
        expired = report.expired,
        waiting = report.waiting,
        matched = report.matched,
        "reconciled"
    );
    failure.map_or(Ok(report), Err)
}

/// How far a step came, and the first thing that went wrong.
struct Step {
    done: usize,
    outcome: Result<(), RecordError>,
}

impl Step {
    fn failed(error: impl Into<RecordError>) -> Self {
        Self { done: 0, outcome: Err(error.into()) }
    }

    fn add(&mut self, outcome: Result<usize, RecordError>) {
        match outcome {
            Ok(done) => self.done += done,
            Err(error) => {
                tracing::error!(%error, "one item failed");
                if self.outcome.is_ok() {
                    self.outcome = Err(error);
                }
            }
        }
    }
}

/// Works on each item, some at once.
async fn each<T>(items: Vec<T>, work: impl AsyncFn(T) -> Result<usize, RecordError>) -> Step {
    let work = &work;
    let outcomes = futures::stream::iter(items).map(async |item| work(item).await);
    let mut outcomes = std::pin::pin!(outcomes.buffer_unordered(AT_ONCE));
    let mut step = Step { done: 0, outcome: Ok(()) };
    while let Some(outcome) = outcomes.next().await {
        step.add(outcome);
    }
    step
}

/// The index is eventually consistent and tells no duties: each item is read, and what it owes now is sent.
async fn send_again(app: &App, mut overdue: Vec<DueItem>, now: Timestamp) -> Step {
    // With more than a run can do, taking turns is pace enough.
    if overdue.len() <= LIMIT {
        overdue.retain(|due| pace::is_turn(due.since, now));
    }
    each(pace::share(overdue, LIMIT, now), async |due| remind(app, &due, now).await).await
}

async fn remind(app: &App, DueItem { order, item, .. }: &DueItem, now: Timestamp) -> Result<usize, RecordError> {
    let owed: Owed = match item {
        ItemName::State => head_owes(app, order, now).await?,
        ItemName::Fulfillment(_) => {
            app.store.load::<Fulfillment>(order, item).await?.map(|read| read.value.owed).unwrap_or_default()
        }
        ItemName::Return(_) => {
            app.store.load::<Return>(order, item).await?.map(|read| read.value.owed).unwrap_or_default()
        }
        ItemName::Placed | ItemName::Email(..) => Owed::new(),
    };
    let owing = |duty| OwedDuty { order: order.clone(), item: item.clone(), duty };
    let owing: Vec<OwedDuty> = owed.into_iter().map(owing).collect();
    Ok(app.sender.send(&owing).await)
}

/// An item is due for one thing at a time. So work that cannot be done (an address that no mail reaches) must not hide
/// that the order also waits for stock, or for a payment that has not come.
async fn head_owes(app: &App, order: &OrderId, now: Timestamp) -> Result<Owed, RecordError> {
    let Some(state) = app.store.order_state(order).await?.map(|read| read.value) else { return Ok(Owed::new()) };
    let waits_for_stock = state.waits_for_stock();
    let mut owed = state.owed;
    if waits_for_stock {
        owed.insert(Duty::StockDeduction);
    }
    if matches!(state.status, OrderStatus::Pending { reserved_until } if reserved_until < now) {
        retry_on_conflict(async || expire_one(app, order, now).await).await?;
    }
    Ok(owed)
}

async fn expire(app: &App, now: Timestamp) -> Step {
    let unpaid = match app.store.due(DueClass::Unpaid, now).await {
        Ok(unpaid) => pace::share(unpaid, LIMIT, now),
        Err(error) => return Step::failed(error),
    };
    each(unpaid, async |due| retry_on_conflict(async || expire_one(app, &due.order, now).await).await.map(|()| 1)).await
}

/// The order and its stock change together; a payment that comes at the same moment writes the same state, and one
/// of the two looks again.
async fn expire_one(app: &App, order: &OrderId, now: Timestamp) -> Result<(), RecordError> {
    let Some(read) = app.store.order_state(order).await? else { return Ok(()) };
    let next = read.value.clone().expire(now);
    let mut write = app.store.write(now);
    write.stock(&difference(&read.value.stock, &next.stock));
    write.replace(&read, next);
    write.commit().await?;
    Ok(())
}

/// Orders that wait for stock are given to stock-deduction, the oldest first, which serves them if it can.
async fn look_for_stock(app: &App, now: Timestamp) -> Step {
    let waiting = match app.store.due(DueClass::Waiting, now).await {
        Ok(waiting) => pace::share(waiting, LIMIT, now),
        Err(error) => return Step::failed(error),
    };
    let orders: Vec<OrderId> = waiting.into_iter().map(|due| due.order).collect();
    let mut step = Step { done: 0, outcome: Ok(()) };
    let mut owing = Vec::new();
    match app.store.order_states(&orders).await {
        Ok(states) => {
            for (order, state) in states {
                match state {
                    Ok(state) if !state.value.waits_for_stock() => {}
                    Ok(_) => owing.push(OwedDuty { order, item: ItemName::State, duty: Duty::StockDeduction }),
                    Err(unreadable) => step.add(Err(unreadable.into())),
                }
            }
        }
        Err(error) => return Step::failed(error),
    }
    step.done = app.sender.send(&owing).await;
    step
}

async fn match_payments(app: &App, now: Timestamp) -> Step {
    match app.store.unmatched(Unmatched::AwaitsOrder).await {
        Ok(payments) => {
            let payments = pace::share(payments, LIMIT, now);
            each(payments, async |payment| {
                retry_on_conflict(async || match_one(app, &payment).await).await.map(usize::from)
            })
            .await
        }
        Err(error) => Step::failed(error),
    }
}

/// Takes the kept events into the ledger of the order that the payment names, if it has appeared. Events that are
/// there already change nothing, so a crash before the record is cleared does no harm.
async fn match_one(app: &App, payment: &PaymentId) -> Result<bool, RecordError> {
    let payment = app.store.payment(payment).await?;
    let Some(order) = payment.value.order.clone() else { return Ok(false) };
    let Some(state) = app.store.order_state(&order).await? else { return Ok(false) };
    let now = app.clock.now();
    let next = payment.value.events.iter().fold(state.value.clone(), |state, event| state.record(event, now));
    let mut write = app.store.write(now);
    write.replace(&state, next);
    app.sender.send(&write.commit().await?).await;
    let mut write = app.store.write(now);
    write.payment(&payment, &PaymentRecord::matched(order));
    write.commit().await?;
    Ok(true)
}
