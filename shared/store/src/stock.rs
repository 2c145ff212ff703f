//! The stock table: `sku`, and `location#…` for a level or `movement#…` for a manual change.

use super::{
    Item, Store, StoreError,
    attributes::{from_item, key_item, sortable, text_of, to_item},
    keys::{ITEM, LOCATION, SKU, stock_key},
    stock_update::{ATTENTION, ATTENTION_INDEX, ATTENTION_OF_PEOPLE},
    tables::Table,
    write::Write,
};
use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use domain::{
    ids::{LocationId, Sku},
    settings::Location,
    stock::{MovementRecord, StockLevel, StockPlace},
};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const MOVEMENT: &str = "movement#";
/// Idempotency keys of movements. A movement's own key begins with its time, so it cannot ensure uniqueness.
const MOVEMENT_KEY: &str = "movement-key#";

/// A level as it is stored. Buckets that were never touched are absent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Buckets {
    available: i64,
    on_hand: i64,
    reserved: i64,
    committed: i64,
    backordered: i64,
    waiting: i64,
    damaged: i64,
    quality_control: i64,
    safety: i64,
    incoming: i64,
    backorder: bool,
    recount_since: Option<Timestamp>,
}

pub(super) fn place_of(item: &Item) -> Result<StockPlace, StoreError> {
    let (sku, name) = (text_of(item, SKU).unwrap_or_default(), text_of(item, ITEM).unwrap_or_default());
    let place = sku.parse::<Sku>().ok().zip(name.strip_prefix(LOCATION).and_then(|id| id.parse::<LocationId>().ok()));
    let place = place.map(|(sku, location)| StockPlace { sku, location });
    place.ok_or_else(|| StoreError::unreadable(format!("{sku} {name}"), "its key is malformed"))
}

pub(super) fn level(item: Item) -> Result<StockLevel, StoreError> {
    let place = place_of(&item)?;
    let b: Buckets = from_item(item, format!("{} at {}", place.sku, place.location))?;
    Ok(StockLevel {
        available: b.available,
        on_hand: b.on_hand,
        reserved: b.reserved,
        committed: b.committed,
        backordered: b.backordered,
        waiting: b.waiting,
        damaged: b.damaged,
        quality_control: b.quality_control,
        safety: b.safety,
        incoming: b.incoming,
        backorder: b.backorder,
        recount_since: b.recount_since,
        ..StockLevel::empty(place)
    })
}

impl Store {
    /// The levels of some SKUs at some locations, in one request per hundred. Eventually consistent: the condition of
    /// the write guards what is taken from them.
    pub async fn stock_levels(&self, skus: &[Sku], locations: &[Location]) -> Result<Vec<StockLevel>, StoreError> {
        let mut keys = Vec::new();
        let skus: BTreeSet<&Sku> = skus.iter().collect(); // DynamoDB refuses a request that names a key twice
        for sku in skus {
            for location in locations {
                let place = StockPlace { sku: sku.clone(), location: location.id.clone() };
                keys.push((self.tables.stock.as_str(), stock_key(&place)));
            }
        }
        let items = self.batch_get(keys, false).await?;
        items.into_iter().map(|(_, item)| level(item)).collect()
    }

    /// The levels of some places, strongly consistent. Places without one are left out.
    pub async fn levels_at(
        &self,
        places: impl IntoIterator<Item = &StockPlace>,
    ) -> Result<BTreeMap<StockPlace, StockLevel>, StoreError> {
        let table = self.tables.stock.as_str();
        let keys = places.into_iter().map(|place| (table, stock_key(place))).collect();
        let items = self.batch_get(keys, true).await?;
        items.into_iter().map(|(_, item)| level(item).map(|level| (level.place(), level))).collect()
    }

