//! The warehouse's papers as PDF: plain data in, bytes out. No I/O, no network, no clock: the same data has the same bytes.
//!
//! How a paper looks is in `templates/`, what it says in `words.rs`. Data reaches a template as JSON, never as source.

mod barcode;
mod paper;
mod typeset;
mod words;

pub use paper::{InParcel, Notice, PackingSlip, PickLine, Picklist, SlipLine};
pub use typeset::{Error, MAX_LINES, Typesetter};
pub use words::Language;
