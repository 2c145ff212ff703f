//! What the fields of all services' bodies have in common. One that is missing or malformed is named in the error.

use crate::words;
use api::{Code, Error, Problem};
use serde_json::Value;

/// The number of a parcel, which must be there.
pub(crate) fn number(object: &Value, field: &str) -> Result<String, Error> {
    let number = words::name(text(object, field));
    if number.is_empty() { Err(malformed(field)) } else { Ok(number) }
}

/// A text; empty if there is none.
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

/// The objects of a list; none if there is none.
pub(crate) fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

/// A genuine body without a required field. It is told to people, with the body.
pub(crate) fn malformed(field: &str) -> Error {
    Problem::new(Code::MalformedEvent, format!("the event's {field} is missing or malformed")).into()
}
