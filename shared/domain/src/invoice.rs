//! Invoices and credit notes. What is issued never changes: a correction is another document.

mod breakdown;
mod gaps;

use super::{
    contact::{Country, VatId},
    ids::{ChannelId, InvalidId, InvoiceNumber, LineId, OrderId, SellerId, Sku},
    money::{Amount, Currency},
    names::names,
    placed_order::Address,
    settings::Seller,
    tax::{TaxCategory, Taxation},
    text::{Name, Text},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

pub use breakdown::{Breakdown, NetRow, TaxSubtotal, Unbroken};
pub use gaps::Gap;

/// What numbers are counted in: a seller's year. Its text is `main#2026`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SeriesId {
    pub seller: SellerId,
    pub year: i16,
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.seller, self.year)
    }
}

/// Why a text is not the name of a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a seller and a year, such as main#2026")]
pub struct InvalidSeries;

impl FromStr for SeriesId {
    type Err = InvalidSeries;

    fn from_str(text: &str) -> Result<Self, InvalidSeries> {
        let (seller, year) = text.split_once('#').ok_or(InvalidSeries)?;
        let known = Self {
            seller: seller.parse().map_err(|_: InvalidId| InvalidSeries)?,
            year: year.parse().map_err(|_| InvalidSeries)?,
        };
        if known.to_string() == text { Ok(known) } else { Err(InvalidSeries) }
    }
}

impl TryFrom<String> for SeriesId {
    type Error = InvalidSeries;

    fn try_from(text: String) -> Result<Self, InvalidSeries> {
        text.parse()
    }
}

impl From<SeriesId> for String {
    fn from(series: SeriesId) -> Self {
        series.to_string()
    }
}

/// How far a series is. A number is taken in the transaction that stores its document, so none is lost and none is there
/// twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// The number given last, from 1. 0: none yet.
    pub last: u32,
    /// The date of the document that has it. Of two clocks that differ, the later one counts: dates follow the numbers.
    pub last_on: Date,
}

impl Series {
    pub fn new(today: Date) -> Self {
        Self { last: 0, last_on: today }
    }

    /// The series with one more document.
    #[must_use]
    pub fn next(&self, today: Date) -> Self {
        Self { last: self.last + 1, last_on: self.last_on.max(today) }
    }
}

/// A document among all: the `nth` of its series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InvoiceKey {
    pub series: SeriesId,
    pub nth: u32,
}

impl fmt::Display for InvoiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.series, self.nth)
    }
}

impl Seller {
    /// The day at the seller's seat.
    pub fn today(&self, now: Timestamp) -> Date {
        let zone = self.address.country.time_zone().and_then(|zone| TimeZone::get(zone).ok());
        zone.unwrap_or(TimeZone::UTC).to_datetime(now).date()
    }

    /// How the document is called that has this key.
    pub fn number(&self, key: &InvoiceKey) -> Result<InvoiceNumber, InvalidId> {
        let prefix = self.prefix.as_ref().map_or("", |prefix| prefix.as_str());
        format!("{prefix}{}-{:06}", key.series.year, key.nth).parse()
    }
}

names! {
    InvoiceKind {
        /// It asks for money, or says that money was asked for.
        Invoice = "invoice",
        /// It takes some of that back. Its amounts are positive.
        CreditNote = "credit_note",
    }
}

names! {
    /// What a row of an invoice is about.
    RowKind {
        Line = "line",
        Shipping = "shipping",
        /// A change of the price that belongs to no line: goodwill, or a fee that is kept.
        Adjustment = "adjustment",
    }
}

