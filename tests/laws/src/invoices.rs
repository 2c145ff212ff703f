//! Laws of invoices: numbers without gaps, each document stored with its order, and sums that agree with the money.

use crate::{
    Books, Item,
    items::{all, text},
};
use domain::{
    duty::Duty,
    invoice::{Breakdown, Invoice, InvoiceKind, Series, SeriesId},
    ledger::Ledger,
    order_state::{OrderState, OrderStatus},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The documents, each with its place: an unreadable one is told.
fn documents(books: &Books, broken: &mut Vec<String>) -> Vec<(SeriesId, u32, Invoice)> {
    let mut found = Vec::new();
    for item in &books.invoices {
        match read(item) {
            Ok(document) => found.extend(document),
            Err(why) => broken.push(format!("invoice {} {}: {why}", text(item, "series"), text(item, "nth"))),
        }
    }
    found
}

/// None: it is a year's count.
fn read(item: &Item) -> Result<Option<(SeriesId, u32, Invoice)>, String> {
    let id: SeriesId = text(item, "series").parse().map_err(|why| format!("{why}"))?;
    let value = item.clone().into();
    if text(item, "nth") == COUNT {
        return serde_json::from_value::<Series>(value).map(|_| None).map_err(|why| why.to_string());
    }
    let nth: u32 = text(item, "nth").parse().map_err(|why| format!("{why}"))?;
    let document = serde_json::from_value(value).map_err(|why| why.to_string())?;
    Ok(Some((id, nth, document)))
}

pub(crate) fn every_invoice_can_be_read(books: &Books, broken: &mut Vec<String>) {
    documents(books, broken);
}

/// Where the count stands, beside the numbers.
const COUNT: &str = "count";

/// The numbers that were given, by seller and year. It keeps little of each document, so that all of them may be added.
#[derive(Debug, Default)]
pub struct Numbers(BTreeMap<String, Year>);

/// How far a seller's year was counted, and its documents by number.
#[derive(Debug, Default)]
struct Year {
    count: u64,
    documents: BTreeMap<u64, Document>,
}

#[derive(Debug)]
struct Document {
    number: String,
    issued_on: String,
}

impl Numbers {
    /// Adds an item of the table of invoices. One that cannot be read breaks a law of its own.
    pub fn add(&mut self, item: &Item) {
        let year = self.0.entry(text(item, "series").to_owned()).or_default();
        if text(item, "nth") == COUNT {
            year.count = item.get("last").and_then(Value::as_u64).unwrap_or_default();
        } else if let Ok(nth) = text(item, "nth").parse() {
            let [number, issued_on] = ["number", "issued_on"].map(|name| text(item, name).to_owned());
            year.documents.insert(nth, Document { number, issued_on });
        }
    }

    /// A year's documents have the numbers from 1 to its count, each its own, and dates that follow the numbers.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (series, Year { count, documents }) in &self.0 {
            let missing: Vec<u64> = (1..=*count).filter(|nth| !documents.contains_key(nth)).collect();
            if !missing.is_empty() {
                broken.push(format!("the numbers {missing:?} of {series} were given to no document"));
            }
            let beyond: Vec<&u64> = documents.keys().filter(|nth| *nth > count).collect();
            if !beyond.is_empty() {
                broken.push(format!("the numbers {beyond:?} of {series} were never counted"));
            }
            let numbers: BTreeSet<&str> = documents.values().map(|document| document.number.as_str()).collect();
            if numbers.len() != documents.len() {
                broken.push(format!("two documents of {series} have the same number"));
            }
            // Dates as ISO 8601 writes them sort as days do.
            if !documents.values().is_sorted_by_key(|document| &document.issued_on) {
                broken.push(format!("a later document of {series} has an earlier date"));
            }
        }
        broken
    }
}

pub(crate) fn numbers_have_no_gaps(books: &Books, broken: &mut Vec<String>) {
    let mut numbers = Numbers::default();
    books.invoices.iter().for_each(|item| numbers.add(item));
    broken.extend(numbers.broken());
}

/// What an order and a document say of each other.
type Told = (String, SeriesId, u32, InvoiceKind, i64);

fn told_by_documents(books: &Books) -> BTreeSet<Told> {
    let told = documents(books, &mut Vec::new()).into_iter();
    told.map(|(series, nth, of)| (of.order.to_string(), series, nth, of.kind, of.total)).collect()
}

