//! Why bytes cannot be read as a statement.

use crate::limits::{MAX_BYTES, MAX_ENTRIES};

/// What is wrong with a file, where, and what to do about it. No value of the file is quoted: it may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file has more than {} MB; export fewer days at once", MAX_BYTES / 1_000_000)]
    TooLarge,
    #[error("the file has more than {MAX_ENTRIES} entries; export fewer days at once")]
    TooManyEntries,
    #[error("the file is no bank statement in CAMT.053, MT940 or CSV with a row of column names")]
    Unknown,
    #[error("the file is an archive; unpack it first")]
    Archive,
    #[error("the file is damaged XML: line {line}")]
    Xml { line: u32 },
    #[error("the file has a document type, which statements do not have")]
    DocumentType,
    #[error("the file is XML of another kind; export CAMT.052, 053 or 054 in version 02 to 13")]
    OtherXml,
    #[error("the table has no column {0}; name it in the first row")]
    NoColumn(&'static str),
    #[error("line {line}: {what} {problem}")]
    Line { line: u64, what: &'static str, problem: Problem },
    #[error("the dates can be read two ways, such as 03/04/2026; export them as 2026-04-03 or with points")]
    AmbiguousDates,
    #[error("the amounts can be read two ways, such as 1.234; export them with two decimals")]
    AmbiguousAmounts,
}

/// What is wrong in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("is missing")]
    Missing,
    #[error("is not a date")]
    Date,
    #[error("is not an amount with the decimals of its currency")]
    Amount,
    #[error("is not an ISO 4217 currency")]
    Currency,
    #[error("says neither credit nor debit")]
    Direction,
    #[error("is not built as MT940 describes it")]
    Form,
}

impl Unreadable {
    pub(crate) fn at(line: impl Into<u64>, what: &'static str, problem: Problem) -> Self {
        Self::Line { line: line.into(), what, problem }
    }
}
