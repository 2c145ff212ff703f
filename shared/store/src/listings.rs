//! Lists over the sparse indexes: orders by channel, the warehouse's work, what is due.

use super::{
    Item, Store, StoreError,
    attributes::{from_sortable, sortable, text_of},
    keys::ItemKey,
    order_items::{LISTED_AT, LISTING_INDEX, LISTING_KEY, WORK_INDEX, WORK_LOCATION, WORK_SINCE, put_backs_of},
    record::{DUE_AT, DUE_CLASS, DUE_INDEX, DUE_SHARDS, Record, Stored, decode},
};
use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use domain::{
    fulfillment::Fulfillment,
    ids::{ChannelId, LocationId, OrderId},
    order_state::OrderState,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, ops::Range};

/// Why `reconcile` looks at an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueClass {
    Owed,
    Unpaid,
    Waiting,
}

impl DueClass {
    fn name(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Unpaid => "unpaid",
            Self::Waiting => "waiting",
        }
    }
}

/// An entry of the index of due items.
#[derive(Debug, Clone, PartialEq)]
pub struct DueItem {
    pub key: ItemKey,
    pub since: Timestamp,
}

/// Where a look at the due items of a class begins: by default at the longest waiting.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DuePosition([InShard; DUE_SHARDS as usize]);

#[derive(Debug, Clone, Default, PartialEq)]
enum InShard {
    #[default]
    Start,
    After(Item),
    /// It waits for the other shards.
    End,
}

/// One page of a list, and where the next one begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// A page of a location's work. What of it cannot be read stands for itself.
pub type WorkPage = Page<(ItemKey, Result<Stored<Fulfillment>, StoreError>)>;

impl Store {
    /// Orders of some channels that were placed in these `moments`, newest first, from `cursor` on. `active`, if given,
    /// selects only the active orders or only the others. `keep` filters further.
    ///
    /// A page may be short or even empty and still have a next page, because it stops after looking at a fixed number
    /// of orders.
    pub async fn list_orders(
        &self,
        channels: &[ChannelId],
        active: Option<bool>,
        moments: &Range<Timestamp>,
        cursor: Option<&str>,
        limit: usize,
        keep: impl Fn(&OrderState) -> bool,
    ) -> Result<Page<Stored<OrderState>>, StoreError> {
        /// The maximum number of orders that one request looks at.
        const MAX_LOOKED_AT: usize = 500;
        let sides: &[&str] = match active {
            Some(true) => &["active"],
            Some(false) => &["closed", "erased"],
            None => &["active", "closed", "erased"],
        };
        let partitions: Vec<String> =
            channels.iter().flat_map(|channel| sides.iter().map(move |side| format!("{channel}#{side}"))).collect();
        let mut items = Vec::new();
        let (first, end) = (sortable(moments.start), sortable(moments.end));
        let mut last = Some(cursor.map_or(end.clone(), |cursor| cursor.min(&end).to_owned()));
        let mut looked_at = 0;
        loop {
            let mut keys = Vec::new();
            for partition in &partitions {
                keys.extend(
                    self.listed(LISTING_INDEX, [LISTING_KEY, LISTED_AT], partition, last.as_deref(), limit, false)
                        .await?,
                );
            }
            keys.retain(|(_, at)| *at >= first);
            keys.sort_by(|(_, a), (_, b)| b.cmp(a));
            keys.dedup_by(|(a, _), (b, _)| a == b); // an order that is changing sides right now
            let more = keys.len() >= limit;
            keys.truncate(limit);
            looked_at += keys.len();
            let found = self.listed_records(keys.iter().map(|(key, _)| key)).await?;
            let mut states: BTreeMap<OrderId, Stored<OrderState>> =
                found.into_iter().map(|state: Stored<OrderState>| (state.key.order.clone(), state)).collect();
            for (key, at) in keys {
                last = Some(at);
                items.extend(states.remove(&key.order).filter(|state| keep(&state.value)));
                if items.len() == limit {
                    return Ok(Page { items, next: last });
                }
            }
            if !more {
                return Ok(Page { items, next: None });
            }
            if looked_at >= MAX_LOOKED_AT {
                return Ok(Page { items, next: last });
            }
        }
    }

