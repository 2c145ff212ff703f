//! What stands on each paper.

use crate::Language;
use serde::Serialize;

/// Lines of one paper. Forty pages are no work for one walk; an order has 500 at most.
pub const MAX_LINES: usize = 1_000;

/// A paper that can be typeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    PackingSlip(PackingSlip),
    Picklist(Picklist),
    ReturnSlip(ReturnSlip),
    Invoice(Box<Invoice>),
}

impl Paper {
    /// What its barcode says.
    pub fn number(&self) -> &str {
        match self {
            Self::PackingSlip(slip) => &slip.order,
            Self::Picklist(list) => &list.number,
            Self::ReturnSlip(slip) => &slip.number,
            Self::Invoice(invoice) => &invoice.number,
        }
    }

    /// What only the warehouse sees is in English.
    pub fn language(&self) -> Language {
        match self {
            Self::PackingSlip(slip) => slip.language,
            Self::Picklist(_) => Language::English,
            Self::ReturnSlip(slip) => slip.language,
            Self::Invoice(invoice) => invoice.language,
        }
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        match self {
            Self::PackingSlip(slip) => slip.lines.len(),
            Self::Picklist(list) => list.lines.len() + list.services.len(),
            Self::ReturnSlip(slip) => slip.lines.len(),
            Self::Invoice(invoice) => invoice.rows.len(),
        }
    }
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the paper would have {0} lines; it has {MAX_LINES} at most")]
    TooLong(usize),
    #[error("the template cannot be typeset: {0}")]
    Template(String),
    #[error("this program was compiled without a typesetter (its feature `typst`)")]
    NotCompiled,
}

/// Why nothing may leave with this paper, or nothing be picked by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    OnHold,
    Cancelled,
}

/// What lies in the parcels of one fulfillment, for the customer. It names no prices: the recipient need not be the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackingSlip {
    pub language: Language,
    /// The order's number as the customer knows it.
    pub order: String,
    /// The lines of the sender's address.
    pub sender: Vec<String>,
    /// The lines of the recipient's address.
    pub recipient: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    pub lines: Vec<SlipLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlipLine {
    pub sku: String,
    pub title: String,
    /// Units of the whole order.
    pub ordered: u32,
    /// Units in the parcels of this slip.
    pub here: u32,
    /// Units that come later, or from another location.
    pub to_follow: u32,
    /// Which parcels hold them. Empty if there is one parcel only.
    pub parcels: Vec<InParcel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InParcel {
    pub parcel: String,
    pub quantity: u32,
}

/// What a person takes off the shelves, in the order of the walk: of one fulfillment, or of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picklist {
    /// What the barcode says: the fulfillment's or the batch's number.
    pub number: String,
    pub location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Sorted by bin.
    pub lines: Vec<PickLine>,
    /// What was ordered beside goods, for whoever packs them.
    pub services: Vec<ServiceLine>,
}

/// Gift wrap, an engraving: nothing of it lies in a bin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceLine {
    pub title: String,
    pub quantity: u32,
    /// Whose goods it is done to, in a batch.
    pub tote: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PickLine {
    /// None: the product has no bin here.
    pub bin: Option<String>,
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    /// Where it goes, in a batch.
    pub tote: Option<String>,
    /// Why this line is left where it is, or put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// What a customer puts into the parcel that comes back. It names no prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnSlip {
    pub language: Language,
    /// What the barcode says: the return's number.
    pub number: String,
    /// The order's number as the customer knows it.
    pub order: String,
    /// The lines of the address that it goes to. Empty if the shop has not told one.
    pub to: Vec<String>,
    /// The lines of the customer's address.
    pub from: Vec<String>,
    pub lines: Vec<ReturnedLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnedLine {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
}

/// An invoice or a credit note. Amounts are written as people of its language write them, with their currency where it is not
/// plain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invoice {
    pub language: Language,
    pub is_credit_note: bool,
    pub number: String,
    /// The day of its issue.
    pub issued_on: String,
    /// The number of the invoice that it corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// The order's number as the customer knows it, and its day.
    pub order: String,
    pub ordered_on: String,
    /// The day on which the goods left. None: they have not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplied_on: Option<String>,
    /// The lines of the seller's address.
    pub seller: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    /// What else the foot says of the seller: register, e-mail address, account.
    pub seller_facts: Vec<String>,
    /// The lines of the buyer's address.
    pub buyer: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_vat_id: Option<String>,
    pub currency: String,
    /// Whether unit prices contain their tax.
    pub tax_included: bool,
    pub rows: Vec<InvoiceRow>,
    pub taxes: Vec<TaxLine>,
    pub net: String,
    /// What nets and taxes are rounded by to make the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    pub total: String,
    /// The same as Cross Industry Invoice. It is attached as Factur-X, and the paper is PDF/A-3b then.
    #[serde(skip)]
    pub electronic: Option<String>,
    /// Year, month and day of its issue.
    #[serde(skip)]
    pub issued: (i16, i8, i8),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvoiceRow {
    /// None: it is an adjustment, and the words say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<String>,
    /// `19 %`. None: nobody told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// With tax, after discounts.
    pub gross: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    pub net: String,
    pub tax: String,
    /// Why no tax is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<String>,
}
