//! The stream of the stock table, as Lambda hands it on: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.

use super::keys::LOCATION;
use domain::ids::{LocationId, Sku};
use serde::Deserialize;

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
    keys: Keys,
    #[serde(default)]
    old_image: Option<Level>,
    #[serde(default)]
    new_image: Option<Level>,
}

#[derive(Debug, Clone, Deserialize)]
struct Keys {
    sku: Attribute,
    item: Attribute,
}

/// What new orders depend on. Buckets that were never touched are absent.
#[derive(Debug, Clone, Deserialize)]
struct Level {
    #[serde(default)]
    available: Attribute,
    #[serde(default)]
    backordered: Attribute,
    #[serde(default)]
    recount_since: Option<Attribute>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE", default)]
struct Attribute {
    s: String,
    n: String,
}

impl StockStream {
    /// The places where more or less may be promised than before. The other items of the table are passed over.
    pub fn moved(&self) -> impl Iterator<Item = StockMoved> {
        self.records.iter().filter_map(|record| moved(&record.dynamodb))
    }
}

fn moved(Images { keys, old_image, new_image }: &Images) -> Option<StockMoved> {
    let location = keys.item.s.strip_prefix(LOCATION)?.parse().ok()?;
    let promisable = |image: &Option<Level>| image.as_ref().map(Level::promisable);
    // A place that is new is told of even if nothing is there: now it is known that nothing is.
    let (before, after) = (promisable(old_image), promisable(new_image));
    (before != after).then_some(StockMoved { sku: keys.sku.s.parse().ok()?, location, is_fewer: after < before })
}

impl Level {
    /// As [`domain::stock::StockLevel::promisable`] has it.
    fn promisable(&self) -> u64 {
        let number = |of: &Attribute| of.n.parse::<i64>().unwrap_or_default();
        let free = if self.recount_since.is_some() { 0 } else { number(&self.available) - number(&self.backordered) };
        free.max(0).unsigned_abs()
    }
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