    /// The places that people have to look at and that `wanted` picks, the longest waiting first. A listed place may be right
    /// again by now.
    pub async fn stock_to_look_at(
        &self,
        limit: usize,
        wanted: impl Fn(&StockLevel) -> bool,
    ) -> Result<Vec<StockLevel>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.stock)
            .index_name(ATTENTION_INDEX)
            .key_condition_expression("#attention = :people")
            .expression_attribute_names("#attention", ATTENTION)
            .expression_attribute_values(":people", AttributeValue::S(ATTENTION_OF_PEOPLE.to_owned()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(page) = pages.next().await
        {
            let items = page.map_err(StoreError::request("Query attention"))?.items.unwrap_or_default();
            let places = items.iter().map(place_of).collect::<Result<Vec<_>, _>>()?;
            let mut levels = self.levels_at(&places).await?;
            let levels = places.iter().filter_map(|place| levels.remove(place));
            found.extend(levels.filter(|level| level.needs_a_look() && wanted(level)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The levels of a SKU, and its newest movements: as many as are wanted, or as fit one answer.
    pub async fn stock_of(
        &self,
        sku: &Sku,
        movements: usize,
    ) -> Result<(Vec<StockLevel>, Vec<MovementRecord>), StoreError> {
        let levels = self.levels_of(sku).await?;
        let moved = self
            .query_sku(sku, MOVEMENT)
            .scan_index_forward(false)
            .limit(i32::try_from(movements).unwrap_or(i32::MAX))
            .send()
            .await;
        let moved = moved.map_err(StoreError::request("Query movements"))?.items.unwrap_or_default();
        let moved = moved.into_iter().map(|item| from_item(item, sku)).collect::<Result<_, _>>()?;
        Ok((levels, moved))
    }

    /// The levels of a SKU at all locations, strongly consistent.
    pub async fn levels_of(&self, sku: &Sku) -> Result<Vec<StockLevel>, StoreError> {
        let levels = self.query_sku(sku, LOCATION).consistent_read(true).into_paginator().items().send();
        let levels = levels.collect::<Result<Vec<_>, _>>().await.map_err(StoreError::request("Query stock"))?;
        levels.into_iter().map(level).collect()
    }

    fn query_sku(&self, sku: &Sku, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.stock)
            .key_condition_expression("sku = :sku AND begins_with(#item, :prefix)")
            .expression_attribute_names("#item", ITEM)
            .expression_attribute_values(":sku", AttributeValue::S(sku.to_string()))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
    }

    /// One level, strongly consistent.
    pub async fn stock_level(&self, place: &StockPlace) -> Result<Option<StockLevel>, StoreError> {
        let get = self.client.get_item().table_name(&self.tables.stock).set_key(Some(stock_key(place)));
        let answer = get.consistent_read(true).send().await.map_err(StoreError::request("GetItem stock"))?;
        answer.item.map(level).transpose()
    }

    /// The movement made under an idempotency key.
    pub async fn movement_by_key(&self, sku: &Sku, id: &str) -> Result<Option<MovementRecord>, StoreError> {
        let key = key_item([(SKU, sku.to_string()), (ITEM, format!("{MOVEMENT_KEY}{id}"))]);
        let get = self.client.get_item().table_name(&self.tables.stock).set_key(Some(key)).consistent_read(true);
        let answer = get.send().await.map_err(StoreError::request("GetItem movement"))?;
        answer.item.map(|item| from_item(item, id)).transpose()
    }
}

impl Write<'_> {
    /// Stores the record of a manual change. The commit fails if one with its id exists.
    pub fn movement(&mut self, sku: &Sku, record: &MovementRecord) {
        self.guarded_movement(sku, record);
        self.put_movement(sku, record, format!("{MOVEMENT_KEY}{}", record.id));
    }

    /// Stores the record of a change that another condition of this commit allows only once.
    pub fn guarded_movement(&mut self, sku: &Sku, record: &MovementRecord) {
        self.put_movement(sku, record, format!("{MOVEMENT}{}#{}", sortable(record.movement.at), record.id));
    }

    fn put_movement(&mut self, sku: &Sku, record: &MovementRecord, name: String) {
        match to_item(record, &record.id) {
            Ok(mut item) => {
                item.extend(key_item([(SKU, sku.to_string()), (ITEM, name.clone())]));
                self.put_absent(Table::Stock, name, item);
            }
            Err(error) => self.fail(error),
        }
    }
}
