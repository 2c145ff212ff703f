//! Invoices and credit notes as XML by EN 16931: what is issued in, text out. No I/O, no network, no clock.
//!
//! Every amount comes from the document's own breakdown (`domain::invoice::Breakdown`), so the two syntaxes and the PDF say the same.

mod cii;
mod element;
mod terms;
mod ubl;
mod words;

use domain::invoice::{Gap, Invoice};
use std::str::FromStr;
use terms::Terms;

pub use words::Words;

/// What an electronic invoice is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// UN/CEFACT Cross Industry Invoice, in the profile EN 16931 of Factur-X 1.09 and `ZUGFeRD` 2.5.
    Cii,
    /// OASIS UBL 2.1.
    Ubl,
}

impl FromStr for Syntax {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "cii" => Ok(Self::Cii),
            "ubl" => Ok(Self::Ubl),
            _ => Err("must be cii or ubl"),
        }
    }
}

/// Why a document is not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the document is no electronic invoice by EN 16931: {}", fields(.0))]
    Gaps(Vec<Gap>),
    #[error("XML could not be written: {0}")]
    Xml(#[from] std::io::Error),
}

fn fields(gaps: &[Gap]) -> String {
    gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// The document in a syntax, or what it lacks for that.
pub fn xml(invoice: &Invoice, syntax: Syntax) -> Result<String, Error> {
    let gaps = invoice.gaps();
    let Some(terms) = Terms::of(invoice).filter(|_| gaps.is_empty()) else {
        return Err(Error::Gaps(gaps));
    };
    let root = match syntax {
        Syntax::Cii => cii::document(&terms),
        Syntax::Ubl => ubl::document(&terms),
    };
    Ok(root.xml()?)
}
