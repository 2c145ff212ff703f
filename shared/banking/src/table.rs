//! CSV, as banks' online banking exports it: every bank differently.
//!
//! What stands before the row of column names is looked through for the account and the currency. How amounts and
//! dates are written is decided by the whole column, since a single `1.234` does not tell.

mod cells;
mod columns;

use crate::{
    limits::MAX_ENTRIES,
    statement::{Account, Booking, Page, reference, tidy},
    tags::Tagged,
    unreadable::{Problem, Unreadable},
};
use cells::{Dates, Numbers};
use columns::Columns;
use csv::{ReaderBuilder, StringRecord};
use domain::money::{Amount, Currency};

const DELIMITERS: [u8; 3] = *b";,\t";

/// Exports have at most some twenty rows about the account before the table.
const PREAMBLE: usize = 50;

/// The statements of a table: a page for each account and currency.
pub(crate) fn read(text: &str) -> Result<Vec<Page>, Unreadable> {
    let tables = DELIMITERS.map(|delimiter| Table::find(text, delimiter));
    let errors = tables.iter().filter_map(|table| table.as_ref().err());
    let closest = errors.into_iter().find(|error| **error != Unreadable::Unknown).cloned();
    match tables.into_iter().find_map(Result::ok) {
        Some(table) => table.pages(),
        None => Err(closest.unwrap_or(Unreadable::Unknown)),
    }
}

struct Table<'t> {
    text: &'t str,
    columns: Columns,
    rows: Vec<StringRecord>,
    /// What is said before the table.
    account: Option<Account>,
    currency: Option<Currency>,
}

impl<'t> Table<'t> {
    fn find(text: &'t str, delimiter: u8) -> Result<Self, Unreadable> {
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut preamble = Vec::new();
        let mut records = reader.records();
        loop {
            let Some(Ok(record)) = records.next().filter(|_| preamble.len() < PREAMBLE) else {
                // The row that is most like column names says what is missing.
                return Err(preamble
                    .iter()
                    .find_map(Columns::lacking)
                    .map_or(Unreadable::Unknown, Unreadable::NoColumn));
            };
            if let Some(columns) = Columns::find(&record) {
                let cells = || preamble.iter().flat_map(StringRecord::iter).map(str::trim);
                let account = cells().find_map(|cell| Some(Account::Iban(cell.parse().ok()?)));
                let currency = cells().find_map(|cell| cells::symbol(cell).or_else(|| cell.parse().ok()));
                let rows: Result<_, _> = records.collect();
                let rows = rows.map_err(|_| Unreadable::Unknown)?;
                return Ok(Self { text, columns, rows, account, currency });
            }
            preamble.push(record);
        }
    }

    fn pages(&self) -> Result<Vec<Page>, Unreadable> {
        let rows: Vec<Row<'_>> = self.rows.iter().map(|record| Row { table: self, record }).collect();
        let rows: Vec<Row<'_>> = rows.into_iter().filter(|row| !row.is_note()).collect();
        if rows.len() > MAX_ENTRIES {
            return Err(Unreadable::TooManyEntries);
        }
        let numbers = Numbers::of(rows.iter().flat_map(|row| self.columns.amounts().filter_map(|n| row.cell(n))))?;
        let dates = Dates::of(rows.iter().flat_map(|row| self.columns.dates().filter_map(|n| row.cell(n))))?;
        let mut pages: Vec<Page> = Vec::new();
        for row in rows {
            let account = row.account().or_else(|| self.account.clone());
            let Some(currency) = row.currency()?.or(self.currency) else {
                return Err(Unreadable::NoColumn("with the currency"));
            };
            let page = Page::among(&mut pages, 0, account.as_ref(), currency);
            match row.status() {
                Status::Booked => page.bookings.push(row.booking(currency, numbers, dates)?),
                Status::Pending => page.pending += 1,
            }
        }
        Ok(pages)
    }
}

enum Status {
    Booked,
    Pending,
}

/// What banks write about an entry that is not booked, or never was.
const NOT_BOOKED: [&str; 9] =
    ["vorgemerkt", "offen", "pending", "reverted", "declined", "failed", "cancelled", "canceled", "abgelehnt"];

#[derive(Clone, Copy)]
struct Row<'t> {
    table: &'t Table<'t>,
    record: &'t StringRecord,
}

