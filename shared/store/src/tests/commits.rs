//! Conditional writes: who wins, who loses, and what the loser is told.

use super::*;
use domain::duty::{Duty, OwedDuty};

#[tokio::test]
async fn what_is_there_already_is_not_created_again() {
    let store = TestStore::new();
    store.created(&order(1), ItemName::State, state()).await;
    let mut write = store.write(at(1));
    write.create(&order(1), ItemName::State, OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(order(1), ItemName::State)]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap().value, state());
}

#[tokio::test]
async fn an_order_is_placed_once() {
    let store = TestStore::new();
    let placed =
        |reference: &str| Placement { fingerprint: reference.into(), reserved_until: at(1800), order: two_lines() };
    let place_order = async |fingerprint: &str| {
        let mut write = store.write(at(0));
        write.place(&order(1), &placed(fingerprint));
        write.create(&order(1), ItemName::State, state());
        write.commit().await
    };
    place_order("first").await.unwrap();
    let failed = conflict(place_order("second").await);
    let placed = Failed::Other(format!("{} placed", order(1)));
    assert_eq!(failed, [placed, Failed::Item(order(1), ItemName::State)]);
    assert_eq!(store.placed(&order(1)).await.unwrap().unwrap().fingerprint, "first");
}

#[tokio::test]
async fn a_write_over_an_old_version_loses() {
    let store = TestStore::new();
    let old = store.created(&order(1), ItemName::State, state()).await;
    let new = store.replaced(&old, OrderState { confirmed: true, ..state() }, at(1)).await;
    assert_eq!(new.version, old.version + 1);

    let mut write = store.write(at(2));
    write.replace(&old, OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(order(1), ItemName::State)]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap(), new);
}

