//! The stored tables, read without any function: to check laws, and to let time pass.

use crate::world::World;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::time::Duration;

impl World {
    /// Every item of a table of the template, as plain JSON.
    pub async fn scan(&self, table: &str) -> Vec<Map<String, Value>> {
        self.typed_items(table).await.iter().map(plain_item).collect()
    }

    /// Every item of a table of the template, with DynamoDB's types.
    pub async fn typed_items(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": self.table(table), "ConsistentRead": true });
        loop {
            let page = self.dynamodb("Scan", &request).await;
            items.extend(page["Items"].as_array().unwrap().iter().cloned());
            match page.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return items,
            }
        }
    }

    /// All owed duties: order, item, duties.
    pub async fn owed(&self) -> Vec<String> {
        let owing = self.scan("OrdersTable").await.into_iter().filter(|item| item.contains_key("owed"));
        owing.map(|item| format!("{} {} {}", item["order_id"], item["item"], item["owed"])).collect()
    }

    /// Moves every moment that a function compares with its clock into the past.
    ///
    /// An item that changes at the same moment keeps its time. A caller that needs it moved repeats the call.
    pub async fn time_passes(&self, time: Duration) {
        self.move_moments(time, |_, due| due - time.as_millis()).await;
    }

    /// Lets two minutes pass, and makes everything that is owed look owed for one minute. So reconcile sends it again,
    /// however often it has been tried.
    pub async fn all_turns_come(&self) {
        let time = Duration::from_mins(2);
        let a_minute_ago = u128::try_from(Timestamp::now().as_millisecond()).unwrap() - 61_000;
        let is_owed = |item: &Map<String, Value>| item["due_class"].as_str().unwrap().starts_with("owed");
        self.move_moments(time, |item, due| if is_owed(item) { a_minute_ago } else { due - time.as_millis() }).await;
    }

    async fn move_moments(&self, time: Duration, due_at: impl Fn(&Map<String, Value>, u128) -> u128) {
        for item in self.scan("OrdersTable").await {
            let mut moved = Map::new();
            for name in ["reserved_until", "claimed_at"] {
                if let Some(moment) = item.get(name).filter(|_| item["item"] != "placed") {
                    let moment: Timestamp = moment.as_str().unwrap().parse().unwrap();
                    moved.insert(name.to_owned(), json!({ "S": (moment - time).to_string() }));
                }
            }
            if let Some(holds) = item.get("holds").and_then(Value::as_object) {
                let earlier = |hold: &Value| {
                    let since: Timestamp = hold["since"].as_str().unwrap().parse().unwrap();
                    json!({ "M": { "since": { "S": (since - time).to_string() }, "note": { "S": hold["note"] } } })
                };
                let holds: Map<String, Value> = holds.iter().map(|(why, hold)| (why.clone(), earlier(hold))).collect();
                moved.insert("holds".to_owned(), json!({ "M": holds }));
            }
            if let Some(due) = item.get("due_at") {
                let due: u128 = due.as_str().unwrap().parse().unwrap();
                moved.insert("due_at".to_owned(), json!({ "S": format!("{:014}", due_at(&item, due)) }));
            }
            if !moved.is_empty() {
                self.overwrite(&item, moved).await;
            }
        }
    }

    async fn overwrite(&self, item: &Map<String, Value>, fields: Map<String, Value>) {
        let assign = |name: &String| format!("{name} = :{name}");
        let mut values: Map<String, Value> =
            fields.iter().map(|(name, value)| (format!(":{name}"), value.clone())).collect();
        values.insert(":read".to_owned(), json!({ "N": item["version"].to_string() }));
        let request = json!({
            "TableName": self.table("OrdersTable"),
            "Key": { "order_id": { "S": item["order_id"] }, "item": { "S": item["item"] } },
            "UpdateExpression": format!("SET {}", fields.keys().map(assign).collect::<Vec<_>>().join(", ")),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": values,
        });
        let answer = self.dynamodb("UpdateItem", &request).await;
        let failure = answer["__type"].as_str().unwrap_or_default();
        assert!(failure.is_empty() || failure.ends_with("ConditionalCheckFailedException"), "{answer}");
    }

    /// The name of a table of the template, by its logical id: after a restore another one is in use.
    pub fn table(&self, logical_id: &str) -> String {
        self.stack.system().table_in_use(logical_id)
    }

    pub async fn dynamodb(&self, operation: &str, request: &Value) -> Value {
        let request = orderly_local::http_client()
            .post(self.stack.endpoint())
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .body(request.to_string());
        request.send().await.unwrap().json().await.unwrap()
    }
}

fn plain_item(item: &Value) -> Map<String, Value> {
    item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// An attribute value without its types: `{"S":"a"}` is `"a"`.
fn plain(value: &Value) -> Value {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "N" => value.as_str().unwrap().parse::<i64>().unwrap().into(),
        "NULL" => Value::Null,
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "M" => plain_item(value).into(),
        _ => value.clone(),
    }
}
