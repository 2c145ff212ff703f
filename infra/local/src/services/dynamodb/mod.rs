//! DynamoDB: an embedded emulator, and a count of the capacity that each request consumed.

mod tables;

use std::{path::Path, time::Duration};

use axum::{
    body::Bytes,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::task::AbortHandle;

pub use self::tables::TableError;
use super::{
    answer::AwsError,
    meter::{Counters, Direction},
};
use crate::template::Table;

/// The tables, and who counts their use.
#[derive(Debug)]
pub(super) struct DynamoDb {
    database: Handle,
    counters: Counters,
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
    ) -> Result<Self, TableError> {
        let database = match data_dir {
            Some(path) => Database::new(&path.join("dynamodb.sqlite").to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(TableError::Open)?;
        tables::ensure(&database, declared)?;
        let has_ttl = declared.iter().any(|table| table.ttl_attribute.is_some());
        let every = ttl_sweep.filter(|_| has_ttl);
        let sweep = every.map(|every| tokio::spawn(sweep(database.clone(), every)).abort_handle());
        Ok(Self { database: Handle(database), counters, sweep })
    }

    pub(super) fn shutdown(&self) {
        if let Some(sweep) = &self.sweep {
            sweep.abort();
        }
    }

    /// Answers from a thread that may wait: the emulator blocks on its file.
    pub(super) async fn handle(&self, caller: &str, operation: &str, body: Bytes) -> Response {
        self.counters.count(caller, "DynamoDB", operation);
        let Handle(database) = self.database.clone();
        let counters = self.counters.clone();
        let (of, name) = (caller.to_owned(), operation.to_owned());
        let answer = tokio::task::spawn_blocking(move || {
            run(&database, &name, &body, |direction, answer| count(&counters, &of, direction, answer))
        });
        let answer = answer.await;
        let answer = answer.unwrap_or_else(|error| Some(Err(DynoxideError::InternalServerError(error.to_string()))));
        self.respond(caller, operation, answer)
    }

    /// Answers here and now.
    pub(super) fn answer(&self, caller: &str, operation: &str, body: &[u8]) -> Response {
        self.counters.count(caller, "DynamoDB", operation);
        let counted = |direction, answer: &Value| count(&self.counters, caller, direction, answer);
        self.respond(caller, operation, run(&self.database.0, operation, body, counted))
    }

    fn respond(&self, caller: &str, operation: &str, answer: Option<Result<Value, DynoxideError>>) -> Response {
        match answer {
            Some(Ok(answer)) => json(StatusCode::OK, answer.to_string()),
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

/// Whether a write was right and still did not happen.
fn is_refused_write(error: &DynoxideError) -> bool {
    matches!(
        error,
        DynoxideError::ConditionalCheckFailedException(..) | DynoxideError::TransactionCanceledException(..)
    )
}

/// Runs one operation with its capacity counted; none if the operation is not offered.
fn run(
    database: &Database,
    operation: &str,
    body: &[u8],
    count: impl FnOnce(Direction, &Value),
) -> Option<Result<Value, DynoxideError>> {
    let mut request: Value = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(_) => return Some(Err(DynoxideError::SerializationException(String::new()))),
    };
    let direction = match operation {
        "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems" => Some(Direction::Read),
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems" => Some(Direction::Write),
        _ => None,
    };
    let asked = direction.and_then(|_| report_capacity(&mut request));
    let mut answer = match perform(database, operation, request)? {
        Ok(answer) => answer,
        Err(error) => return Some(Err(error)),
    };
    if let Some(direction) = direction {
        count(direction, &answer);
        strip(&mut answer, asked.as_deref());
    }
    Some(Ok(answer))
}

fn perform(database: &Database, operation: &str, request: Value) -> Option<Result<Value, DynoxideError>> {
    let db = database;
    Some(match operation {
        "BatchGetItem" => call(request, |input| db.batch_get_item(input)),
        "BatchWriteItem" => call(request, |input| db.batch_write_item(input)),
        "DeleteItem" => call(request, |input| db.delete_item(input)),
        "DescribeTable" => call(request, |input| db.describe_table(input)),
        "DescribeTimeToLive" => call(request, |input| db.describe_time_to_live(input)),
        "GetItem" => call(request, |input| db.get_item(input)),
        "ListTables" => call(request, |input| db.list_tables(input)),
        "PutItem" => call(request, |input| db.put_item(input)),
        "Query" => call(request, |input| db.query(input)),
        "Scan" => call(request, |input| db.scan(input)),
        "TransactGetItems" => call(request, |input| db.transact_get_items(input)),
        "TransactWriteItems" => call(request, |input| db.transact_write_items(input)),
        "UpdateItem" => call(request, |input| db.update_item(input)),
        _ => return None,
    })
}

/// One action of the emulator, from JSON to JSON.
fn call<I: DeserializeOwned, O: Serialize>(
    request: Value,
    action: impl FnOnce(I) -> dynoxide::Result<O>,
) -> Result<Value, DynoxideError> {
    let input = serde_json::from_value(request).map_err(|error| invalid(&error.to_string()))?;
    serde_json::to_value(action(input)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The emulator marks what DynamoDB calls a validation error with a prefix.
fn invalid(message: &str) -> DynoxideError {
    match message.split_once("VALIDATION:").or_else(|| message.split_once("VALIDATION_REQUEST:")) {
        Some((_, message)) => DynoxideError::ValidationException(message.to_owned()),
        None => DynoxideError::SerializationException(message.to_owned()),
    }
}

/// Asks for the capacity by index; yields what the client had asked for.
fn report_capacity(request: &mut Value) -> Option<String> {
    let asked = request.as_object_mut()?.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into())?;
    asked.as_str().map(str::to_owned)
}

/// The capacity reports of an answer: one, a list, or none.
fn reports(answer: &Value) -> &[Value] {
    match &answer["ConsumedCapacity"] {
        Value::Array(reports) => reports,
        Value::Null => &[],
        report => std::slice::from_ref(report),
    }
}

fn count(counters: &Counters, caller: &str, direction: Direction, answer: &Value) {
    for report in reports(answer) {
        let table = report["TableName"].as_str().unwrap_or_default();
        let total = report["CapacityUnits"].as_f64().unwrap_or_default();
        let mut of_indexes = 0.0;
        for kind in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            for (index, units) in report[kind].as_object().into_iter().flatten() {
                let units = units["CapacityUnits"].as_f64().unwrap_or_default();
                counters.consume(caller, &format!("{table}/{index}"), direction, units);
                of_indexes += units;
            }
        }
        counters.consume(caller, table, direction, total - of_indexes);
    }
}

/// Leaves of the capacity report what the client had asked for.
fn strip(answer: &mut Value, asked: Option<&str>) {
    let Some(answer) = answer.as_object_mut() else {
        return;
    };
    match asked {
        Some("INDEXES") => {}
        Some("TOTAL") => {
            let reports = match answer.get_mut("ConsumedCapacity") {
                Some(Value::Array(reports)) => reports.as_mut_slice(),
                Some(report) => std::slice::from_mut(report),
                None => &mut [],
            };
            for report in reports.iter_mut().filter_map(Value::as_object_mut) {
                report.retain(|key, _| key == "TableName" || key.ends_with("CapacityUnits"));
            }
        }
        _ => {
            answer.remove("ConsumedCapacity");
        }
    }
}
