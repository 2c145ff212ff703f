//! The books: rows of movements by day, in a table of their own.
//!
//! A row is written before the commit that it is about, so none is ever missing. One whose commit failed is known to nobody
//! ([`Books::knows`](domain::books::Books::knows)), and whoever reads the books leaves it out.

use super::{
    Item, Store, StoreError,
    attributes::{from_item, key_item, sortable, text_of, to_item},
    entry::Entry,
    keys::ItemKey,
    tables::Table,
};
use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use domain::{
    books::{BookedFor, Books, Movement, MovementKind, day_of},
    ids::{ChannelId, OrderId, PaymentId},
    order_state::OrderState,
    payment_record::PaymentRecord,
    statement::Statement,
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
    str::FromStr,
};

/// Key attributes of the table.
const DAY: &str = "day";
const PLACE: &str = "place";
/// The attribute of a row's payment.
const PAYMENT: &str = "payment";
/// A day is spread over this many partitions, because one takes only 1,000 writes a second.
const SHARDS: u8 = 4;

/// A row of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedRow {
    pub booked_for: BookedFor,
    /// Its place among the rows of that.
    pub nth: usize,
    pub movement: Movement,
    /// The order whose money it is about, if one is known.
    pub order: Option<OrderId>,
    /// The channel of that order, and what the channel calls it.
    pub reference: Option<(ChannelId, String)>,
}

/// Where a row stands: its moment, what it is for, its number, and its check, so that two decisions of one moment that say
/// different things do not overwrite each other. Sorted as the rows are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace(String);

impl Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RowPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_place = text.len() <= 200 && parts(text).is_some();
        is_place.then(|| Self(text.to_owned())).ok_or("must be the place of a row")
    }
}

impl BookedRow {
    pub fn place(&self) -> RowPlace {
        RowPlace(place(&self.booked_for, self.nth, &self.movement))
    }
}

/// An order's id has a `_` after its first three letters, and so may a payment's: what it is stands before it.
fn place(booked_for: &BookedFor, nth: usize, movement: &Movement) -> String {
    let name = match booked_for {
        BookedFor::Order(order) => format!("order/{order}"),
        BookedFor::Payment(payment) => format!("payment/{payment}"),
        BookedFor::Statement(payment) => format!("statement/{payment}"),
    };
    format!("{}#{name}#{nth:04}#{}", sortable(movement.booked_at), movement.check())
}

fn parts(place: &str) -> Option<(BookedFor, usize)> {
    let mut parts = place.split('#');
    let time = parts.next()?;
    let (kind, name) = parts.next()?.split_once('/')?;
    let nth = parts.next()?.parse().ok()?;
    let booked_for = match kind {
        "order" => BookedFor::Order(name.parse().ok()?),
        "payment" => BookedFor::Payment(name.parse().ok()?),
        "statement" => BookedFor::Statement(name.parse().ok()?),
        _ => return None,
    };
    let check = parts.next()?;
    (time.len() == 14 && check.len() == 8 && parts.next().is_none()).then_some((booked_for, nth))
}

fn partition(day: Date, shard: u8) -> String {
    format!("{day}#{shard}")
}

/// The entries of the new rows of a record.
pub(super) fn entries((booked_for, books): (BookedFor, &Books)) -> Result<Vec<Entry>, StoreError> {
    let entry = |(nth, movement): (usize, &Movement)| {
        let place = place(&booked_for, nth, movement);
        let shard = place.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % SHARDS;
        let mut item = to_item(movement, &place)?;
        item.extend(key_item([(DAY, partition(movement.day(), shard)), (PLACE, place)]));
        Ok(Entry { table: Table::Books, item })
    };
    books.new_rows().map(entry).collect()
}

impl Store {
    /// Rows of a day after a place, in the order of their places, and whether there are more. A row that its order does not
    /// know is left out, so there may be fewer than `limit`.
    pub async fn booked(
        &self,
        day: Date,
        after: Option<&RowPlace>,
        limit: usize,
    ) -> Result<(Vec<BookedRow>, Option<RowPlace>), StoreError> {
        let mut found = Vec::new();
        for shard in 0..SHARDS {
            found.extend(self.of_shard(&partition(day, shard), after, limit + 1).await?);
        }
        found.sort_by_key(BookedRow::place);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(BookedRow::place);
        Ok((self.known_rows(found).await?, next))
    }

