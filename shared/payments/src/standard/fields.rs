//! The fields of an event. A wrong one is named to people, with what it is and what it must be.

use api::{Code, Error, Problem};
use domain::{
    ids::ProviderId,
    money::{Amount, Currency, MAX_AMOUNT},
};
use jiff::Timestamp;
use serde_json::Value;
use std::str::FromStr;

/// The fields of an object, by their path in the event. An absent field and one that is null are the same.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Value,
    /// `data.`, or nothing at the top.
    path: &'static str,
}

impl<'a> Fields<'a> {
    /// The event itself.
    pub(super) fn of_event(event: &'a Value) -> Result<Self, Error> {
        if !event.is_object() {
            return Err(wrong("the event", event, "an object with type, timestamp and data"));
        }
        Ok(Self { object: event, path: "" })
    }

    /// Its `data`.
    pub(super) fn data(self) -> Result<Self, Error> {
        let data = &self.object["data"];
        if !data.is_object() {
            return Err(wrong("data", data, "an object with the fields of the event's type"));
        }
        Ok(Self { object: data, path: "data." })
    }

    /// A field that must be there. `read` takes what `expected` describes.
    fn required<T>(self, name: &str, expected: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<T, Error> {
        let value = &self.object[name];
        read(value).ok_or_else(|| wrong(&format!("{}{name}", self.path), value, expected))
    }

    /// The same for a field that may be absent.
    fn optional<T>(
        self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        if self.object[name].is_null() { Ok(None) } else { self.required(name, expected, read).map(Some) }
    }

    pub(super) fn kind(self) -> Result<&'a str, Error> {
        self.required("type", "the type of the event, such as payment.captured", Value::as_str)
    }

    pub(super) fn id(self, name: &str) -> Result<ProviderId, Error> {
        self.required(name, "an id of 1 to 128 letters, digits, _ and -", parsed)
    }

    /// In minor units, as everywhere in Orderly's API.
    pub(super) fn amount(self) -> Result<Amount, Error> {
        let expected = format!("a whole number of minor units from 0 to {MAX_AMOUNT}, such as 2900 for 29.00 EUR");
        let read = |value: &Value| value.as_i64().filter(|amount| (0..=MAX_AMOUNT).contains(amount));
        self.required("amount", &expected, read)
    }

    pub(super) fn currency(self) -> Result<Currency, Error> {
        self.required("currency", CURRENCY, parsed)
    }

    /// The currency of an event without an amount.
    pub(super) fn optional_currency(self) -> Result<Option<Currency>, Error> {
        self.optional("currency", CURRENCY, parsed)
    }

    /// When it happened. Nothing is told before it happens, so `latest` shows a clock or a time zone that is wrong. A later
    /// word counts more than an earlier one, so such a time would keep the truth away.
    pub(super) fn moment(self, latest: Timestamp) -> Result<Timestamp, Error> {
        let at: Timestamp = self.required("timestamp", MOMENT, parsed)?;
        if at > latest {
            let why = "timestamp is in the future; it must be when the event happened, in UTC or with its offset";
            return Err(malformed(why));
        }
        Ok(at)
    }

    pub(super) fn until(self) -> Result<Option<Timestamp>, Error> {
        self.optional("until", MOMENT, parsed)
    }

    /// Whether an authorization may be captured in several parts. Absent: it is captured once.
    pub(super) fn several_captures(self) -> Result<bool, Error> {
        self.optional("several_captures", "true or false", Value::as_bool).map(|several| several == Some(true))
    }

    /// Until when evidence may be given for a dispute.
    pub(super) fn due_by(self) -> Result<Option<Timestamp>, Error> {
        self.optional("due_by", MOMENT, parsed)
    }

    /// Whether evidence was given for a dispute. Absent: it was not.
    pub(super) fn answered(self) -> Result<bool, Error> {
        self.optional("answered", "true or false", Value::as_bool).map(|answered| answered == Some(true))
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(self, name: &str, words: &[(&str, T)]) -> Result<T, Error> {
        let read = |value: &Value| {
            let text = value.as_str()?;
            words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
        };
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.required(name, &format!("one of {}", known.join(", ")), read)
    }

    /// Why a payment failed: a name for programs, so that no sentence about a customer gets into the order's timeline.
    pub(super) fn code(self) -> Result<Option<&'a str>, Error> {
        self.name_for_programs("code", "card_declined")
    }

    /// Why the customer disputes a payment: such a name too.
    pub(super) fn reason(self) -> Result<Option<&'a str>, Error> {
        self.name_for_programs("reason", "fraudulent")
    }

    fn name_for_programs(self, name: &str, example: &str) -> Result<Option<&'a str>, Error> {
        let is_code = |text: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            (1..=64).contains(&text.len()) && text.bytes().all(plain)
        };
        let expected = format!("a code of 1 to 64 letters, digits, _ and -, such as {example}");
        self.optional(name, &expected, |value| value.as_str().filter(is_code))
    }

    /// An id in the form that Orderly gave to it.
    pub(super) fn given<T: FromStr>(self, name: &str, expected: &str) -> Result<Option<T>, Error> {
        self.optional(name, expected, parsed)
    }

    pub(super) fn attempt(self) -> Result<Option<u32>, Error> {
        let read = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|n| *n > 0);
        self.optional("attempt", "the number of the attempt that Orderly told, from 1", read)
    }

    pub(super) fn order_id(self) -> Result<Option<&'a str>, Error> {
        let read = |value: &'a Value| value.as_str().filter(|text| (1..=MAX_ORDER_ID).contains(&text.chars().count()));
        self.optional("order_id", "the id of an order, at most 128 characters", read)
    }

    /// Whether it is about real money. Absent: it is.
    pub(super) fn live(self) -> Result<bool, Error> {
        self.optional("livemode", "true or false", Value::as_bool).map(|live| live.unwrap_or(true))
    }
}

const CURRENCY: &str = "an active ISO 4217 code in upper case, such as EUR";
const MOMENT: &str = "a time with an offset, such as 2026-11-29T10:00:00Z (RFC 3339)";
/// No channel's order has a longer id of its own.
pub(super) const MAX_ORDER_ID: usize = 128;

fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// Says what a value is, and not its content, which may be about a customer.
fn wrong(path: &str, value: &Value, expected: &str) -> Error {
    let found = match value {
        Value::Null => "missing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    malformed(&format!("{path} is {found}; it must be {expected}"))
}

/// A genuine event that says something else than its type must.
pub(super) fn malformed(why: &str) -> Error {
    Problem::new(Code::MalformedEvent, why).into()
}
