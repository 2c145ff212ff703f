//! Judges what was read, an order, a payment or a product at a time.

use super::{
    report::{Broken, Counts, Report},
    rows::{Rows, owner, text},
};
use crate::{AwsError, Tables};
use domain::settings::Product;
use laws::{
    AT_REST, Books, Item, Law, OF_BOOKS, OF_ENTRIES, OF_INVOICED, OF_ITEMS, OF_ORDERS, OF_PAYMENTS, Settings, Shelves,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem::take,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use store::CODE_PREFIX;

/// So many orders' payments and search entries are asked for at once.
const BATCH: usize = 50;
/// So many suspects are looked at again. More say that something else is wrong than that much is in motion.
pub(super) const MAX_SUSPECTS: usize = 10_000;
/// An order in the making is undone five minutes after its last step, by the next `reconcile`.
const UNDONE_AFTER: Duration = Duration::from_mins(10);

pub(super) struct Judge<'a> {
    pub(super) tables: &'a Tables,
    pub(super) settings: &'a Arc<Settings>,
    pub(super) rows: &'a Rows,
}

impl Judge<'_> {
    /// Reads all orders: adds them to the shelves, and names those that look broken.
    pub(super) async fn orders(
        &self,
        shelves: &mut Shelves,
        counts: &mut Counts,
        suspects: &mut BTreeSet<String>,
    ) -> Result<(), AwsError> {
        each_order(self.tables, async |orders| {
            counts.orders += orders.len();
            counts.owing += orders.iter().flatten().filter(|item| item.contains_key("owed")).count();
            for order in &orders {
                shelves.add_orders(order);
            }
            for (order, broken) in self.judged(orders).await? {
                if !broken.is_empty() && suspects.len() < MAX_SUSPECTS {
                    suspects.insert(order);
                }
            }
            Ok(())
        })
        .await
    }

    /// The laws that each of some orders breaks.
    pub(super) async fn judged(&self, orders: Vec<Vec<Item>>) -> Result<Vec<(String, Vec<Broken>)>, AwsError> {
        let all: Vec<&Item> = orders.iter().flatten().collect();
        let all: Vec<Item> = all.into_iter().cloned().collect();
        let names = &self.tables.names;
        let payments = laws::payments_of(&all);
        let ids: BTreeSet<&str> = payments.iter().map(|(_, payment)| payment.as_str()).collect();
        let keys: Vec<_> = ids.into_iter().map(|id| vec![("payment_id", id)]).collect();
        let records = self.tables.some(&names.payments, &keys).await?;
        let records: BTreeMap<&str, &Item> = records.iter().map(|item| (text(item, "payment_id"), item)).collect();
        let entries = laws::entries(&all);
        let keys: Vec<_> =
            entries.iter().map(|(_, found)| vec![("term", found.term.as_str()), ("at", found.at.as_str())]).collect();
        let mut found: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for entry in self.tables.some(&names.search, &keys).await? {
            let order = text(&entry, "at").rsplit('#').next().unwrap_or_default().to_owned();
            found.entry(order).or_default().push(entry);
        }
        let of_payments = payments.iter().map(|(_, payment)| format!("payment/{payment}"));
        let owners: BTreeSet<String> =
            orders.iter().filter_map(|of| of.first()).map(owner_of_rows).chain(of_payments).collect();
        let rows = by_owner(self.rows.of(self.tables, &owners).await?);
        let documents = laws::documents_of(&all);
        let keys: Vec<_> =
            documents.iter().map(|(series, nth)| vec![("series", series.as_str()), ("nth", nth.as_str())]).collect();
        let mut invoices: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for document in self.tables.some(&names.invoices, &keys).await? {
            invoices.entry(text(&document, "order").to_owned()).or_default().push(document);
        }
        let mut judged = Vec::new();
        for items in orders {
            let order = items.first().map(|item| text(item, "order_id").to_owned()).unwrap_or_default();
            let own = payments.iter().filter(|(of, _)| *of == order);
            let owners = own.clone().map(|(_, payment)| format!("payment/{payment}")).chain([format!("order/{order}")]);
            let rows = owners.filter_map(|owner| rows.get(&owner)).flatten().cloned().collect();
            let own = own.filter_map(|(_, payment)| records.get(payment.as_str()).copied());
            let is_abandoned = items.iter().any(is_abandoned);
            let books = Books {
                payments: own.cloned().collect(),
                search: found.remove(&order).unwrap_or_default(),
                invoices: invoices.remove(&order).unwrap_or_default(),
                rows,
                settings: Arc::clone(self.settings),
                orders: items,
                ..Books::default()
            };
            let at_rest = if is_abandoned { AT_REST } else { &[] };
            let laws = [OF_ORDERS, OF_ITEMS, at_rest, OF_BOOKS, OF_INVOICED];
            judged.push((order.clone(), broken(&laws, &books, &format!("order {order}"))));
        }
        Ok(judged)
    }

    /// Reads all payment records, and names those that look broken.
    pub(super) async fn payments(&self, counts: &mut Counts) -> Result<BTreeSet<String>, AwsError> {
        let mut suspects = BTreeSet::new();
        let table = &self.tables.names.payments;
        let read = self.tables.scan(table, async |page| {
            counts.payments += page.len();
            counts.owing += page.iter().filter(|item| item.contains_key("owed")).count();
            for (id, broken) in self.judged_payments(page).await? {
                if !broken.is_empty() && suspects.len() < MAX_SUSPECTS {
                    suspects.insert(id);
                }
            }
            Ok(())
        });
        read.await?;
        Ok(suspects)
    }

    /// The laws that each of some payment records breaks, or each of what providers list.
    pub(super) async fn judged_payments(&self, items: Vec<Item>) -> Result<Vec<(String, Vec<Broken>)>, AwsError> {
        let owners: BTreeSet<String> = items.iter().map(owner_of_rows).collect();
        let mut rows = by_owner(self.rows.of(self.tables, &owners).await?);
        let judge = |item: Item| {
            let (id, rows) = (text(&item, "payment_id").to_owned(), rows.remove(&owner_of_rows(&item)));
            let books = Books { payments: vec![item], rows: rows.unwrap_or_default(), ..Books::default() };
            let broken = broken(&[OF_PAYMENTS, OF_ITEMS, OF_BOOKS], &books, &format!("payment {id}"));
            (id, broken)
        };
        Ok(items.into_iter().map(judge).collect())
    }
}

