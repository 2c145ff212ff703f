//! One commit: conditional writes of one or more items, all or none.

use super::{
    Aggregate, Item, MAX_ATTEMPTS, Store, StoreError, Stored,
    item::{ITEM, ORDER_ID, VERSION, encode, number, text},
    pause,
    stock::stock_key,
};
use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use domain::{
    duty::{ItemName, OwedDuty},
    ids::OrderId,
    stock::{StockChange, StockDelta, StockLevel, StockPlace},
};
use jiff::Timestamp;
use std::collections::HashMap;

/// DynamoDB's limit for one transaction.
pub const MAX_ACTIONS: usize = 100;

/// Why a commit was not made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Conditions did not hold: somebody else was faster, or there is not enough stock. Nothing was written.
    #[error("conditions did not hold: {0:?}")]
    Conflict(Vec<Failed>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An item whose condition did not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// It is not at the version that was read, or exists already.
    Item(OrderId, ItemName),
    /// Not enough is available there.
    Stock(StockPlace),
    /// The payment's record, a movement, a setting: changed, or there already.
    Other(String),
}

struct Action {
    table: String,
    what: Failed,
    kind: Kind,
}

enum Kind {
    Put { item: Item, guard: Guard },
    Move { place: StockPlace, delta: StockDelta, terms: Terms },
}

/// What a change by hand of a place asks for beside its delta.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The level that it was decided on: units that move meanwhile must not be lost in a count.
    pub read: Option<StockLevel>,
    /// Whether the SKU may be promised before it is there.
    pub backorder: Option<bool>,
}

enum Guard {
    Absent,
    Version(u64),
}

/// Collects changes; [`Write::commit`] makes all of them or none.
pub struct Write<'a> {
    store: &'a Store,
    now: Timestamp,
    actions: Vec<Action>,
    owed: Vec<OwedDuty>,
    broken: Option<StoreError>,
}

impl<'a> Write<'a> {
    pub(super) fn new(store: &'a Store, now: Timestamp) -> Self {
        Self { store, now, actions: Vec::new(), owed: Vec::new(), broken: None }
    }

    /// Adds a new item; the commit fails if there is one already.
    pub fn create<T: Aggregate>(&mut self, order: &OrderId, name: ItemName, value: T) {
        let stored = Stored { order: order.clone(), name, version: 0, due: None, value };
        self.put(None, stored);
    }

    /// Writes the new value of an item, if it differs; the commit fails if the item has changed since it was read.
    pub fn replace<T: Aggregate>(&mut self, read: &Stored<T>, value: T) {
        if value != read.value {
            self.put(Some(read), Stored { value, ..read.clone() });
        }
    }

    fn put<T: Aggregate>(&mut self, read: Option<&Stored<T>>, mut new: Stored<T>) {
        new.version += 1;
        new.due = new.value.due(new.due, self.now);
        let before = read.map(|read| read.value.owed()).unwrap_or_default();
        for duty in new.value.owed().difference(&before) {
            self.owed.push(OwedDuty { order: new.order.clone(), item: new.name.clone(), duty: duty.clone() });
        }
        let guard = read.map_or(Guard::Absent, |read| Guard::Version(read.version));
        match encode(&new) {
            Ok(item) => {
                let what = Failed::Item(new.order, new.name);
                self.action(&self.store.tables.orders, what, Kind::Put { item, guard });
            }
            Err(error) => self.broken = Some(error),
        }
    }

    /// Moves stock. The commit fails where it would make `available` negative.
    pub fn stock(&mut self, change: &StockChange) {
        for (place, delta) in change.iter() {
            self.stock_on_terms(place, *delta, Terms::default());
        }
    }

    /// Moves stock of one place, on further terms.
    pub fn stock_on_terms(&mut self, place: &StockPlace, delta: StockDelta, terms: Terms) {
        let kind = Kind::Move { place: place.clone(), delta, terms };
        self.action(&self.store.tables.stock, Failed::Stock(place.clone()), kind);
    }

    /// Puts an item of another table that must not be there yet.
    pub(super) fn put_absent(&mut self, table: &str, what: String, item: Item) {
        self.action(table, Failed::Other(what), Kind::Put { item, guard: Guard::Absent });
    }

    /// Puts an item of another table over the version that was read (0: over none).
    pub(super) fn put_version(&mut self, table: &str, what: String, mut item: Item, read: u64) {
        item.insert(VERSION.to_owned(), number(read + 1));
        let guard = if read == 0 { Guard::Absent } else { Guard::Version(read) };
        self.action(table, Failed::Other(what), Kind::Put { item, guard });
    }

    fn action(&mut self, table: &str, what: Failed, kind: Kind) {
        self.actions.push(Action { table: table.to_owned(), what, kind });
    }

    pub(super) fn fail(&mut self, error: StoreError) {
        self.broken = Some(error);
    }

    pub(super) fn tables(&self) -> &super::Tables {
        &self.store.tables
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.actions.len()
    }

    /// Makes the changes, all or none, and tells what the written items newly owe: send it.
    ///
    /// A single put is a plain conditional write, which costs half of a transaction. When transactions
    /// meet on an item, DynamoDB cancels one with `TransactionConflict`, which the SDK does not retry: it is
    /// retried here, since nothing was written.
    pub async fn commit(self) -> Result<Vec<OwedDuty>, CommitError> {
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        if self.actions.is_empty() {
            return Ok(self.owed);
        }
        for attempt in 0..MAX_ATTEMPTS {
            let outcome = match self.actions.as_slice() {
                [Action { table, what, kind: Kind::Put { item, guard } }] => {
                    put_one(self.store, table, what, item, guard).await?
                }
                actions => transact(self.store, actions).await?,
            };
            match outcome {
                Outcome::Done => return Ok(self.owed),
                Outcome::Refused(failed) => return Err(CommitError::Conflict(failed)),
                Outcome::Collided => pause(attempt).await,
            }
        }
        Err(StoreError::Contended(MAX_ATTEMPTS).into())
    }
}

