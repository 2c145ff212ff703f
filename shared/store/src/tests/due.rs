//! The sparse index of what `reconcile` has to look at.

use super::*;
use crate::attributes::text;
use domain::{
    duty::Duty,
    order_state::{Hold, HoldReason, OrderStatus},
};

fn open(owed: &[Duty]) -> OrderState {
    OrderState { status: OrderStatus::Open, owed: owed.iter().cloned().collect(), ..state() }
}

fn hold() -> Hold {
    Hold { since: at(0), note: String::new() }
}

fn on_hold(state: OrderState) -> OrderState {
    OrderState { holds: [(HoldReason::IncorrectAddress, hold())].into(), ..state }
}

/// The index's entries of a class at the end of these tests: the item, and since when it is due.
async fn due(store: &TestStore, class: DueClass) -> Vec<(ItemKey, Timestamp)> {
    let found = store.due(class, at(100_000)).await.unwrap();
    found.into_iter().map(|due| (due.key, due.since)).collect()
}

async fn assert_only(store: &TestStore, expected: Option<(DueClass, Timestamp)>) {
    for class in [DueClass::Owed, DueClass::Unpaid, DueClass::Waiting] {
        let wanted = expected.filter(|(own, _)| *own == class).map(|(_, since)| (state_key(1), since));
        assert_eq!(due(store, class).await, Vec::from_iter(wanted), "{class:?}");
    }
}

#[tokio::test]
async fn an_item_enters_changes_class_and_leaves_as_its_state_says() {
    let store = TestStore::new();
    let mut read = store.created(&state_key(1), state()).await;
    assert_only(&store, Some((DueClass::Unpaid, at(1800)))).await;

    let steps = [
        (open(&[Duty::StockDeduction]), Some((DueClass::Owed, at(10)))),
        // More is owed, then less. The time still counts from when the set became non-empty.
        (open(&[Duty::StockDeduction, Duty::Refund]), Some((DueClass::Owed, at(10)))),
        (open(&[Duty::Refund]), Some((DueClass::Owed, at(10)))),
        (on_hold(open(&[])), Some((DueClass::Waiting, at(40)))),
        (on_hold(OrderState { total: 1, ..open(&[]) }), Some((DueClass::Waiting, at(40)))),
        (open(&[]), None),
        (open(&[Duty::Refund]), Some((DueClass::Owed, at(70)))),
        (OrderState { status: OrderStatus::Completed, ..state() }, None),
    ];
    for ((next, expected), second) in steps.into_iter().zip((10..).step_by(10)) {
        read = store.replaced(&read, next, at(second)).await;
        assert_only(&store, expected).await;
    }
    let item = store.raw::<OrderState>(&state_key(1)).await;
    assert!(!item.contains_key("due_class") && !item.contains_key("due_at"), "the sparse index's keys are gone");
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_keeps_no_other_from_being_found() {
    let store = TestStore::new();
    store.created(&state_key(1), open(&[Duty::Refund])).await;
    // A later version may have left such an item.
    let mut item = store.raw::<OrderState>(&state_key(1)).await;
    item.insert("item".into(), text("parcel#1"));
    store.put_raw("OrdersTable", item).await;
    assert_only(&store, Some((DueClass::Owed, at(0)))).await;
}

#[tokio::test]
async fn an_unpaid_order_is_due_at_the_end_of_its_reservation_again_when_its_work_is_done() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), state()).await;
    let owing = store.replaced(&read, OrderState { owed: [Duty::Refund].into(), ..state() }, at(5)).await;
    assert_eq!(owing.due, Some(Due::Owed(at(5))));
    let done = store.replaced(&owing, OrderState { confirmed: true, ..state() }, at(6)).await;
    assert_eq!(done.due, Some(Due::Unpaid(at(1800))));
}

