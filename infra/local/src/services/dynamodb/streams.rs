//! The change streams of tables: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>.
//!
//! The emulator's own streams keep every record for ever, and look through all of them at each write. These keep a record until all of its
//! readers have it, and nothing of a table that nobody reads. They are in memory: what was not read when the stack ends is lost, which on
//! AWS it is after a day.

use super::{call, read};
use crate::template::{REGION, StreamView, Table, arn};
use dynoxide::{Database, DynoxideError};
use runtime::Clock;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

/// The streams of all tables that somebody reads. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Streams(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// By the table's name.
    streams: BTreeMap<String, Stream>,
    /// Whoever writes into a table that is read holds it, so that the images are those before and after.
    writer: Mutex<()>,
    clock: Clock,
}

#[derive(Debug)]
struct Stream {
    keys: Vec<String>,
    view: StreamView,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    records: VecDeque<Value>,
    /// The number of the first record.
    first: u64,
    /// How far each reader has come.
    readers: BTreeMap<String, u64>,
}

/// Records that a reader has not had yet.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub records: Vec<Value>,
    /// Where the next batch begins.
    next: u64,
}

/// An item that a write names.
struct Touched {
    table: String,
    key: Value,
    before: Value,
}

impl Streams {
    /// The streams of tables. `readers` are the functions that read each.
    pub fn new(tables: &[Table], readers: &BTreeMap<String, BTreeSet<String>>, clock: Clock) -> Self {
        let stream = |table: &Table| {
            let (view, readers) = table.stream.zip(readers.get(&table.name))?;
            let keys = [Some(&table.keys.hash), table.keys.range.as_ref()].into_iter().flatten().cloned().collect();
            let readers = readers.iter().map(|reader| (reader.clone(), 0)).collect();
            let log = Mutex::new(Log { readers, ..Log::default() });
            Some((table.name.clone(), Stream { keys, view, log }))
        };
        let streams = tables.iter().filter_map(stream).collect();
        Self(Arc::new(Inner { streams, writer: Mutex::default(), clock }))
    }

    /// What a reader has not had yet of a table, oldest first.
    pub fn read(&self, table: &str, reader: &str, limit: usize) -> Batch {
        let Some(stream) = self.0.streams.get(table) else { return Batch::default() };
        let log = lock(&stream.log);
        let from = log.readers.get(reader).copied().unwrap_or(log.first);
        let skipped = usize::try_from(from - log.first).unwrap_or(usize::MAX);
        let records: Vec<Value> = log.records.iter().skip(skipped).take(limit).cloned().collect();
        Batch { next: from + records.len() as u64, records }
    }

    /// A reader is done with a batch.
    pub fn done(&self, table: &str, reader: &str, batch: &Batch) {
        let Some(stream) = self.0.streams.get(table) else { return };
        let mut log = lock(&stream.log);
        log.readers.insert(reader.to_owned(), batch.next);
        let all = log.readers.values().min().copied().unwrap_or(batch.next);
        while log.first < all && log.records.pop_front().is_some() {
            log.first += 1;
        }
    }

    /// How many records wait for a reader.
    pub fn waiting(&self) -> usize {
        self.0.streams.values().map(|stream| lock(&stream.log).records.len()).sum()
    }

    /// Runs a request, and records what it changed.
    pub(super) fn record<T>(
        &self,
        database: &Database,
        operation: &str,
        body: &[u8],
        run: impl FnOnce() -> Option<Result<T, DynoxideError>>,
    ) -> Option<Result<T, DynoxideError>> {
        if self.0.streams.is_empty() || !WRITES.contains(&operation) || !self.is_named_in(body) {
            return run();
        }
        let _writer = lock(&self.0.writer);
        let touched = self.touched(database, operation, body);
        let answer = run();
        if matches!(answer, Some(Ok(_))) {
            for Touched { table, key, before } in touched {
                let after = item(database, &table, &key);
                if before != after {
                    self.append(&table, &key, before, after);
                }
            }
        }
        answer
    }

