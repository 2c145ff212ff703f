//! Stock: what guards it, and the record of manual changes.

use super::*;
use domain::stock::{Movement, MovementRecord, StockLevel};
use proptest::prelude::*;

fn movement(id: &str, second: i64, on_hand: i64) -> MovementRecord {
    let (location, reason) = ("main".parse().unwrap(), "delivery".to_owned());
    let movement =
        Movement { at: at(second), by: stamp(second).by.to_string(), location, reason, change: delta(on_hand, 0, 0) };
    MovementRecord { id: id.into(), movement, counted: None }
}

async fn level(store: &TestStore, place: &StockPlace) -> StockLevel {
    store.stock_level(place).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_buckets_add_up_and_what_was_never_touched_is_zero() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    assert_eq!(store.stock_level(&mug).await.unwrap(), None);
    let steps = [
        delta(20, 0, 0),
        delta(0, 5, 0),
        delta(0, -3, 3),
        delta(-3, 0, -3),
        StockDelta { on_hand: 4, damaged: 1, quality_control: 2, ..StockDelta::default() },
        StockDelta { safety: 3, incoming: 50, backordered: 7, ..StockDelta::default() },
    ];
    for step in steps {
        store.move_stock(mug.clone(), step).await.unwrap();
    }
    let expected = StockLevel {
        on_hand: 21,
        reserved: 2,
        damaged: 1,
        quality_control: 2,
        safety: 3,
        incoming: 50,
        backordered: 7,
        available: 21 - 2 - 1 - 2 - 3,
        ..StockLevel::empty(mug.clone())
    };
    assert_eq!(level(&store, &mug).await, expected);
}

#[tokio::test]
async fn the_last_unit_is_taken_once() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    store.move_stock(mug.clone(), delta(1, 0, 0)).await.unwrap();
    store.move_stock(mug.clone(), delta(0, 1, 0)).await.unwrap();
    let failed = conflict(store.move_stock(mug.clone(), delta(0, 1, 0)).await);
    assert_eq!(failed, [Failed::Stock(mug.clone())]);
    assert_eq!(level(&store, &mug).await.available, 0);
}

#[tokio::test]
async fn no_bucket_falls_below_zero() {
    let none = StockDelta::default();
    let table = [
        delta(-1, 0, 0),
        delta(1, -1, 0),
        delta(1, 0, -1),
        StockDelta { backordered: -1, ..none },
        StockDelta { damaged: -1, ..none },
        StockDelta { quality_control: -1, ..none },
        StockDelta { safety: -1, ..none },
        StockDelta { incoming: -1, ..none },
        StockDelta { damaged: 1, ..none },
        StockDelta { safety: 1, ..none },
    ];
    for change in table {
        let store = TestStore::new();
        let mug = place("MUG", "main");
        assert_eq!(conflict(store.move_stock(mug.clone(), change).await), [Failed::Stock(mug.clone())], "{change:?}");
        assert_eq!(store.stock_level(&mug).await.unwrap(), None, "{change:?}");
    }
}

#[tokio::test]
async fn a_count_that_was_taken_before_somebody_moved_units_is_refused() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    let count = async |read: Option<StockLevel>, change, backorder| {
        let mut write = store.write(at(0));
        let read = read.unwrap_or_else(|| StockLevel::empty(mug.clone()));
        let decided_on = [Bucket::OnHand, Bucket::Safety];
        let terms = Terms { is_fact: true, backorder, ..Terms::default() };
        write.stock_on_terms(&mug, change, terms.unchanged(&read, &decided_on));
        write.commit().await
    };
    // The place is unknown so far. Counting zero makes it known.
    count(None, StockDelta::default(), Some(true)).await.unwrap();
    assert!(level(&store, &mug).await.backorder);
    assert_eq!(level(&store, &mug).await.on_hand, 0);

    count(Some(level(&store, &mug).await), delta(10, 0, 0), Some(false)).await.unwrap();
    let old = level(&store, &mug).await;
    assert_eq!((old.on_hand, old.available, old.backorder), (10, 10, false));

    store.move_stock(mug.clone(), delta(-1, 0, 0)).await.unwrap();
    let failed = conflict(count(Some(old.clone()), delta(5, 0, 0), None).await);
    assert_eq!(failed, [Failed::Stock(mug.clone())]);

    let safety = StockDelta { safety: 2, ..StockDelta::default() };
    store.move_stock(mug.clone(), safety).await.unwrap();
    let read = StockLevel { safety: 0, ..level(&store, &mug).await };
    assert_eq!(conflict(count(Some(read), safety, None).await), [Failed::Stock(mug.clone())]);

    // A reservation in the meantime is no reason to count again.
    let read = level(&store, &mug).await;
    store.move_stock(mug.clone(), delta(0, 1, 0)).await.unwrap();
    count(Some(read), delta(1, 0, 0), None).await.unwrap();
    let now = level(&store, &mug).await;
    assert_eq!((now.on_hand, now.safety, now.reserved, now.available), (10, 2, 1, 7));
}

