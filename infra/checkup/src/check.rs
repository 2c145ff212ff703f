//! Checks all laws on real tables.
//!
//! A table may be larger than memory, and its shop may be selling meanwhile. So orders are read one after the other, and only
//! what they say about each place is kept. What looks broken may be an order in motion, whose items were read before and
//! after a transaction: it is read again after a moment, and only reported if it is broken still.

mod confirm;
mod judge;
mod papers;
mod report;
mod rows;
mod stock;

pub use self::report::{Broken, Counts, Report};

use self::{judge::Judge, report::UNCHECKED, rows::Rows};
use crate::{AwsError, Shape, Tables};
use jiff::Timestamp;
use laws::{Settings, Shelves};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use store::Table;

/// How a check is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long what looks broken is left alone before it is read again.
    pub patience: Duration,
    /// The keys and indexes that each table must have, by the table's logical id.
    pub shapes: Vec<(String, Shape)>,
}

/// Reads all tables, and says what breaks a law. `say` is told how it goes on.
pub async fn check(tables: &Tables, options: &Options, say: &dyn Fn(&str)) -> Result<Report, AwsError> {
    let mut report = Report { unchecked: UNCHECKED, ..Report::default() };
    for (logical_id, name) in Table::ALL.map(|table| (table.logical_id(), tables.names.name(table))) {
        let found = tables.shape(name).await?;
        let wanted = options.shapes.iter().find(|(of, _)| of == logical_id).map(|(_, shape)| shape);
        report.broken.extend(wanted.into_iter().flat_map(|wanted| misshapen(name, &found, wanted)));
    }
    say("reading the settings and the catalog");
    let settings = Arc::new(Settings::of(&tables.all(&tables.names.settings).await?));
    if !settings.has_operator {
        report.broken.push(Broken {
            law: "somebody may operate",
            of: tables.names.settings.clone(),
            says: "no operator's key is in the settings".to_owned(),
            remedy: "put one as infra/README.md shows, or restore the settings table",
        });
    }
    papers::catalog(tables, options.patience, &mut report).await?;

    // Rows are written before what they are of: those that are written from now on are read again.
    let (begun, mut rows) = (Timestamp::now(), Rows::default());
    say("reading the books");
    rows.read(tables).await?;
    report.counts.rows = rows.count();
    let judge = Judge { tables, settings: &settings, rows: &rows };
    say("reading the stock");
    let mut shelves = Shelves::default();
    stock::read(tables, &mut shelves, &mut report).await?;
    say("reading the orders");
    let mut suspects = BTreeSet::new();
    judge.orders(&mut shelves, &mut report.counts, &mut suspects).await?;
    for says in laws::every_location_is_known(&shelves, &settings) {
        let (law, of) = ("every location is known", tables.names.settings.clone());
        let remedy = "PUT /locations/{location}, or restore the settings table to the moment of the stock";
        report.broken.push(Broken { law, of, says, remedy });
    }
    say("reading the payments and the search entries");
    let payments = judge.payments(&mut report.counts).await?;
    let entries = tables.scan(&tables.names.search, async |page| {
        judge::entries(page, &mut report);
        Ok(())
    });
    entries.await?;

    say("reading the invoices");
    papers::invoices(tables, options.patience, &mut report).await?;

    if !(suspects.is_empty() && payments.is_empty()) {
        rows.read_since(tables, begun).await?;
    }
    let judge = Judge { tables, settings: &settings, rows: &rows };
    confirm::orders(&judge, suspects, options.patience, &mut report, say).await?;
    confirm::payments(&judge, payments, options.patience, &mut report).await?;
    stock::confirm(tables, &shelves.broken(), options.patience, &mut report, say).await?;
    Ok(report)
}

/// What of a table is not as the template has it.
fn misshapen(name: &str, found: &Shape, wanted: &Shape) -> Vec<Broken> {
    let broken = |says: String| Broken {
        law: "tables have their keys and indexes",
        of: name.to_owned(),
        says,
        remedy: "restore the table with its indexes, and wait until they are built",
    };
    let mut differ = Vec::new();
    if found.key != wanted.key {
        differ.push(broken(format!("its key is {}, and must be {}", found.key, wanted.key)));
    }
    for (index, keys) in &wanted.indexes {
        match found.indexes.get(index) {
            Some(has) if has == keys => {}
            Some(has) => differ.push(broken(format!("the index {index} is of {has}, and must be of {keys}"))),
            None => differ.push(broken(format!("it has no index {index}, or not yet"))),
        }
    }
    differ
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(key: &str, indexes: &[(&str, &str)]) -> Shape {
        let indexes = indexes.iter().map(|(name, keys)| ((*name).to_owned(), (*keys).to_owned()));
        Shape { key: key.to_owned(), indexes: indexes.collect() }
    }

    #[test]
    fn a_table_without_its_indexes_is_misshapen() {
        let wanted = shape("a, b", &[("due", "c, d")]);
        for (found, says) in [
            (shape("a, b", &[("due", "c, d"), ("other", "e")]), None),
            (shape("a", &[("due", "c, d")]), Some("its key is a, and must be a, b")),
            (shape("a, b", &[]), Some("it has no index due, or not yet")),
            (shape("a, b", &[("due", "c")]), Some("the index due is of c, and must be of c, d")),
        ] {
            let broken = misshapen("orders", &found, &wanted);
            assert_eq!(broken.first().map(|broken| broken.says.as_str()), says, "{found:?}");
        }
    }
}
