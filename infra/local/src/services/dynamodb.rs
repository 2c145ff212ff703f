//! DynamoDB: an embedded emulator, and a count of the capacity that each request consumed.

mod restore;
mod streams;
mod tables;

use axum::{
    body::Bytes,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use dynoxide::{
    Database, DynoxideError,
    actions::{
        batch_get_item::BatchGetItemRequest, batch_write_item::BatchWriteItemRequest, delete_item::DeleteItemRequest,
        get_item::GetItemRequest, put_item::PutItemRequest, query::QueryRequest, scan::ScanRequest,
        transact_get_items::TransactGetItemsRequest, transact_write_items::TransactWriteItemsRequest,
        update_item::UpdateItemRequest,
    },
    types::ConsumedCapacity,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::task::AbortHandle;

use self::{restore::Recovery, tables::call};
pub use self::{
    streams::{Batch, Streams},
    tables::TableError,
};
use super::{
    answer::AwsError,
    meter::{Counters, Direction},
};
use crate::template::Table;

/// The tables, and the counter of their use.
#[derive(Debug)]
pub(super) struct DynamoDb {
    database: Handle,
    recovery: Arc<Recovery>,
    counters: Counters,
    streams: Streams,
    sweep: Option<AbortHandle>,
}

/// [`Database`] has no `Debug`.
#[derive(Clone)]
struct Handle(Database);

impl std::fmt::Debug for Handle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Database")
    }
}

