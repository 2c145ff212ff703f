//! The papers of the warehouse, and invoices, as PDF: plain data in, bytes out. No I/O, no network, no clock: the same data has the same
//! bytes.
//!
//! What stands on a paper is in `paper.rs`, how it looks in `templates/`, what it says in `words.rs`. Data reaches a template as
//! JSON, never as source. Without the feature `typst` nothing is typeset (docs/adr/0008).

#[cfg(feature = "typst")]
mod barcode;
#[cfg(feature = "typst")]
mod factur_x;
mod language;
mod paper;
#[cfg_attr(not(feature = "typst"), path = "untypeset.rs")]
mod typeset;
#[cfg(feature = "typst")]
mod words;

pub use language::Language;
pub use paper::{
    Error, InParcel, Invoice, InvoiceRow, MAX_LINES, Notice, PackingSlip, Paper, PickLine, Picklist, ReturnSlip,
    ReturnedLine, ServiceLine, SlipLine, TaxLine,
};
pub use typeset::Typesetter;
