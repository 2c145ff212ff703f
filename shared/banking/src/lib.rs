//! Bank statements in, credit transfers out.
//!
//! - [`read`] reads a statement: CAMT, MT940 or CSV, whatever the bytes are. Each entry has an id that stays the same
//!   when statements overlap, so a caller that keeps the ids takes no payment twice.
//! - [`propose`] says which open orders the credits pay, how sure that is, and why.
//! - [`pain001`] writes SEPA credit transfers, for the refunds of what was paid by bank transfer.
//!
//! Everything here is a plain function over bytes and values: no I/O, no clock. What is in statements is personal
//! data, so no error quotes them.
//!
//! # Why these parsers
//!
//! XML is read by `roxmltree`: no unsafe code, one dependency, releases since 2018 (0.21.2 of October 2026), and it
//! refuses document types instead of expanding entities. CSV is read by `csv`. Both are under MIT among others.
//!
//! Nothing on crates.io reads statements well enough (looked at in November 2026):
//!
//! - `mt940` 1.1.1 (MIT) calls itself strict. Real files need its sanitizers, which delete what they do not
//!   understand. It knows `?20` to `?33` since its latest release, the tags of SEPA (`SVWZ+`) not at all, and no
//!   release between February 2022 and October 2025. Its library depends on a command line parser, `chrono`, `pest` and
//!   `rust_decimal`.
//! - `camt053` 0.4.2 (MIT) knows two of the twelve versions, keeps one reference of an entry and no end-to-end
//!   reference, and unpacks ZIP archives.
//! - `iso20022` 0.1.9 is protocol buffers. `open-payments-iso20022` 1.0.10 (Apache-2.0) has a type for each version
//!   of each message, so every reader would be written twelve times.

mod camt;
mod decode;
mod entry_id;
mod identify;
mod latin;
mod limits;
mod minor;
mod mt940;
mod pain001;
mod propose;
mod read;
mod statement;
mod table;
mod tags;
mod unreadable;

pub use domain::contact::{Iban, InvalidIban};
pub use entry_id::{EntryId, InvalidEntryId};
pub use limits::{MAX_BYTES, MAX_ENTRIES};
pub use pain001::{Debtor, Place, Refused, Transfer, Transfers, pain001};
pub use propose::{Candidate, Fit, OpenOrder, Part, Proposal, Verdict, propose};
pub use read::read;
pub use statement::{Account, Booking, Entry, Reversal, Statement};
pub use unreadable::{Problem, Unreadable};
