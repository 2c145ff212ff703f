//! Finding orders by what people know of them.
//!
//! What a customer is known by is in indexes of the placed order itself: it comes, changes and goes with the order. SKUs and
//! tracking numbers, of which an order has several, have entries in a table of their own. They are written before the commit
//! that they are about, so none is ever missing. One whose commit failed names an order that does not have it, or is none.

use super::{
    Item, MAX_ATTEMPTS, Store, StoreError,
    attributes::{key_item, text, text_of},
    conflict::CommitError,
    entry::Entry,
    keys::ORDER_ID,
    listings::Page,
    settings::SEARCH_KEY,
    tables::Table,
};
use domain::{
    ids::{InvalidId, OrderId, Sku},
    search::{SearchKey, Wanted, sortable},
    tracking_number::TrackingNumber,
};
use jiff::Timestamp;
use std::ops::Range;

/// Key attributes of the search table.
const TERM: &str = "term";
const AT: &str = "at";

/// An entry of the search table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchEntry {
    term: String,
    at: String,
}

impl SearchEntry {
    pub(super) fn sku(sku: &Sku, order: &OrderId, placed_at: Timestamp) -> Self {
        Self { term: sku_term(sku), at: place(&sortable(placed_at), order) }
    }

    pub(super) fn tracking(number: &TrackingNumber, order: &OrderId, placed_at: Timestamp) -> Self {
        Self { term: tracking_term(number), at: place(&sortable(placed_at), order) }
    }

    pub(super) fn entry(&self) -> Entry {
        Entry { table: Table::Search, item: key_item([(TERM, self.term.clone()), (AT, self.at.clone())]) }
    }
}

fn sku_term(sku: &Sku) -> String {
    format!("sku#{sku}")
}

fn tracking_term(number: &TrackingNumber) -> String {
    format!("tracking#{}", number.as_str())
}

/// Where an order stands in a list of what was found: its sort key, and the order, which tells equal ones apart.
fn place(sort: &str, order: &OrderId) -> String {
    format!("{sort}#{order}")
}

/// A list that is searched from its end: newest orders first.
struct List {
    source: Source,
    partition: String,
    /// The first and last sort keys that may be found.
    from: String,
    until: String,
}

enum Source {
    /// An index of placed orders, with the names of its keys.
    Index(&'static str, [&'static str; 2]),
    Entries,
}

/// Sorts after all that begins as the text before it does.
const LAST: char = '~';
/// Sorts before all keys.
const FIRST: &str = " ";

impl List {
    fn of_index(index: &'static str, keys: [&'static str; 2], partition: String, moments: &Range<Timestamp>) -> Self {
        let (from, until) = (sortable(moments.start), sortable(moments.end));
        Self { source: Source::Index(index, keys), partition, from, until }
    }

    fn of_names(index: &'static str, keys: [&'static str; 2], partition: String, rest: &str) -> Self {
        // A key is never empty.
        let (from, until) = (if rest.is_empty() { FIRST.to_owned() } else { rest.to_owned() }, format!("{rest}{LAST}"));
        Self { source: Source::Index(index, keys), partition, from, until }
    }

    fn of_entries(partition: String, moments: &Range<Timestamp>) -> Self {
        Self { source: Source::Entries, partition, from: sortable(moments.start), until: sortable(moments.end) }
    }
}

impl Store {
    /// The secret of the keyed hashes, which the first use makes.
    pub async fn search_key(&self) -> Result<SearchKey, StoreError> {
        let key = self.search_key.get_or_try_init(async || {
            for _ in 0..MAX_ATTEMPTS {
                if let Some(known) = self.load::<SearchKey>(&SEARCH_KEY.to_owned()).await? {
                    return Ok(known.value);
                }
                let mut random = [0_u8; 32];
                getrandom::fill(&mut random).map_err(StoreError::Random)?;
                let mut write = self.write(Timestamp::UNIX_EPOCH);
                write.create(SEARCH_KEY.to_owned(), SearchKey::new(&random));
                match write.commit().await {
                    Ok(()) | Err(CommitError::Conflict(_)) => {} // what is stored counts, whoever was first
                    Err(CommitError::Store(error)) => return Err(error),
                }
            }
            Err(StoreError::Contended(MAX_ATTEMPTS))
        });
        key.await.cloned()
    }

