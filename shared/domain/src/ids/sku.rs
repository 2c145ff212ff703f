//! SKUs, as merchants have them.

use super::text_name;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A stock keeping unit, as the merchant names it.
///
/// It has letters and digits of any script, blanks, and the punctuation that is safe wherever a SKU goes. API Gateway cuts a
/// path at a decoded `?`, and a spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula.
///
/// One SKU has one form, so that a storefront and a receipt of goods mean the same one: blanks around it are dropped, several
/// inside are one, and letters are composed (Unicode NFC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sku(String);

const MAX: usize = 64;

/// Besides letters, digits and blanks.
const ALSO: &str = "-_./+&,:()'*";

/// Why a text is not a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be 1 to {max} letters, digits, blanks and {also}, begin with a letter or digit, and have one beside each /",
    max = MAX,
    also = ALSO
)]
pub struct InvalidSku;

text_name!(Sku, InvalidSku);

impl FromStr for Sku {
    type Err = InvalidSku;

    fn from_str(text: &str) -> Result<Self, InvalidSku> {
        let text = in_one_form(text);
        let begins = text.starts_with(char::is_alphanumeric);
        // No part is empty, `.` or `..`, which addresses would lose.
        let has_parts = text.split('/').all(|part| part.contains(char::is_alphanumeric));
        let is_short = text.chars().count() <= MAX;
        if begins && has_parts && is_short && text.chars().all(is_allowed) { Ok(Self(text)) } else { Err(InvalidSku) }
    }
}

/// What stands for goods that the merchant has given no SKU.
const NONE: &str = "NO-SKU";

impl Sku {
    /// One of our own, which is known to fit.
    pub(crate) fn literal(sku: &'static str) -> Self {
        debug_assert!(sku.parse::<Self>().is_ok());
        Self(sku.to_owned())
    }

    /// A SKU that no goods have, for what a sales channel sells without one. `listing`: what the channel calls it.
    pub(crate) fn standing_for(listing: &str) -> Self {
        format!("{NONE}/{listing}").parse().unwrap_or_else(|_| Self::literal(NONE))
    }

    /// Whether it stands for goods that have none.
    pub fn is_none_told(&self) -> bool {
        self.0 == NONE || self.0.strip_prefix(NONE).is_some_and(|rest| rest.starts_with('/'))
    }
}

fn in_one_form(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned(); // almost every one, each time that a stored order is read
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_ascii() { text } else { ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned() }
}

fn is_allowed(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == ' ' || ALSO.contains(c);
    }
    (c.is_alphanumeric() || is_mark(c)) && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether it is written onto the letter before it, as in Thai or Hindi.
fn is_mark(c: char) -> bool {
    use GeneralCategory::{NonspacingMark, SpacingMark};
    matches!(CodePointMapData::<GeneralCategory>::new().get(c), NonspacingMark | SpacingMark)
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Sku {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sku".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX,
            // Patterns know no letters of all scripts: what none of them is.
            "pattern": r##"^[^\x00-\x1f!"#$%;<=>?@\[\\\]^`{|}~\x7f]+$"##,
            "description": format!("A stock keeping unit: letters and digits of any script, blanks and `{ALSO}`."),
            "examples": ["TEE-NAVY-M", "Größe 42/blau"],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sku(text: &str) -> Option<String> {
        text.parse::<Sku>().ok().map(String::from)
    }

    #[test]
    fn a_sku_is_written_as_merchants_write_it() {
        let longest = "ß".repeat(MAX);
        for good in [
            "TEE-M.01_a",
            "Größe 42/blau",
            "茶-250 g",
            "ชา ดำ",
            "เบียร์",
            "ខ្មែរ",
            "चाय/100",
            "M8 x 40 (A2)",
            "O'Neill & Co",
            &longest,
        ] {
            assert_eq!(sku(good).as_deref(), Some(good));
        }
    }

    #[test]
    fn what_a_path_a_table_or_a_person_would_lose_is_refused() {
        let too_long = "x".repeat(MAX + 1);
        let table = [
            "",
            " ",
            "a\u{0}",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{3164}",
            "a\u{fe0f}",
            "a?b",
            "a#b",
            "50%",
            "a\\b",
            "a\"b",
            "<b>",
            "a;b",
            "☕",
            "=1",
            "-1",
            "+1",
            "@a",
            ".",
            "..",
            "a/..",
            "/a",
            "a/",
            "a//b",
            &too_long,
        ];
        for bad in table {
            assert_eq!(sku(bad), None, "{bad:?}");
        }
        let why = "must be 1 to 64 letters, digits, blanks and -_./+&,:()'*, begin with a letter or digit, and have one beside each /";
        assert_eq!("a?b".parse::<Sku>().unwrap_err().to_string(), why);
    }

    #[test]
    fn a_sku_has_one_form() {
        for (one, same) in [("  a \u{a0}\t b\n", "a b"), ("Gro\u{308}ße", "Größe"), ("e\u{301}", "é")] {
            assert_eq!(sku(one).as_deref(), Some(same), "{one:?}");
        }
        assert_ne!(sku("tee"), sku("TEE"));
    }
}
