//! What the fields of WooCommerce's objects have in common. What is absent is often `""`, and a number may be a text: plugins write
//! what they like.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value;

/// The most characters of a word of WooCommerce's own.
const MAX_WORD: usize = 64;
/// No shop of ours sold anything before. An earlier time is a default that nobody filled in.
const FIRST: Timestamp = Timestamp::constant(946_684_800, 0);

/// A text without blanks around it; empty if there is none.
pub(crate) fn text(object: &Value, field: &str) -> String {
    match &object[field] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The same, if there is one.
pub(crate) fn some_text(object: &Value, field: &str) -> Option<String> {
    Some(text(object, field)).filter(|text| !text.is_empty())
}

/// The objects of a list; none if there is none.
pub(crate) fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

/// An id: a whole number above 0, or the same as text. 0 stands for nothing.
pub(crate) fn id(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    is_id(&text).then_some(text)
}

/// Whether a text can be an id. Nothing else is put into a path.
pub(crate) fn is_id(text: &str) -> bool {
    /// As many digits as a database counts to.
    const MAX_DIGITS: usize = 20;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && text.len() <= MAX_DIGITS && !text.starts_with('0') && !text.is_empty()
}

/// A time, which WooCommerce writes in UTC without saying so in the fields that end in `_gmt`.
pub(crate) fn utc(object: &Value, field: &str) -> Option<Timestamp> {
    let text = object[field].as_str()?.trim();
    let local = |text: &str| TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok();
    let at = text.parse().ok().or_else(|| local(text))?;
    (at >= FIRST).then_some(at)
}

/// The value of a plugin's, or WooCommerce's own, field beside the others.
pub(crate) fn meta<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    list(object, "meta_data").iter().find(|meta| meta["key"] == key).map(|meta| &meta["value"])
}

/// How many of something there are. Plugins may count in parts.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| truncated(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok().or_else(|| truncated(text.trim().parse().ok()?)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[allow(clippy::cast_possible_truncation)] // what is beyond the range ends at its edge
fn truncated(number: f64) -> Option<i64> {
    number.is_finite().then_some(number.trunc() as i64)
}

/// A word of WooCommerce's own, cut down to what can be no sentence about a customer.
pub(crate) fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(MAX_WORD).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_a_number_above_0_however_it_is_written() {
        for (value, read) in [
            (json!(41), Some("41")),
            (json!("41"), Some("41")),
            (json!(u64::MAX), Some("18446744073709551615")),
            (json!(0), None),
            (json!("0"), None),
            (json!("041"), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("41/../42"), None),
            (json!(""), None),
            (json!("1".repeat(21)), None),
            (json!([41]), None),
            (json!(null), None),
        ] {
            assert_eq!(id(&value).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_in_utc() {
        let at: Timestamp = "2026-11-27T11:43:44Z".parse().unwrap();
        for (text, read) in [
            ("2026-11-27T11:43:44", Some(at)),
            ("2026-11-27 11:43:44", Some(at)),
            ("2026-11-27T11:43:44Z", Some(at)),
            ("2026-11-27T13:43:44+02:00", Some(at)),
            ("0000-00-00 00:00:00", None),
            ("-0001-11-30T00:00:00", None),
            ("1970-01-01T00:00:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(utc(&json!({ "t": text }), "t"), read, "{text}");
        }
        assert_eq!(utc(&json!({"t": null}), "t"), None);
    }

    #[test]
    fn a_quantity_is_whole_or_is_cut() {
        for (value, read) in [
            (json!(47), Some(47)),
            (json!(-2), Some(-2)),
            (json!("47"), Some(47)),
            (json!(4.9), Some(4)),
            (json!("-4.9"), Some(-4)),
            (json!(1e300), Some(i64::MAX)),
            (json!(null), None),
            (json!(""), None),
            (json!("NaN"), None),
            (json!("many"), None),
        ] {
            assert_eq!(whole(&value), read, "{value}");
        }
    }
}
