//! Copies of an order, written beside it: many orders in little time.

use crate::{error::BenchError, world::World};
use orderly_local::client::ClientError;
use serde_json::{Value, json};

/// The most items that DynamoDB accepts in one request.
const BATCH: usize = 25;
/// The number of characters in an order's id, after `ord_`, that distinguish copies. They are base 32.
const NUMBER: std::ops::Range<usize> = 4..12;

/// The items of an order, as the model for copies.
pub struct Pattern {
    database: Database,
    id: String,
    /// By table, each item as DynamoDB's JSON.
    items: Vec<(&'static str, String)>,
}

impl Pattern {
    pub async fn take(world: &World) -> Result<Self, BenchError> {
        let database = Database { http: orderly_local::http_client(), url: world.stack.endpoint().to_owned() };
        let orders = database.ask("Scan", &json!({ "TableName": "OrdersTable" })).await?;
        let all = orders["Items"].as_array().cloned().unwrap_or_default();
        let id = all.first().and_then(|item| item["order_id"]["S"].as_str());
        let id = id.ok_or_else(|| BenchError::odd("a delivered order", &orders))?.to_owned();
        let payments = database.ask("Scan", &json!({ "TableName": "PaymentsTable" })).await?;
        let payments = payments["Items"].as_array().cloned().unwrap_or_default();
        let orders = all.into_iter().map(|item| ("OrdersTable", item.to_string()));
        let payments = payments.into_iter().map(|item| ("PaymentsTable", item.to_string()));
        let items = orders.chain(payments).filter(|(_, item)| item.contains(&id)).collect();
        Ok(Self { database, id, items })
    }

    pub async fn copy(&self, numbers: std::ops::Range<usize>) -> Result<(), BenchError> {
        let copy = |number: usize| {
            let id = renamed(&self.id, number);
            self.items.iter().map(move |(table, item)| (*table, item.replace(&self.id, &id)))
        };
        let mut batch: Vec<(&str, String)> = Vec::new();
        for item in numbers.flat_map(copy) {
            batch.push(item);
            if batch.len() == BATCH {
                self.database.write(std::mem::take(&mut batch)).await?;
            }
        }
        if batch.is_empty() { Ok(()) } else { self.database.write(batch).await }
    }
}

/// The id with a number inserted.
fn renamed(id: &str, number: usize) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut renamed = id.to_owned().into_bytes();
    let mut rest = number;
    for digit in renamed.get_mut(NUMBER).into_iter().flatten().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    String::from_utf8(renamed).unwrap_or_default()
}

/// A client of the emulator without a function's access key.
struct Database {
    http: reqwest::Client,
    url: String,
}

impl Database {
    async fn ask(&self, operation: &str, body: &Value) -> Result<Value, ClientError> {
        let target = format!("DynamoDB_20120810.{operation}");
        let answer = self.http.post(&self.url).header("x-amz-target", target).json(body).send().await?;
        Ok(answer.json().await?)
    }

    async fn write(&self, batch: Vec<(&str, String)>) -> Result<(), BenchError> {
        let mut requests: serde_json::Map<String, Value> = serde_json::Map::new();
        for (table, item) in batch {
            let item: Value = serde_json::from_str(&item).unwrap_or_default();
            let put = json!({ "PutRequest": { "Item": item } });
            if let Some(puts) = requests.entry(table).or_insert_with(|| json!([])).as_array_mut() {
                puts.push(put);
            }
        }
        let answer = self.ask("BatchWriteItem", &json!({ "RequestItems": requests })).await?;
        match answer["UnprocessedItems"].as_object() {
            Some(items) if items.is_empty() => Ok(()),
            _ => Err(BenchError::odd("all items written", &answer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_ids_of_their_own() {
        let id = "ord_wjpfrmz7w6o4ws7wrei3b5vmoy";
        let copies: std::collections::BTreeSet<String> = (0..2_000).map(|number| renamed(id, number)).collect();
        assert_eq!(copies.len(), 2_000);
        assert!(copies.iter().all(|copy| copy.len() == id.len() && copy.starts_with("ord_")));
        assert_eq!(renamed(id, 33), "ord_aaaaaabbw6o4ws7wrei3b5vmoy");
    }
}
