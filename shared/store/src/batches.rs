//! The table of batches: what is picked in one walk.

use super::{
    Item, Page, Store, StoreError,
    attributes::{key_item, sortable, text_of},
    record::{Record, Stored, decode},
    tables::Table,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    batch::Batch,
    ids::{BatchId, LocationId},
};

const BATCH: &str = "batch";

/// The sparse index of the batches that are not over.
const ACTIVE_INDEX: &str = "active";
const ACTIVE_LOCATION: &str = "active_location";
const ACTIVE_SINCE: &str = "active_since";

impl Record for Batch {
    type Key = BatchId;
    const TABLE: Table = Table::Batches;

    fn key(key: &BatchId) -> Item {
        key_item([(BATCH, key.to_string())])
    }

    fn key_of(item: &Item) -> Option<BatchId> {
        text_of(item, BATCH)?.parse().ok()
    }

    fn index_keys(&self, key: &BatchId) -> Vec<(&'static str, String)> {
        if !self.status.is_active() {
            return Vec::new();
        }
        let since = format!("{}#{key}", sortable(self.created_at));
        vec![(ACTIVE_LOCATION, self.location.to_string()), (ACTIVE_SINCE, since)]
    }
}

impl Store {
    /// The batches of a location that are not over, oldest first, from `cursor` on.
    pub async fn active_batches(
        &self,
        location: &LocationId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Stored<Batch>>, StoreError> {
        let table = self.tables.name(Table::Batches);
        let query = self
            .client
            .query()
            .table_name(table)
            .index_name(ACTIVE_INDEX)
            .key_condition_expression("#location = :location AND #since > :after")
            .expression_attribute_names("#location", ACTIVE_LOCATION)
            .expression_attribute_names("#since", ACTIVE_SINCE)
            .expression_attribute_values(":location", AttributeValue::S(location.to_string()))
            .expression_attribute_values(":after", AttributeValue::S(cursor.unwrap_or("0").to_owned()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let entries = query.send().await.map_err(StoreError::request("Query batches"))?.items.unwrap_or_default();
        let next = entries.last().filter(|_| entries.len() == limit);
        let next = next.and_then(|entry| text_of(entry, ACTIVE_SINCE)).map(str::to_owned);
        let keys = entries.iter().filter_map(Batch::key_of).map(|id| (table, Batch::key(&id))).collect();
        let found = self.batch_get(keys, false).await?.into_iter();
        let items = found.map(|(_, item)| decode(item)).collect::<Result<Vec<Stored<Batch>>, _>>();
        // The index may be a moment behind.
        let mut items: Vec<_> = items?.into_iter().filter(|read| read.value.status.is_active()).collect();
        items.sort_by(|a, b| (a.value.created_at, &a.key).cmp(&(b.value.created_at, &b.key)));
        Ok(Page { items, next })
    }
}
