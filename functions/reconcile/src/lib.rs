//! Every minute: sends again what is owed, expires unpaid reservations, looks for stock for orders that wait for
//! it, matches payments to orders that have appeared since, and counts what is stuck.
//!
//! Each step is bounded; what it does not get to, the next minute does. Nothing here is needed while all goes well.

use jiff::{SignedDuration, Timestamp};
use orderly::{
    domain::{
        allocation::difference,
        duty::{Duty, ItemName, Owed, Owing},
        fulfillment::Fulfillment,
        head::{Head, OWED_GRACE},
        ids::OrderId,
        returns::Return,
    },
    queue::{RecordError, Sender},
    runtime::Clock,
    store::{DueClass, DueItem, PaymentRecord, Store, StoreError, StoredPayment, settle},
};
use serde::Serialize;

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

/// Items of each kind that one run looks at, per shard of the index: enough for thousands a minute.
const LIMIT: usize = 250;
/// Work that is owed for longer than this is stuck: by now its message has been tried several times.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// A step that fails does not keep the others from being done; the first failure is told at the end.
pub async fn handle(app: &App) -> Result<Report, RecordError> {
    let now = app.clock.now();
    let mut failure = None;
    let mut take = |step: Result<usize, RecordError>| {
        step.unwrap_or_else(|error| {
            failure.get_or_insert(error);
            0
        })
    };
    let overdue = app.store.due(DueClass::Owed, now - OWED_GRACE, LIMIT).await?;
    let report = Report {
        stuck: overdue.iter().filter(|due| now.duration_since(due.since) > STUCK_AFTER).count(),
        sent_again: take(send_again(app, &overdue).await),
        expired: take(expire(app, now).await),
        waiting: take(look_for_stock(app, now).await),
        matched: take(match_payments(app).await),
    };
    // `stuck_orders` is what the alarm's metric filter reads.
    tracing::info!(
        stuck_orders = report.stuck,
        sent_again = report.sent_again,
        expired = report.expired,
        waiting = report.waiting,
        matched = report.matched,
        "reconciled"
    );
    failure.map_or(Ok(report), Err)
}

/// The index is eventually consistent and tells no duties: each item is read, and what it owes now is sent.
async fn send_again(app: &App, overdue: &[DueItem]) -> Result<usize, RecordError> {
    let owed = futures::future::try_join_all(overdue.iter().map(|due| owed_by(app, due))).await?;
    let owing: Vec<Owing> = owed.into_iter().flatten().collect();
    Ok(app.sender.send(&owing).await)
}

async fn owed_by(app: &App, DueItem { order, item, .. }: &DueItem) -> Result<Vec<Owing>, StoreError> {
    let owed: Owed = match item {
        ItemName::Head => app.store.load::<Head>(order, item).await?.map(|read| read.value.owed),
        ItemName::Fulfillment(_) => app.store.load::<Fulfillment>(order, item).await?.map(|read| read.value.owed),
        ItemName::Return(_) => app.store.load::<Return>(order, item).await?.map(|read| read.value.owed),
        ItemName::Details | ItemName::Email(..) => None,
    }
    .unwrap_or_default();
    let owing = |duty| Owing { order: order.clone(), item: item.clone(), duty };
    Ok(owed.into_iter().map(owing).collect())
}

async fn expire(app: &App, now: Timestamp) -> Result<usize, RecordError> {
    let unpaid = app.store.due(DueClass::Unpaid, now, LIMIT).await?;
    for due in &unpaid {
        settle(async || expire_one(app, &due.order, now).await).await?;
    }
    Ok(unpaid.len())
}

/// The order and its stock change together; a payment that comes at the same moment writes the same head, and one
/// of the two looks again.
async fn expire_one(app: &App, order: &OrderId, now: Timestamp) -> Result<(), RecordError> {
    let Some(read) = app.store.head(order).await? else { return Ok(()) };
    let next = read.value.clone().expire(now);
    let mut write = app.store.write(now);
    write.stock(&difference(&read.value.stock, &next.stock));
    write.replace(&read, next);
    write.commit().await?;
    Ok(())
}

/// Orders that wait for stock are given to stock-deduction, the oldest first, which serves them if it can.
async fn look_for_stock(app: &App, now: Timestamp) -> Result<usize, RecordError> {
    let waiting = app.store.due(DueClass::Waiting, now, LIMIT).await?;
    let orders: Vec<OrderId> = waiting.into_iter().map(|due| due.order).collect();
    let heads = app.store.heads(&orders).await?;
    let wants = heads.iter().filter(|head| !head.value.wants().is_empty());
    let owing = |order: &OrderId| Owing { order: order.clone(), item: ItemName::Head, duty: Duty::StockDeduction };
    let owing: Vec<Owing> = wants.map(|head| owing(&head.order)).collect();
    Ok(app.sender.send(&owing).await)
}

async fn match_payments(app: &App) -> Result<usize, RecordError> {
    let mut matched = 0;
    for payment in app.store.unmatched_payments(LIMIT).await? {
        matched += usize::from(settle(async || match_one(app, &payment).await).await?);
    }
    Ok(matched)
}

/// Takes the kept events into the ledger of the order that the payment names, if it has appeared. Events that are
/// there already change nothing, so a crash before the record is cleared does no harm.
async fn match_one(app: &App, found: &StoredPayment) -> Result<bool, RecordError> {
    let payment = app.store.payment(&found.id).await?;
    let Some(order) = payment.value.order.clone() else { return Ok(false) };
    let Some(head) = app.store.head(&order).await? else { return Ok(false) };
    let now = app.clock.now();
    let next = payment.value.events.iter().fold(head.value.clone(), |head, event| head.record(event, now));
    let mut write = app.store.write(now);
    write.replace(&head, next);
    app.sender.send(&write.commit().await?).await;
    let mut write = app.store.write(now);
    write.payment(&payment, &PaymentRecord::matched(order));
    write.commit().await?;
    Ok(true)
}
