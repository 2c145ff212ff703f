//! The protocol of all records in all tables.

use super::*;
use domain::{
    email_claim::EmailClaim,
    ids::PaymentId,
    payment_record::PaymentRecord,
    settings::{ApiKey, Channel, Product, Role},
};
use std::fmt::Debug;

fn locations() -> [Location; 3] {
    [1, 2, 3].map(|priority| Location { priority, ..settings::location("main") })
}

fn payments() -> [PaymentRecord; 3] {
    [1, 2, 3].map(|n| PaymentRecord::default().taken(order(n)))
}

fn payment() -> PaymentId {
    "stripe_pi_1".parse().unwrap()
}

/// A record is created once, replaced only at its version, and counts its versions.
async fn follows_the_protocol<T: Record + Debug>(key: T::Key, [first, second, third]: [T; 3], failed: Failed) {
    let in_the_way = std::slice::from_ref(&failed);
    let store = TestStore::new();
    assert_eq!(store.load::<T>(&key).await.unwrap(), None);
    let old = store.created(&key, first.clone()).await;
    assert_eq!((&old.key, old.version, &old.value), (&key, 1, &first));

    // It exists already.
    let mut write = store.write(at(1));
    write.create(key.clone(), second.clone());
    assert_eq!(conflict(write.commit().await), in_the_way);
    let mut write = store.write(at(1));
    write.replace(&Stored::absent(key.clone(), first.clone()), second.clone());
    assert_eq!(conflict(write.commit().await), in_the_way, "version 0 stands for none");
    assert_eq!(store.load::<T>(&key).await.unwrap().as_ref(), Some(&old));

    // The first write finds the version that was read. The second does not.
    let new = store.replaced(&old, second.clone(), at(2)).await;
    assert_eq!((&new.key, new.version, &new.value), (&key, 2, &second));
    let mut write = store.write(at(3));
    write.replace(&old, third.clone());
    assert_eq!(conflict(write.commit().await), in_the_way);
    assert_eq!(store.load::<T>(&key).await.unwrap().as_ref(), Some(&new));

    // The same in a transaction, which then writes nothing.
    let mut write = store.write(at(4));
    write.replace(&old, third.clone());
    write.create(state_key(9), state());
    assert_eq!(conflict(write.commit().await), in_the_way);
    assert!(store.order_state(&order(9)).await.unwrap().is_none());
    let mut write = store.write(at(5));
    write.replace(&new, third.clone());
    write.create(state_key(9), state());
    write.commit().await.unwrap();
    let last = store.load::<T>(&key).await.unwrap().unwrap();
    assert_eq!((last.version, &last.value), (3, &third));

    // An unchanged value is not written.
    store.requests();
    let mut write = store.write(at(6));
    write.replace(&last, third);
    write.commit().await.unwrap();
    assert_eq!(store.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn every_table_s_records_are_created_once_and_replaced_at_their_version_only() {
    let other = |key: &str| Failed::Other(key.to_owned());
    follows_the_protocol(payment(), payments(), other("stripe_pi_1")).await;
    follows_the_protocol("main".parse().unwrap(), locations(), other("main")).await;
    let channels = ["a", "b", "c"].map(|name| Channel {
        id: "web".parse().unwrap(),
        name: name.into(),
        seller: None,
        connection: None,
        changed: None,
    });
    follows_the_protocol("web".parse().unwrap(), channels, other("web")).await;
    let id = "a".repeat(64);
    let keys = ["a", "b", "c"].map(|name| ApiKey::new(id.clone(), name.into(), Role::Operator, at(0)));
    follows_the_protocol(id.clone(), keys, other(&id)).await;
    let product = |title: &str| Product {
        sku: "MUG".parse().unwrap(),
        title: title.into(),
        weight_g: None,
        bins: [].into(),
        codes: Vec::new(),
        discontinued: false,
        changed: None,
    };
    follows_the_protocol("MUG".parse().unwrap(), ["a", "b", "c"].map(product), other("MUG")).await;
}

#[tokio::test]
async fn the_items_of_an_order_follow_the_same_protocol_and_tell_their_key() {
    let states = [1, 2, 3].map(|total| OrderState { total, ..state() });
    follows_the_protocol(state_key(1), states, Failed::Item(state_key(1))).await;
    let placed = ItemKey::new(&order(1), ItemName::Placed);
    let placements = ["a", "b", "c"].map(|fingerprint| placement(fingerprint, two_lines()));
    Box::pin(follows_the_protocol(placed.clone(), placements, Failed::Item(placed))).await;
    let fulfillments = ["a", "b", "c"].map(fulfillment);
    follows_the_protocol(fulfillment_key(1), fulfillments, Failed::Item(fulfillment_key(1))).await;
    let claim = domain::duty::EmailKind::PaymentConfirmed;
    let claim = ItemKey::new(&order(1), ItemName::Email(Box::new(ItemName::State), claim));
    let claims = [1, 2, 3].map(|attempts| EmailClaim { attempts, ..EmailClaim::first(at(1)) });
    follows_the_protocol(claim.clone(), claims, Failed::Item(claim)).await;
}

#[tokio::test]
async fn what_stands_for_an_absent_record_becomes_one_when_it_is_replaced() {
    let store = TestStore::new();
    let absent = store.payment(&payment()).await.unwrap();
    assert_eq!(absent, Stored::absent(payment(), PaymentRecord::default()));
    let stored = store.replaced(&absent, payments()[0].clone(), at(1)).await;
    assert_eq!((stored.version, &stored.value), (1, &payments()[0]));
}

#[tokio::test]
async fn records_of_several_tables_are_written_in_one_commit_or_not_at_all() {
    let store = TestStore::new();
    let [old, new, newer] = locations();
    let read = store.created(&new.id, old).await;
    let mut write = store.write(at(1));
    write.create(state_key(1), state());
    write.create(payment(), payments()[0].clone());
    write.replace(&read, new.clone());
    write.stock(&change(place("TEE", "main"), delta(5, 0, 0)));
    write.commit().await.unwrap();
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap().version, 1);
    assert_eq!(store.payment(&payment()).await.unwrap().value, payments()[0]);
    assert_eq!(store.load::<Location>(&new.id).await.unwrap().unwrap().value, new);

    let mut write = store.write(at(2));
    write.create(state_key(2), state());
    write.create(payment(), payments()[1].clone());
    write.replace(&read, newer);
    let failed = [Failed::Other(payment().to_string()), Failed::Other("main".to_owned())];
    assert_eq!(conflict(write.commit().await), failed);
    assert!(store.order_state(&order(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn one_record_that_cannot_be_read_does_not_keep_the_others_from_its_reader() {
    let store = TestStore::new();
    for n in 1..=3 {
        store.created(&state_key(n), state()).await;
    }
    let mut broken = store.raw::<OrderState>(&state_key(2)).await;
    broken.insert("status".into(), attributes::text("dreaming"));
    store.put_raw("OrdersTable", broken).await;
    let mut found = store.load_all::<OrderState>((1..=4).map(state_key)).await.unwrap();
    found.sort_by_key(|(key, _)| [1, 2, 3].iter().position(|n| state_key(*n) == *key));
    let readable: Vec<bool> = found.iter().map(|(_, state)| state.is_ok()).collect();
    assert_eq!(readable, [true, false, true]);
    let outcome = store.order_state(&order(2)).await;
    assert!(matches!(outcome, Err(StoreError::Unreadable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_item_without_its_version_is_not_taken_for_a_record() {
    let store = TestStore::new();
    let [location, ..] = locations();
    store.created(&location.id, location.clone()).await;
    let mut item = store.raw::<Location>(&location.id).await;
    item.remove("version");
    store.put_raw("SettingsTable", item).await;
    let outcome = store.load::<Location>(&location.id).await;
    assert!(matches!(outcome, Err(StoreError::Unreadable { .. })), "{outcome:?}");
}
