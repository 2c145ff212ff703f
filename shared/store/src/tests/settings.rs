//! Locations, channels, API keys and products.

use super::*;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    arrival::{Schedule, ScheduleSettings},
    ids::ChannelId,
    settings::{ApiKey, Channel, Product, Role},
};

pub(super) fn location(id: &str) -> Location {
    let schedule = Schedule::default();
    Location {
        id: id.parse().unwrap(),
        name: id.to_uppercase().as_str().into(),
        priority: 1,
        schedule,
        address: None,
        webhook_url: None,
        closed: None,
        changed: None,
    }
}

/// Sets a record, over any existing one.
async fn put<T: Record>(store: &TestStore, key: &T::Key, value: &T) {
    match store.load(key).await.unwrap() {
        Some(read) => drop(store.replaced(&read, value.clone(), at(0)).await),
        None => drop(store.created(key, value.clone()).await),
    }
}

fn product(sku: &str) -> Product {
    Product {
        sku: sku.parse().unwrap(),
        title: sku.into(),
        weight_g: None,
        bins: [].into(),
        codes: Vec::new(),
        discontinued: false,
        changed: None,
    }
}

#[tokio::test]
async fn locations_read_back_and_are_known_at_once_where_they_are_forgotten() {
    let store = TestStore::new();
    assert!(store.locations().await.unwrap().is_empty());
    let settings = ScheduleSettings {
        time_zone: "America/New_York".into(),
        holidays: ["2026-12-25".parse().unwrap()].into(),
        ..ScheduleSettings::default()
    };
    let schedule = Schedule::try_from(settings).unwrap();
    let webhook_url = Some("https://wms.example/hook".into());
    let east = Location { schedule, webhook_url, priority: 1000, ..location("east") };
    for location in [&location("west"), &Location { priority: 2, ..east.clone() }] {
        put(&store, &location.id, location).await;
    }
    assert_eq!(store.locations().await.unwrap()[0].priority, 2);
    put(&store, &east.id, &east).await;
    assert_eq!(store.locations().await.unwrap()[0].priority, 2, "the old ones are remembered");
    store.forget_locations();
    assert_eq!(*store.locations().await.unwrap(), [east, location("west")]);
    store.requests();
    store.locations().await.unwrap();
    assert!(store.requests().is_empty(), "they are remembered for a while");
}

#[tokio::test]
async fn channels_read_back() {
    let store = TestStore::new();
    let channel = |id: &str, name: &str| Channel {
        id: id.parse().unwrap(),
        name: name.into(),
        seller: None,
        connection: None,
        changed: None,
    };
    for channel in [channel("web", "Old name"), channel("web", "Web shop"), channel("market", "Market")] {
        put(&store, &channel.id, &channel).await;
    }
    let web: ChannelId = "web".parse().unwrap();
    assert_eq!(store.load::<Channel>(&web).await.unwrap().unwrap().version, 2);
    assert_eq!(store.channels().await.unwrap(), [channel("market", "Market"), channel("web", "Web shop")]);
}

#[tokio::test]
async fn a_key_is_found_by_its_hash_and_revoked_once() {
    let store = TestStore::new();
    let key = |id: &str, role| ApiKey::new(id.repeat(64), "till 1".into(), role, at(0));
    let keys = [
        key("a", Role::Operator),
        ApiKey { channel: "web".parse().ok(), ..key("b", Role::Storefront) },
        ApiKey { locations: ["main".parse().unwrap()].into(), expires_at: Some(at(99)), ..key("c", Role::Warehouse) },
        ApiKey { refund_limit: "EUR:5000".parse().unwrap(), ..key("e", Role::CustomerService) },
    ];
    for key in &keys {
        put(&store, &key.id, key).await;
        assert_eq!(store.api_key(&key.id).await.unwrap().map(|read| read.value).as_ref(), Some(key));
    }
    assert_eq!(store.api_keys().await.unwrap(), keys);
    assert_eq!(store.api_key(&"d".repeat(64)).await.unwrap(), None);

    // Two people revoke it at once: the first time stands.
    let hash = "a".repeat(64);
    let read = store.load::<ApiKey>(&hash).await.unwrap().unwrap();
    let revoked = |at| ApiKey { revoked_at: Some(at), ..read.value.clone() };
    store.replaced(&read, revoked(at(5)), at(5)).await;
    let mut write = store.write(at(9));
    write.replace(&read, revoked(at(9)));
    assert_eq!(conflict(write.commit().await), [Failed::Other(hash.clone())]);
    assert_eq!(store.api_key(&hash).await.unwrap().unwrap().value.revoked_at, Some(at(5)));

    // Revoking a missing key does not create it.
    let gone = Stored { key: "d".repeat(64), ..read.clone() };
    let mut write = store.write(at(9));
    write.replace(&gone, ApiKey { id: gone.key.clone(), ..revoked(at(9)) });
    assert_eq!(conflict(write.commit().await), [Failed::Other(gone.key.clone())]);
    assert!(store.load::<ApiKey>(&gone.key).await.unwrap().is_none());
    assert_eq!(store.api_keys().await.unwrap().len(), 4);
}

#[tokio::test]
async fn products_are_read_in_one_batch_even_when_a_sku_is_named_twice() {
    let store = TestStore::new();
    let bins = [("main".parse().unwrap(), "A-01".into())].into();
    let mug = Product { weight_g: Some(350), bins, ..product("MUG") };
    for product in [&mug, &product("TEE")] {
        put(&store, &product.sku, product).await;
    }
    let skus = ["MUG", "TEE", "MUG", "NONE"].map(|sku| sku.parse().unwrap());
    let found = store.products(&skus).await.unwrap();
    assert_eq!(store.requests().iter().filter(|request| *request == "BatchGetItem").count(), 1);
    assert_eq!(found.into_values().collect::<Vec<_>>(), [mug.clone(), product("TEE")]);
    assert_eq!(store.product(&mug.sku).await.unwrap(), Some(mug));
    assert_eq!(store.product(&"NONE".parse().unwrap()).await.unwrap(), None);
}

/// Nobody can make a key without a key, so the first one is put by hand, as infra/README.md has it.
#[tokio::test]
async fn the_first_key_is_read_as_the_guide_puts_it() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/README.md")).unwrap();
    let (_, item) = guide.split_once("--item \"").unwrap();
    let (item, _) = item.split_once("}\"\n").unwrap();
    let hash = "a".repeat(64);
    let item = item
        .replace(r#"$(printf %s "$key" | sha256sum | cut -d' ' -f1)"#, &hash)
        .replace("$(date -u +%Y-%m-%dT%H:%M:%SZ)", "2026-11-28T10:00:00Z")
        .replace('\\', "");
    let item: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&format!("{item}}}")).unwrap();
    let attribute = |value: &serde_json::Value| match value["N"].as_str() {
        Some(digits) => AttributeValue::N(digits.to_owned()),
        None => AttributeValue::S(value["S"].as_str().unwrap().to_owned()),
    };
    let store = TestStore::new();
    let item = item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    store.put_raw("SettingsTable", item).await;
    assert_eq!(store.api_key(&hash).await.unwrap().map(|key| key.value.role), Some(Role::Operator));
}