fn told_by_orders(books: &Books) -> BTreeSet<Told> {
    let states = all::<OrderState>(&books.orders, "state", &mut Vec::new()).into_iter();
    let of_order = |(order, state): (String, OrderState)| {
        let issued = state.invoices.issued.into_iter();
        issued.map(move |of| (order.clone(), of.key.series, of.key.nth, of.kind, of.total)).collect::<Vec<_>>()
    };
    states.flat_map(of_order).collect()
}

/// The keys of the documents that orders name: their series, and their places in it.
pub fn documents_of(orders: &[Item]) -> BTreeSet<(String, String)> {
    let books = Books { orders: orders.to_vec(), ..Books::default() };
    let named = told_by_orders(&books).into_iter();
    named.map(|(_, series, nth, ..)| (series.to_string(), format!("{nth:010}"))).collect()
}

/// A document's order names it, as what it is.
pub(crate) fn an_invoice_is_named_by_its_order(books: &Books, broken: &mut Vec<String>) {
    for (order, series, nth, ..) in told_by_documents(books).difference(&told_by_orders(books)) {
        broken.push(format!("order {order}: only the document tells of {series} {nth}"));
    }
}

/// The documents that an order names are there, and are its own.
pub(crate) fn an_order_s_invoices_are_there(books: &Books, broken: &mut Vec<String>) {
    for (order, series, nth, ..) in told_by_orders(books).difference(&told_by_documents(books)) {
        broken.push(format!("order {order}: only the order tells of {series} {nth}"));
    }
}

/// A document's rows are its total. Its rows without tax, its taxes and its rounding are that too, as EN 16931 counts. One that
/// could be broken down is.
pub(crate) fn sums_add_up(books: &Books, broken: &mut Vec<String>) {
    for (_, _, invoice) in documents(books, &mut Vec::new()) {
        let name = format!("order {}: {}", invoice.order, invoice.number);
        let sums = (invoice.rows.iter().map(|row| row.gross).sum(), invoice.rows.iter().map(|row| row.tax).sum());
        if sums != (invoice.total, invoice.tax) || invoice.total < 0 {
            broken.push(format!("{name}: its rows do not add up"));
        }
        let Some(breakdown) = &invoice.breakdown else {
            if Breakdown::of(&invoice.rows, invoice.tax_included, invoice.currency).is_ok() {
                broken.push(format!("{name} has no breakdown"));
            }
            continue;
        };
        let of_rows = breakdown.lines() + breakdown.charges() - breakdown.allowances();
        let sums = (breakdown.net() + breakdown.tax() + breakdown.rounding, of_rows, breakdown.rows.len());
        if sums != (invoice.total, breakdown.net(), invoice.rows.len()) {
            broken.push(format!("{name}: its breakdown does not add up"));
        }
    }
}

/// Invoices less credit notes are what the order charges, once none is owed. Where nothing unusual happened to its money, that is what of
/// it is kept.
pub(crate) fn invoices_agree_with_the_money(books: &Books, broken: &mut Vec<String>) {
    let states = all::<OrderState>(&books.orders, "state", &mut Vec::new()).into_iter();
    for (order, state) in states.filter(|(_, state)| !state.owed.contains(&Duty::Invoice)) {
        let invoiced = state.invoices.total();
        if state.needs_invoice() {
            let charged = state.charged();
            broken.push(format!("order {order}: {invoiced} is invoiced in all, and {charged} is charged"));
        }
        if state.invoices.issued.is_empty() {
            continue;
        }
        let expected = match &state.status {
            OrderStatus::Cancelled { .. } => Some(0),
            _ => plain_money(&state),
        };
        if expected.is_some_and(|expected| expected != invoiced) {
            broken.push(format!(
                "order {order}: {invoiced} is invoiced in all, and the money kept of it is {expected:?}"
            ));
        }
    }
}

/// What is kept of an order that was paid exactly, if each refund of it arrived and no bank asked about it.
fn plain_money(state: &OrderState) -> Option<i64> {
    let (ledger, currency): (&Ledger, _) = (&state.ledger, state.currency);
    let is_plain = ledger.captured(currency) == state.total
        && ledger.written_off == 0
        && ledger.rounded == 0
        && ledger.disputes().next().is_none()
        && ledger.foreign_money(currency).is_none()
        && ledger.refunds().all(|(_, refund)| refund.has_succeeded());
    is_plain.then(|| ledger.kept(currency))
}
