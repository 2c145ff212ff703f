//! What scanners tell: a code, with what its kind and the keyboard have put around it.

use super::{Barcode, text_name};
use crate::gs1;
use std::str::FromStr;

/// What a scanner has read, as it told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedCode(String);

const MAX: usize = 128;

/// Why a text is nothing that a scanner has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} ASCII letters, digits and signs, without blanks", max = MAX)]
pub struct InvalidScan;

text_name!(ScannedCode, InvalidScan);

/// How scanners and keyboards spell the separator of GS1 if they cannot send it.
const SPELLED: [&str; 2] = ["<GS>", "{GS}"];

impl FromStr for ScannedCode {
    type Err = InvalidScan;

    fn from_str(text: &str) -> Result<Self, InvalidScan> {
        let separator = gs1::SEPARATOR.to_string();
        let text = SPELLED.iter().fold(text.to_owned(), |text, spelled| text.replace(spelled, &separator));
        let is_taken = |sign: char| sign.is_ascii_graphic() || sign == gs1::SEPARATOR;
        let has_more = text.chars().any(|sign| sign != gs1::SEPARATOR);
        if has_more && text.len() <= MAX && text.chars().all(is_taken) { Ok(Self(text)) } else { Err(InvalidScan) }
    }
}

impl ScannedCode {
    /// Without what scanners may tell before a code: of which kind it is (`]C1`), and that it is one of GS1.
    pub fn bare(&self) -> &str {
        let is_kind = |kind: &&str| matches!(kind.as_bytes(), [b']', letter, digit] if letter.is_ascii_alphabetic() && digit.is_ascii_digit());
        let bare = match self.0.get(..3).filter(is_kind) {
            Some(kind) => self.0.trim_start_matches(kind),
            None => &self.0,
        };
        let bare = bare.trim_matches(gs1::SEPARATOR);
        if bare.is_empty() { &self.0 } else { bare }
    }

    /// The number of the product (GTIN), if it is an element string of GS1 that has one.
    pub fn gtin(&self) -> Option<&str> {
        gs1::gtin(self.bare())
    }

    /// What it may be the code of, the likeliest first: a shop's own code may look like one of GS1.
    pub fn readings(&self) -> Vec<Barcode> {
        let mut readings: Vec<Barcode> = Vec::new();
        for text in [Some(self.as_str()), Some(self.bare()), self.gtin()].into_iter().flatten() {
            readings.extend(text.parse().ok().filter(|reading| !readings.contains(reading)));
        }
        readings
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ScannedCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ScannedCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX,
            "pattern": "^[!-~\\u001d]*[!-~][!-~\\u001d]*$",
            "description": "What a scanner has read, as it told it: the code of a product, also after its kind (`]C1`); or an element \
                            string of GS1, whose product (01) counts. U+001D separates elements.",
            "examples": ["4006381333931", "]C1010400638133393110LOT-7"],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn readings(text: &str) -> Vec<String> {
        text.parse::<ScannedCode>().unwrap().readings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_code_is_read_as_it_is_first_and_then_without_what_the_scanner_put_around_it() {
        let gtin = "04006381333931";
        for (text, expected) in [
            ("4006381333931", &["4006381333931"][..]),
            ("MUG-BLUE", &["MUG-BLUE"]),
            ("]E04006381333931", &["]E04006381333931", "4006381333931"]),
            ("]C0MUG-BLUE", &["]C0MUG-BLUE", "MUG-BLUE"]),
            ("0104006381333931", &["0104006381333931", gtin]),
            ("]C10104006381333931", &["]C10104006381333931", "0104006381333931", gtin]),
            ("]d2\u{1d}010400638133393110LOT<GS>21S1", &[gtin]),
            ("10LOT{GS}0104006381333931", &[gtin]),
            ("0104006381333930", &["0104006381333930"]),
        ] {
            assert_eq!(readings(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_no_scanner_reads_is_refused() {
        for wrong in ["", "\u{1d}", "<GS>", "1 2", "1\n", "Größe", &"1".repeat(129)] {
            assert!(wrong.parse::<ScannedCode>().is_err(), "{wrong:?}");
        }
        assert!("1".repeat(128).parse::<ScannedCode>().unwrap().readings().is_empty(), "no product has so long a code");
    }
}
