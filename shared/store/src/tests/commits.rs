//! Conditional writes: who wins, who loses, and what the loser learns.

use super::*;

#[tokio::test]
async fn what_is_there_already_is_not_created_again() {
    let store = TestStore::new();
    store.created(&state_key(1), state()).await;
    let mut write = store.write(at(1));
    write.create(state_key(1), OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(state_key(1))]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap().value, state());
}

#[tokio::test]
async fn an_order_is_placed_once() {
    let store = TestStore::new();
    store.fill().await;
    let place_order = async |fingerprint: &str| {
        let mut write = store.write(at(0));
        write.place(&order(1), &placement(fingerprint, two_lines()), state());
        write.commit().await
    };
    place_order("first").await.unwrap();
    let failed = conflict(place_order("second").await);
    let placed = Failed::Item(ItemKey::new(&order(1), ItemName::Placed));
    assert_eq!(failed, [placed, Failed::Item(state_key(1))]);
    assert_eq!(store.placement(&order(1)).await.unwrap().unwrap().fingerprint, "first");
    let level = store.stock_level(&place("TEE", "main")).await.unwrap().unwrap();
    assert_eq!((level.reserved, level.available), (2, 18), "it holds its stock, once");
}

#[tokio::test]
async fn processes_that_started_at_the_same_moment_do_not_refuse_each_other_s_transactions() {
    let store = TestStore::new();
    for n in [1, 2] {
        let process = store.process_that_started_alike();
        let mut write = process.write(at(0));
        write.create(state_key(n), state());
        write.create(state_key(n + 10), state());
        write.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_order_whose_stock_is_gone_is_not_placed() {
    let store = TestStore::new();
    store.move_stock(place("TEE", "main"), delta(1, 0, 0)).await.unwrap();
    let mut write = store.write(at(0));
    write.place(&order(1), &placement("f", two_lines()), state());
    let failed = conflict(write.commit().await);
    assert_eq!(failed, [Failed::Stock(place("MUG", "main")), Failed::Stock(place("TEE", "main"))]);
    assert!(store.order(&order(1)).await.unwrap().is_none());
    assert!(store.placement(&order(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_write_over_an_old_version_loses() {
    let store = TestStore::new();
    let old = store.created(&state_key(1), state()).await;
    let new = store.replaced(&old, OrderState { confirmed: true, ..state() }, at(1)).await;
    assert_eq!(new.version, old.version + 1);

    let mut write = store.write(at(2));
    write.replace(&old, OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(state_key(1))]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap(), new);
}

#[tokio::test]
async fn a_write_over_what_has_never_been_stored_loses() {
    let store = TestStore::new();
    let other = store.created(&state_key(1), state()).await;
    let gone = Stored { key: state_key(2), ..other };
    let mut write = store.write(at(2));
    write.replace(&gone, OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(state_key(2))]);
    assert!(store.order_state(&order(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unchanged_value_is_not_written() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), state()).await;
    store.requests();
    let mut write = store.write(at(9));
    write.replace(&read, read.value.clone());
    assert_eq!(write.len(), 0);
    write.commit().await.unwrap();
    assert_eq!(store.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_transaction_that_fails_names_every_item_in_the_way_and_writes_nothing() {
    let store = TestStore::new();
    let old = store.created(&state_key(1), state()).await;
    store.replaced(&old, OrderState { confirmed: true, ..state() }, at(1)).await;
    store.created(&fulfillment_key(2), fulfillment("main")).await;

    let mut write = store.write(at(2));
    write.replace(&old, OrderState { total: 1, ..state() });
    write.create(state_key(3), state());
    write.create(fulfillment_key(2), fulfillment("store"));
    write.stock(&change(place("TEE", "main"), delta(0, 1, 0)));
    write.stock(&change(place("MUG", "main"), delta(5, 0, 0)));
    assert_eq!(write.len(), 5);
    let failed = conflict(write.commit().await);
    assert_eq!(
        failed,
        [Failed::Item(state_key(1)), Failed::Item(fulfillment_key(2)), Failed::Stock(place("TEE", "main")),]
    );
    assert!(store.order_state(&order(3)).await.unwrap().is_none());
    assert!(store.stock_level(&place("MUG", "main")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_transaction_that_meets_another_one_is_made_again() {
    let store = TestStore::new();
    store.fail_next([Fault::TransactionConflict, Fault::TransactionConflict]);
    let mut write = store.write(at(0));
    write.create(state_key(1), state());
    write.create(fulfillment_key(1), fulfillment("main"));
    write.commit().await.unwrap();
    assert!(store.order_state(&order(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_single_write_that_meets_a_transaction_is_made_again() {
    let store = TestStore::new();
    store.fail_next([Fault::TransactionConflict]);
    store.created(&state_key(1), state()).await;
    assert_eq!(store.requests(), ["PutItem", "PutItem", "GetItem"]);
}

#[tokio::test]
async fn a_transaction_that_always_meets_others_is_given_up() {
    let store = TestStore::new();
    store.fail_next((0..100).map(|_| Fault::TransactionConflict));
    let mut write = store.write(at(0));
    write.create(state_key(1), state());
    write.create(fulfillment_key(1), fulfillment("main"));
    let outcome = write.commit().await;
    assert!(matches!(outcome, Err(CommitError::Store(StoreError::Contended(_)))), "{outcome:?}");
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_is_made_once() {
    let store = TestStore::new();
    store.fail_next([Fault::AnswerLost]);
    let mut write = store.write(at(0));
    write.create(state_key(1), state());
    write.stock(&change(place("MUG", "main"), delta(5, 0, 0)));
    write.commit().await.unwrap();
    assert_eq!(store.stock_level(&place("MUG", "main")).await.unwrap().unwrap().on_hand, 5);
}

#[tokio::test]
async fn a_single_write_whose_answer_is_lost_looks_like_a_lost_race() {
    let store = TestStore::new();
    store.fail_next([Fault::AnswerLost]);
    let mut write = store.write(at(0));
    write.create(state_key(1), state());
    assert_eq!(conflict(write.commit().await), [Failed::Item(state_key(1))]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap().value, state());
}

#[tokio::test]
async fn a_transaction_takes_its_hundred_actions() {
    let store = TestStore::new();
    let mut write = store.write(at(0));
    for n in 0..100 {
        write.create(state_key(n), state());
    }
    assert_eq!(write.len(), MAX_ACTIONS);
    write.commit().await.unwrap();
    assert_eq!(store.load_all::<OrderState>((0..100).map(state_key)).await.unwrap().len(), 100);
}

#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl IsConflict for TestError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Commit(CommitError::Conflict(_)))
    }
}

#[tokio::test]
async fn rivals_that_settle_all_get_their_change_in() {
    let store = TestStore::new();
    store.created(&state_key(1), state()).await;
    let add = async || {
        retry_on_conflict(async || {
            let read = store.order_state(&order(1)).await?.unwrap();
            let next = OrderState { total: read.value.total + 1, ..read.value.clone() };
            tokio::task::yield_now().await;
            let mut write = store.write(at(1));
            write.replace(&read, next);
            write.commit().await?;
            Ok::<_, TestError>(())
        })
        .await
        .unwrap();
    };
    futures::future::join_all((0..5).map(|_| add())).await;
    let total = store.order_state(&order(1)).await.unwrap().unwrap().value.total;
    assert_eq!(total, state().total + 5);
}

#[tokio::test]
async fn who_never_wins_is_told_so() {
    let outcome = retry_on_conflict(async || Err::<(), _>(TestError::from(CommitError::Conflict(Vec::new())))).await;
    assert!(matches!(outcome, Err(TestError::Store(StoreError::Contended(_)))), "{outcome:?}");
}
