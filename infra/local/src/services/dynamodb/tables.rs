//! Tables as the template declares them: created once, and compared at every start.

use super::from_value;
use crate::template::{Keys, Projection, Table};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot open the local database")]
    Open(#[source] DynoxideError),
    #[error("cannot create the table {table}")]
    Create {
        table: String,
        #[source]
        source: DynoxideError,
    },
    #[error(
        "the table {table} on this machine is not the template's: {part} is `{found}` here and `{declared}` there. \
         `cargo run -- reset` empties the local data and makes it anew"
    )]
    Differs { table: String, part: String, found: String, declared: String },
}

/// Creates each declared table that is missing. An existing table must match its declaration.
pub(super) fn ensure(database: &Database, declared: &[Table]) -> Result<(), TableError> {
    for table in declared {
        let failed = |source| TableError::Create { table: table.name.clone(), source };
        let named = || json!({"TableName": table.name});
        match call(named(), |input| database.describe_table(input)) {
            Ok(found) => {
                let ttl = call(named(), |input| database.describe_time_to_live(input)).map_err(failed)?;
                compare(table, &found["Table"], &ttl["TimeToLiveDescription"])?;
            }
            Err(DynoxideError::ResourceNotFoundException(_)) => {
                create(database, table).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

fn create(database: &Database, table: &Table) -> Result<(), DynoxideError> {
    let attributes = table.attributes.iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"}));
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes.collect::<Vec<_>>(),
        "KeySchema": key_schema(&table.keys),
    });
    if !table.indexes.is_empty() {
        let indexes = table.indexes.iter().map(|index| {
            json!({
                "IndexName": index.name,
                "KeySchema": key_schema(&index.keys),
                "Projection": projection(&index.projection),
            })
        });
        request["GlobalSecondaryIndexes"] = indexes.collect();
    }
    call(request, |input| database.create_table(input))?;
    if let Some(attribute) = &table.ttl_attribute {
        let ttl = json!({"AttributeName": attribute, "Enabled": true});
        let request = json!({"TableName": table.name, "TimeToLiveSpecification": ttl});
        call(request, |input| database.update_time_to_live(input))?;
    }
    Ok(())
}

/// Runs one action of the emulator on JSON values.
pub(super) fn call<I: DeserializeOwned, O: Serialize>(
    request: Value,
    action: impl FnOnce(I) -> dynoxide::Result<O>,
) -> Result<Value, DynoxideError> {
    let answer = action(from_value(request)?)?;
    serde_json::to_value(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

fn key_schema(keys: &Keys) -> Value {
    let hash = json!({"AttributeName": keys.hash, "KeyType": "HASH"});
    let range = keys.range.as_ref().map(|name| json!({"AttributeName": name, "KeyType": "RANGE"}));
    std::iter::once(hash).chain(range).collect()
}

fn projection(projection: &Projection) -> Value {
    match projection {
        Projection::All => json!({"ProjectionType": "ALL"}),
        Projection::KeysOnly => json!({"ProjectionType": "KEYS_ONLY"}),
        Projection::Include(attributes) => {
            json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": attributes})
        }
    }
}

/// A table's properties, each as text for an error message.
type Shape = BTreeMap<String, String>;

fn compare(table: &Table, found: &Value, ttl: &Value) -> Result<(), TableError> {
    let declared = declared_shape(table);
    let found = found_shape(found, ttl);
    let part = declared.keys().chain(found.keys()).find(|part| declared.get(*part) != found.get(*part));
    let Some(part) = part else { return Ok(()) };
    let show = |shape: &Shape| shape.get(part).cloned().unwrap_or_else(|| "none".to_owned());
    Err(TableError::Differs {
        table: table.name.clone(),
        part: part.clone(),
        found: show(&found),
        declared: show(&declared),
    })
}

fn declared_shape(table: &Table) -> Shape {
    let mut shape = Shape::from([("the key".to_owned(), show_keys(&key_schema(&table.keys)))]);
    for index in &table.indexes {
        shape.insert(
            format!("the index {}", index.name),
            format!("{} with {}", show_keys(&key_schema(&index.keys)), show_projection(&projection(&index.projection))),
        );
    }
    if let Some(attribute) = &table.ttl_attribute {
        shape.insert("the time to live".to_owned(), attribute.clone());
    }
    shape
}

fn found_shape(table: &Value, ttl: &Value) -> Shape {
    let mut shape = Shape::from([("the key".to_owned(), show_keys(&table["KeySchema"]))]);
    for index in table["GlobalSecondaryIndexes"].as_array().into_iter().flatten() {
        let name = index["IndexName"].as_str().unwrap_or_default();
        let text = format!("{} with {}", show_keys(&index["KeySchema"]), show_projection(&index["Projection"]));
        shape.insert(format!("the index {name}"), text);
    }
    if let Some(attribute) = ttl["AttributeName"].as_str().filter(|_| ttl["TimeToLiveStatus"] == "ENABLED") {
        shape.insert("the time to live".to_owned(), attribute.to_owned());
    }
    shape
}

fn show_keys(schema: &Value) -> String {
    let names = schema.as_array().into_iter().flatten().filter_map(|key| key["AttributeName"].as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn show_projection(projection: &Value) -> String {
    let mut attributes: Vec<&str> =
        projection["NonKeyAttributes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    attributes.sort_unstable();
    let kind = projection["ProjectionType"].as_str().unwrap_or_default();
    if attributes.is_empty() { kind.to_owned() } else { format!("{kind} {}", attributes.join(", ")) }
}
