//! Invoices and barcodes: tables that change little. What looks broken there is read again, all of it.

use super::{
    judge,
    report::{Broken, Report},
    rows::text,
};
use crate::{AwsError, Tables};
use laws::{Books, GAPS, Item, Numbers, OF_CATALOG, OF_INVOICES, REMEDY_OF_GAPS};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::sleep;

/// How often a table is read again that looks broken. What is broken each time is broken.
const TIMES: usize = 2;

/// Checks the table of invoices, and says how many documents it has.
pub(super) async fn invoices(tables: &Tables, patience: Duration, report: &mut Report) -> Result<(), AwsError> {
    let (mut broken, count) = invoices_once(tables).await?;
    report.counts.invoices = count;
    for _ in 0..TIMES {
        if broken.is_empty() {
            return Ok(());
        }
        sleep(patience).await;
        let (again, _) = invoices_once(tables).await?;
        broken.retain(|known| again.contains(known));
    }
    report.broken.append(&mut broken);
    Ok(())
}

async fn invoices_once(tables: &Tables) -> Result<(Vec<Broken>, usize), AwsError> {
    let (mut numbers, mut broken, mut count) = (Numbers::default(), Vec::new(), 0);
    let read = tables.scan(&tables.names.invoices, async |page| {
        for item in &page {
            numbers.add(item);
        }
        let documents = page.iter().filter(|item| text(item, "nth") != "count");
        count += documents.clone().count();
        let orders: BTreeSet<&str> =
            documents.map(|item| text(item, "order")).filter(|order| !order.is_empty()).collect();
        let keys: Vec<_> = orders.into_iter().map(|order| vec![("order_id", order), ("item", "state")]).collect();
        let orders = tables.some(&tables.names.orders, &keys).await?;
        let books = Books { orders, invoices: page, ..Books::default() };
        broken.extend(judge::broken(&[OF_INVOICES], &books, "invoices"));
        Ok(())
    });
    read.await?;
    let gaps = numbers.broken().into_iter();
    broken.extend(gaps.map(|says| Broken { law: GAPS, of: "invoices".to_owned(), says, remedy: REMEDY_OF_GAPS }));
    Ok((broken, count))
}

/// Checks the catalog.
pub(super) async fn catalog(tables: &Tables, patience: Duration, report: &mut Report) -> Result<(), AwsError> {
    let mut broken = catalog_once(tables).await?;
    for _ in 0..TIMES {
        if broken.is_empty() {
            return Ok(());
        }
        sleep(patience).await;
        let again = catalog_once(tables).await?;
        broken.retain(|known| again.contains(known));
    }
    report.broken.append(&mut broken);
    Ok(())
}

async fn catalog_once(tables: &Tables) -> Result<Vec<Broken>, AwsError> {
    let (mut broken, mut catalog) = (Vec::new(), Vec::new());
    let read = tables.scan(&tables.names.catalog, async |page| {
        broken.extend(judge::products(&page));
        catalog.extend(page.into_iter().map(only_codes).filter(|item| item.len() > 1));
        Ok(())
    });
    read.await?;
    broken.extend(judge::broken(&[OF_CATALOG], &Books { catalog, ..Books::default() }, "the catalog"));
    Ok(broken)
}

/// What of an item is about codes.
fn only_codes(mut item: Item) -> Item {
    item.retain(|name, _| ["sku", "codes", "product"].contains(&name.as_str()));
    item
}
