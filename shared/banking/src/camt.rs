//! CAMT.052, 053 and 054: ISO 20022 reports, statements and notifications.
//!
//! The versions 02 to 13 differ in what may be where, not in what a name means, so one reader that looks for names
//! reads all. A change of the namespace beyond them would be a version that nobody has looked at.

mod details;
mod xml;

use crate::{
    limits::MAX_ENTRIES,
    minor::minor_units,
    statement::{Account, Booking, Page},
    unreadable::{Problem, Unreadable},
};
use details::Details;
use domain::money::{Amount, Currency};
use jiff::civil::Date;
use roxmltree::{Document, Error, Node, ParsingOptions};
use xml::{children, line, node, text};

/// A statement of [`MAX_ENTRIES`] has about half of it. Each takes some 100 bytes of memory.
const MAX_NODES: u32 = 1_000_000;

const VERSIONS: std::ops::RangeInclusive<u32> = 2..=13;

/// The statements of a file, each on a page of its own.
pub(crate) fn read(xml: &str) -> Result<Vec<Page>, Unreadable> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options).map_err(|error| match error {
        Error::DtdDetected => Unreadable::DocumentType,
        Error::NodesLimitReached => Unreadable::TooManyEntries,
        error => Unreadable::Xml { line: error.pos().row },
    })?;
    let root = document.root_element();
    if !root.tag_name().namespace().is_some_and(is_known) {
        return Err(Unreadable::OtherXml);
    }
    let message = root.first_element_child().ok_or(Unreadable::OtherXml)?;
    let mut pages = Vec::new();
    for statement in message.children().filter(|node| ["Stmt", "Rpt", "Ntfctn"].contains(&node.tag_name().name())) {
        // A statement has all of its days. Notifications of a day stand side by side, and only together have all.
        let first = if statement.tag_name().name() == "Ntfctn" { 0 } else { pages.len() };
        read_statement(statement, &mut pages, first)?;
        if pages.len() > MAX_ENTRIES {
            return Err(Unreadable::TooManyEntries);
        }
    }
    Ok(pages)
}

/// `urn:iso:std:iso:20022:tech:xsd:camt.053.001.02`. Some banks put their own words around the message's name.
fn is_known(namespace: &str) -> bool {
    let after = ["camt.052.001.", "camt.053.001.", "camt.054.001."].iter().find_map(|name| namespace.split_once(name));
    let version = after.and_then(|(_, rest)| rest.get(..2)?.parse().ok());
    version.is_some_and(|version| VERSIONS.contains(&version))
}

/// Puts the entries on pages of their account and currency, of which there is nearly always one. Earlier pages than the
/// `first` are left alone.
fn read_statement(statement: Node<'_, '_>, pages: &mut Vec<Page>, first: usize) -> Result<(), Unreadable> {
    let named = |id| text(statement, id).and_then(|id| Account::named(&id));
    let account = named(&["Acct", "Id", "IBAN"]).or_else(|| named(&["Acct", "Id", "Othr", "Id"]));
    if let Some(currency) = text(statement, &["Acct", "Ccy"]).and_then(|currency| currency.parse().ok()) {
        Page::among(pages, first, account.as_ref(), currency);
    }
    for node in children(statement, "Ntry") {
        let entry = Entry::read(node)?;
        let page = Page::among(pages, first, account.as_ref(), entry.currency);
        if is_booked(node) {
            page.bookings.extend(entry.bookings(account.as_ref()));
        } else {
            page.pending += 1;
        }
    }
    Ok(())
}

/// Version 07 and later have the code one level deeper.
fn is_booked(entry: Node<'_, '_>) -> bool {
    text(entry, &["Sts", "Cd"]).or_else(|| text(entry, &["Sts"])).is_none_or(|status| status == "BOOK")
}

/// An entry of a statement, with one transaction, or a batch of them.
struct Entry<'a, 'input> {
    node: Node<'a, 'input>,
    booked: Date,
    value: Option<Date>,
    amount: Amount,
    currency: Currency,
}