    /// What of a payment was booked from one moment to another. It reads the rows of these days, so they should be few.
    pub async fn booked_since(
        &self,
        payment: &PaymentId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeSet<MovementKind>, StoreError> {
        let mut found = Vec::new();
        let (mut day, last) = (day_of(since), day_of(until));
        while day <= last {
            for shard in 0..SHARDS {
                let of_payment = self
                    .rows_after(partition(day, shard), sortable(since))
                    .filter_expression("#payment = :payment")
                    .expression_attribute_names("#payment", PAYMENT)
                    .expression_attribute_values(":payment", AttributeValue::S(payment.to_string()));
                let items = of_payment.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
                let rows = items.map_err(StoreError::request("Query books"))?.into_iter().map(row);
                found.extend(rows.collect::<Result<Vec<_>, _>>()?);
            }
            day = day.saturating_add(1.day());
        }
        Ok(self.known_rows(found).await?.into_iter().map(|row| row.movement.kind).collect())
    }

    /// The rows of a partition after a place, or after a moment.
    fn rows_after(&self, partition: String, after: String) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.books)
            .consistent_read(true)
            .key_condition_expression("#day = :day AND #place > :after")
            .expression_attribute_names("#day", DAY)
            .expression_attribute_names("#place", PLACE)
            .expression_attribute_values(":day", AttributeValue::S(partition))
            .expression_attribute_values(":after", AttributeValue::S(after))
    }

    async fn of_shard(
        &self,
        partition: &str,
        after: Option<&RowPlace>,
        limit: usize,
    ) -> Result<Vec<BookedRow>, StoreError> {
        let after = after.map_or_else(|| " ".to_owned(), ToString::to_string);
        let query = self.rows_after(partition.to_owned(), after).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let mut items = query.into_paginator().items().send();
        let mut rows = Vec::new();
        while rows.len() < limit
            && let Some(item) = items.next().await
        {
            rows.push(row(item.map_err(StoreError::request("Query books"))?)?);
        }
        Ok(rows)
    }

    /// The rows that their orders, payments and statements know.
    async fn known_rows(&self, rows: Vec<BookedRow>) -> Result<Vec<BookedRow>, StoreError> {
        let (mut orders, mut payments, mut statements) =
            (BTreeSet::<OrderId>::new(), BTreeSet::<PaymentId>::new(), BTreeSet::<PaymentId>::new());
        for row in &rows {
            match &row.booked_for {
                BookedFor::Order(order) => orders.insert(order.clone()),
                BookedFor::Payment(payment) => payments.insert(payment.clone()),
                BookedFor::Statement(payment) => statements.insert(payment.clone()),
            };
        }
        let mut known: BTreeMap<BookedFor, Known> = BTreeMap::new();
        for (key, statement) in self.load_all::<Statement>(statements).await? {
            let Statement { order, books, .. } = statement?.value;
            orders.extend(order.clone());
            known.insert(BookedFor::Statement(key), Known { books, order, names: None });
        }
        for (key, record) in self.load_all::<PaymentRecord>(payments).await? {
            known.insert(BookedFor::Payment(key), Known { books: record?.value.books, order: None, names: None });
        }
        for (key, state) in self.load_all::<OrderState>(orders.iter().map(ItemKey::state)).await? {
            let OrderState { books, channel, reference, .. } = state?.value;
            let (names, order) = (Some((channel, reference)), Some(key.order.clone()));
            known.insert(BookedFor::Order(key.order), Known { books, order, names });
        }
        let is_known = |row: BookedRow| {
            let Known { books, order, .. } = known.get(&row.booked_for)?;
            let names = order.clone().and_then(|order| known.get(&BookedFor::Order(order))?.names.clone());
            let is_known = books.knows(row.nth, &row.movement);
            is_known.then(|| BookedRow { order: order.clone(), reference: names, ..row })
        };
        Ok(rows.into_iter().filter_map(is_known).collect())
    }
}

/// What an order, a payment or a statement says of its rows.
struct Known {
    books: Books,
    order: Option<OrderId>,
    /// The order's channel, and what that calls it.
    names: Option<(ChannelId, String)>,
}

fn row(item: Item) -> Result<BookedRow, StoreError> {
    let unreadable = || StoreError::unreadable("a row of the books", "its key is malformed");
    let place = text_of(&item, PLACE).map(str::to_owned).ok_or_else(unreadable)?;
    let (booked_for, nth) = parts(&place).ok_or_else(unreadable)?;
    Ok(BookedRow { booked_for, nth, movement: from_item(item, &place)?, order: None, reference: None })
}