    /// Whether a request may be about a table that is read.
    fn is_named_in(&self, body: &[u8]) -> bool {
        let names = |name: &String| body.windows(name.len()).any(|window| window == name.as_bytes());
        self.0.streams.keys().any(names)
    }

    /// The items of tables that are read that a write names, as they are.
    fn touched(&self, database: &Database, operation: &str, body: &[u8]) -> Vec<Touched> {
        let Ok(request) = read::<Value>(body) else { return Vec::new() };
        let mut named: Vec<(String, Value)> = Vec::new();
        let mut name = |table: &Value, item: &Value| {
            let table = table.as_str().unwrap_or_default();
            // A table may be named by its ARN, too.
            let table = table.rsplit('/').next().unwrap_or_default();
            named.extend(self.key(table, item).map(|key| (table.to_owned(), key)));
        };
        let of = |action: &Value| if action["Key"].is_null() { action["Item"].clone() } else { action["Key"].clone() };
        match operation {
            "TransactWriteItems" => {
                for action in request["TransactItems"].as_array().into_iter().flatten() {
                    for action in action.as_object().into_iter().flat_map(Map::values) {
                        name(&action["TableName"], &of(action));
                    }
                }
            }
            "BatchWriteItem" => {
                for (table, actions) in request["RequestItems"].as_object().into_iter().flatten() {
                    for action in actions.as_array().into_iter().flatten().filter_map(Value::as_object) {
                        action.values().for_each(|action| name(&json!(table), &of(action)));
                    }
                }
            }
            _ => name(&request["TableName"], &of(&request)),
        }
        let touched = |(table, key): (String, Value)| {
            let before = item(database, &table, &key);
            Touched { table, key, before }
        };
        named.into_iter().map(touched).collect()
    }

    /// The key of an item, or of a key, in a table that is read.
    fn key(&self, table: &str, item: &Value) -> Option<Value> {
        let keys = self.0.streams.get(table)?.keys.iter();
        keys.map(|name| Some((name.clone(), item.get(name)?.clone()))).collect::<Option<Map<_, _>>>().map(Value::from)
    }

    fn append(&self, table: &str, key: &Value, before: Value, after: Value) {
        let Some(stream) = self.0.streams.get(table) else { return };
        let name = match (before.is_null(), after.is_null()) {
            (true, _) => "INSERT",
            (_, true) => "REMOVE",
            _ => "MODIFY",
        };
        let mut log = lock(&stream.log);
        let number = log.first + log.records.len() as u64 + 1;
        let mut change = json!({
            "ApproximateCreationDateTime": self.0.clock.now().as_second(),
            "Keys": key,
            "SequenceNumber": format!("{number:021}"),
            "SizeBytes": key.to_string().len() + before.to_string().len() + after.to_string().len(),
            "StreamViewType": stream.view.name(),
        });
        for (image, value) in [("OldImage", before), ("NewImage", after)] {
            if stream.view.has(image) && !value.is_null() {
                change[image] = value;
            }
        }
        log.records.push_back(json!({
            "awsRegion": REGION,
            "dynamodb": change,
            "eventID": format!("{table}-{number}"),
            "eventName": name,
            "eventSource": "aws:dynamodb",
            "eventSourceARN": arn("dynamodb", &format!("table/{table}/stream/local")),
            "eventVersion": "1.1",
        }));
    }
}

/// The operations that change items.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"];

