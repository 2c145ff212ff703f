//! What the fields of all providers' objects have in common. One that is missing or malformed is named in the error.

use api::{Code, Error, Problem};
use serde_json::Value;

pub(crate) fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Error> {
    object[field].as_str().ok_or_else(|| malformed(field))
}

/// A genuine object without a required field. It is kept until somebody has looked.
pub(crate) fn malformed(field: &str) -> Error {
    Problem::new(Code::MalformedEvent, format!("the event's {field} is missing or malformed")).into()
}

/// A code of the provider's: letters, digits and what `also` names, cut down to what can be no sentence about a customer.
pub(crate) fn word(text: &str, also: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || also.contains(*c)).take(64).collect()
}