enum Outcome {
    Done,
    /// A condition did not hold.
    Refused(Vec<Failed>),
    /// It met another transaction; nothing was decided.
    Collided,
}

fn guard_condition(
    guard: &Guard,
    item: &Item,
) -> (String, HashMap<String, String>, Option<HashMap<String, AttributeValue>>) {
    // Any key attribute tells whether the item is there.
    let key = [ORDER_ID, "payment_id", "sku", "collection"].into_iter().find(|name| item.contains_key(*name));
    match guard {
        Guard::Absent => {
            let names = HashMap::from([("#k".to_owned(), key.unwrap_or(ITEM).to_owned())]);
            ("attribute_not_exists(#k)".to_owned(), names, None)
        }
        Guard::Version(version) => {
            let names = HashMap::from([("#v".to_owned(), VERSION.to_owned())]);
            ("#v = :v".to_owned(), names, Some(HashMap::from([(":v".to_owned(), number(*version))])))
        }
    }
}

async fn put_one(store: &Store, table: &str, what: &Failed, item: &Item, guard: &Guard) -> Result<Outcome, StoreError> {
    let (condition, names, values) = guard_condition(guard, item);
    let put = store.client.put_item().table_name(table).set_item(Some(item.clone()));
    let put = put
        .condition_expression(condition)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(values);
    match put.send().await {
        Ok(_) => Ok(Outcome::Done),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Outcome::Refused(vec![what.clone()])),
            Some(PutItemError::TransactionConflictException(_)) => Ok(Outcome::Collided),
            _ => Err(StoreError::request("PutItem")(error)),
        },
    }
}

async fn transact(store: &Store, actions: &[Action]) -> Result<Outcome, StoreError> {
    let items = actions.iter().map(Action::to_transact_item).collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|e| StoreError::unreadable("TransactWriteItems", e))?;
    match store.client.transact_write_items().set_transact_items(Some(items)).send().await {
        Ok(_) => Ok(Outcome::Done),
        Err(error) => match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = cancelled.cancellation_reasons();
                judge(actions, reasons).ok_or_else(|| StoreError::request("TransactWriteItems")(error))
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Ok(Outcome::Collided),
            Some(other) if other.code() == Some("ThrottlingException") => Ok(Outcome::Collided),
            _ => Err(StoreError::request("TransactWriteItems")(error)),
        },
    }
}

/// What the cancellation reasons (one an action, in order) say. None if none of them is of a known kind.
fn judge(actions: &[Action], reasons: &[CancellationReason]) -> Option<Outcome> {
    let of = |code: &str| {
        reasons.iter().zip(actions).filter(|(r, _)| r.code() == Some(code)).map(|(_, a)| a.what.clone()).collect()
    };
    let failed: Vec<Failed> = of("ConditionalCheckFailed");
    if !failed.is_empty() {
        return Some(Outcome::Refused(failed));
    }
    let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let collided = reasons.iter().any(|reason| reason.code().is_some_and(|code| passing.contains(&code)));
    collided.then_some(Outcome::Collided)
}

impl Action {
    fn to_transact_item(&self) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        Ok(match &self.kind {
            Kind::Put { item, guard } => {
                let (condition, names, values) = guard_condition(guard, item);
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item.clone()))
                    .condition_expression(condition)
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
                    .build()?;
                TransactWriteItem::builder().put(put).build()
            }
            Kind::Move { place, delta, terms } => {
                let (update, condition, values) = stock_update(delta, terms);
                let update = Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(stock_key(place)))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_values(Some(values))
                    .build()?;
                TransactWriteItem::builder().update(update).build()
            }
        })
    }
}

/// The update of a place's buckets: what it adds, and what must hold.
///
/// No bucket that orders draw on may fall below zero: for `available` that is the guard against overselling,
/// for the others it would mean that the books are wrong, and nothing is written on top of that.
fn stock_update(delta: &StockDelta, terms: &Terms) -> (String, Option<String>, HashMap<String, AttributeValue>) {
    let mut values = HashMap::new();
    let (mut adds, mut conditions) = (Vec::new(), Vec::new());
    let available = ("available", delta.available());
    for (bucket, change) in delta.buckets().into_iter().chain([available]).filter(|(_, change)| *change != 0) {
        values.insert(format!(":{bucket}"), number(change));
        adds.push(format!("{bucket} :{bucket}"));
        if change < 0 {
            values.insert(format!(":min_{bucket}"), number(-change));
            conditions.push(format!("{bucket} >= :min_{bucket}"));
        }
    }
    if let Some(read) = &terms.read {
        for (bucket, value) in [("on_hand", read.on_hand), ("safety", read.safety)] {
            values.insert(format!(":read_{bucket}"), number(value));
            let absent = if value == 0 { format!(" OR attribute_not_exists({bucket})") } else { String::new() };
            conditions.push(format!("({bucket} = :read_{bucket}{absent})"));
        }
    }
    let mut update = if adds.is_empty() { String::new() } else { format!("ADD {}", adds.join(", ")) };
    if let Some(backorder) = terms.backorder {
        values.insert(":backorder".to_owned(), AttributeValue::Bool(backorder));
        update.push_str(" SET backorder = :backorder");
    }
    let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
    (update, condition, values)
}

/// Used by the other files of the store for keys of items outside the orders table.
pub(super) fn string_key<const N: usize>(parts: [(&str, &str); N]) -> Item {
    parts.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect()
}
