//! The orders table: item collections, the list of orders, what is due, what the warehouse has to do.

use super::{
    Aggregate, EmailRecord, Item, MAX_ATTEMPTS, Store, StoreError, Stored, Write,
    item::{
        DUE_AT, DUE_CLASS, DUE_INDEX, DUE_SHARDS, ITEM, LISTED_AT, LISTING_INDEX, LISTING_KEY, ORDER_ID, WORK_INDEX,
        WORK_LOCATION, WORK_SINCE, decode, from_item, from_sortable, key, sortable, text_of, to_item,
    },
    pause,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    duty::ItemName,
    fulfillment::Fulfillment,
    ids::{ChannelId, FulfillmentId, LocationId, OrderId, ReturnId},
    order_state::OrderState,
    placed_order::PlacedOrder,
    returns::Return,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was asked for, with the fingerprint of the request that asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// The same order posted again has the same one; the same key with other content has not.
    pub fingerprint: String,
    /// What the answer to the request said; a replay answers the same.
    pub reserved_until: Timestamp,
    #[serde(flatten)]
    pub order: PlacedOrder,
}

/// Everything about an order.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: OrderId,
    pub placement: Placement,
    pub state: Stored<OrderState>,
    pub fulfillments: BTreeMap<FulfillmentId, Stored<Fulfillment>>,
    pub returns: BTreeMap<ReturnId, Stored<Return>>,
    /// By the claim's name.
    pub emails: BTreeMap<ItemName, Stored<EmailRecord>>,
}

impl Order {
    pub fn placed(&self) -> &PlacedOrder {
        &self.placement.order
    }

    /// Units of each line that have left with a carrier.
    pub fn units_sent(&self) -> BTreeMap<u16, u32> {
        let mut sent = BTreeMap::new();
        for (line, units) in self.fulfillments.values().flat_map(|f| f.value.units_sent()) {
            *sent.entry(line).or_default() += units;
        }
        sent
    }
}

/// Why an item is looked at by `reconcile`.
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
    pub order: OrderId,
    pub item: ItemName,
    pub since: Timestamp,
}

