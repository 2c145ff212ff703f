//! Who did what and when: the timeline of an order, kept beside the state that it explains.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who caused a change: `storefront:web`, `operator:anna`, `stripe`, `orderly`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// Orderly itself, without anybody asking.
    pub fn orderly() -> Self {
        Self("orderly".into())
    }

    /// A payment provider's event.
    pub fn provider(name: &str) -> Self {
        Self::named(name, "")
    }

    /// Somebody with an API key: the role, and the channel or the key's name.
    pub fn caller(role: &str, name: &str) -> Self {
        Self::named(role, name)
    }

    fn named(kind: &str, name: &str) -> Self {
        // A space separates the fields of an entry.
        let clean = |text: &str| text.replace(|c: char| c.is_whitespace() || c.is_control(), "_");
        match name {
            "" => Self(clean(kind)),
            name => Self(format!("{}:{}", clean(kind), clean(name))),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line of a timeline.
///
/// Stored as one string, `1764000000000 stripe paid 45.00 EUR`: a state is written at every step of
/// an order's life and each kilobyte of it costs a write unit, so names of fields are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Entry {
    pub at: Timestamp,
    pub by: String,
    /// A stable name: `placed`, `paid`, `deducted`, `cancelled`…
    pub what: String,
    /// The rest, for people. Never holds a customer's data.
    pub note: String,
}

impl Entry {
    pub fn new(at: Timestamp, by: &Actor, what: &str, note: impl Into<String>) -> Self {
        debug_assert!(!what.contains(' '), "a space separates the fields");
        Self { at, by: by.0.clone(), what: what.to_owned(), note: note.into() }
    }
}

impl From<Entry> for String {
    fn from(entry: Entry) -> Self {
        let Entry { at, by, what, note } = entry;
        let text = format!("{} {by} {what} {note}", at.as_millisecond());
        text.trim_end().to_owned()
    }
}

impl TryFrom<String> for Entry {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut fields = text.splitn(4, ' ');
        let (Some(at), Some(by), Some(what)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("not a history entry: {text:?}"));
        };
        let at = at.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Self {
            at: at.ok_or_else(|| format!("not a moment in a history entry: {text:?}"))?,
            by: by.to_owned(),
            what: what.to_owned(),
            note: fields.next().unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        for note in ["", "45.00 EUR", "two  spaces"] {
            let by = Actor::caller("operator", "Anna B");
            let entry = Entry::new(Timestamp::from_millisecond(1_764_000_000_123).unwrap(), &by, "held", note);
            assert_eq!(Entry::try_from(String::from(entry.clone())).unwrap(), entry);
        }
    }
}