/// What the rows of an item are of: an order, a payment, or what a provider lists of one.
fn owner_of_rows(item: &Item) -> String {
    match (text(item, "order_id"), text(item, "payment_id")) {
        ("", payment) => match payment.strip_prefix("statement#") {
            Some(listed) => format!("statement/{listed}"),
            None => format!("payment/{payment}"),
        },
        (order, _) => format!("order/{order}"),
    }
}

fn by_owner(rows: Vec<Item>) -> BTreeMap<String, Vec<Item>> {
    let mut found: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for row in rows {
        found.entry(owner(&row).to_owned()).or_default().push(row);
    }
    found
}

pub(super) fn entries(page: Vec<Item>, report: &mut Report) {
    report.counts.entries += page.len();
    report.broken.extend(broken(&[OF_ENTRIES], &Books { search: page, ..Books::default() }, "search"));
}

/// The products that cannot be read. Whose their codes are stands in the same table.
pub(super) fn products(page: &[Item]) -> Vec<Broken> {
    let products = page.iter().filter(|item| !text(item, "sku").starts_with(CODE_PREFIX));
    let unreadable = products.filter_map(|item| {
        let error = serde_json::from_value::<Product>(item.clone().into()).err()?;
        Some(Broken {
            law: "products can be read",
            of: format!("product {}", text(item, "sku")),
            says: error.to_string(),
            remedy: "PUT /products/{sku} writes it again",
        })
    });
    unreadable.collect()
}

/// What breaks these laws. A sentence that several laws say is kept once.
pub(super) fn broken(laws: &[&[Law]], books: &Books, of: &str) -> Vec<Broken> {
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for law in laws.iter().copied().flatten() {
        let new = law.broken(books).into_iter().filter(|says| said.insert(says.clone()));
        found.extend(new.map(|says| Broken { law: law.name, of: of.to_owned(), says, remedy: law.remedy }));
    }
    found
}

/// Whether an order in the making should have been undone by now.
fn is_abandoned(item: &Item) -> bool {
    let until = text(item, "due_at").parse().ok().map(|at| UNIX_EPOCH + Duration::from_millis(at));
    text(item, "item") == "forming" && until.is_none_or(|until| until + UNDONE_AFTER < SystemTime::now())
}

/// Hands over all orders, some at a time, each with all its items.
pub(super) async fn each_order(
    tables: &Tables,
    mut batch: impl AsyncFnMut(Vec<Vec<Item>>) -> Result<(), AwsError>,
) -> Result<(), AwsError> {
    let (mut order, mut whole): (Vec<Item>, Vec<Vec<Item>>) = Default::default();
    let read = tables.scan(&tables.names.orders, async |page| {
        for item in page {
            if order.first().is_some_and(|first| text(first, "order_id") != text(&item, "order_id")) {
                whole.push(take(&mut order));
            }
            order.push(item);
            if whole.len() == BATCH {
                batch(take(&mut whole)).await?;
            }
        }
        Ok(())
    });
    read.await?;
    if !order.is_empty() {
        whole.push(order);
    }
    batch(whole).await
}