#[tokio::test]
async fn a_write_over_what_has_never_been_stored_loses() {
    let store = TestStore::new();
    let other = store.created(&order(1), ItemName::State, state()).await;
    let gone = Stored { order: order(2), ..other };
    let mut write = store.write(at(2));
    write.replace(&gone, OrderState { total: 1, ..state() });
    assert_eq!(conflict(write.commit().await), [Failed::Item(order(2), ItemName::State)]);
    assert!(store.order_state(&order(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unchanged_value_is_not_written() {
    let store = TestStore::new();
    let read = store.created(&order(1), ItemName::State, state()).await;
    store.requests();
    let mut write = store.write(at(9));
    write.replace(&read, read.value.clone());
    assert_eq!(write.len(), 0);
    assert_eq!(write.commit().await.unwrap(), []);
    assert_eq!(store.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_transaction_that_fails_names_every_item_in_the_way_and_writes_nothing() {
    let store = TestStore::new();
    let old = store.created(&order(1), ItemName::State, state()).await;
    store.replaced(&old, OrderState { confirmed: true, ..state() }, at(1)).await;
    store.created(&order(2), fulfillment_name(1), fulfillment("main")).await;

    let mut write = store.write(at(2));
    write.replace(&old, OrderState { total: 1, ..state() });
    write.create(&order(3), ItemName::State, state());
    write.create(&order(2), fulfillment_name(1), fulfillment("store"));
    write.stock(&change(place("TEE-M", "main"), delta(0, 1, 0)));
    write.stock(&change(place("MUG", "main"), delta(5, 0, 0)));
    assert_eq!(write.len(), 5);
    let failed = conflict(write.commit().await);
    assert_eq!(
        failed,
        [
            Failed::Item(order(1), ItemName::State),
            Failed::Item(order(2), fulfillment_name(1)),
            Failed::Stock(place("TEE-M", "main")),
        ]
    );
    assert!(store.order_state(&order(3)).await.unwrap().is_none());
    assert!(store.stock_level(&place("MUG", "main")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_commit_tells_only_what_is_newly_owed() {
    let store = TestStore::new();
    let owing = |duty| OwedDuty { order: order(1), item: ItemName::State, duty };
    let owes = |duties: &[Duty]| OrderState { owed: duties.iter().cloned().collect(), ..state() };

    let mut write = store.write(at(0));
    write.create(&order(1), ItemName::State, owes(&[Duty::StockDeduction]));
    assert_eq!(write.commit().await.unwrap(), [owing(Duty::StockDeduction)]);

    let read = store.order_state(&order(1)).await.unwrap().unwrap();
    let mut write = store.write(at(1));
    write.replace(&read, owes(&[Duty::StockDeduction, Duty::Refund]));
    assert_eq!(write.commit().await.unwrap(), [owing(Duty::Refund)]);

    let read = store.order_state(&order(1)).await.unwrap().unwrap();
    let mut write = store.write(at(2));
    write.replace(&read, owes(&[]));
    assert_eq!(write.commit().await.unwrap(), []);
}

/// DynamoDB may show a Query one item of a transaction before it and another one after it.
#[tokio::test]
async fn an_order_is_read_again_while_its_head_knows_of_a_fulfillment_that_was_not_seen() {
    let store = TestStore::new();
    let mut write = store.write(at(0));
    let placed = Placement { fingerprint: "f".into(), reserved_until: at(1800), order: two_lines() };
    write.place(&order(1), &placed);
    let fulfillments = [(domain::ids::FulfillmentId::nth(1), FulfillmentStatus::Open)].into();
    write.create(&order(1), ItemName::State, OrderState { fulfillments, ..state() });
    write.commit().await.unwrap();
    let appears = async {
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        store.created(&order(1), fulfillment_name(1), fulfillment("main")).await
    };
    let id = order(1);
    let (whole, _) = tokio::join!(store.order(&id), appears);
    assert_eq!(whole.unwrap().unwrap().fulfillments.len(), 1);
}

#[tokio::test]
async fn a_transaction_that_meets_another_one_is_made_again() {
    let store = TestStore::new();
    store.fail_next([Fault::TransactionConflict, Fault::TransactionConflict]);
    let mut write = store.write(at(0));
    write.create(&order(1), ItemName::State, state());
    write.create(&order(1), fulfillment_name(1), fulfillment("main"));
    write.commit().await.unwrap();
    assert!(store.order_state(&order(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_single_write_that_meets_a_transaction_is_made_again() {
    let store = TestStore::new();
    store.fail_next([Fault::TransactionConflict]);
    store.created(&order(1), ItemName::State, state()).await;
    assert_eq!(store.requests(), ["PutItem", "PutItem", "GetItem"]);
}

#[tokio::test]
async fn a_transaction_that_always_meets_others_is_given_up() {
    let store = TestStore::new();
    store.fail_next((0..100).map(|_| Fault::TransactionConflict));
    let mut write = store.write(at(0));
    write.create(&order(1), ItemName::State, state());
    write.create(&order(1), fulfillment_name(1), fulfillment("main"));
    let outcome = write.commit().await;
    assert!(matches!(outcome, Err(CommitError::Store(StoreError::Contended(_)))), "{outcome:?}");
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_is_made_once() {
    let store = TestStore::new();
    store.fail_next([Fault::AnswerLost]);
    let mut write = store.write(at(0));
    write.create(&order(1), ItemName::State, state());
    write.stock(&change(place("MUG", "main"), delta(5, 0, 0)));
    write.commit().await.unwrap();
    assert_eq!(store.stock_level(&place("MUG", "main")).await.unwrap().unwrap().on_hand, 5);
}

#[tokio::test]
async fn a_single_write_whose_answer_is_lost_looks_like_a_lost_race() {
    let store = TestStore::new();
    store.fail_next([Fault::AnswerLost]);
    let mut write = store.write(at(0));
    write.create(&order(1), ItemName::State, state());
    assert_eq!(conflict(write.commit().await), [Failed::Item(order(1), ItemName::State)]);
    assert_eq!(store.order_state(&order(1)).await.unwrap().unwrap().value, state());
}

#[tokio::test]
async fn a_transaction_takes_its_hundred_actions() {
    let store = TestStore::new();
    let mut write = store.write(at(0));
    for n in 0..100 {
        write.create(&order(n), ItemName::State, state());
    }
    assert_eq!(write.len(), MAX_ACTIONS);
    write.commit().await.unwrap();
    let ids: Vec<OrderId> = (0..100).map(order).collect();
    assert_eq!(store.order_states(&ids).await.unwrap().len(), 100);
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
    store.created(&order(1), ItemName::State, state()).await;
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
