//! Whole orders: read by one query, written by comparing them before and after a rule.

use super::*;
use domain::{
    allocation::difference,
    fixtures::{captured, completed, deducted, dispatched, inspected, leaving, packed, shipped, wanted, with_state},
    order_state::HoldReason,
    returns::{Disposition, RefundWish},
    routing::Routed,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Commits a change of an order. Returns how many items and places it writes, and its requests.
async fn commit(store: &TestStore, read: &StoredOrder, change: impl Into<Change>) -> (usize, Vec<String>) {
    store.requests();
    let mut write = store.write(at(100));
    write.change(read, &change.into());
    let actions = write.len();
    write.commit().await.unwrap();
    let requests = store.requests().into_iter().filter(|request| !request.starts_with("SendMessage"));
    (actions, requests.collect())
}

fn one_put() -> (usize, Vec<String>) {
    (1, vec!["PutItem".to_owned()])
}

fn one_transaction(actions: usize) -> (usize, Vec<String>) {
    (actions, vec!["TransactWriteItems".to_owned()])
}

/// The version of each item of an order.
async fn versions(store: &TestStore, id: &OrderId) -> BTreeMap<String, u64> {
    let read = store.order(id).await.unwrap().unwrap();
    let order = &read.order;
    let mut versions = BTreeMap::from([
        ("placed".to_owned(), read.stored(ItemName::Placed, placement("f", order.placed.clone())).version),
        ("state".to_owned(), read.stored(ItemName::State, order.state.clone()).version),
    ]);
    for (id, value) in &order.fulfillments {
        let name = ItemName::Fulfillment(*id);
        versions.insert(name.to_string(), read.stored(name, value.clone()).version);
    }
    for (id, value) in &order.returns {
        let name = ItemName::Return(*id);
        versions.insert(name.to_string(), read.stored(name, value.clone()).version);
    }
    versions
}

fn versions_of<const N: usize>(versions: [(&str, u64); N]) -> BTreeMap<String, u64> {
    versions.map(|(name, version)| (name.to_owned(), version)).into()
}

#[tokio::test]
async fn an_order_reads_back_as_it_is_at_every_stage() {
    for order in [pending(), deducted(), dispatched(), shipped(), completed(), fixtures::cancelled()] {
        let store = TestStore::new();
        assert_eq!(store.stored(&order).await.order, order);
    }
}

#[tokio::test]
async fn an_unchanged_order_is_not_written() {
    let store = TestStore::new();
    let read = store.stored(&dispatched()).await;
    assert_eq!(commit(&store, &read, dispatched()).await, (0, Vec::new()));
}

#[tokio::test]
async fn a_change_of_the_state_alone_is_one_plain_put() {
    let store = TestStore::new();
    let read = store.stored(&pending()).await;
    let paid = with_state(pending(), |state| state.record(&captured(3700), at(2)));
    assert_eq!(commit(&store, &read, paid.clone()).await, one_put());
    let read = store.order(&paid.id).await.unwrap().unwrap();
    assert_eq!(read.order, paid);
    let held = paid.with_state(|state| state.hold(HoldReason::Other, "ask Ada", &stamp(3))).unwrap();
    assert_eq!(commit(&store, &read, held.clone()).await, one_put());
    assert_eq!(store.order(&held.id).await.unwrap().unwrap().order, held);
    assert_eq!(versions(&store, &held.id).await, versions_of([("placed", 1), ("state", 3)]));
}

#[tokio::test]
async fn start_picking_is_one_plain_put() {
    let store = TestStore::new();
    let read = store.stored(&dispatched()).await;
    let picking = dispatched().start_picking(FULFILLMENT, &stamp(5)).unwrap();
    assert_eq!(commit(&store, &read, picking.clone()).await, one_put());
    assert_eq!(store.order(&picking.id).await.unwrap().unwrap().order, picking);
    let wanted = versions_of([("placed", 1), ("state", 1), ("fulfillment#01", 2)]);
    assert_eq!(versions(&store, &picking.id).await, wanted);
}

#[tokio::test]
async fn a_return_that_is_asked_for_is_one_plain_put() {
    let store = TestStore::new();
    let read = store.stored(&completed()).await;
    let (_, asked) = completed().request_return(&wanted(&[(0, 1)]), "k", &stamp(9)).unwrap();
    assert_eq!(commit(&store, &read, asked.clone()).await, one_put());
    assert_eq!(store.order(&asked.id).await.unwrap().unwrap().order, asked);
}

#[tokio::test]
async fn a_new_fulfillment_comes_with_the_state_that_knows_of_it_in_one_transaction() {
    let store = TestStore::new();
    let read = store.stored(&deducted()).await;
    let dispatched = deducted().dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    assert_eq!(commit(&store, &read, dispatched.clone()).await, one_transaction(2));
    assert_eq!(store.order(&dispatched.id).await.unwrap().unwrap().order, dispatched);
    let wanted = versions_of([("placed", 1), ("state", 2), ("fulfillment#01", 1)]);
    assert_eq!(versions(&store, &dispatched.id).await, wanted);
}

#[tokio::test]
async fn a_hand_over_is_one_transaction_of_the_state_the_fulfillment_and_the_stock() {
    let store = TestStore::new();
    let read = store.stored(&packed()).await;
    let change = packed().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap();
    assert_eq!(
        commit(&store, &read, change.clone()).await,
        (4, vec!["BatchWriteItem".to_owned(), "TransactWriteItems".to_owned()])
    );
    assert_eq!(store.order(&change.order.id).await.unwrap().unwrap().order, change.order);
    for (sku, left) in [("TEE", 18), ("MUG", 19)] {
        let level = store.stock_level(&place(sku, "main")).await.unwrap().unwrap();
        assert_eq!((level.on_hand, level.committed, level.available), (left, 0, left), "{sku}");
    }
}

#[tokio::test]
async fn what_an_order_holds_of_the_stock_moves_with_its_state() {
    let store = TestStore::new();
    let read = store.stored(&fixtures::paid()).await;
    let deducted = with_state(fixtures::paid(), |state| state.deduct(&Routed::default(), at(3)));
    assert_eq!(difference(&read.order.state.stock, &deducted.state.stock).len(), 2);
    assert_eq!(commit(&store, &read, deducted).await, one_transaction(3));
    let level = store.stock_level(&place("TEE", "main")).await.unwrap().unwrap();
    assert_eq!((level.on_hand, level.reserved, level.committed, level.available), (20, 0, 2, 18));
}

#[tokio::test]
async fn a_short_pick_is_one_transaction_with_its_correction_of_the_books() {
    let store = TestStore::new();
    let read = store.stored(&dispatched()).await;
    let change = dispatched().confirm_picks(FULFILLMENT, &[(0, 1), (1, 1)].into(), &stamp(5)).unwrap();
    let short = change.corrections[0].1.clone();
    assert_eq!(commit(&store, &read, change.clone()).await, one_transaction(4));
    assert_eq!(store.order(&change.order.id).await.unwrap().unwrap().order, change.order);
    let (levels, moved) = store.stock_of(&"TEE".parse().unwrap(), 10).await.unwrap();
    assert_eq!((levels[0].on_hand, levels[0].committed, levels[0].available), (19, 1, 18));
    assert_eq!(moved, [short]);
}

#[tokio::test]
async fn an_inspection_writes_the_return_the_state_and_the_stock_in_one_transaction() {
    let store = TestStore::new();
    let (id, order) = completed().request_return(&wanted(&[(1, 1)]), "k", &stamp(9)).unwrap();
    let order = order.change_return(id, |returned| returned.approve(&stamp(10))).unwrap();
    let received = |returned: Return| returned.receive(&[(1, 1)].into(), &fixtures::main(), &stamp(11));
    let order = order.change_return(id, received).unwrap();
    let read = store.stored(&order).await;
    let change = order
        .inspect_return(id, &inspected(&[(1, 1, Disposition::Restocked)]), &RefundWish::default(), &stamp(12))
        .unwrap();
    assert_eq!(commit(&store, &read, change.clone()).await, one_transaction(3));
    assert_eq!(store.order(&change.order.id).await.unwrap().unwrap().order, change.order);
    assert_eq!(store.stock_level(&place("MUG", "main")).await.unwrap().unwrap().on_hand, 21);
}

#[tokio::test]
async fn a_new_revision_of_what_was_placed_is_written_with_the_state_and_keeps_its_fingerprint_and_first_total() {
    let store = TestStore::new();
    let read = store.stored(&pending()).await;
    let mut edited = pending();
    edited.placed.revision = second_revision();
    edited.placed.total = 2200;
    edited.state.revision = second_revision();
    assert_eq!(commit(&store, &read, edited.clone()).await, one_transaction(2));
    assert_eq!(store.order(&edited.id).await.unwrap().unwrap().order, edited);
    let kept = store.placement(&edited.id).await.unwrap().unwrap();
    assert_eq!(kept, Placement { first_total: Some(3700), ..placement("f", edited.placed) });
}

#[tokio::test]
async fn a_change_of_an_order_that_has_changed_since_it_was_read_names_what_is_in_the_way() {
    let store = TestStore::new();
    let read = store.stored(&packed()).await;
    let held = packed().with_state(|state| state.hold(HoldReason::Other, "", &stamp(6))).unwrap();
    commit(&store, &read, held.clone()).await;

    let mut write = store.write(at(100));
    write.change(&read, &packed().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap());
    assert_eq!(conflict(write.commit().await), [Failed::Item(ItemKey::state(&held.id))]);
    assert_eq!(store.order(&held.id).await.unwrap().unwrap().order, held);
    assert_eq!(store.stock_level(&place("TEE", "main")).await.unwrap().unwrap().on_hand, 20);
}

#[tokio::test]
async fn two_dispatches_of_one_order_make_its_fulfillment_once() {
    let store = TestStore::new();
    let read = store.stored(&deducted()).await;
    let dispatch = |second| Change::from(deducted().dispatch(&BTreeMap::new(), &BTreeSet::new(), at(second)));
    commit(&store, &read, dispatch(4)).await;
    let mut write = store.write(at(100));
    write.change(&read, &dispatch(5));
    let id = read.order.id;
    let fulfillment = ItemKey::new(&id, ItemName::Fulfillment(FULFILLMENT));
    assert_eq!(conflict(write.commit().await), [Failed::Item(ItemKey::state(&id)), Failed::Item(fulfillment)]);
}

/// Their names do not sort by number.
#[tokio::test]
async fn an_order_with_fulfillments_99_and_100_reads_back_whole() {
    let store = TestStore::new();
    let mut order = dispatched();
    let ids = [99, 100].map(FulfillmentId::nth);
    order.fulfillments = ids.map(|id| (id, fulfillment("main"))).into();
    order.state.fulfillments = ids.map(|id| (id, FulfillmentStatus::Open)).into();
    store.fill().await;
    let read = store.stored(&order).await;
    assert_eq!(read.order, order);

    // The next fulfillment is the 101st. Each is written under its own name.
    let mut more = order.clone();
    more.state.stock = vec![allocation(0, "TEE", 1, AllocationState::Committed(fixtures::main()))];
    let more = more.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(9));
    assert_eq!(more.fulfillments.keys().map(FulfillmentId::to_string).collect::<Vec<_>>(), ["99", "100", "101"]);
    commit(&store, &read, more.clone()).await;
    let read = store.order(&order.id).await.unwrap().unwrap();
    assert_eq!(read.order, more);
    let picking = more.start_picking(FulfillmentId::nth(100), &stamp(10)).unwrap();
    assert_eq!(commit(&store, &read, picking.clone()).await, one_put());
    assert_eq!(store.order(&order.id).await.unwrap().unwrap().order, picking);
}

