//! Locations, channels, API keys and products.

use super::*;
use domain::{
    arrival::{Schedule, ScheduleSettings},
    settings::{ApiKey, Channel, Product, Role},
};

pub(super) fn location(id: &str) -> Location {
    let schedule = Schedule::default();
    Location { id: id.parse().unwrap(), name: id.to_uppercase(), priority: 1, schedule, webhook_url: None }
}

fn product(sku: &str) -> Product {
    Product { sku: sku.parse().unwrap(), title: sku.to_owned(), weight_g: None, bins: [].into() }
}

#[tokio::test]
async fn locations_read_back_and_are_known_at_once_where_they_were_put() {
    let store = TestStore::new();
    assert!(store.locations().await.unwrap().is_empty());
    let settings = ScheduleSettings {
        time_zone: "America/New_York".into(),
        holidays: ["2026-12-25".parse().unwrap()].into(),
        ..ScheduleSettings::default()
    };
    let schedule = Schedule::try_from(settings).unwrap();
    let webhook_url = Some("https://wms.example/hook".to_owned());
    let east = Location { schedule, webhook_url, priority: 1000, ..location("east") };
    store.put_location(&location("west")).await.unwrap();
    store.put_location(&east).await.unwrap();
    assert_eq!(*store.locations().await.unwrap(), [east, location("west")]);
    store.requests();
    store.locations().await.unwrap();
    assert!(store.requests().is_empty(), "they are remembered for a while");
}

#[tokio::test]
async fn channels_read_back() {
    let store = TestStore::new();
    let channel = |id: &str, name: &str| Channel { id: id.parse().unwrap(), name: name.to_owned() };
    store.put_channel(&channel("web", "Old name")).await.unwrap();
    store.put_channel(&channel("web", "Web shop")).await.unwrap();
    store.put_channel(&channel("market", "Market")).await.unwrap();
    assert_eq!(store.channels().await.unwrap(), [channel("market", "Market"), channel("web", "Web shop")]);
}

#[tokio::test]
async fn a_key_is_found_by_its_hash_and_revoked_once() {
    let store = TestStore::new();
    let key = |id: &str, role, channel: Option<&str>| ApiKey {
        id: id.repeat(64),
        name: "till 1".into(),
        role,
        channel: channel.map(|id| id.parse().unwrap()),
        created_at: at(0),
        revoked_at: None,
    };
    let keys =
        [key("a", Role::Operator, None), key("b", Role::Storefront, Some("web")), key("c", Role::Warehouse, None)];
    for key in &keys {
        store.put_api_key(key).await.unwrap();
        assert_eq!(store.api_key(&key.id).await.unwrap().as_ref(), Some(key));
    }
    assert_eq!(store.api_keys().await.unwrap(), keys);
    assert_eq!(store.api_key(&"d".repeat(64)).await.unwrap(), None);

    let hash = "a".repeat(64);
    assert!(store.revoke_api_key(&hash, at(5)).await.unwrap());
    assert!(store.revoke_api_key(&hash, at(9)).await.unwrap());
    assert_eq!(store.api_key(&hash).await.unwrap().unwrap().revoked_at, Some(at(5)), "the first time stands");
    assert!(!store.revoke_api_key(&"d".repeat(64), at(9)).await.unwrap());
    assert_eq!(store.api_keys().await.unwrap().len(), 3, "and no key was made by that");
}

#[tokio::test]
async fn products_are_read_in_one_batch_even_when_a_sku_is_named_twice() {
    let store = TestStore::new();
    let bins = [("main".parse().unwrap(), "A-01".to_owned())].into();
    let mug = Product { weight_g: Some(350), bins, ..product("MUG") };
    store.put_product(&mug).await.unwrap();
    store.put_product(&product("TEE")).await.unwrap();
    let skus = ["MUG", "TEE", "MUG", "NONE"].map(|sku| sku.parse().unwrap());
    let found = store.products(&skus).await.unwrap();
    assert_eq!(found.into_values().collect::<Vec<_>>(), [mug.clone(), product("TEE")]);
    assert_eq!(store.product(&mug.sku).await.unwrap(), Some(mug));
    assert_eq!(store.product(&"NONE".parse().unwrap()).await.unwrap(), None);
}
