//! Laws of invoices: numbers without gaps, each document stored with its order, and sums that agree with the money.

use crate::{
    Books, Item,
    items::{all, text},
};
use domain::{
    invoice::{Breakdown, Invoice, InvoiceKind, Series, SeriesId},
    ledger::Ledger,
    order_state::{OrderState, OrderStatus},
};
use std::collections::{BTreeMap, BTreeSet};

/// Each seller's year: how far it was counted, and its documents by number.
type Years = BTreeMap<SeriesId, (u32, BTreeMap<u32, Invoice>)>;

fn years(books: &Books, broken: &mut Vec<String>) -> Years {
    let mut years = Years::new();
    for item in &books.invoices {
        let (series, nth) = (text(item, "series"), text(item, "nth"));
        if let Err(why) = add(&mut years, item) {
            broken.push(format!("invoice {series} {nth}: {why}"));
        }
    }
    years
}

fn add(years: &mut Years, item: &Item) -> Result<(), String> {
    let id: SeriesId = text(item, "series").parse().map_err(|why| format!("{why}"))?;
    let (count, documents) = years.entry(id).or_default();
    let value = item.clone().into();
    if text(item, "nth") == "count" {
        *count = serde_json::from_value::<Series>(value).map_err(|why| why.to_string())?.last;
        return Ok(());
    }
    let nth: u32 = text(item, "nth").parse().map_err(|why| format!("{why}"))?;
    documents.insert(nth, serde_json::from_value(value).map_err(|why| why.to_string())?);
    Ok(())
}

pub(crate) fn every_invoice_can_be_read(books: &Books, broken: &mut Vec<String>) {
    years(books, broken);
}

/// A year's documents have the numbers from 1 to its count, each its own, and dates that follow the numbers.
pub(crate) fn numbers_have_no_gaps(books: &Books, broken: &mut Vec<String>) {
    for (series, (count, documents)) in years(books, &mut Vec::new()) {
        let missing: Vec<u32> = (1..=count).filter(|nth| !documents.contains_key(nth)).collect();
        if !missing.is_empty() {
            broken.push(format!("the numbers {missing:?} of {series} were given to no document"));
        }
        let beyond: Vec<&u32> = documents.keys().filter(|nth| **nth > count).collect();
        if !beyond.is_empty() {
            broken.push(format!("the numbers {beyond:?} of {series} were never counted"));
        }
        let numbers: BTreeSet<&str> = documents.values().map(|invoice| invoice.number.as_str()).collect();
        if numbers.len() != documents.len() {
            broken.push(format!("two documents of {series} have the same number"));
        }
        if !documents.values().is_sorted_by_key(|invoice| invoice.issued_on) {
            broken.push(format!("a later document of {series} has an earlier date"));
        }
    }
}

/// An order names the documents that name it.
pub(crate) fn an_order_names_its_invoices(books: &Books, broken: &mut Vec<String>) {
    let mut told = BTreeSet::new();
    for (series, (_, documents)) in years(books, &mut Vec::new()) {
        for (nth, invoice) in documents {
            let sums = (invoice.rows.iter().map(|row| row.gross).sum(), invoice.rows.iter().map(|row| row.tax).sum());
            if sums != (invoice.total, invoice.tax) || invoice.total < 0 {
                broken.push(format!("order {}: the rows of {} do not add up", invoice.order, invoice.number));
            }
            told.insert((invoice.order.to_string(), series.clone(), nth, invoice.kind, invoice.total));
        }
    }
    let states = all::<OrderState>(&books.orders, "state", &mut Vec::new());
    let named =
        states.iter().flat_map(|(order, state)| state.invoices.issued.iter().map(move |issued| (order, issued)));
    let named: BTreeSet<_> = named
        .map(|(order, issued)| (order.clone(), issued.key.series.clone(), issued.key.nth, issued.kind, issued.total))
        .collect();
    let only = |what: &str, of: &mut dyn Iterator<Item = &(String, SeriesId, u32, InvoiceKind, i64)>| {
        of.map(|(order, series, nth, ..)| format!("order {order}: only {what} tells of {series} {nth}"))
            .collect::<Vec<_>>()
    };
    broken.extend(only("the document", &mut told.difference(&named)));
    broken.extend(only("the order", &mut named.difference(&told)));
}

/// A document's rows without tax, its taxes and its rounding are its total, as EN 16931 counts. One that could be broken down is.
pub(crate) fn breakdowns_add_up(books: &Books, broken: &mut Vec<String>) {
    for invoice in years(books, &mut Vec::new()).into_values().flat_map(|(_, documents)| documents.into_values()) {
        let Some(breakdown) = &invoice.breakdown else {
            if Breakdown::of(&invoice.rows, invoice.tax_included, invoice.currency).is_ok() {
                broken.push(format!("order {}: {} has no breakdown", invoice.order, invoice.number));
            }
            continue;
        };
        let of_rows = breakdown.lines() + breakdown.charges() - breakdown.allowances();
        let sums = (breakdown.net() + breakdown.tax() + breakdown.rounding, of_rows, breakdown.rows.len());
        if sums != (invoice.total, breakdown.net(), invoice.rows.len()) {
            broken.push(format!("order {}: the breakdown of {} does not add up", invoice.order, invoice.number));
        }
    }
}

/// Invoices less credit notes are what the order charges. Where nothing unusual happened to its money, that is what of it is kept.
pub(crate) fn invoices_agree_with_the_money(books: &Books, broken: &mut Vec<String>) {
    for (order, state) in all::<OrderState>(&books.orders, "state", &mut Vec::new()) {
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