/// A Query may see one item of a transaction before it and another one after it.
#[tokio::test]
async fn an_order_is_read_again_while_its_head_knows_of_a_fulfillment_that_was_not_seen() {
    let store = TestStore::new();
    store.fill().await;
    let mut write = store.write(at(0));
    let fulfillments = [(FULFILLMENT, FulfillmentStatus::Open)].into();
    write.place(&order(1), &placement("f", two_lines()), OrderState { fulfillments, ..state() });
    write.commit().await.unwrap();
    let appears = async {
        tokio::time::sleep(Duration::from_millis(15)).await;
        store.created(&fulfillment_key(1), fulfillment("main")).await
    };
    let id = order(1);
    let (whole, _) = tokio::join!(store.order(&id), appears);
    assert_eq!(whole.unwrap().unwrap().order.fulfillments.len(), 1);
}

#[tokio::test]
async fn an_order_is_read_again_while_there_is_a_fulfillment_that_its_head_does_not_know() {
    let store = TestStore::new();
    let read = store.stored(&deducted()).await;
    let dispatched = deducted().dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let key = ItemKey::new(&dispatched.id, ItemName::Fulfillment(FULFILLMENT));
    store.created(&key, dispatched.fulfillments[&FULFILLMENT].clone()).await;
    let appears = async {
        tokio::time::sleep(Duration::from_millis(15)).await;
        store.replaced(&read.stored(ItemName::State, read.order.state.clone()), dispatched.state.clone(), at(4)).await
    };
    let (whole, _) = tokio::join!(store.order(&dispatched.id), appears);
    assert_eq!(whole.unwrap().unwrap().order, dispatched);
}

