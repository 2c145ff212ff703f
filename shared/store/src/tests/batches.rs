//! Batches: made in one transaction with their fulfillments, and listed until they are over.

use super::*;
use domain::{
    batch::{Batch, BatchStatus, Candidate, First, Wanted},
    ids::BatchId,
};

fn id(key: &str) -> BatchId {
    BatchId::derive(&fixtures::main(), key)
}

/// A batch of these orders' first fulfillments.
fn batch(orders: impl IntoIterator<Item = u32>, second: i64) -> Batch {
    let candidate = |n| Candidate { order: order(n), fulfillment: FULFILLMENT, lines: 2 };
    let candidates: Vec<Candidate> = orders.into_iter().map(candidate).collect();
    let totes = (0..candidates.len()).map(|n| format!("T{n}").parse().unwrap()).collect();
    let wanted = Wanted { totes, orders: None, first: First::Oldest };
    let totes = wanted.choose(candidates);
    Batch::new(fixtures::main(), wanted, totes, &stamp(second))
}

/// Makes a batch of what was read.
async fn made(store: &TestStore, key: &str, read: &[Stored<Fulfillment>]) -> Result<(), CommitError> {
    let mut write = store.write(at(1));
    let numbers = (1..).take(read.len());
    write.create(id(key), batch(numbers, 1));
    for one in read {
        write.replace(one, one.value.clone().on_batch(&id(key)));
    }
    write.commit().await
}

#[tokio::test]
async fn of_two_batches_of_the_same_work_one_is_made() {
    let store = TestStore::new();
    let mut read = Vec::new();
    for n in 1..=3 {
        read.push(store.created(&fulfillment_key(n), fulfillment("main")).await);
    }
    made(&store, "first", &read[..2]).await.unwrap();
    // The second one read them before the first was written.
    let failed = conflict(made(&store, "second", &read[1..]).await);
    assert_eq!(failed, [Failed::Item(fulfillment_key(2))]);
    assert_eq!(store.load::<Batch>(&id("second")).await.unwrap(), None);
    for (n, expected) in [(1, Some(id("first"))), (2, Some(id("first"))), (3, None)] {
        let now = store.load::<Fulfillment>(&fulfillment_key(n)).await.unwrap().unwrap();
        assert_eq!(now.value.batch, expected, "{n}");
    }
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_there_once() {
    let store = TestStore::new();
    let read = store.created(&fulfillment_key(1), fulfillment("main")).await;
    store.fail_next([Fault::AnswerLost]);
    // The client of DynamoDB asks again, and is told that its own write is in the way.
    drop(made(&store, "key", std::slice::from_ref(&read)).await);
    let now = store.load::<Fulfillment>(&fulfillment_key(1)).await.unwrap().unwrap();
    assert_eq!((now.value.batch, now.version), (Some(id("key")), read.version + 1));
    assert_eq!(store.load::<Batch>(&id("key")).await.unwrap().unwrap().value, batch([1], 1));
}

#[tokio::test]
async fn a_full_batch_fits_into_one_transaction() {
    let store = TestStore::new();
    let mut read = Vec::new();
    for n in 1..=50 {
        read.push(store.created(&fulfillment_key(n), fulfillment("main")).await);
    }
    store.requests();
    made(&store, "key", &read).await.unwrap();
    assert_eq!(store.requests(), ["TransactWriteItems"]);
}

#[tokio::test]
async fn batches_are_listed_until_they_are_over_the_oldest_first() {
    let store = TestStore::new();
    for n in (0..7_i64).rev() {
        store.created(&id(&n.to_string()), batch([1], n / 2)).await;
    }
    let elsewhere = Batch { location: "store".parse().unwrap(), ..batch([1], 0) };
    store.created(&id("elsewhere"), elsewhere).await;
    for (n, status) in [(1, BatchStatus::Done), (2, BatchStatus::Cancelled), (3, BatchStatus::Paused)] {
        let read = store.load::<Batch>(&id(&n.to_string())).await.unwrap().unwrap();
        store.replaced(&read, Batch { status, ..read.value.clone() }, at(9)).await;
    }
    let mut expected: Vec<_> = [0, 3, 4, 5, 6_i64].map(|n| (at(n / 2), id(&n.to_string()))).to_vec();
    expected.sort();
    for limit in [1, 2, 5, 100] {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.active_batches(&fixtures::main(), cursor.as_deref(), limit).await.unwrap();
            assert!(page.items.len() <= limit);
            all.extend(page.items.into_iter().map(|read| (read.value.created_at, read.key)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(all, expected, "{limit}");
    }
}

#[tokio::test]
async fn a_page_of_work_is_as_it_is_now_and_hides_nothing_for_one_that_cannot_be_read() {
    let store = TestStore::new();
    for n in 1..=5 {
        let value = Fulfillment { created_at: at(i64::from(n)), ..fulfillment("main") };
        store.created(&fulfillment_key(n), value).await;
    }
    let mut broken = store.raw::<Fulfillment>(&fulfillment_key(2)).await;
    broken.remove("lines");
    store.put_raw("OrdersTable", broken).await;
    let first = store.work_page(&fixtures::main(), None, 3).await.unwrap();
    let second = store.work_page(&fixtures::main(), first.next.as_deref(), 3).await.unwrap();
    let all: Vec<_> = first.items.into_iter().chain(second.items).map(|(key, read)| (key, read.is_ok())).collect();
    assert_eq!(all, (1..=5).map(|n| (fulfillment_key(n), n != 2)).collect::<Vec<_>>());
    assert_eq!(second.next, None);
}