#[tokio::test]
async fn what_waits_for_stock_is_due_and_what_is_expired_is_not() {
    let stock = |state| vec![allocation(0, "TEE", 1, state)];
    let backordered = || stock(AllocationState::Backordered("main".parse().unwrap()));
    let table = [
        (OrderState { stock: backordered(), ..open(&[]) }, Some(DueClass::Waiting)),
        (OrderState { stock: stock(AllocationState::Missing), ..open(&[]) }, Some(DueClass::Waiting)),
        (OrderState { stock: stock(AllocationState::Missing), status: OrderStatus::Expired, ..state() }, None),
        (OrderState { stock: backordered(), ..state() }, Some(DueClass::Unpaid)),
        // A person's hold does not keep an unpaid order's stock forever. A hold for money on its way does.
        (on_hold(state()), Some(DueClass::Unpaid)),
        (OrderState { holds: [(HoldReason::AwaitingPayment, hold())].into(), ..state() }, Some(DueClass::Waiting)),
        (OrderState { stock: stock(AllocationState::Committed("main".parse().unwrap())), ..open(&[]) }, None),
    ];
    for (state, class) in table {
        let store = TestStore::new();
        store.created(&state_key(1), state.clone()).await;
        for other in [DueClass::Owed, DueClass::Unpaid, DueClass::Waiting] {
            assert_eq!(due(&store, other).await.len(), usize::from(class == Some(other)), "{state:?}");
        }
    }
}

#[tokio::test]
async fn fulfillments_are_due_while_they_owe_work() {
    let store = TestStore::new();
    let owing = Fulfillment { owed: [Duty::WarehouseNotice].into(), ..fulfillment("main") };
    let read = store.created(&fulfillment_key(1), owing).await;
    assert_eq!(due(&store, DueClass::Owed).await, [(fulfillment_key(1), at(0))]);
    store.replaced(&read, fulfillment("main"), at(1)).await;
    assert_eq!(due(&store, DueClass::Owed).await, []);
}

#[tokio::test]
async fn only_what_was_due_before_the_moment_is_found_the_longest_waiting_first() {
    let store = TestStore::new();
    for n in 0..40 {
        let mut write = store.write(at(i64::from(n * 7 % 40)));
        write.create(state_key(n), open(&[Duty::StockDeduction]));
        write.commit().await.unwrap();
    }
    let found = store.due(DueClass::Owed, at(20)).await.unwrap();
    let since: Vec<i64> = found.iter().map(|due| due.since.duration_since(at(0)).as_secs()).collect();
    assert_eq!(since, (0..20).collect::<Vec<_>>(), "each of the shards is asked, and 20 itself is not before 20");
}

#[tokio::test]
async fn more_than_one_look_holds_are_all_found_in_the_next_ones_and_then_from_the_start() {
    let store = TestStore::new();
    for n in 0..41 {
        let mut write = store.write(at(i64::from(n)));
        write.create(state_key(n), open(&[Duty::StockDeduction]));
        write.commit().await.unwrap();
    }
    let (mut found, mut position, mut looks) = (Vec::new(), DuePosition::default(), 0);
    loop {
        let (some, next) = store.due_from(DueClass::Owed, at(100), &position, 8).await.unwrap();
        assert!(some.len() <= 8, "{} are more than were asked for", some.len());
        found.extend(some.into_iter().map(|due| due.since.duration_since(at(0)).as_secs()));
        (position, looks) = (next, looks + 1);
        if position == DuePosition::default() {
            break;
        }
        assert!(looks < 100);
    }
    let all: std::collections::BTreeSet<i64> = found.iter().copied().collect();
    assert_eq!(all, (0..41).collect());
    let (again, _) = store.due_from(DueClass::Owed, at(100), &position, 8).await.unwrap();
    assert!(again.iter().any(|due| due.since == at(0)), "the longest waiting come first again");
    let (whole, next) = store.due_from(DueClass::Owed, at(100), &position, 1_000).await.unwrap();
    assert_eq!((whole.len(), next), (41, DuePosition::default()));
}