    /// The active orders of a channel that were placed before `before`, the oldest first.
    pub async fn active_since_before(
        &self,
        channel: &ChannelId,
        before: Timestamp,
    ) -> Result<Vec<OrderId>, StoreError> {
        /// The index holds only keys, so a page of this many is small.
        const PAGE: usize = 1_000;
        let (partition, end) = (format!("{channel}#active"), sortable(before));
        let mut found = Vec::new();
        let mut last: Option<String> = None;
        loop {
            let names = [LISTING_KEY, LISTED_AT];
            let keys = self.listed(LISTING_INDEX, names, &partition, last.as_deref(), PAGE, true).await?;
            last = keys.last().map(|(_, at)| at.clone()).filter(|at| keys.len() == PAGE && *at < end);
            found.extend(keys.into_iter().take_while(|(_, at)| *at < end).map(|(key, _)| key.order));
            if last.is_none() {
                return Ok(found);
            }
        }
    }

    /// The oldest orders of a channel that are not active, were placed before `before`, and whose customer's data is still
    /// there: so many at most.
    pub async fn closed_before(
        &self,
        channel: &ChannelId,
        before: Timestamp,
        most: usize,
    ) -> Result<Vec<OrderId>, StoreError> {
        let (partition, end) = (format!("{channel}#closed"), sortable(before));
        let keys = self.listed(LISTING_INDEX, [LISTING_KEY, LISTED_AT], &partition, None, most, true).await?;
        Ok(keys.into_iter().take_while(|(_, at)| *at < end).map(|(key, _)| key.order).collect())
    }

