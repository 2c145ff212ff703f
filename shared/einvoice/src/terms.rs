//! What both syntaxes say, in the standard's terms (BT and BG are its numbers for them).

use crate::Words;
use domain::{
    contact::Iban,
    invoice::{Breakdown, Invoice, InvoiceKind, NetRow, Row, RowKind, TaxSubtotal},
    money::{Amount, decimal},
    placed_order::Address,
    tax::TaxCategory,
};

/// The specification that documents follow (BT-24), and the profile of Factur-X that has the same name.
pub(crate) const EN_16931: &str = "urn:cen.eu:en16931:2017";

/// UN/ECE recommendation 20: a piece, and one of what is not counted in pieces.
const PIECE: &str = "H87";
const ONE: &str = "C62";

/// A document that can be written.
pub(crate) struct Terms<'a> {
    pub invoice: &'a Invoice,
    pub breakdown: &'a Breakdown,
    pub words: &'static Words,
}

/// An invoice line (BG-25).
pub(crate) struct Line<'a> {
    pub number: usize,
    pub row: &'a Row,
    pub net: &'a NetRow,
    pub unit: &'static str,
    pub name: &'a str,
}

/// A charge on the whole document (BG-21), or an allowance (BG-20).
pub(crate) struct Charge<'a> {
    /// Whether it is a charge.
    pub is_added: bool,
    /// Never negative.
    pub amount: Amount,
    pub code: Option<&'static str>,
    pub reason: &'a str,
    pub category: TaxCategory,
    pub rate: u16,
}

impl<'a> Terms<'a> {
    /// None: its taxes are not broken down.
    pub(crate) fn of(invoice: &'a Invoice) -> Option<Self> {
        let breakdown = invoice.breakdown.as_ref()?;
        Some(Self { invoice, breakdown, words: Words::of(invoice.locale.as_deref()) })
    }

    pub(crate) fn is_credit_note(&self) -> bool {
        self.invoice.kind == InvoiceKind::CreditNote
    }

    /// UNTDID 1001 (BT-3).
    pub(crate) fn type_code(&self) -> &'static str {
        if self.is_credit_note() { "381" } else { "380" }
    }

    fn rows(&self) -> impl Iterator<Item = (&'a Row, &'a NetRow)> {
        self.invoice.rows.iter().zip(&self.breakdown.rows)
    }

    fn name(&self, row: &'a Row) -> &'a str {
        let untitled = match row.kind {
            RowKind::Shipping => self.words.shipping,
            RowKind::Line | RowKind::Adjustment => self.words.adjustment,
        };
        row.title.as_ref().map_or(untitled, |title| title.as_str())
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'a>> {
        let lines = self.rows().filter(|(_, net)| net.quantity != 0).enumerate();
        lines.map(|(n, (row, net))| {
            let unit = if row.kind == RowKind::Line { PIECE } else { ONE };
            Line { number: n + 1, row, net, unit, name: self.name(row) }
        })
    }

    /// Those of the whole document.
    pub(crate) fn charges(&self) -> impl Iterator<Item = Charge<'a>> {
        self.rows().filter(|(_, net)| net.quantity == 0 && net.net != 0).filter_map(|(row, net)| {
            let is_added = net.net > 0;
            // UNTDID 7161: freight service. UNTDID 5189: discount.
            let code = match (row.kind, is_added) {
                (RowKind::Shipping, true) => Some("FC"),
                (_, false) => Some("95"),
                (RowKind::Line | RowKind::Adjustment, true) => None,
            };
            let (category, rate) = taxed(row)?;
            Some(Charge { is_added, amount: net.net.abs(), code, reason: self.name(row), category, rate })
        })
    }

    /// Why no tax is asked for.
    pub(crate) fn exemption(&self, sum: &'a TaxSubtotal) -> Option<&'a str> {
        self.words.exemption(sum.category, sum.exemption.as_deref())
    }

    pub(crate) fn money(&self, amount: Amount) -> String {
        decimal(amount, self.invoice.currency.exponent())
    }

    /// What is still to be paid (BT-115).
    pub(crate) fn due(&self) -> Amount {
        self.invoice.total - self.invoice.paid
    }

    /// Required where something is due (BT-20).
    pub(crate) fn payment_terms(&self) -> Option<&'static str> {
        let words = if self.is_credit_note() { self.words.credit_terms } else { self.words.payment_terms };
        (self.due() > 0).then_some(words)
    }

    /// The account that what is due is paid to (BT-84).
    pub(crate) fn iban(&self) -> Option<&'a str> {
        let is_asked = !self.is_credit_note() && self.due() > 0;
        self.invoice.seller.iban.as_ref().filter(|_| is_asked).map(Iban::as_str)
    }
}

impl Line<'_> {
    /// Gaps are none, so it has one.
    pub(crate) fn taxed(&self) -> (TaxCategory, u16) {
        taxed(self.row).unwrap_or((TaxCategory::ZeroRated, 0))
    }

    /// Of one unit, without tax (BT-146).
    pub(crate) fn unit_price(&self) -> String {
        decimal(self.net.unit_price, 4)
    }
}

fn taxed(row: &Row) -> Option<(TaxCategory, u16)> {
    Some((row.taxation.category()?, row.taxation.rate.unwrap_or_default()))
}

pub(crate) fn percent(rate: u16) -> String {
    decimal(rate.into(), 2)
}

/// Who an address is of: a company, or a person.
pub(crate) fn party_name(address: &Address) -> &str {
    address.company.as_ref().unwrap_or(&address.name)
}

/// Whom to ask for in a company.
pub(crate) fn contact_name(address: &Address) -> Option<&str> {
    address.company.as_ref().filter(|company| **company != address.name).map(|_| address.name.as_str())
}
