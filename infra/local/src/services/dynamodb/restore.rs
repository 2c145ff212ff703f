//! Point-in-time recovery, as far as a rehearsal needs it: a table as it is now becomes a new table under a new name.

use super::{from_value, tables::call};
use dynoxide::{Database, DynoxideError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The tables that can be restored to a point in time. A restored one cannot, until somebody enables it.
#[derive(Debug, Default)]
pub(super) struct Recovery(std::sync::Mutex<BTreeSet<String>>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Restore {
    source_table_name: String,
    target_table_name: String,
    #[serde(default)]
    use_latest_restorable_time: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfTable {
    table_name: String,
    #[serde(default)]
    point_in_time_recovery_specification: Option<Specification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Specification {
    point_in_time_recovery_enabled: bool,
}

impl Recovery {
    pub(super) fn of(tables: impl Iterator<Item = String>) -> Self {
        Self(std::sync::Mutex::new(tables.collect()))
    }

    /// Runs one of the operations. None: it is another one.
    pub(super) fn run(
        &self,
        database: &Database,
        operation: &str,
        body: &[u8],
    ) -> Option<Result<String, DynoxideError>> {
        let request = || serde_json::from_slice(body).map_err(|e| DynoxideError::SerializationException(e.to_string()));
        let answer = match operation {
            "RestoreTableToPointInTime" => request().and_then(from_value).and_then(|asked| restore(database, &asked)),
            "DescribeContinuousBackups" => {
                request().and_then(from_value).and_then(|asked| self.describe(database, &asked))
            }
            "UpdateContinuousBackups" => request().and_then(from_value).and_then(|asked| self.update(database, &asked)),
            _ => return None,
        };
        Some(answer.map(|answer| answer.to_string()))
    }

    fn describe(&self, database: &Database, asked: &OfTable) -> Result<Value, DynoxideError> {
        describe_table(database, &asked.table_name)?;
        let enabled = self.lock().contains(&asked.table_name);
        let status = if enabled { "ENABLED" } else { "DISABLED" };
        let recovery = json!({ "PointInTimeRecoveryStatus": status });
        let description = json!({ "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery });
        Ok(json!({ "ContinuousBackupsDescription": description }))
    }

    fn update(&self, database: &Database, asked: &OfTable) -> Result<Value, DynoxideError> {
        describe_table(database, &asked.table_name)?;
        let enabled = asked
            .point_in_time_recovery_specification
            .as_ref()
            .is_some_and(|wanted| wanted.point_in_time_recovery_enabled);
        if enabled {
            self.lock().insert(asked.table_name.clone());
        } else {
            self.lock().remove(&asked.table_name);
        }
        self.describe(database, asked)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn describe_table(database: &Database, table: &str) -> Result<Value, DynoxideError> {
    call(json!({ "TableName": table }), |input| database.describe_table(input))
}

fn restore(database: &Database, asked: &Restore) -> Result<Value, DynoxideError> {
    if !asked.use_latest_restorable_time {
        let why = "the local stack keeps no earlier moments: ask for UseLatestRestorableTime";
        return Err(DynoxideError::ValidationException(why.to_owned()));
    }
    let (source, target) = (&asked.source_table_name, &asked.target_table_name);
    let mut table = describe_table(database, source)?["Table"].take();
    let mut request = json!({ "TableName": target, "BillingMode": "PAY_PER_REQUEST" });
    request["AttributeDefinitions"] = table["AttributeDefinitions"].take();
    request["KeySchema"] = table["KeySchema"].take();
    let indexes = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten().map(|index| {
        let part = |name: &str| index[name].clone();
        json!({ "IndexName": part("IndexName"), "KeySchema": part("KeySchema"), "Projection": part("Projection") })
    });
    let indexes: Vec<Value> = indexes.collect();
    if !indexes.is_empty() {
        request["GlobalSecondaryIndexes"] = indexes.into();
    }
    let created = call(request, |input| database.create_table(input))?;
    let mut page = json!({ "TableName": source, "ConsistentRead": true });
    loop {
        let mut found = call(page.clone(), |input| database.scan(input))?;
        for item in found["Items"].as_array().into_iter().flatten() {
            call(json!({ "TableName": target, "Item": item }), |input| database.put_item(input))?;
        }
        match found["LastEvaluatedKey"].take() {
            Value::Null => return Ok(created),
            last => page["ExclusiveStartKey"] = last,
        }
    }
}
