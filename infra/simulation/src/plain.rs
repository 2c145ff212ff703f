//! DynamoDB's items without the types of their attributes.

use serde_json::{Map, Value};

pub fn plain_item(item: &Value) -> Map<String, Value> {
    item.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// An attribute value without its types: `{"S":"a"}` is `"a"`.
fn plain(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return Value::Null };
    match kind.as_str() {
        "N" => value.as_str().and_then(|number| number.parse::<i64>().ok()).into(),
        "NULL" => Value::Null,
        "L" => value.as_array().into_iter().flatten().map(plain).collect(),
        "M" => plain_item(value).into(),
        _ => value.clone(),
    }
}
