//! One commit: conditional writes of one or more items, all or none.

use super::{
    Item, MAX_ATTEMPTS, Store, StoreError,
    attributes::number,
    books,
    conflict::{CommitError, Failed},
    entry::Entry,
    keys::stock_key,
    pause,
    record::{Record, Stored, VERSION, encode},
    search::SearchEntry,
    stock_update::{StockUpdate, Terms, stock_update},
    tables::Table,
};
use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{
        AttributeValue, CancellationReason, Put, PutRequest, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        Update, WriteRequest,
    },
};
use domain::{
    duty::OwedDuty,
    safeguards::Safeguard,
    stock::{StockChange, StockDelta, StockPlace},
};
use jiff::Timestamp;
use std::collections::HashMap;

/// DynamoDB's limit for one transaction.
pub const MAX_ACTIONS: usize = 100;

struct Action {
    table: Table,
    what: Failed,
    kind: Kind,
}

enum Kind {
    Put {
        item: Item,
        guard: Guard,
    },
    /// Whatever stands in its place is overwritten.
    Entry(Item),
    Move {
        place: StockPlace,
        delta: StockDelta,
        terms: Terms,
    },
}

enum Guard {
    Absent,
    Version(u64),
}

/// Collects changes. [`Write::commit`] makes all of them or none.
pub struct Write<'a> {
    store: &'a Store,
    now: Timestamp,
    actions: Vec<Action>,
    owed: Vec<OwedDuty>,
    entries: Vec<Entry>,
    is_at_once: bool,
    broken: Option<StoreError>,
}

impl<'a> Write<'a> {
    pub(super) fn new(store: &'a Store, now: Timestamp) -> Self {
        let (actions, owed, entries) = (Vec::new(), Vec::new(), Vec::new());
        Self { store, now, actions, owed, entries, is_at_once: false, broken: None }
    }

    /// Writes what would come first in the same request. It costs the double of its units, and somebody waits less.
    pub fn at_once(self) -> Self {
        Self { is_at_once: true, ..self }
    }

    /// Adds a new record. The commit fails if it exists.
    pub fn create<T: Record>(&mut self, key: T::Key, value: T) {
        self.put(None, Stored::absent(key, value));
    }

    /// Writes the new value of a record if it differs. The commit fails if the record has changed since it was read.
    pub fn replace<T: Record>(&mut self, read: &Stored<T>, value: T) {
        if value != read.value {
            self.put(Some(read), Stored { value, ..read.clone() });
        }
    }

    fn put<T: Record>(&mut self, read: Option<&Stored<T>>, mut new: Stored<T>) {
        let guard = if new.version == 0 { Guard::Absent } else { Guard::Version(new.version) };
        new.version += 1;
        new.due = new.value.due(new.due, self.now);
        let owed_before = |duty| read.is_some_and(|read| read.value.owed().contains(duty));
        if let Some(subject) = T::subject(&new.key) {
            let newly = new.value.owed().iter().filter(|duty| !owed_before(duty));
            self.owed.extend(newly.map(|duty| OwedDuty { subject: subject.clone(), duty: duty.clone() }));
        }
        match new.value.new_rows(&new.key).map(books::entries).transpose() {
            Ok(rows) => self.entries.extend(rows.into_iter().flatten()),
            Err(error) => self.broken = Some(error),
        }
        match encode(&new) {
            Ok(item) => self.action(T::TABLE, T::failed(&new.key), Kind::Put { item, guard }),
            Err(error) => self.broken = Some(error),
        }
    }

    /// Moves stock. The commit fails if more is promised than is available.
    pub fn stock(&mut self, change: &StockChange) {
        for (place, delta) in change.iter() {
            self.stock_on_terms(place, *delta, Terms::default());
        }
    }

    /// Moves the stock of one place, under further terms.
    pub fn stock_on_terms(&mut self, place: &StockPlace, delta: StockDelta, terms: Terms) {
        let kind = Kind::Move { place: place.clone(), delta, terms };
        self.action(Table::Stock, Failed::Stock(place.clone()), kind);
    }

    /// Puts an item that is not a record and must not exist yet.
    pub(super) fn put_absent(&mut self, table: Table, what: String, item: Item) {
        self.action(table, Failed::Other(what), Kind::Put { item, guard: Guard::Absent });
    }

    fn action(&mut self, table: Table, what: Failed, kind: Kind) {
        self.actions.push(Action { table, what, kind });
    }

    /// Adds something that an order is found by.
    pub(super) fn found_by(&mut self, entry: &SearchEntry) {
        self.entries.push(entry.entry());
    }

    pub(super) fn fail(&mut self, error: StoreError) {
        self.broken = Some(error);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.actions.len()
    }