impl<'a, 'input> Entry<'a, 'input> {
    fn read(entry: Node<'a, 'input>) -> Result<Self, Unreadable> {
        let wrong = |what, problem| Unreadable::at(line(entry), what, problem);
        let written = node(entry, &["Amt"]).ok_or_else(|| wrong("Amt", Problem::Missing))?;
        let (amount, currency) = money(written).map_err(|problem| wrong("Amt", problem))?;
        let sign = sign(entry).ok_or_else(|| wrong("CdtDbtInd", Problem::Direction))?;
        let date = |name| date(entry, name).map_err(|problem| wrong(name, problem));
        let value = date("ValDt")?;
        let booked = date("BookgDt")?.or(value).ok_or_else(|| wrong("BookgDt", Problem::Missing))?;
        Ok(Self { node: entry, booked, value, amount: sign * amount, currency })
    }

    /// One for each transaction of a batch, if their amounts add up to the entry's; otherwise one with all that they
    /// say.
    fn bookings(&self, account: Option<&Account>) -> Vec<Booking> {
        let all: Vec<_> = children(self.node, "NtryDtls").flat_map(|details| children(details, "TxDtls")).collect();
        let amounts: Option<Vec<Amount>> = all.iter().map(|&transaction| self.part(transaction)).collect();
        let Some(amounts) = amounts.filter(|amounts| {
            amounts.len() > 1
                && amounts.iter().try_fold(0, |sum: Amount, part| sum.checked_add(*part)) == Some(self.amount)
        }) else {
            return vec![self.booking(self.amount, Details::of(self.node, &all, self.amount, account))];
        };
        let number = |(n, (transaction, amount)): (usize, (&Node<'_, '_>, Amount))| {
            let mut details = Details::of(self.node, std::slice::from_ref(transaction), amount, account);
            details.bank_reference = details::own_reference(*transaction)
                .or_else(|| details.bank_reference.map(|reference| format!("{reference}/{}", n + 1)));
            self.booking(amount, details)
        };
        all.iter().zip(amounts).enumerate().map(number).collect()
    }

    fn booking(&self, amount: Amount, details: Details) -> Booking {
        Booking {
            booked: self.booked,
            value: self.value,
            amount,
            currency: self.currency,
            payer: details.payer,
            payer_iban: details.payer_iban,
            text: details.text,
            end_to_end: details.end_to_end,
            bank_reference: details.bank_reference,
            reversal: details.reversal,
        }
    }

    /// A transaction's share of the entry, if it is in the account's currency.
    fn part(&self, transaction: Node<'_, '_>) -> Option<Amount> {
        let places: [&[&str]; 3] = [&["Amt"], &["AmtDtls", "TxAmt", "Amt"], &["AmtDtls", "InstdAmt", "Amt"]];
        let amounts = places.iter().filter_map(|place| money(node(transaction, place)?).ok());
        let (amount, _) = amounts.into_iter().find(|(_, currency)| *currency == self.currency)?;
        Some(amount * sign(transaction).unwrap_or(self.amount.signum()))
    }
}

fn money(amount: Node<'_, '_>) -> Result<(Amount, Currency), Problem> {
    let currency: Currency = amount.attribute("Ccy").and_then(|code| code.parse().ok()).ok_or(Problem::Currency)?;
    let written = text(amount, &[]).ok_or(Problem::Missing)?;
    Ok((minor_units(&written, '.', currency).ok_or(Problem::Amount)?, currency))
}

fn sign(entry: Node<'_, '_>) -> Option<Amount> {
    match text(entry, &["CdtDbtInd"])?.as_str() {
        "CRDT" => Some(1),
        "DBIT" => Some(-1),
        _ => None,
    }
}

/// A day, or the day of a moment.
fn date(entry: Node<'_, '_>, name: &str) -> Result<Option<Date>, Problem> {
    let Some(written) = text(entry, &[name, "Dt"]).or_else(|| text(entry, &[name, "DtTm"])) else { return Ok(None) };
    written.get(..10).and_then(|day| day.parse().ok()).ok_or(Problem::Date).map(Some)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
