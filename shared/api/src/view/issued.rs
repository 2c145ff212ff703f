//! How the invoices and credit notes of an order look in it.

use domain::{
    ids::InvoiceNumber,
    invoice::{InvoiceKind, Issued},
    money::Amount,
};
use serde::Serialize;

/// An invoice or a credit note.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuedView {
    /// Unique for its seller.
    pub number: InvoiceNumber,
    /// Whether it asks for money, or gives some back.
    pub kind: InvoiceKind,
    /// What it comes to, with tax, in minor units. That of a credit note is positive too.
    pub total: Amount,
}

impl IssuedView {
    pub(super) fn of(issued: &Issued) -> Self {
        Self { number: issued.number.clone(), kind: issued.kind, total: issued.total }
    }
}
