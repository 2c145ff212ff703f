//! The stream of the stock table, as Lambda hands it on: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.

use super::{StoreError, stock};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{LocationId, Sku};
use serde::Deserialize;
use serde_dynamo::Item;
use std::collections::HashMap;

/// A batch of changes of the stock table.
#[derive(Debug, Clone, Deserialize)]
pub struct StockStream {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

/// A change of what may be promised at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMoved {
    pub sku: Sku,
    pub location: LocationId,
    /// Whether less may be promised now.
    pub is_fewer: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Record {
    dynamodb: Images,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    keys: Item,
    #[serde(default)]
    old_image: Option<Item>,
    #[serde(default)]
    new_image: Option<Item>,
}

impl StockStream {
    /// The places where more or less may be promised than before. The other items of the table are passed over.
    pub fn moved(self) -> impl Iterator<Item = StockMoved> {
        self.records.into_iter().filter_map(|record| moved(record.dynamodb))
    }
}

fn moved(Images { keys, old_image, new_image }: Images) -> Option<StockMoved> {
    let place = stock::place_of(&keys.clone().into()).ok()?;
    let promisable = |image: Option<Item>| image.map(|image| promisable(&keys, image)).transpose();
    // A place that is new is told of even if nothing is there: now it is known that nothing is.
    match (promisable(old_image), promisable(new_image)) {
        (Ok(before), Ok(after)) if before == after => None,
        (Ok(before), Ok(after)) => {
            Some(StockMoved { sku: place.sku, location: place.location, is_fewer: after < before })
        }
        (Err(error), _) | (_, Err(error)) => {
            // The batch would come again for a day. Whoever reads the level next fails, too.
            tracing::error!(%error, "a change of stock cannot be read");
            None
        }
    }
}

fn promisable(keys: &Item, image: Item) -> Result<u64, StoreError> {
    let mut item: HashMap<String, AttributeValue> = image.into();
    item.extend(HashMap::from(keys.clone()));
    Ok(stock::level(item)?.promisable())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn record(item: &str, old: Value, new: Value) -> Value {
        let mut images = json!({
            "ApproximateCreationDateTime": 1_764_000_000.0, "SequenceNumber": "1", "SizeBytes": 60,
            "StreamViewType": "NEW_AND_OLD_IMAGES", "Keys": { "sku": { "S": "TEA" }, "item": { "S": item } },
        });
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if !image.is_null() {
                images[name] = image;
            }
        }
        json!({ "eventID": "1", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "dynamodb": images })
    }

    fn moved(records: &[Value]) -> Vec<(String, bool)> {
        let stream: StockStream = serde_json::from_value(json!({ "Records": records })).unwrap();
        stream.moved().map(|moved| (format!("{} at {}", moved.sku, moved.location), moved.is_fewer)).collect()
    }

    fn level(available: i64) -> Value {
        json!({ "available": { "N": available.to_string() }, "backorder": { "BOOL": false }, "on_hand": { "N": "9" } })
    }

    #[test]
    fn a_change_of_what_may_be_promised_is_told_with_its_direction() {
        let at = |old, new| moved(&[record("location#berlin", old, new)]);
        assert_eq!(at(level(5), level(4)), [("TEA at berlin".to_owned(), true)]);
        assert_eq!(at(level(4), level(5)), [("TEA at berlin".to_owned(), false)]);
        // A new place, also an empty one.
        assert_eq!(at(Value::Null, level(0)), [("TEA at berlin".to_owned(), false)]);
        assert_eq!(at(level(4), Value::Null), [("TEA at berlin".to_owned(), true)]);
        let mut closed = level(5);
        closed["recount_since"] = json!({ "S": "2026-11-30T00:00:00Z" });
        assert_eq!(at(level(5), closed.clone()), [("TEA at berlin".to_owned(), true)]);
        let mut promised = level(5);
        promised["backordered"] = json!({ "N": "2" });
        assert_eq!(at(level(5), promised), [("TEA at berlin".to_owned(), true)]);
        assert!(at(closed, level(-3)).is_empty());
    }

    #[test]
    fn what_changes_nothing_for_new_orders_and_what_is_no_level_is_passed_over() {
        let records = [
            record("location#berlin", level(5), level(5)),
            record("location#berlin", level(-1), level(-4)),
            record("movement#00001764000000#1", Value::Null, json!({ "change": { "M": {} } })),
        ];
        assert!(moved(&records).is_empty());
    }
}
