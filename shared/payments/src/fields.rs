//! What the fields of all providers' objects have in common. One that is missing or malformed is named in the error.

use api::{Code, Error, Problem};
use domain::ledger::Case;
use jiff::Timestamp;
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

/// What is told of a dispute for people. What of it cannot be read is left out: the money does not depend on it.
pub(crate) fn case(reason: &Value, due_by: Option<Timestamp>, answered: bool) -> Case {
    let reason = word(reason.as_str().unwrap_or_default(), "_-.");
    Case { due_by, answered, reason: Some(reason).filter(|reason| !reason.is_empty()) }
}

/// A time in RFC 3339. None: there is none, or it cannot be read.
pub(crate) fn told_time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
