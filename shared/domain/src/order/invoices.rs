//! What the next invoice or credit note of an order says: the difference between what it charges and what its documents
//! say so far, row by row.

use super::Order;
use crate::{
    history::Event,
    ids::{InvalidId, LineId},
    invoice::{Breakdown, Invoice, InvoiceKey, InvoiceKind, Row, RowKind, Series, SeriesId},
    money::{Amount, allocate, share_of_units},
    settings::Seller,
    tax::Taxation,
};
use jiff::{Timestamp, ToSpan as _, civil::date, tz::TimeZone};
use std::collections::BTreeMap;

/// What a row is about. Rows of two documents that are about the same are compared.
type About = (RowKind, Option<LineId>, Taxation);

fn about(row: &Row) -> About {
    (row.kind, row.line, row.taxation.explicit())
}

/// Gross and tax of what is taxed alike.
type Sums = BTreeMap<Taxation, (Amount, Amount)>;

fn by_taxation<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Sums {
    let mut sums = Sums::new();
    for row in rows {
        let sum = sums.entry(row.taxation.explicit()).or_default();
        *sum = (sum.0 + row.gross, sum.1 + row.tax);
    }
    sums
}

fn less(mut sums: Sums, others: &Sums) -> Sums {
    for (taxation, other) in others {
        let sum = sums.entry(taxation.clone()).or_default();
        *sum = (sum.0 - other.0, sum.1 - other.1);
    }
    sums
}

/// The tax in a part of what costs `gross` and has `tax` in it, rounded half away from zero.
fn tax_in(part: Amount, gross: Amount, tax: Amount) -> Amount {
    if gross == 0 {
        return 0;
    }
    let (product, gross) = (2 * i128::from(part) * i128::from(tax), i128::from(gross));
    let rounded = (product.abs() + gross.abs()) / (2 * gross.abs());
    i64::try_from(rounded * product.signum() * gross.signum()).unwrap_or(tax)
}

impl Order {
    /// The document that is missing, as the next one of `series`. None if its documents add up. `earlier`: all that were issued for
    /// it so far.
    pub fn next_invoice(
        &self,
        earlier: &[Invoice],
        seller: &Seller,
        series: (&SeriesId, &Series),
        now: Timestamp,
    ) -> Result<Option<(InvoiceKey, Invoice)>, InvalidId> {
        if !self.state.needs_invoice() {
            return Ok(None);
        }
        let mut rows = difference(self.charged_rows(), earlier);
        let kind = if rows.iter().map(|row| row.gross).sum::<Amount>() < 0 {
            rows.iter_mut().for_each(turn);
            InvoiceKind::CreditNote
        } else {
            InvoiceKind::Invoice
        };
        let issued_on = series.1.last_on;
        let key = InvoiceKey { series: series.0.clone(), nth: series.1.last };
        let first = earlier.first();
        let total = rows.iter().map(|row| row.gross).sum();
        let billed_to = self.placed.billing_address.as_ref().unwrap_or(&self.placed.shipping_address);
        let invoice = Invoice {
            number: seller.number(&key)?,
            kind,
            issued_on,
            issued_at: now,
            corrects: first.map(|first| first.number.clone()),
            seller: Seller { changed: None, ..seller.clone() },
            // The customer's data may have been erased from the order since.
            buyer: first.map_or(billed_to, |first| &first.buyer).clone(),
            buyer_vat_id: first.map_or(&self.placed.customer.vat_id, |first| &first.buyer_vat_id).clone(),
            delivered_to: first
                .map_or_else(|| Some(self.placed.shipping_address.country.clone()), |first| first.delivered_to.clone()),
            locale: first.map_or(&self.placed.customer.locale, |first| &first.locale).clone(),
            order: self.id.clone(),
            channel: self.placed.channel.clone(),
            reference: self.placed.reference.clone(),
            ordered_on: seller.today(self.placed.placed_at),
            supplied_on: self.first_left_at().map(|at| seller.today(at)),
            currency: self.placed.currency,
            tax_included: self.placed.tax_included,
            total,
            tax: rows.iter().map(|row| row.tax).sum(),
            paid: self.paid_of(kind, total),
            breakdown: Breakdown::of(&rows, self.placed.tax_included, self.placed.currency).ok(),
            rows,
            kept_until: kept_until(issued_on.year(), seller.kept_years, now),
        };
        Ok(Some((key, invoice)))
    }

    /// What of the next document's total is paid: what is kept of the money, and was not counted for an earlier document.
    fn paid_of(&self, kind: InvoiceKind, total: Amount) -> Amount {
        match kind {
            InvoiceKind::CreditNote => 0,
            InvoiceKind::Invoice => {
                let kept = self.state.ledger.kept(self.placed.currency);
                (kept - self.state.invoices.total()).clamp(0, total)
            }
        }
    }

    fn first_left_at(&self) -> Option<Timestamp> {
        let entries = self.fulfillments.values().flat_map(|fulfillment| &fulfillment.history);
        entries.filter(|entry| entry.what == Event::HandedOver).map(|entry| entry.at).min()
    }