    /// The work of a location, oldest first, from `cursor` on.
    pub async fn list_work(
        &self,
        location: &LocationId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Stored<Fulfillment>>, StoreError> {
        self.listed_work(location.as_str(), cursor, limit).await
    }

    /// What a location has to put back, the oldest fulfillment first, from `cursor` on.
    pub async fn list_put_backs(
        &self,
        location: &LocationId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Stored<Fulfillment>>, StoreError> {
        self.listed_work(&put_backs_of(location), cursor, limit).await
    }

    async fn listed_work(
        &self,
        partition: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Stored<Fulfillment>>, StoreError> {
        let keys = self.listed(WORK_INDEX, [WORK_LOCATION, WORK_SINCE], partition, cursor, limit, true).await?;
        let next = (keys.len() == limit).then(|| keys.last().map(|(_, at)| at.clone())).flatten();
        let mut items: Vec<Stored<Fulfillment>> = self.listed_records(keys.iter().map(|(key, _)| key)).await?;
        items.sort_by(|a, b| (a.value.created_at, &a.key).cmp(&(b.value.created_at, &b.key)));
        Ok(Page { items, next })
    }

    /// A page of a location's work, oldest first, strongly consistent but for work that was made in the last moment. An
    /// unreadable fulfillment does not hide the others.
    pub async fn work_page(
        &self,
        location: &LocationId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<WorkPage, StoreError> {
        self.page_of_work(location.as_str(), cursor, limit).await
    }

    async fn page_of_work(&self, partition: &str, cursor: Option<&str>, limit: usize) -> Result<WorkPage, StoreError> {
        let keys = self.listed(WORK_INDEX, [WORK_LOCATION, WORK_SINCE], partition, cursor, limit, true).await?;
        let next = (keys.len() == limit).then(|| keys.last().map(|(_, at)| at.clone())).flatten();
        let mut items = self.load_all::<Fulfillment>(keys.iter().map(|(key, _)| key.clone())).await?;
        items.sort_by_key(|(key, _)| keys.iter().position(|(listed, _)| listed == key));
        Ok(Page { items, next })
    }

    /// All the work of a location, strongly consistent but for work that was made in the last moment.
    pub async fn all_work(
        &self,
        location: &LocationId,
    ) -> Result<Vec<(OrderId, Result<Fulfillment, StoreError>)>, StoreError> {
        self.all_of_work(location.as_str()).await
    }

    /// All that a location has to put back, likewise.
    pub async fn all_put_backs(
        &self,
        location: &LocationId,
    ) -> Result<Vec<(OrderId, Result<Fulfillment, StoreError>)>, StoreError> {
        self.all_of_work(&put_backs_of(location)).await
    }

    async fn all_of_work(
        &self,
        partition: &str,
    ) -> Result<Vec<(OrderId, Result<Fulfillment, StoreError>)>, StoreError> {
        /// Keys of one request.
        const PAGE: usize = 1_000;
        let (mut work, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page_of_work(partition, cursor.as_deref(), PAGE).await?;
            work.extend(page.items.into_iter().map(|(key, found)| (key.order, found.map(|found| found.value))));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(work);
            }
        }
    }

    /// All items that have been due since before `before`, the longest waiting first.
    pub async fn due(&self, class: DueClass, before: Timestamp) -> Result<Vec<DueItem>, StoreError> {
        let (mut found, mut next) = self.due_from(class, before, &DuePosition::default(), usize::MAX).await?;
        while next != DuePosition::default() {
            let (more, then) = self.due_from(class, before, &next, usize::MAX).await?;
            found.extend(more);
            next = then;
        }
        found.sort_by_key(|due| due.since);
        Ok(found)
    }

    /// At most `most` of those items, or as many as one answer of each shard holds, from a position on, and where the next ones
    /// begin: at the start again after the last. The index holds only keys, so an answer has thousands of entries and costs
    /// almost nothing.
    pub async fn due_from(
        &self,
        class: DueClass,
        before: Timestamp,
        DuePosition(from): &DuePosition,
        most: usize,
    ) -> Result<(Vec<DueItem>, DuePosition), StoreError> {
        let of_each = most.div_ceil(usize::from(DUE_SHARDS)).max(1);
        let pages = (0..DUE_SHARDS).zip(from).map(async |(shard, place)| {
            let start = match place {
                InShard::Start => None,
                InShard::After(key) => Some(key.clone()),
                InShard::End => return Ok((Vec::new(), InShard::End)),
            };
            let query = self.query_due(class, shard, before).limit(i32::try_from(of_each).unwrap_or(i32::MAX));
            let page = query.set_exclusive_start_key(start).send().await;
            let page = page.map_err(StoreError::request("Query due"))?;
            let next = page.last_evaluated_key.map_or(InShard::End, InShard::After);
            Ok((readable(page.items.unwrap_or_default()), next))
        });
        let (mut found, mut next) = (Vec::new(), DuePosition::default());
        for ((some, place), next) in futures::future::try_join_all(pages).await?.into_iter().zip(&mut next.0) {
            found.extend(some);
            *next = place;
        }
        found.sort_by_key(|due: &DueItem| due.since);
        let is_end = next.0.iter().all(|place| *place == InShard::End);
        Ok((found, if is_end { DuePosition::default() } else { next }))
    }

    fn query_due(&self, class: DueClass, shard: u8, before: Timestamp) -> QueryFluentBuilder {
        let partition = format!("{}#{shard}", class.name());
        self.client
            .query()
            .table_name(&self.tables.orders)
            .index_name(DUE_INDEX)
            .key_condition_expression("#class = :class AND #at < :before")
            .expression_attribute_names("#class", DUE_CLASS)
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":class", AttributeValue::S(partition))
            .expression_attribute_values(":before", AttributeValue::S(sortable(before)))
    }

    /// One page of an index partition: the item and the sort key of each entry.
    async fn listed(
        &self,
        index: &str,
        [partition_key, sort_key]: [&str; 2],
        partition: &str,
        after: Option<&str>,
        limit: usize,
        ascending: bool,
    ) -> Result<Vec<(ItemKey, String)>, StoreError> {
        let mut query = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .index_name(index)
            .expression_attribute_names("#partition", partition_key)
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .scan_index_forward(ascending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        query = match after {
            None => query.key_condition_expression("#partition = :partition"),
            Some(after) => query
                .key_condition_expression(format!(
                    "#partition = :partition AND #sort {} :after",
                    if ascending { ">" } else { "<" }
                ))
                .expression_attribute_names("#sort", sort_key)
                .expression_attribute_values(":after", AttributeValue::S(after.to_owned())),
        };
        let items = query.send().await.map_err(StoreError::request("Query index"))?.items.unwrap_or_default();
        let entry = |item: Item| {
            let at = text_of(&item, sort_key).unwrap_or_default().to_owned();
            Ok((key_of_entry(&item)?, at))
        };
        items.into_iter().map(entry).collect()
    }

    /// The records that an index names. Eventually consistent, like the index itself.
    async fn listed_records<T: Record<Key = ItemKey>>(
        &self,
        keys: impl Iterator<Item = &ItemKey>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let table = self.tables.name(T::TABLE);
        let found = self.batch_get(keys.map(|key| (table, T::key(key))).collect(), false).await?;
        found.into_iter().map(|(_, item)| decode(item)).collect()
    }
}

/// The entries of the index of due items. An unreadable one does not hide the others.
fn readable(items: Vec<Item>) -> Vec<DueItem> {
    let entry = |item: Item| {
        let key = key_of_entry(&item)?;
        let since = text_of(&item, DUE_AT).and_then(from_sortable);
        let since = since.ok_or_else(|| StoreError::unreadable(&key, "due_at is malformed"))?;
        Ok::<_, StoreError>(DueItem { key, since })
    };
    let readable = |item| entry(item).inspect_err(|error| tracing::error!(%error, "a due entry is left out")).ok();
    items.into_iter().filter_map(readable).collect()
}

fn key_of_entry(item: &Item) -> Result<ItemKey, StoreError> {
    ItemKey::of(item).ok_or_else(|| StoreError::unreadable("an index entry", "its key is malformed"))
}
