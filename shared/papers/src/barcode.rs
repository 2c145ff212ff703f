//! Code 128 as bars that a template draws.

use barcoders::sym::code128::Code128;
use serde::Serialize;

/// A barcode, in modules: the width of its narrowest bar.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Barcode {
    width: usize,
    bars: Vec<Bar>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Bar {
    at: usize,
    width: usize,
}

impl Barcode {
    /// The barcode of a text. None if Code 128 cannot hold it: then the text alone stands on the paper.
    pub(crate) fn of(text: &str) -> Option<Self> {
        // The encoder takes letters beyond ASCII as switches of its character set.
        if text.is_empty() || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return None;
        }
        // Character set B holds all of printable ASCII.
        let modules = Code128::new(format!("\u{181}{text}")).ok()?.encode();
        let mut bars = Vec::new();
        let mut at = 0;
        for run in modules.chunk_by(|a, b| a == b) {
            if run.first() == Some(&1) {
                bars.push(Bar { at, width: run.len() });
            }
            at += run.len();
        }
        Some(Self { width: at, bars })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_symbol_has_eleven_modules_and_the_stop_thirteen() {
        let barcode = Barcode::of("MUG-BLUE").unwrap();
        assert_eq!(barcode.width, 11 * (1 + 8 + 1) + 13);
        assert_eq!(barcode.bars.len(), 3 * (1 + 8 + 1) + 4);
    }

    #[test]
    fn what_the_code_cannot_hold_has_no_barcode() {
        for text in ["", "Größe", "\u{c0}12", "tab\t", "東京"] {
            assert_eq!(Barcode::of(text), None, "{text}");
        }
    }
}