    /// Makes the changes, all or none, and sends what the written records newly owe. What the search finds and the rows of the
    /// books are written before: one too many says nothing, and a missing one would hide an order or a movement of money.
    ///
    /// A single put is a plain conditional write, which costs half of a transaction. When transactions collide on an
    /// item, DynamoDB cancels one with `TransactionConflict`, which the SDK does not retry. It is retried here, because
    /// nothing was written.
    pub async fn commit(mut self) -> Result<(), CommitError> {
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        if self.actions.is_empty() {
            return Ok(());
        }
        if self.is_at_once && self.actions.len() + self.entries.len() <= MAX_ACTIONS {
            for Entry { table, item } in std::mem::take(&mut self.entries) {
                self.action(table, Failed::Other("an entry".to_owned()), Kind::Entry(item));
            }
        }
        let entries_come_first = !Safeguard::SearchEntriesComeFirst.is_off();
        if entries_come_first {
            self.store.put_entries(&self.entries).await?;
        }
        for attempt in 0..MAX_ATTEMPTS {
            let outcome = match self.actions.as_slice() {
                [Action { table, what, kind: Kind::Put { item, guard } }] => {
                    put_one(self.store, *table, what, item, guard).await?
                }
                actions => transact(self.store, actions, self.now).await?,
            };
            match outcome {
                Outcome::Done => {
                    if !entries_come_first {
                        self.store.put_entries(&self.entries).await?;
                    }
                    tracing::debug!(actions = self.actions.len(), owed = self.owed.len(), "committed");
                    self.store.sender.send(&self.owed).await;
                    return Ok(());
                }
                Outcome::Refused(failed) => {
                    tracing::debug!(?failed, "a rival was faster, or a condition does not hold");
                    return Err(CommitError::Conflict(failed));
                }
                Outcome::Collided if Safeguard::CollisionIsNoSuccess.is_off() => return Ok(()),
                Outcome::Collided => pause(attempt).await,
            }
        }
        Err(StoreError::Contended(MAX_ATTEMPTS).into())
    }
}

impl Store {
    /// Writes entries, whatever stands in their places.
    async fn put_entries(&self, entries: &[Entry]) -> Result<(), StoreError> {
        /// DynamoDB's limit for one `BatchWriteItem`.
        const MAX_PUTS: usize = 25;
        for chunk in entries.chunks(MAX_PUTS) {
            let mut wanted: HashMap<String, Vec<WriteRequest>> = HashMap::new();
            for Entry { table, item } in chunk {
                let put = PutRequest::builder().set_item(Some(item.clone())).build();
                let put = put.map_err(|e| StoreError::unreadable("BatchWriteItem", e))?;
                let put = WriteRequest::builder().put_request(put).build();
                wanted.entry(self.tables.name(*table).to_owned()).or_default().push(put);
            }
            let mut attempt = 0;
            while !wanted.is_empty() {
                let answer = self.client.batch_write_item().set_request_items(Some(wanted)).send().await;
                wanted = answer.map_err(StoreError::request("BatchWriteItem"))?.unprocessed_items.unwrap_or_default();
                if !wanted.is_empty() {
                    pause(attempt).await;
                    attempt += 1;
                    if attempt == MAX_ATTEMPTS {
                        return Err(StoreError::Contended(MAX_ATTEMPTS));
                    }
                }
            }
        }
        Ok(())
    }
}

enum Outcome {
    Done,
    /// A condition did not hold.
    Refused(Vec<Failed>),
    /// It collided with another transaction, and nothing was decided.
    Collided,
}

fn guard_condition(
    guard: &Guard,
    table: Table,
) -> (String, HashMap<String, String>, Option<HashMap<String, AttributeValue>>) {
    match guard {
        Guard::Absent => {
            let names = HashMap::from([("#k".to_owned(), table.partition_key().to_owned())]);
            let condition = if Safeguard::NoOverwriting.is_off() {
                "(attribute_not_exists(#k) OR attribute_exists(#k))"
            } else {
                "attribute_not_exists(#k)"
            };
            (condition.to_owned(), names, None)
        }
        Guard::Version(version) => {
            let names = HashMap::from([("#v".to_owned(), VERSION.to_owned())]);
            let condition =
                if Safeguard::VersionCheck.is_off() { "(#v = :v OR attribute_exists(#v))" } else { "#v = :v" };
            (condition.to_owned(), names, Some(HashMap::from([(":v".to_owned(), number(*version))])))
        }
    }
}

async fn put_one(
    store: &Store,
    table: Table,
    what: &Failed,
    item: &Item,
    guard: &Guard,
) -> Result<Outcome, StoreError> {
    let (condition, names, values) = guard_condition(guard, table);
    let put = store.client.put_item().table_name(store.tables.name(table)).set_item(Some(item.clone()));
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

async fn transact(store: &Store, actions: &[Action], now: Timestamp) -> Result<Outcome, StoreError> {
    let items = actions.iter().map(|action| action.to_transact_item(store, now)).collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|e| StoreError::unreadable("TransactWriteItems", e))?;
    let request = store.client.transact_write_items().client_request_token(request_token()?);
    match request.set_transact_items(Some(items)).send().await {
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

/// A transaction's name for DynamoDB, which answers a repetition within ten minutes as it answered first, and refuses another
/// transaction of that name. The SDK's own names follow from the moment since the machine's start at which the process made its
/// first: functions that start alike on machines of their own would share them.
fn request_token() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::Random)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
}

/// The outcome that the cancellation reasons (one per action, in order) mean. None if none of them is of a known kind.
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
    fn to_transact_item(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        Ok(match &self.kind {
            Kind::Put { item, guard } => {
                let (condition, names, values) = guard_condition(guard, self.table);
                let put = Put::builder()
                    .table_name(store.tables.name(self.table))
                    .set_item(Some(item.clone()))
                    .condition_expression(condition)
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
                    .build()?;
                TransactWriteItem::builder().put(put).build()
            }
            Kind::Entry(item) => {
                let put = Put::builder().table_name(store.tables.name(self.table)).set_item(Some(item.clone()));
                TransactWriteItem::builder().put(put.build()?).build()
            }
            Kind::Move { place, delta, terms } => {
                let StockUpdate { update, condition, values } = stock_update(delta, terms, now);
                let update = Update::builder()
                    .table_name(store.tables.name(self.table))
                    .set_key(Some(stock_key(place)))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_values((!values.is_empty()).then_some(values))
                    .build()?;
                TransactWriteItem::builder().update(update).build()
            }
        })
    }
}
