//! Barcodes, as they are printed on goods.

use super::text_name;
use crate::gs1;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A barcode of a product: a number of GS1 (EAN, UPC, GTIN), or a code that the shop prints itself.
///
/// It is kept as it was written. Scanners tell the same number of GS1 with and without zeros before it, so codes are
/// compared by their [`CodeKey`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Barcode(String);

const MAX: usize = 48;

/// Why a text is not a barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} ASCII letters, digits and signs, without blanks", max = MAX)]
pub struct InvalidBarcode;

text_name!(Barcode, InvalidBarcode);

/// What two codes have in common if they are the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeKey(String);

impl fmt::Display for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Barcode {
    type Err = InvalidBarcode;

    fn from_str(text: &str) -> Result<Self, InvalidBarcode> {
        let fits = (1..=MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidBarcode) }
    }
}

impl Barcode {
    /// A number of GS1's lengths counts as one of 14 digits: a UPC-A is an EAN-13 that begins with 0.
    pub fn key(&self) -> CodeKey {
        CodeKey(if self.is_like_gs1() { format!("{:0>14}", self.0) } else { self.0.clone() })
    }

    /// What looks wrong about it. It may be a number of the shop's own all the same.
    pub fn doubt(&self) -> Option<&'static str> {
        let is_wrong = self.is_like_gs1() && !gs1::is_right(&self.0);
        is_wrong.then_some("the check digit is wrong: it was mistyped, or it is a number of your own")
    }

    /// Whether it is as long as GTIN-8, UPC-A, EAN-13 or GTIN-14.
    fn is_like_gs1(&self) -> bool {
        matches!(self.0.len(), 8 | 12 | 13 | 14) && self.0.bytes().all(|byte| byte.is_ascii_digit())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Barcode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Barcode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX,
            "pattern": "^[!-~]+$",
            "description": "What is printed on goods: a number of GS1 (EAN, UPC, GTIN), or a code of your own. Zeros before a number \
                            of GS1 make no difference.",
            "examples": ["4006381333931", "BOX-12"],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> Barcode {
        text.parse().unwrap()
    }

    #[test]
    fn zeros_before_a_number_of_gs1_make_no_difference() {
        let same =
            [("036000291452", "0036000291452"), ("4006381333931", "04006381333931"), ("96385074", "00000096385074")];
        for (one, other) in same {
            assert_eq!(code(one).key(), code(other).key(), "{one}");
            assert_eq!(code(one).as_str(), one, "it is kept as it was written");
        }
        for (one, other) in [("7", "07"), ("12345678901", "012345678901"), ("A7", "0A7"), ("box-1", "BOX-1")] {
            assert_ne!(code(one).key(), code(other).key(), "{one}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_doubted_where_there_is_one() {
        for right in ["96385074", "036000291452", "4006381333931", "10012345678902"] {
            assert_eq!(code(right).doubt(), None, "{right}");
        }
        for wrong in ["96385075", "036000291453", "4006381333930", "10012345678901"] {
            assert!(code(wrong).doubt().is_some(), "{wrong}");
        }
        for own in ["7", "BOX-12", "12345678901", "123456789012345"] {
            assert_eq!(code(own).doubt(), None, "{own}");
        }
    }

    #[test]
    fn a_barcode_is_short_and_has_no_blanks() {
        for wrong in ["", " 1", "1 2", "1\r", "Größe", &"1".repeat(49)] {
            assert!(wrong.parse::<Barcode>().is_err(), "{wrong:?}");
        }
        assert!("1".repeat(48).parse::<Barcode>().is_ok());
    }

    proptest! {
        #[test]
        fn a_key_is_the_key_of_itself(text in "[!-~]{1,48}|[0-9]{8}|[0-9]{12,14}") {
            let key = code(&text).key();
            prop_assert_eq!(code(&key.to_string()).key(), key);
        }

        /// One digit that is read wrong is always noticed.
        #[test]
        fn one_wrong_digit_is_doubted(rest in "[0-9]{12}", at in 0_usize..13, by in 1_u32..10) {
            let right = (0..10).map(|check| format!("{rest}{check}")).find(|text| code(text).doubt().is_none()).unwrap();
            let wrong = right.chars().enumerate().map(|(n, c)| {
                let digit = c.to_digit(10).unwrap();
                char::from_digit(if n == at { (digit + by) % 10 } else { digit }, 10).unwrap()
            });
            prop_assert!(code(&wrong.collect::<String>()).doubt().is_some());
        }
    }
}