/// An invoice or a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invoice {
    /// Unique for its seller, and without gaps in its year.
    pub number: InvoiceNumber,
    /// Whether it asks for money, or gives some back.
    pub kind: InvoiceKind,
    /// The day of its issue at the seller's seat.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Date"))]
    pub issued_on: Date,
    /// When it was issued, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub issued_at: Timestamp,
    /// The first invoice of the order, in all that follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<InvoiceNumber>,
    /// The seller as it was then.
    pub seller: Seller,
    /// The billing address, or the one that the goods go to.
    pub buyer: Address,
    /// The VAT id of a business that buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_vat_id: Option<VatId>,
    /// Where the goods go. Absent from documents of earlier versions of Orderly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<Country>,
    /// BCP 47, as the order says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Text<1, 35>>,
    /// The order that it is about.
    pub order: OrderId,
    /// Where the order came from.
    pub channel: ChannelId,
    /// The channel's own order id.
    pub reference: String,
    /// The day of the order at the seller's seat.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Date"))]
    pub ordered_on: Date,
    /// The day on which the first parcel left, if it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Date>"))]
    pub supplied_on: Option<Date>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Whether unit prices contain their tax. `gross` always does.
    pub tax_included: bool,
    /// One for each line, for the shipping, and for what the price was changed by beside these.
    pub rows: Vec<Row>,
    /// The sum of its rows, with tax, in minor units.
    pub total: Amount,
    /// The tax in that, as the order tells it line by line. What the document tells of it is in `breakdown`.
    pub tax: Amount,
    /// What of the total was paid when it was issued.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub paid: Amount,
    /// The rows without tax, and the tax by its case and rate, as EN 16931 wants it. Absent if the order does not say how it is
    /// taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// Until when it is kept. Then it is erased, with the customer's name and address in it.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub kept_until: Timestamp,
}

/// A row of an invoice. A row of a credit note says what is taken back; one that adds something there is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// What it is about.
    pub kind: RowKind,
    /// The line of the order, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The SKU of that line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// The line's title, or the method of the shipping. Absent from an adjustment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    /// Units of the line. 0 for what has none.
    pub quantity: i64,
    /// Of one unit before discounts, as the order has it. 0 for what has no units.
    pub unit_price: Amount,
    /// What it comes to: after all discounts, with tax.
    pub gross: Amount,
    /// The tax in that.
    pub tax: Amount,
    #[serde(flatten)]
    pub taxation: Taxation,
}

/// What the rows of one case and rate come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaxSum {
    /// In hundredths of a percent. Absent for what the order names no rate of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u16>,
    /// The case of the tax. Absent for what the order names none of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<TaxCategory>,
    /// Without the tax, in minor units.
    pub net: Amount,
    /// The tax, in minor units.
    pub tax: Amount,
}

impl Invoice {
    /// The taxes by their case and rate: those of its breakdown, or without one what its rows come to.
    pub fn taxes(&self) -> Vec<TaxSum> {
        if let Some(breakdown) = &self.breakdown {
            let sum = |of: &TaxSubtotal| TaxSum {
                rate: Some(of.rate),
                category: Some(of.category),
                net: of.net,
                tax: of.tax,
            };
            return breakdown.taxes.iter().map(sum).collect();
        }
        let mut sums: BTreeMap<_, TaxSum> = BTreeMap::new();
        for row in &self.rows {
            let (rate, category) = (row.taxation.rate, row.taxation.category());
            let sum = sums.entry((rate, category)).or_insert(TaxSum { rate, category, net: 0, tax: 0 });
            sum.net += row.gross - row.tax;
            sum.tax += row.tax;
        }
        sums.into_values().collect()
    }

    /// 1 for an invoice, -1 for a credit note: what its amounts count for.
    pub fn sign(&self) -> Amount {
        match self.kind {
            InvoiceKind::Invoice => 1,
            InvoiceKind::CreditNote => -1,
        }
    }
}

/// What an order's state keeps of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    pub number: InvoiceNumber,
    #[serde(flatten)]
    pub key: InvoiceKey,
    pub kind: InvoiceKind,
    pub total: Amount,
}

/// What an order has been invoiced for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Invoices {
    /// A person asked for an invoice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// A parcel has left. Only noted where that is the time of the invoice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_left: bool,
    /// Its channel had no seller when it was to be invoiced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// In the order of their issue.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issued: Vec<Issued>,
}

impl Invoices {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The invoices less the credit notes.
    pub fn total(&self) -> Amount {
        let signed = |issued: &Issued| match issued.kind {
            InvoiceKind::Invoice => issued.total,
            InvoiceKind::CreditNote => -issued.total,
        };
        self.issued.iter().map(signed).sum()
    }
}

#[cfg(test)]
mod tests;
