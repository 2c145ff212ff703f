//! The settings and catalog tables: locations, channels, API keys, products.

use super::{
    Item, Store, StoreError,
    item::{from_item, text, to_item},
    write::string_key,
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::Sku,
    settings::{ApiKey, Channel, Location, Product},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

const COLLECTION: &str = "collection";
const ID: &str = "id";
const LOCATIONS: &str = "locations";
const CHANNELS: &str = "channels";
const KEYS: &str = "keys";

/// Locations are asked for by every order and change a few times a year: a sandbox may be this far behind.
const LOCATIONS_TTL: Duration = Duration::from_secs(10);

impl Store {
    /// All locations, at most ten seconds old.
    pub async fn locations(&self) -> Result<Arc<[Location]>, StoreError> {
        let cached = self.locations.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, locations)) = cached.filter(|(at, _)| at.elapsed() < LOCATIONS_TTL) {
            return Ok(locations);
        }
        let locations: Arc<[Location]> = self.collection(LOCATIONS).await?.into();
        // Nothing to route to is what a new shop has for a moment only: do not remember it.
        if !locations.is_empty() {
            let fresh = Some((Instant::now(), Arc::clone(&locations)));
            *self.locations.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(locations)
    }

    pub async fn put_location(&self, location: &Location) -> Result<(), StoreError> {
        self.put_setting(LOCATIONS, location.id.as_str(), location).await?;
        *self.locations.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    pub async fn channels(&self) -> Result<Vec<Channel>, StoreError> {
        self.collection(CHANNELS).await
    }

    pub async fn put_channel(&self, channel: &Channel) -> Result<(), StoreError> {
        self.put_setting(CHANNELS, channel.id.as_str(), channel).await
    }

    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.collection(KEYS).await
    }

    pub async fn put_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.put_setting(KEYS, &key.id, key).await
    }

    /// The key with this hash, revoked or not.
    pub async fn api_key(&self, hash: &str) -> Result<Option<ApiKey>, StoreError> {
        let key = string_key([(COLLECTION, KEYS), (ID, hash)]);
        let get = self.client.get_item().table_name(&self.tables.settings).set_key(Some(key));
        let answer = get.send().await.map_err(StoreError::request("GetItem key"))?;
        answer.item.map(|item| from_item(item, "an API key")).transpose()
    }

    /// Ends a key; tells whether there is such a key. The first time stands.
    pub async fn revoke_api_key(&self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let Some(mut key) = self.api_key(hash).await? else { return Ok(false) };
        key.revoked_at.get_or_insert(now);
        self.put_api_key(&key).await?;
        Ok(true)
    }

    pub async fn product(&self, sku: &Sku) -> Result<Option<Product>, StoreError> {
        Ok(self.products(std::slice::from_ref(sku)).await?.remove(sku))
    }

    /// Master data of some SKUs; those without any are left out.
    pub async fn products(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Product>, StoreError> {
        let key = |sku: &Sku| (self.tables.catalog.as_str(), string_key([("sku", sku.as_str())]));
        let mut skus = skus.to_vec();
        skus.sort();
        skus.dedup(); // DynamoDB refuses a key that is asked for twice
        let items = self.batch_get(skus.iter().map(key).collect(), false).await?;
        let product = |(_, item): (String, Item)| {
            let product: Product = from_item(item, "a product")?;
            Ok((product.sku.clone(), product))
        };
        items.into_iter().map(product).collect()
    }

    pub async fn put_product(&self, product: &Product) -> Result<(), StoreError> {
        let item = to_item(product, &product.sku)?;
        let put = self.client.put_item().table_name(&self.tables.catalog).set_item(Some(item));
        put.send().await.map_err(StoreError::request("PutItem product"))?;
        Ok(())
    }

    async fn collection<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<T>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.settings)
            .key_condition_expression("#c = :c")
            .expression_attribute_names("#c", COLLECTION)
            .expression_attribute_values(":c", AttributeValue::S(name.to_owned()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = items.map_err(StoreError::request("Query settings"))?;
        items.into_iter().map(|item| from_item(item, name)).collect()
    }

    async fn put_setting(&self, collection: &str, id: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let mut item = to_item(value, id)?;
        item.insert(COLLECTION.to_owned(), text(collection));
        item.insert(ID.to_owned(), text(id));
        let put = self.client.put_item().table_name(&self.tables.settings).set_item(Some(item));
        put.send().await.map_err(StoreError::request("PutItem settings"))?;
        Ok(())
    }
}