#[tokio::test]
async fn a_movement_is_made_once_whatever_its_time() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    let receive = async |record: &MovementRecord| {
        let mut write = store.write(record.movement.at);
        write.stock_on_terms(&mug, record.movement.change, Terms::default());
        write.movement(&mug.sku, record);
        write.commit().await
    };
    receive(&movement("key-1", 0, 5)).await.unwrap();
    let failed = conflict(receive(&movement("key-1", 9, 5)).await);
    assert_eq!(failed, [Failed::Other("movement-key#key-1".into())]);
    assert_eq!(level(&store, &mug).await.on_hand, 5);
    assert_eq!(store.movement_by_key(&mug.sku, "key-1").await.unwrap(), Some(movement("key-1", 0, 5)));
    assert_eq!(store.movement_by_key(&mug.sku, "key-2").await.unwrap(), None);
    assert_eq!(store.movement_by_key(&"TEE".parse().unwrap(), "key-1").await.unwrap(), None);
    receive(&movement("key-2", 10, 1)).await.unwrap();

    let (levels, moved) = store.stock_of(&mug.sku, 10).await.unwrap();
    assert_eq!(levels, [level(&store, &mug).await]);
    assert_eq!(moved, [movement("key-2", 10, 1), movement("key-1", 0, 5)], "the newest first");
    assert_eq!(store.stock_of(&mug.sku, 1).await.unwrap().1, [movement("key-2", 10, 1)]);
}

#[tokio::test]
async fn levels_are_read_for_many_skus_at_many_locations_even_when_asked_twice() {
    let store = TestStore::new();
    let skus: Vec<Sku> = (0..60).map(|n| format!("SKU-{n}").parse().unwrap()).collect();
    let locations: Vec<Location> = ["a", "b", "c"].map(settings::location).to_vec();
    for sku in &skus {
        for location in ["a", "b"] {
            store.move_stock(place(sku.as_str(), location), delta(1, 0, 0)).await.unwrap();
        }
    }
    store.requests();
    let doubled: Vec<Sku> = skus.iter().chain(&skus).cloned().collect();
    let found = store.stock_levels(&doubled, &locations).await.unwrap();
    assert_eq!(found.len(), 120, "what is not kept at a location is left out");
    assert_eq!(store.requests(), ["BatchGetItem", "BatchGetItem"], "180 keys in requests of at most 100");
    assert!(store.stock_levels(&[], &locations).await.unwrap().is_empty());
    assert!(store.stock_levels(&skus, &[]).await.unwrap().is_empty());
    assert!(store.requests().is_empty(), "nothing is asked for nothing");
}

#[tokio::test]
async fn what_a_batch_did_not_get_to_is_asked_for_again() {
    let store = TestStore::new();
    let skus: Vec<Sku> = (0..9).map(|n| format!("SKU-{n}").parse().unwrap()).collect();
    for sku in &skus {
        store.move_stock(place(sku.as_str(), "main"), delta(1, 0, 0)).await.unwrap();
    }
    store.fail_next([Fault::OnlyFirstKeys(4), Fault::OnlyFirstKeys(0), Fault::OnlyFirstKeys(4)]);
    let found = store.stock_levels(&skus, &[settings::location("main")]).await.unwrap();
    assert_eq!(found.len(), 9);
    store.fail_next((0..100).map(|_| Fault::OnlyFirstKeys(0)));
    let outcome = store.stock_levels(&skus, &[settings::location("main")]).await;
    assert!(matches!(outcome, Err(StoreError::Contended(_))), "{outcome:?}");
}

async fn on_terms(store: &TestStore, place: &StockPlace, delta: StockDelta, terms: Terms) -> Result<(), CommitError> {
    let mut write = store.write(at(0));
    write.stock_on_terms(place, delta, terms);
    write.commit().await
}

