//! The fields of Mollie's objects. One that is missing or malformed is named in the error.

use api::{Code, Problem};
use domain::ids::ProviderId;
use jiff::Timestamp;
use serde_json::Value;

pub(super) use api::Error;

pub(super) fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Error> {
    object[field].as_str().ok_or_else(|| malformed(field))
}

/// The id of a refund, capture or chargeback. It must be a short name, so that a ledger has room for it.
pub(super) fn id(object: &Value) -> Result<String, Error> {
    let id: ProviderId = text(object, "id")?.parse().map_err(|_| malformed("id"))?;
    Ok(id.into())
}

/// A time in ISO 8601.
pub(super) fn moment(object: &Value, field: &str) -> Result<Timestamp, Error> {
    optional_moment(object, field)?.ok_or_else(|| malformed(field))
}

/// A time that has not come yet where it is absent or null.
pub(super) fn optional_moment(object: &Value, field: &str) -> Result<Option<Timestamp>, Error> {
    match &object[field] {
        Value::Null => Ok(None),
        value => value.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| malformed(field)),
    }
}

/// What is embedded in a payment under a name. None: it is not embedded.
pub(super) fn embedded<'a>(payment: &'a Value, name: &str) -> Result<Option<&'a [Value]>, Error> {
    match &payment["_embedded"][name] {
        Value::Null => Ok(None),
        Value::Array(list) => Ok(Some(list)),
        _ => Err(malformed(name)),
    }
}

/// A code for people and programs: whatever else Mollie writes may hold a customer's data.
pub(super) fn code(text: &str) -> String {
    crate::fields::word(text, "_-")
}

/// A genuine object without a required field. It is kept until somebody has looked.
pub(super) fn malformed(field: &str) -> Error {
    Problem::new(Code::MalformedEvent, format!("the {field} that Mollie tells is missing or malformed")).into()
}
