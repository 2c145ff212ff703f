//! JSON as PHP writes it: slashes and everything beyond ASCII are escaped, and a whole number has no `.0`.

use serde::Serialize as _;
use serde_json::{
    Value,
    ser::{Formatter, Serializer},
};
use std::io::{self, Write};

struct Php;

impl Formatter for Php {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let text = value.to_string();
        writer.write_all(text.as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for letter in fragment.chars() {
            match letter {
                '/' => writer.write_all(b"\\/")?,
                _ if letter.is_ascii() => write!(writer, "{letter}")?,
                _ => letter.encode_utf16(&mut units).iter().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }
}

pub(super) fn json(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Nothing fails in memory.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, Php));
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn slashes_and_letters_beyond_ascii_are_escaped_and_whole_numbers_have_no_decimals() {
        let value = json!({ "symbol": "€", "url": "http://shop/", "name": "𝄞 \"a\"\n", "price": 3.0, "rate": 25.5 });
        let written = String::from_utf8(super::json(&value)).unwrap();
        let expected =
            r#"{"name":"\ud834\udd1e \"a\"\n","price":3,"rate":25.5,"symbol":"\u20ac","url":"http:\/\/shop\/"}"#;
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap()["name"], value["name"]);
    }
}
