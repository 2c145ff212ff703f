//! Recomputes the stock from all orders and movements, and compares it with the levels.

use super::{
    judge::each_order,
    report::{Broken, Report},
};
use crate::{AwsError, Tables};
use laws::{Books, BrokenPlace, Item, OF_ITEMS, Place, Shelves, remedy_of_place};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::sleep;

/// How often a place that changes meanwhile is computed again.
const TIMES: usize = 3;

/// Adds the levels and movements to the shelves.
pub(super) async fn read(tables: &Tables, shelves: &mut Shelves, report: &mut Report) -> Result<(), AwsError> {
    let read = tables.scan(&tables.names.stock, async |page| {
        for item in &page {
            shelves.add_stock(item);
            report.counts.places += usize::from(is_level(item));
        }
        let books = Books { stock: page, ..Books::default() };
        for law in OF_ITEMS {
            let of = || tables.names.stock.clone();
            let broken = law.broken(&books).into_iter();
            report.broken.extend(broken.map(|says| Broken { law: law.name, of: of(), says, remedy: law.remedy }));
        }
        Ok(())
    });
    read.await
}

fn is_level(item: &Item) -> bool {
    item.get("item").and_then(|name| name.as_str()).is_some_and(|name| name.starts_with("location#"))
}

/// Computes places that looked broken again, all orders anew. A level that is the same before and after was at rest meanwhile: if
/// it differs from the orders still, it is wrong.
pub(super) async fn confirm(
    tables: &Tables,
    suspects: &[BrokenPlace],
    patience: Duration,
    report: &mut Report,
    say: &dyn Fn(&str),
) -> Result<(), AwsError> {
    let mut open: BTreeSet<Place> = suspects.iter().map(|broken| broken.place.clone()).collect();
    for _ in 0..TIMES {
        if open.is_empty() {
            return Ok(());
        }
        say(&format!("{} places look broken: computing them again from all orders", open.len()));
        sleep(patience).await;
        let before = levels(tables, &open).await?;
        let mut shelves = Shelves::default();
        let mut unused = Report::default();
        read(tables, &mut shelves, &mut unused).await?;
        each_order(tables, async |orders| {
            for order in &orders {
                shelves.add_orders(order);
            }
            Ok(())
        })
        .await?;
        let after = levels(tables, &open).await?;
        let broken: Vec<BrokenPlace> =
            shelves.broken().into_iter().filter(|broken| open.contains(&broken.place)).collect();
        let is_at_rest = |place: &Place| before.get(place) == after.get(place);
        let (certain, moving): (Vec<_>, Vec<_>) = broken.into_iter().partition(|broken| is_at_rest(&broken.place));
        report.broken.extend(certain.into_iter().map(|broken| Broken {
            law: broken.law,
            of: format!("{} at {}", broken.place.0, broken.place.1),
            says: broken.says,
            remedy: remedy_of_place(broken.law),
        }));
        open = moving.into_iter().map(|broken| broken.place).collect();
    }
    report.moving.extend(open.into_iter().map(|(sku, location)| format!("{sku} at {location}")));
    Ok(())
}

/// The levels of some places.
async fn levels(tables: &Tables, places: &BTreeSet<Place>) -> Result<BTreeMap<Place, Item>, AwsError> {
    let names: Vec<(&str, String)> =
        places.iter().map(|(sku, location)| (sku.as_str(), format!("location#{location}"))).collect();
    let keys: Vec<_> = names.iter().map(|(sku, item)| vec![("sku", *sku), ("item", item.as_str())]).collect();
    let found = tables.some(&tables.names.stock, &keys).await?;
    let named = found.into_iter().filter_map(|item| {
        let of = |name: &str| item.get(name).and_then(|text| text.as_str());
        let place = (of("sku")?.to_owned(), of("item")?.strip_prefix("location#")?.to_owned());
        Some((place, item))
    });
    Ok(named.collect())
}