impl DynamoDb {
    /// Opens the tables under `data_dir`, or in memory, and creates those that are missing.
    pub(super) fn open(
        data_dir: Option<&Path>,
        declared: &[Table],
        ttl_sweep: Option<Duration>,
        counters: Counters,
        streams: Streams,
    ) -> Result<Self, TableError> {
        let database = match data_dir {
            Some(path) => Database::new(&path.join("dynamodb.sqlite").to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(TableError::Open)?;
        // SQLite's `synchronous = NORMAL`: a commit does not wait for the disk, which took half of all time. A killed
        // process loses nothing. A power failure loses the last moments, and the data stays consistent.
        database.disable_bulk_loading().map_err(TableError::Open)?;
        tables::ensure(&database, declared)?;
        let has_ttl = declared.iter().any(|table| table.ttl_attribute.is_some());
        let every = ttl_sweep.filter(|_| has_ttl);
        let sweep = every.map(|every| tokio::spawn(sweep(database.clone(), every)).abort_handle());
        let recovery = Arc::new(Recovery::of(declared.iter().map(|table| table.name.clone())));
        Ok(Self { database: Handle(database), recovery, counters, streams, sweep })
    }

    /// The changes of tables, for the functions that read them.
    pub(super) fn streams(&self) -> &Streams {
        &self.streams
    }

    pub(super) fn shutdown(&self) {
        if let Some(sweep) = &self.sweep {
            sweep.abort();
        }
    }

    /// Answers on a blocking thread, because the emulator blocks on its file.
    pub(super) async fn handle(&self, caller: &str, operation: &str, body: Bytes) -> Response {
        self.counters.count(caller, "DynamoDB", operation);
        let Handle(database) = self.database.clone();
        let counters = self.counters.clone();
        let (of, name) = (caller.to_owned(), operation.to_owned());
        let (recovery, streams) = (Arc::clone(&self.recovery), self.streams.clone());
        let answer = tokio::task::spawn_blocking(move || {
            let counted = |direction, report: &ConsumedCapacity| count(&counters, &of, direction, report);
            let ran = streams.record(&database, &name, &body, || run(&database, &name, &body, counted));
            ran.or_else(|| recovery.run(&database, &name, &body))
        });
        let answer = answer.await;
        let answer = answer.unwrap_or_else(|error| Some(Err(DynoxideError::InternalServerError(error.to_string()))));
        self.respond(caller, operation, answer)
    }

    /// Answers on the current thread.
    pub(super) fn answer(&self, caller: &str, operation: &str, body: &[u8]) -> Response {
        self.counters.count(caller, "DynamoDB", operation);
        let counted = |direction, report: &ConsumedCapacity| count(&self.counters, caller, direction, report);
        let database = &self.database.0;
        let ran = self.streams.record(database, operation, body, || run(database, operation, body, counted));
        self.respond(caller, operation, ran)
    }

    fn respond(&self, caller: &str, operation: &str, answer: Option<Result<String, DynoxideError>>) -> Response {
        match answer {
            Some(Ok(answer)) => json(StatusCode::OK, answer),
            Some(Err(error)) => {
                if is_refused_write(&error) {
                    self.counters.refused(caller, "DynamoDB", operation);
                }
                let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
                json(status, error.to_json())
            }
            None => AwsError::unsupported(&format!("DynamoDB_20120810.{operation}")).into_response(),
        }
    }
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

async fn sweep(database: Database, every: Duration) {
    let mut timer = tokio::time::interval(every);
    loop {
        timer.tick().await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::debug!(removed, "expired items removed"),
            Ok(Err(error)) => tracing::warn!(%error, "expired items stay"),
            Err(error) => tracing::warn!(%error, "expired items stay"),
        }
    }
}

/// Whether a valid write was refused.
fn is_refused_write(error: &DynoxideError) -> bool {
    matches!(
        error,
        DynoxideError::ConditionalCheckFailedException(..) | DynoxideError::TransactionCanceledException(..)
    )
}

/// Runs one operation, from JSON to JSON, and counts its capacity. None if the operation is not offered.
fn run(
    database: &Database,
    operation: &str,
    body: &[u8],
    count: impl Fn(Direction, &ConsumedCapacity),
) -> Option<Result<String, DynoxideError>> {
    macro_rules! plain {
        ($action:ident) => {
            read(body).and_then(|input| write(&database.$action(input)?))
        };
    }
    // All capacity is counted, whatever the client requested. The client gets the report that it requested.
    macro_rules! metered {
        ($input:ty, $action:ident, $direction:ident) => {
            read(body).and_then(|mut input: $input| {
                let asked = input.return_consumed_capacity.replace("INDEXES".to_owned());
                let mut answer = database.$action(input)?;
                answer.consumed_capacity.reports().iter().for_each(|report| count(Direction::$direction, report));
                match asked.as_deref() {
                    Some("INDEXES") => {}
                    Some("TOTAL") => answer.consumed_capacity.reports().iter_mut().for_each(without_indexes),
                    _ => answer.consumed_capacity = None,
                }
                write(&answer)
            })
        };
    }
    Some(match operation {
        "BatchGetItem" => metered!(BatchGetItemRequest, batch_get_item, Read),
        "GetItem" => metered!(GetItemRequest, get_item, Read),
        "Query" => metered!(QueryRequest, query, Read),
        "Scan" => metered!(ScanRequest, scan, Read),
        "TransactGetItems" => metered!(TransactGetItemsRequest, transact_get_items, Read),
        "BatchWriteItem" => metered!(BatchWriteItemRequest, batch_write_item, Write),
        "DeleteItem" => metered!(DeleteItemRequest, delete_item, Write),
        "PutItem" => metered!(PutItemRequest, put_item, Write),
        "TransactWriteItems" => metered!(TransactWriteItemsRequest, transact_write_items, Write),
        "UpdateItem" => metered!(UpdateItemRequest, update_item, Write),
        "DescribeTable" => plain!(describe_table),
        "DescribeTimeToLive" => plain!(describe_time_to_live),
        "ListTables" => plain!(list_tables),
        _ => return None,
    })
}

fn read<I: DeserializeOwned>(body: &[u8]) -> Result<I, DynoxideError> {
    if let Ok(input) = serde_json::from_slice(body) {
        return Ok(input);
    }
    // Parsing a text reports the error with its position, which DynamoDB does not. Parsing a value has no position.
    let request = serde_json::from_slice(body).map_err(|_| DynoxideError::SerializationException(String::new()))?;
    from_value(request)
}

fn from_value<I: DeserializeOwned>(request: Value) -> Result<I, DynoxideError> {
    serde_json::from_value(request).map_err(|error| invalid(&error.to_string()))
}

fn write(answer: &impl Serialize) -> Result<String, DynoxideError> {
    serde_json::to_string(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The error for an unreadable request. The emulator marks a validation error of DynamoDB with a prefix.
fn invalid(message: &str) -> DynoxideError {
    match message.split_once("VALIDATION:").or_else(|| message.split_once("VALIDATION_REQUEST:")) {
        Some((_, message)) => DynoxideError::ValidationException(message.to_owned()),
        None => DynoxideError::SerializationException(message.to_owned()),
    }
}

/// The capacity reports of an answer: one for a single table, a list for several.
trait Reports {
    fn reports(&mut self) -> &mut [ConsumedCapacity];
}

impl Reports for Option<ConsumedCapacity> {
    fn reports(&mut self) -> &mut [ConsumedCapacity] {
        self.as_mut_slice()
    }
}

impl Reports for Option<Vec<ConsumedCapacity>> {
    fn reports(&mut self) -> &mut [ConsumedCapacity] {
        self.as_deref_mut().unwrap_or_default()
    }
}

fn without_indexes(report: &mut ConsumedCapacity) {
    report.table = None;
    report.global_secondary_indexes = None;
    report.local_secondary_indexes = None;
    report.vector_indexes = None;
}

fn count(counters: &Counters, caller: &str, direction: Direction, report: &ConsumedCapacity) {
    let table = &report.table_name;
    let mut of_indexes = 0.0;
    for indexes in [&report.global_secondary_indexes, &report.local_secondary_indexes] {
        for (index, units) in indexes.iter().flatten() {
            counters.consume(caller, &format!("{table}/{index}"), direction, units.capacity_units);
            of_indexes += units.capacity_units;
        }
    }
    counters.consume(caller, table, direction, report.capacity_units - of_indexes);
}
