//! What is exchanged with the merchant's bank.

use api::{Body, Fields};
use data_encoding::BASE64;
use domain::{contact::Iban, text::Text};
use jiff::Timestamp;

/// A statement of the merchant's bank.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ImportStatement {
    /// The file as the bank gives it, in Base64: CAMT.053, MT940, or CSV with a row of column names.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$", "contentEncoding" = "base64")))]
    pub file: Vec<u8>,
    /// Whether entries that surely pay an order are entered. True if absent; false only proposes.
    #[cfg_attr(feature = "schema", schemars(default = "yes"))]
    pub enter: bool,
}

#[cfg(feature = "schema")]
fn yes() -> bool {
    true
}

impl Body for ImportStatement {
    /// A Lambda function is sent 6 MB at most, and what wraps the body takes some of that.
    const MAX_BYTES: usize = 4_500_000;

    fn read(fields: &Fields<'_>) -> Option<Self> {
        let file = fields.text_by("file", |text| match BASE64.decode(text.trim().as_bytes()) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err("must be a file in Base64, on one line: base64 -w0 statement.xml"),
        });
        let enter = fields.boolean_or("enter", true);
        Some(Self { file: file?, enter: enter? })
    }
}

/// The refunds by hand, as a file for the bank.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ExportRefunds {
    /// The account that the money is taken from.
    pub debtor: DebtorAccount,
    /// The `exported_at` of an earlier answer: the same file again. Absent for a file of all that is on none.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub exported_at: Option<Timestamp>,
}

/// The merchant's account.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct DebtorAccount {
    /// Its holder.
    pub name: Text<1, 70>,
    /// Its IBAN.
    pub iban: Iban,
}

impl Body for ExportRefunds {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let debtor = fields.object("debtor", |debtor| {
            let (name, iban) = (debtor.text("name"), debtor.text("iban"));
            Some(DebtorAccount { name: name?, iban: iban? })
        });
        let moment = |text: &str| text.parse().map_err(|_| "must be the exported_at of an earlier answer, as it is");
        let exported_at = fields.optional_text_by("exported_at", moment);
        Some(Self { debtor: debtor?, exported_at: exported_at? })
    }
}