    /// What the customer is charged for, row by row. It comes to what the state charges in all.
    fn charged_rows(&self) -> Vec<Row> {
        let (all, charged) = (self.all_rows(), self.state.charged());
        let mut rows = if charged == 0 { Vec::new() } else { self.kept_rows(&all) };
        let rest = charged - rows.iter().map(|row| row.gross).sum::<Amount>();
        if rest != 0 {
            // A price is lowered for what is kept; more than that is charged for what is gone.
            let kept = by_taxation(&rows);
            let sums = if rest < 0 { kept } else { less(by_taxation(&all), &kept) };
            let weights: Vec<u64> = sums.values().map(|(gross, _)| gross.max(&0).unsigned_abs()).collect();
            let shares = allocate(rest.abs(), &weights).into_iter().map(|share| share * rest.signum());
            rows.extend(sums.iter().zip(shares).filter(|(_, share)| *share != 0).map(
                |((taxation, (gross, tax)), share)| Row {
                    kind: RowKind::Adjustment,
                    line: None,
                    sku: None,
                    title: None,
                    quantity: 0,
                    unit_price: 0,
                    gross: share,
                    tax: tax_in(share, *gross, *tax),
                    taxation: taxation.clone(),
                },
            ));
        }
        rows
    }

    /// Every line and the shipping, as the present revision prices them.
    fn all_rows(&self) -> Vec<Row> {
        let placed = &self.placed;
        let totals = placed.totals();
        let gross = |n: usize| totals.as_ref().map_or(0, |totals| totals.lines[n]);
        let lines = placed.lines.iter().enumerate().map(|(n, line)| Row {
            kind: RowKind::Line,
            line: Some(line.id),
            sku: Some(line.sku.clone()),
            title: Some(line.title.clone()),
            quantity: i64::from(line.quantity),
            unit_price: line.unit_price,
            gross: gross(n),
            tax: line.tax,
            taxation: line.taxation.clone(),
        });
        let shipping = Row {
            kind: RowKind::Shipping,
            line: None,
            sku: None,
            title: placed.shipping.method.parse().ok(),
            quantity: 0,
            unit_price: 0,
            gross: placed.price_of_shipping(),
            tax: placed.shipping.tax,
            taxation: placed.shipping.taxation.clone(),
        };
        lines.chain(Some(shipping).filter(|shipping| shipping.gross != 0)).collect()
    }

    /// Those rows without the units that are cancelled or paid back, and without the shipping that is given back.
    fn kept_rows(&self, all: &[Row]) -> Vec<Row> {
        let paid_back = self.units_compensated();
        let gone = if self.is_rest_cancelled() { self.units_not_sent() } else { BTreeMap::new() };
        let part = |row: &Row| {
            let (gross, tax) = (row.gross, row.tax);
            let Some(ordered) = row.line.and_then(|line| self.placed.line(line)) else {
                let left = (gross - self.shipping_given_back()).max(0);
                return Row { gross: left, tax: tax_in(left, gross, tax), ..row.clone() };
            };
            let of = |units: &BTreeMap<LineId, u32>| units.get(&ordered.id).copied().unwrap_or_default();
            // Units are paid back from a line's first one on, and those that never leave are its last ones.
            let end = ordered.quantity.saturating_sub(of(&gone));
            let units = of(&paid_back).min(end)..end;
            let share = |amount| share_of_units(amount, ordered.quantity, units.clone());
            Row { quantity: i64::from(units.end - units.start), gross: share(gross), tax: share(tax), ..row.clone() }
        };
        all.iter().map(part).filter(|row| row.quantity != 0 || row.gross != 0).collect()
    }
}

/// What the rows have that the documents do not, or the other way round with the other sign.
fn difference(rows: Vec<Row>, earlier: &[Invoice]) -> Vec<Row> {
    let mut left: BTreeMap<About, Row> = BTreeMap::new();
    let said = earlier.iter().flat_map(|invoice| invoice.rows.iter().map(|row| (-invoice.sign(), row.clone())));
    for (sign, row) in rows.into_iter().map(|row| (1, row)).chain(said) {
        let sum = left.entry(about(&row)).or_insert(Row { quantity: 0, gross: 0, tax: 0, ..row.clone() });
        sum.quantity += sign * row.quantity;
        sum.gross += sign * row.gross;
        sum.tax += sign * row.tax;
    }
    left.into_values().filter(|row| row.quantity != 0 || row.gross != 0 || row.tax != 0).collect()
}

/// Lets a row take back what it gave.
fn turn(row: &mut Row) {
    (row.quantity, row.gross, row.tax) = (-row.quantity, -row.gross, -row.tax);
}

/// The end of the year that is so many years after `year`.
fn kept_until(year: i16, years: u8, now: Timestamp) -> Timestamp {
    let next = year.saturating_add(i16::from(years)).saturating_add(1);
    TimeZone::UTC.to_timestamp(date(next, 1, 1).at(0, 0, 0, 0)).unwrap_or(now + 100_000.hours())
}