impl<'t> Row<'t> {
    fn cell(&self, column: usize) -> Option<&'t str> {
        self.record.get(column).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// The first cell that is filled.
    fn first(&self, columns: &[usize]) -> Option<&'t str> {
        columns.iter().find_map(|&column| self.cell(column))
    }

    fn wrong(&self, what: &'static str, problem: Problem) -> Unreadable {
        // The reader counts empty lines before a row as a part of it.
        let start = self.record.position().map_or(0, csv::Position::byte);
        let (before, row) = self.table.text.split_at_checked(usize::try_from(start).unwrap_or(0)).unwrap_or_default();
        let empty = &row[..row.find(|c| !matches!(c, '\r' | '\n')).unwrap_or(0)];
        let lines = before.matches('\n').count() + empty.matches('\n').count();
        Unreadable::at(lines as u64 + 1, what, problem)
    }

    /// A row without any amount and without a date, as banks add below the table: a balance, a remark.
    fn is_note(&self) -> bool {
        let starts_with_digit =
            |column| self.cell(column).is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit()));
        self.table.columns.amounts().all(|column| self.cell(column).is_none())
            && !self.table.columns.dates().any(starts_with_digit)
    }

    fn account(&self) -> Option<Account> {
        Account::named(self.first(&self.table.columns.account)?)
    }

    fn currency(&self) -> Result<Option<Currency>, Unreadable> {
        if let Some(code) = self.table.columns.currency.and_then(|column| self.cell(column)) {
            let known = cells::symbol(code).or_else(|| code.to_ascii_uppercase().parse().ok());
            return known.map(Some).ok_or_else(|| self.wrong("the currency", Problem::Currency));
        }
        let beside = self.table.columns.amounts().filter_map(|column| self.cell(column)).find_map(cells::currency);
        Ok(beside.or(self.table.columns.named_currency))
    }

    fn status(&self) -> Status {
        let status = self.first(&self.table.columns.status).unwrap_or_default().to_lowercase();
        if NOT_BOOKED.iter().any(|word| status.contains(word)) { Status::Pending } else { Status::Booked }
    }

    fn booking(&self, currency: Currency, numbers: Numbers, dates: Dates) -> Result<Booking, Unreadable> {
        let date = |columns: &[usize], what| match self.first(columns) {
            Some(cell) => dates.read(cell).ok_or_else(|| self.wrong(what, Problem::Date)).map(Some),
            None => Ok(None),
        };
        let value = date(&self.table.columns.value, "the value date")?;
        let booked = date(&self.table.columns.booked, "the booking date")?
            .or(value)
            .ok_or_else(|| self.wrong("the booking date", Problem::Missing))?;
        let written = self.first(&self.table.columns.text).unwrap_or_default();
        let tagged = Tagged::read(written);
        let iban = self.first(&self.table.columns.iban).or(tagged.get("IBAN"));
        let amount = self.amount(currency, numbers)?;
        let payee = if amount < 0 { self.first(&self.table.columns.payee) } else { None };
        Ok(Booking {
            booked,
            value,
            amount,
            currency,
            payer: payee.or_else(|| self.first(&self.table.columns.payer)).map(tidy),
            payer_iban: iban.and_then(|iban| iban.parse().ok()),
            text: tidy(tagged.purpose()),
            end_to_end: self.first(&self.table.columns.reference).or(tagged.get("EREF")).and_then(reference),
            bank_reference: self.first(&self.table.columns.bank).and_then(reference),
            reversal: None,
        })
    }

    /// The signed amount: one column, or one for each direction, or a word beside it.
    fn amount(&self, currency: Currency, numbers: Numbers) -> Result<Amount, Unreadable> {
        let read = |column| match self.cell(column) {
            Some(cell) => numbers.read(cell, currency).ok_or_else(|| self.wrong("the amount", Problem::Amount)),
            None => Ok(0),
        };
        if let Some(column) = self.table.columns.amount {
            if self.cell(column).is_none() {
                return Err(self.wrong("the amount", Problem::Missing));
            }
            let amount = read(column)?;
            return Ok(
                match self.table.columns.direction.and_then(|column| self.cell(column)).and_then(cells::direction) {
                    Some(sign) => sign * amount.abs(),
                    None => amount,
                },
            );
        }
        let (credit, debit) = self.table.columns.sides.unwrap_or_default();
        match (read(credit)?, read(debit)?) {
            (credit, 0) => Ok(credit.abs()),
            (0, debit) => Ok(-debit.abs()),
            _ => Err(self.wrong("the amount", Problem::Direction)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