#[tokio::test]
async fn an_order_whose_state_is_of_another_revision_than_its_placed_order_is_read_again() {
    let store = TestStore::new();
    let read = store.stored(&pending()).await;
    let mut edited = pending();
    edited.placed.revision = second_revision();
    edited.state.revision = second_revision();
    let state = read.stored(ItemName::State, read.order.state.clone());
    store.replaced(&state, edited.state.clone(), at(1)).await;
    store.requests();
    let appears = async {
        tokio::time::sleep(Duration::from_millis(15)).await;
        let old = read.stored(ItemName::Placed, placement("f", read.order.placed.clone()));
        store.replaced(&old, placement("f", edited.placed.clone()), at(1)).await
    };
    let (whole, _) = tokio::join!(store.order(&edited.id), appears);
    assert_eq!(whole.unwrap().unwrap().order, edited);
    assert!(store.requests().iter().filter(|request| *request == "Query").count() > 1);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_never_fits_together_is_given_up() {
    let store = TestStore::new();
    let order = with_state(pending(), |state| OrderState { revision: second_revision(), ..state });
    store.fill().await;
    let mut write = store.write(at(0));
    write.place(&order.id, &placement("f", order.placed), order.state);
    write.commit().await.unwrap();
    let outcome = store.order(&order.id).await;
    assert!(matches!(outcome, Err(StoreError::Contended(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_order_with_an_item_that_this_version_does_not_know_is_not_read_without_it() {
    let store = TestStore::new();
    let read = store.stored(&pending()).await;
    let mut item = store.raw::<OrderState>(&ItemKey::state(&read.order.id)).await;
    item.insert("item".into(), attributes::text("parcel#1"));
    store.put_raw("OrdersTable", item).await;
    let outcome = store.order(&read.order.id).await;
    assert!(matches!(outcome, Err(StoreError::Unreadable { .. })), "{outcome:?}");
}
