//! The settings and catalog tables: locations, channels, API keys, products.

use super::{
    Item, Store, StoreError,
    attributes::{key_item, text_of},
    record::{Record, Stored, decode},
    tables::Table,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    digest::Digest,
    duty::{Owed, Subject},
    ids::{ChannelId, LocationId, SellerId, Sku},
    search::SearchKey,
    settings::{ApiKey, Channel, Location, Product, Seller},
    shop_watch::ShopWatch,
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::time::Instant;

const COLLECTION: &str = "collection";
const ID: &str = "id";
const SKU: &str = "sku";

/// The id of the one search key.
pub(super) const SEARCH_KEY: &str = "key";

/// Every order asks for the locations, and they change a few times a year. A sandbox may be this far behind.
const LOCATIONS_TTL: Duration = Duration::from_secs(10);

/// When something was read. Between invocations Lambda freezes a sandbox, and a monotonic clock may stand still with it; the
/// wall clock does not. In tests the other way round.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadAt(Instant, SystemTime);

impl ReadAt {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn is_younger_than(self, age: Duration) -> bool {
        // A wall clock that was set back makes it old.
        self.0.elapsed() < age && self.1.elapsed().is_ok_and(|by_the_wall| by_the_wall < age)
    }
}

/// A record of a collection of the settings table.
pub trait Setting: Record {
    const COLLECTION: &str;
}

macro_rules! setting {
    ($record:ty, $key:ty, $collection:literal) => {
        impl Setting for $record {
            const COLLECTION: &str = $collection;
        }

        impl Record for $record {
            type Key = $key;
            const TABLE: Table = Table::Settings;

            fn key(key: &$key) -> Item {
                key_item([(COLLECTION, $collection.to_owned()), (ID, key.to_string())])
            }

            fn key_of(item: &Item) -> Option<$key> {
                text_of(item, ID)?.parse().ok()
            }
        }
    };
}

setting!(Location, LocationId, "locations");
setting!(Channel, ChannelId, "channels");
setting!(Seller, SellerId, "sellers");
setting!(ShopWatch, ChannelId, "shops");
// Keyed by the key's SHA-256.
setting!(ApiKey, String, "keys");
// The only one is at [`SEARCH_KEY`].
setting!(SearchKey, String, "search");

/// The key of the one [`Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestKey;

/// Its name in its collection.
const ATTENTION: &str = "attention";

impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "digest {ATTENTION}")
    }
}

impl Record for Digest {
    type Key = DigestKey;
    const TABLE: Table = Table::Settings;

    fn key(_: &DigestKey) -> Item {
        key_item([(COLLECTION, "digests".to_owned()), (ID, ATTENTION.to_owned())])
    }

    fn key_of(item: &Item) -> Option<DigestKey> {
        (text_of(item, ID)? == ATTENTION).then_some(DigestKey)
    }

    fn subject(_: &DigestKey) -> Option<Subject> {
        Some(Subject::Digest)
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }
}

impl Record for Product {
    type Key = Sku;
    const TABLE: Table = Table::Catalog;

    fn key(key: &Sku) -> Item {
        key_item([(SKU, key.to_string())])
    }

    fn key_of(item: &Item) -> Option<Sku> {
        text_of(item, SKU)?.parse().ok()
    }
}

impl Store {
    /// All locations, at most ten seconds old.
    pub async fn locations(&self) -> Result<Arc<[Location]>, StoreError> {
        let cached = self.locations.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, locations)) = cached.filter(|(at, _)| at.is_younger_than(LOCATIONS_TTL)) {
            return Ok(locations);
        }
        let locations: Arc<[Location]> = self.settings::<Location>().await?.into();
        // Only a new shop has no location, and only briefly, so an empty list is not cached.
        if !locations.is_empty() {
            let fresh = Some((ReadAt::now(), Arc::clone(&locations)));
            *self.locations.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(locations)
    }

    /// Forgets the cached locations, because one has been changed here.
    pub fn forget_locations(&self) {
        *self.locations.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub async fn channels(&self) -> Result<Vec<Channel>, StoreError> {
        self.settings().await
    }

    /// How far the shops of channels are followed.
    pub async fn shop_watches(&self) -> Result<Vec<(ChannelId, ShopWatch)>, StoreError> {
        let watches: Vec<ShopWatch> = self.settings().await?;
        Ok(watches.into_iter().map(|watch| (watch.channel.clone(), watch)).collect())
    }

    pub async fn sellers(&self) -> Result<Vec<Seller>, StoreError> {
        self.settings().await
    }

    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.settings().await
    }

    /// The key with this hash, revoked or not. Eventually consistent: a new key may be unknown for a second.
    pub async fn api_key(&self, hash: &str) -> Result<Option<Stored<ApiKey>>, StoreError> {
        let key = ApiKey::key(&hash.to_owned());
        let get = self.client.get_item().table_name(&self.tables.settings).set_key(Some(key));
        let answer = get.send().await.map_err(StoreError::request("GetItem key"))?;
        answer.item.map(decode).transpose()
    }

    pub async fn product(&self, sku: &Sku) -> Result<Option<Product>, StoreError> {
        Ok(self.products(std::slice::from_ref(sku)).await?.remove(sku))
    }

    /// The products of some SKUs. SKUs without one are left out.
    pub async fn products(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Product>, StoreError> {
        let mut skus = skus.to_vec();
        skus.sort();
        skus.dedup(); // DynamoDB refuses a request that names a key twice
        let keys = skus.iter().map(|sku| (self.tables.catalog.as_str(), Product::key(sku))).collect();
        let items = self.batch_get(keys, false).await?;
        let product = |(_, item): (String, Item)| {
            let stored: Stored<Product> = decode(item)?;
            Ok((stored.key, stored.value))
        };
        items.into_iter().map(product).collect()
    }

    async fn settings<T: Setting>(&self) -> Result<Vec<T>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.settings)
            .key_condition_expression("#c = :c")
            .expression_attribute_names("#c", COLLECTION)
            .expression_attribute_values(":c", AttributeValue::S(T::COLLECTION.to_owned()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = items.map_err(StoreError::request("Query settings"))?;
        items.into_iter().map(|item| decode(item).map(|stored: Stored<T>| stored.value)).collect()
    }
}