#[tokio::test]
async fn what_is_found_may_be_less_than_is_promised_and_what_comes_fills_the_gap_first() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    store.move_stock(mug.clone(), delta(10, 2, 5)).await.unwrap();
    let fact = Terms { is_fact: true, ..Terms::default() };
    on_terms(&store, &mug, delta(-7, 0, 0), fact).await.unwrap();
    let short = level(&store, &mug).await;
    assert_eq!((short.available, short.sellable(), short.deficit()), (-4, 0, 4));
    conflict(store.move_stock(mug.clone(), delta(0, 1, 0)).await);
    // A promise that ends, and units that come, do not make anything available yet.
    store.move_stock(mug.clone(), delta(0, -2, 0)).await.unwrap();
    store.move_stock(mug.clone(), delta(2, 0, 0)).await.unwrap();
    conflict(store.move_stock(mug.clone(), delta(0, 1, 0)).await);
    store.move_stock(mug.clone(), delta(1, 0, 0)).await.unwrap();
    store.move_stock(mug.clone(), delta(0, 1, 0)).await.unwrap();
    let now = level(&store, &mug).await;
    assert_eq!((now.on_hand, now.reserved, now.committed, now.available, now.deficit()), (6, 1, 5, 0, 0));
}

#[tokio::test]
async fn a_closed_place_promises_nothing_new_and_keeps_what_it_promised() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    store.move_stock(mug.clone(), delta(10, 2, 0)).await.unwrap();
    let closed = Terms { to_recount: Some(true), attention: Some(true), ..Terms::default() };
    on_terms(&store, &mug, delta(-1, 0, 0), closed).await.unwrap();
    let read = level(&store, &mug).await;
    assert_eq!((read.available, read.sellable(), read.recount_since), (7, 0, Some(at(0))));
    assert_eq!(conflict(store.move_stock(mug.clone(), delta(0, 1, 0)).await), [Failed::Stock(mug.clone())]);
    assert_eq!(conflict(store.move_stock(mug.clone(), delta(0, 0, 1)).await), [Failed::Stock(mug.clone())]);
    store.move_stock(mug.clone(), delta(0, -1, 1)).await.unwrap();
    store.move_stock(mug.clone(), delta(-1, 0, -1)).await.unwrap();
    assert_eq!(store.stock_to_look_at(9, |_| true).await.unwrap(), [level(&store, &mug).await]);
    let right = Terms { to_recount: Some(false), attention: Some(false), ..Terms::default() };
    on_terms(&store, &mug, delta(1, 0, 0), right).await.unwrap();
    store.move_stock(mug.clone(), delta(0, 1, 0)).await.unwrap();
    assert_eq!(store.stock_to_look_at(9, |_| true).await.unwrap(), []);
}

#[tokio::test]
async fn a_deficit_is_decided_on_while_reservations_go_on_and_not_while_it_changes() {
    let store = TestStore::new();
    let mug = place("MUG", "main");
    store.move_stock(mug.clone(), delta(10, 0, 5)).await.unwrap();
    let read = level(&store, &mug).await;
    store.move_stock(mug.clone(), delta(0, 2, 0)).await.unwrap();
    let picked_short = |read: &StockLevel| Terms::default().same_deficit(read);
    on_terms(&store, &mug, delta(-1, 0, -1), picked_short(&read)).await.unwrap();
    on_terms(&store, &mug, delta(-6, 0, 0), Terms { is_fact: true, ..Terms::default() }).await.unwrap();
    conflict(on_terms(&store, &mug, delta(-1, 0, -1), picked_short(&read)).await);
    let read = level(&store, &mug).await;
    assert_eq!(read.deficit(), 3);
    store.move_stock(mug.clone(), delta(0, -1, 0)).await.unwrap();
    conflict(on_terms(&store, &mug, delta(0, 0, -1), picked_short(&read)).await);
    on_terms(&store, &mug, delta(0, 0, -1), picked_short(&level(&store, &mug).await)).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_moved_no_bucket_is_negative_and_available_is_what_is_left(
        moves in prop::collection::vec((-4..8_i64, -3..4_i64, -3..4_i64), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = TestStore::new();
            let mug = place("MUG", "main");
            let mut taken = StockDelta::default();
            for (on_hand, reserved, committed) in moves {
                let delta = delta(on_hand, reserved, committed);
                if delta != StockDelta::default() && store.move_stock(mug.clone(), delta).await.is_ok() {
                    taken += delta;
                }
                let level = store.stock_level(&mug).await.unwrap().unwrap_or_else(|| StockLevel::empty(mug.clone()));
                assert!([level.available, level.on_hand, level.reserved, level.committed].iter().all(|n| *n >= 0));
                assert_eq!(level.available, level.on_hand - level.reserved - level.committed);
                assert_eq!((level.on_hand, level.reserved), (taken.on_hand, taken.reserved));
                assert_eq!(level.committed, taken.committed);
            }
        });
    }
}
