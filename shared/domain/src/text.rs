//! Texts that people write, with their limits in their types.

use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref, str::FromStr};

/// A text of `MIN` to `MAX` characters, trimmed and without control characters. Its parser, its JSON Schema and the message
/// about it all come from here, so a limit is written once: where the field is declared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// What people and things are called: a customer, a street, a product.
pub type Name = Text<1, 200>;
/// Why something is done, as people tell it.
pub type Reason = Text<1, 200>;

/// Why a text is not one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a text of {min} to {max} characters, without control characters")]
pub struct InvalidText {
    min: usize,
    max: usize,
}

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One of our own, which is known to fit.
    pub fn literal(text: &'static str) -> Self {
        debug_assert!(text.parse::<Self>().is_ok());
        Self(text.to_owned())
    }
}

impl<const MIN: usize, const MAX: usize> FromStr for Text<MIN, MAX> {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        if !(MIN..=MAX).contains(&text.chars().count()) || text.chars().any(char::is_control) {
            return Err(InvalidText { min: MIN, max: MAX });
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> PartialEq<&str> for Text<MIN, MAX> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// In tests, where a literal is its own proof.
#[cfg(any(test, feature = "fixtures"))]
#[allow(clippy::unwrap_used)]
impl<const MIN: usize, const MAX: usize> From<&str> for Text<MIN, MAX> {
    fn from(text: &str) -> Self {
        text.parse().unwrap()
    }
}

#[cfg(feature = "schema")]
impl<const MIN: usize, const MAX: usize> schemars::JsonSchema for Text<MIN, MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Text{MIN}To{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": MIN, "maxLength": MAX })
    }
}

#[cfg(test)]
mod tests;