/// An item as it is now; null if there is none.
fn item(database: &Database, table: &str, key: &Value) -> Value {
    let get = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
    let found = call(get, |input| database.get_item(input)).unwrap_or_default();
    found["Item"].clone()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::template::Keys;

    const TABLE: &str = "Stock";

    fn database() -> (Database, Streams) {
        let keys = Keys { hash: "sku".to_owned(), range: Some("item".to_owned()) };
        let attributes = vec!["sku".to_owned(), "item".to_owned()];
        let (indexes, stream) = (Vec::new(), Some(StreamView::NewAndOldImages));
        let tables = [Table { name: TABLE.to_owned(), attributes, keys, indexes, ttl_attribute: None, stream }];
        let database = Database::memory().unwrap();
        super::super::tables::ensure(&database, &tables).unwrap();
        let readers = BTreeMap::from([(TABLE.to_owned(), ["one", "two"].map(str::to_owned).into())]);
        (database, Streams::new(&tables, &readers, Clock::system()))
    }

    fn key(item: &str) -> Value {
        json!({ "sku": { "S": "TEA" }, "item": { "S": item } })
    }

    fn write(database: &Database, streams: &Streams, operation: &str, request: &Value) -> bool {
        let body = request.to_string().into_bytes();
        let run = || super::super::run(database, operation, &body, |_, _| {});
        matches!(streams.record(database, operation, &body, run), Some(Ok(_)))
    }

    fn add(item: &str, units: i64) -> Value {
        json!({
            "TableName": TABLE, "Key": key(item), "UpdateExpression": "ADD units :n",
            "ExpressionAttributeValues": { ":n": { "N": units.to_string() } },
        })
    }

    /// What a reader has not had: the kind of each change, and its units before and after.
    fn read(streams: &Streams, reader: &str) -> Vec<String> {
        let batch = streams.read(TABLE, reader, 100);
        let units =
            |record: &Value, image: &str| record["dynamodb"][image]["units"]["N"].as_str().unwrap_or("-").to_owned();
        let told = |record: &Value| {
            let name = record["eventName"].as_str().unwrap_or_default();
            format!("{name} {} {}", units(record, "OldImage"), units(record, "NewImage"))
        };
        let told = batch.records.iter().map(told).collect();
        streams.done(TABLE, reader, &batch);
        told
    }

    #[test]
    fn every_change_is_told_once_with_what_was_before_and_what_is_after() {
        let (database, streams) = database();
        assert!(write(&database, &streams, "UpdateItem", &add("a", 5)));
        let both = json!({ "TransactItems": [{ "Update": add("a", -2) }, { "Update": add("b", 1) }] });
        assert!(write(&database, &streams, "TransactWriteItems", &both));
        let put = json!({ "RequestItems": { TABLE: [{ "PutRequest": { "Item": {
            "sku": { "S": "TEA" }, "item": { "S": "c" }, "units": { "N": "9" },
        } } }] } });
        assert!(write(&database, &streams, "BatchWriteItem", &put));
        assert!(write(&database, &streams, "DeleteItem", &json!({ "TableName": TABLE, "Key": key("a") })));
        let told = ["INSERT - 5", "MODIFY 5 3", "INSERT - 1", "INSERT - 9", "REMOVE 3 -"];
        assert_eq!(read(&streams, "one"), told);
        assert!(read(&streams, "one").is_empty());
        assert_eq!(streams.waiting(), 5, "the other reader has not had them");
        assert_eq!(read(&streams, "two"), told);
        assert_eq!(streams.waiting(), 0);
    }

    #[test]
    fn what_fails_or_changes_nothing_is_not_told() {
        let (database, streams) = database();
        assert!(write(&database, &streams, "UpdateItem", &add("a", 5)));
        read(&streams, "one");
        let mut refused = add("a", 1);
        refused["ConditionExpression"] = json!("units = :none");
        refused["ExpressionAttributeValues"][":none"] = json!({ "N": "0" });
        let both = json!({ "TransactItems": [{ "Update": add("b", 1) }, { "Update": refused }] });
        assert!(!write(&database, &streams, "TransactWriteItems", &both));
        assert!(write(&database, &streams, "UpdateItem", &add("a", 0)));
        assert!(write(&database, &streams, "GetItem", &json!({ "TableName": TABLE, "Key": key("a") })));
        assert!(read(&streams, "one").is_empty());
    }

    #[test]
    fn a_batch_comes_again_until_it_is_done() {
        let (database, streams) = database();
        for _ in 0..3 {
            write(&database, &streams, "UpdateItem", &add("a", 1));
        }
        let first = streams.read(TABLE, "one", 2);
        assert_eq!((first.records.len(), streams.read(TABLE, "one", 2).records), (2, first.records.clone()));
        streams.done(TABLE, "one", &first);
        assert_eq!(read(&streams, "one"), ["MODIFY 2 3"]);
    }
}