    /// Orders that may be the wanted ones, of these moments if the list is sorted by them, from `cursor` on: newest first, those
    /// of a name by name. The caller compares them with what is wanted. A page may be short and still have a next one.
    pub async fn find(
        &self,
        wanted: &Wanted,
        moments: &Range<Timestamp>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OrderId>, StoreError> {
        let lists = match wanted {
            Wanted::Email(email) => {
                let key = self.search_key().await?.email(email);
                vec![List::of_index("email", ["email_key", "found_at"], key, moments)]
            }
            Wanted::Phone(phone) => {
                let key = self.search_key().await?.phone(phone);
                vec![List::of_index("phone", ["phone_key", "found_at"], key, moments)]
            }
            Wanted::Name(name) => {
                let key = self.search_key().await?.name(name);
                let list = |index, keys| List::of_names(index, keys, key.first.clone(), &key.rest);
                vec![list("surname", ["surname_key", "surname_at"]), list("name", ["name_key", "name_at"])]
            }
            Wanted::Sku(sku) => vec![List::of_entries(sku_term(sku), moments)],
            Wanted::Tracking(number) => vec![List::of_entries(tracking_term(number), moments)],
        };
        // A cursor names a list by its number, and a place in it.
        let begin = cursor.and_then(|cursor| cursor.split_once('/'));
        let begin = begin.and_then(|(list, after)| Some((list.parse::<usize>().ok()?, Some(after))));
        let (number, after) = begin.unwrap_or_default();
        let Some(list) = lists.get(number) else { return Ok(Page { items: Vec::new(), next: None }) };
        let found = self.read_backward(list, after, limit).await?;
        let next = if found.len() >= limit {
            found.last().map(|(at, order)| format!("{number}/{}", place(at, order)))
        } else {
            (number + 1 < lists.len()).then(|| format!("{}/", number + 1))
        };
        Ok(Page { items: found.into_iter().map(|(_, order)| order).collect(), next })
    }

    /// Reads a list backward, from the place `after` on: sort keys and orders.
    async fn read_backward(
        &self,
        list: &List,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, OrderId)>, StoreError> {
        let after = after.filter(|after| !after.is_empty()).and_then(|after| after.rsplit_once('#'));
        let until = after.map_or(list.until.as_str(), |(sort, _)| sort.min(list.until.as_str())).to_owned();
        // The place of an entry contains its order, so one of the same moment sorts behind the moment.
        let until =
            if matches!(list.source, Source::Entries) && after.is_some() { format!("{until}{LAST}") } else { until };
        if until < list.from {
            return Ok(Vec::new());
        }
        let query = self.client.query();
        let (query, [partition, sort]) = match list.source {
            Source::Index(index, keys) => (query.table_name(&self.tables.orders).index_name(index), keys),
            Source::Entries => (query.table_name(&self.tables.search), [TERM, AT]),
        };
        let query = query
            .key_condition_expression("#partition = :partition AND #sort BETWEEN :from AND :until")
            .expression_attribute_names("#partition", partition)
            .expression_attribute_names("#sort", sort)
            .expression_attribute_values(":partition", text(&list.partition))
            .expression_attribute_values(":from", text(&list.from))
            .expression_attribute_values(":until", text(until))
            .scan_index_forward(false)
            // The one at `after`, and any of the same moment, come again.
            .limit(i32::try_from(limit + SAME_MOMENT).unwrap_or(i32::MAX));
        let items = query.send().await.map_err(StoreError::request("Query search"))?.items.unwrap_or_default();
        let mut found = items.iter().map(|item| entry_of(item, sort)).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|a, b| b.cmp(a));
        if let Some((sort, order)) = after {
            found.retain(|(at, of)| (at.as_str(), of.as_str()) < (sort, order));
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// More orders of one customer are not placed in a millisecond.
const SAME_MOMENT: usize = 10;

/// The sort key of something found, without the order, and the order.
fn entry_of(item: &Item, sort: &str) -> Result<(String, OrderId), StoreError> {
    let malformed = || StoreError::unreadable("a search entry", "its key is malformed");
    let at = text_of(item, sort).ok_or_else(malformed)?;
    let malformed_order = |e: InvalidId| StoreError::unreadable("a search entry", e);
    if let Some(order) = text_of(item, ORDER_ID) {
        return Ok((at.to_owned(), order.parse().map_err(malformed_order)?));
    }
    let (at, order) = at.rsplit_once('#').ok_or_else(malformed)?;
    Ok((at.to_owned(), order.parse().map_err(malformed_order)?))
}