/// One page of a list, and where the next one begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl Store {
    /// The whole story of an order, as it is now.
    ///
    /// A Query is no snapshot: of a transaction that is made meanwhile it may see one item before and another one
    /// after it. Where that would show a state with other fulfillments than its own, it reads again: who decided
    /// on it would forget one that exists. Any other mixture is refused by the version of what is written.
    pub async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        for attempt in 0..MAX_ATTEMPTS {
            let order = self.read_order(id).await?;
            let is_whole = |order: &Order| order.state.value.fulfillments.keys().eq(order.fulfillments.keys());
            if order.as_ref().is_none_or(is_whole) {
                return Ok(order);
            }
            pause(attempt).await;
        }
        Err(StoreError::Contended(MAX_ATTEMPTS))
    }

    async fn read_order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let query = self.client.query().table_name(&self.tables.orders).key_condition_expression("order_id = :id");
        let query = query.expression_attribute_values(":id", AttributeValue::S(id.to_string())).consistent_read(true);
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let (mut placement, mut state) = (None, None);
        let (mut fulfillments, mut returns, mut emails) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for item in items.map_err(StoreError::request("Query order"))? {
            let name = text_of(&item, ITEM).unwrap_or_default();
            match name.parse().map_err(|e| StoreError::unreadable(format!("{id} {name}"), e))? {
                ItemName::Placed => placement = Some(from_item(item, id)?),
                ItemName::State => state = Some(decode(item)?),
                ItemName::Fulfillment(id) => drop(fulfillments.insert(id, decode(item)?)),
                ItemName::Return(id) => drop(returns.insert(id, decode(item)?)),
                claim @ ItemName::Email(..) => drop(emails.insert(claim, decode(item)?)),
            }
        }
        let order = placement.zip(state);
        Ok(order.map(|(placement, state)| Order { id: id.clone(), placement, state, fulfillments, returns, emails }))
    }

    /// One aggregate of an order, as it is now.
    pub async fn load<T: Aggregate>(&self, order: &OrderId, name: &ItemName) -> Result<Option<Stored<T>>, StoreError> {
        self.raw(order, name, true).await?.map(decode).transpose()
    }

    pub async fn order_state(&self, order: &OrderId) -> Result<Option<Stored<OrderState>>, StoreError> {
        self.load(order, &ItemName::State).await
    }

    /// What was asked for. It never changes, but it may have been written only now.
    pub async fn placed(&self, order: &OrderId) -> Result<Option<Placement>, StoreError> {
        let item = self.raw(order, &ItemName::Placed, true).await?;
        item.map(|item| from_item(item, order)).transpose()
    }

    async fn raw(&self, order: &OrderId, name: &ItemName, consistent: bool) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.tables.orders).set_key(Some(key(order, name)));
        let answer = get.consistent_read(consistent).send().await.map_err(StoreError::request("GetItem order"))?;
        Ok(answer.item)
    }

    /// The states of some orders, as they are now; those that are not there are left out. One that cannot be read does
    /// not keep the others from its reader.
    pub async fn order_states(
        &self,
        orders: &[OrderId],
    ) -> Result<Vec<(OrderId, Result<Stored<OrderState>, StoreError>)>, StoreError> {
        let orders: BTreeSet<&OrderId> = orders.iter().collect(); // DynamoDB refuses a key that is asked for twice
        let keys =
            orders.into_iter().map(|order| (self.tables.orders.as_str(), key(order, &ItemName::State))).collect();
        let found = self.batch_get(keys, true).await?;
        found.into_iter().map(|(_, item)| Ok((names_of(&item)?.0, decode(item)))).collect()
    }

    async fn aggregates<T: Aggregate>(
        &self,
        names: Vec<(OrderId, ItemName)>,
        consistent: bool,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let keys = names.iter().map(|(order, name)| (self.tables.orders.as_str(), key(order, name))).collect();
        let found = self.batch_get(keys, consistent).await?;
        found.into_iter().map(|(_, item)| decode(item)).collect()
    }

    /// Orders of some channels, newest first, from `cursor` on. `active`, where given, looks only at the orders that
    /// are still going on, or only at the others; `keep` filters further.
    ///
    /// A page may be short, or even empty, and still have a next one: it stops after looking at so many orders.
    pub async fn list_orders(
        &self,
        channels: &[ChannelId],
        active: Option<bool>,
        cursor: Option<&str>,
        limit: usize,
        keep: impl Fn(&OrderState) -> bool,
    ) -> Result<Page<Stored<OrderState>>, StoreError> {
        /// How many orders one request looks at, at most.
        const MAX_LOOKED_AT: usize = 500;
        let sides: &[&str] = match active {
            Some(true) => &["active"],
            Some(false) => &["closed"],
            None => &["active", "closed"],
        };
        let partitions: Vec<String> =
            channels.iter().flat_map(|channel| sides.iter().map(move |side| format!("{channel}#{side}"))).collect();
        let mut items = Vec::new();
        let mut last = cursor.map(str::to_owned);
        let mut looked_at = 0;
        loop {
            let mut keys = Vec::new();
            for partition in &partitions {
                keys.extend(
                    self.listed(LISTING_INDEX, [LISTING_KEY, LISTED_AT], partition, last.as_deref(), limit, false)
                        .await?,
                );
            }
            keys.sort_by(|(_, _, a), (_, _, b)| b.cmp(a));
            keys.dedup_by(|(a, ..), (b, ..)| a == b); // one that changes sides right now
            let more = keys.len() >= limit;
            keys.truncate(limit);
            looked_at += keys.len();
            let names = keys.iter().map(|(order, name, _)| (order.clone(), name.clone())).collect();
            let mut states: BTreeMap<OrderId, Stored<OrderState>> =
                self.aggregates(names, false).await?.into_iter().map(|state| (state.order.clone(), state)).collect();
            for (order, _, at) in keys {
                last = Some(at);
                items.extend(states.remove(&order).filter(|state| keep(&state.value)));
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

    /// What a location has to do, oldest first, from `cursor` on.
    pub async fn list_work(
        &self,
        location: &LocationId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Stored<Fulfillment>>, StoreError> {
        let keys = self.listed(WORK_INDEX, [WORK_LOCATION, WORK_SINCE], location.as_str(), cursor, limit, true).await?;
        let next = (keys.len() == limit).then(|| keys.last().map(|(_, _, at)| at.clone())).flatten();
        let names: Vec<_> = keys.into_iter().map(|(order, name, _)| (order, name)).collect();
        let mut items: Vec<Stored<Fulfillment>> = self.aggregates(names, false).await?;
        items.sort_by(|a, b| (a.value.created_at, &a.order, &a.name).cmp(&(b.value.created_at, &b.order, &b.name)));
        Ok(Page { items, next })
    }

    /// All items that have been due since before `before`, the longest waiting first. An entry that cannot be read keeps
    /// none of the others from being found.
    pub async fn due(&self, class: DueClass, before: Timestamp) -> Result<Vec<DueItem>, StoreError> {
        let queries = (0..DUE_SHARDS).map(|shard| self.due_shard(class, shard, before));
        let mut found: Vec<DueItem> = futures::future::try_join_all(queries).await?.into_iter().flatten().collect();
        found.sort_by_key(|due| due.since);
        Ok(found)
    }

    /// The index holds keys only: thousands of entries fit a page, and a page costs next to nothing.
    async fn due_shard(&self, class: DueClass, shard: u8, before: Timestamp) -> Result<Vec<DueItem>, StoreError> {
        let partition = format!("{}#{shard}", class.name());
        let query = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .index_name(DUE_INDEX)
            .key_condition_expression("#class = :class AND #at < :before")
            .expression_attribute_names("#class", DUE_CLASS)
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":class", AttributeValue::S(partition))
            .expression_attribute_values(":before", AttributeValue::S(sortable(before)));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = items.map_err(StoreError::request("Query due"))?;
        let entry = |item: Item| {
            let (order, name) = names_of(&item)?;
            let since = text_of(&item, DUE_AT).and_then(from_sortable);
            let since = since.ok_or_else(|| StoreError::unreadable(&order, "due_at is malformed"))?;
            Ok::<_, StoreError>(DueItem { order, item: name, since })
        };
        let readable = |item| entry(item).inspect_err(|error| tracing::error!(%error, "a due entry is left out")).ok();
        Ok(items.into_iter().filter_map(readable).collect())
    }

    /// One page of an index partition: order, item and sort key of each entry.
    async fn listed(
        &self,
        index: &str,
        [partition_key, sort_key]: [&str; 2],
        partition: &str,
        after: Option<&str>,
        limit: usize,
        ascending: bool,
    ) -> Result<Vec<(OrderId, ItemName, String)>, StoreError> {
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
            let (order, name) = names_of(&item)?;
            let at = text_of(&item, sort_key).unwrap_or_default().to_owned();
            Ok((order, name, at))
        };
        items.into_iter().map(entry).collect()
    }
}

fn names_of(item: &Item) -> Result<(OrderId, ItemName), StoreError> {
    let order = text_of(item, ORDER_ID).and_then(|id| id.parse().ok());
    let name = text_of(item, ITEM).and_then(|name| name.parse().ok());
    order.zip(name).ok_or_else(|| StoreError::unreadable("an index entry", "its key is malformed"))
}

impl Write<'_> {
    /// Adds what was ordered; the commit fails if there is such an order already.
    pub fn place(&mut self, order: &OrderId, placement: &Placement) {
        match to_item(placement, order) {
            Ok(mut item) => {
                item.extend(key(order, &ItemName::Placed));
                let table = self.tables().orders.clone();
                self.put_absent(&table, format!("{order} placed"), item);
            }
            Err(error) => self.fail(error),
        }
    }
}
