//! What a commit sends.

use super::{queues::Mood, *};
use domain::{
    duty::{Consumer, Duty, EmailKind, OwedDuty},
    fixtures::{deducted, leaving, packed},
};

fn owing(n: u32, duty: Duty) -> OwedDuty {
    OwedDuty { subject: state_key(n).subject(), duty }
}

fn owes(duties: &[Duty]) -> OrderState {
    OrderState { owed: duties.iter().cloned().collect(), ..state() }
}

#[tokio::test]
async fn a_commit_sends_what_it_newly_owes_and_nothing_that_was_owed_before() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), owes(&[Duty::StockDeduction])).await;
    assert_eq!(store.requests(), ["PutItem", "SendMessage", "GetItem"], "what is sent is stored already");
    assert_eq!(store.sent(), [owing(1, Duty::StockDeduction)]);

    let read = store.replaced(&read, owes(&[Duty::StockDeduction, Duty::Refund]), at(1)).await;
    assert_eq!(store.sent(), [owing(1, Duty::Refund)]);

    let read = store.replaced(&read, OrderState { total: 1, ..read.value.clone() }, at(2)).await;
    let read = store.replaced(&read, owes(&[Duty::Refund]), at(3)).await;
    let read = store.replaced(&read, owes(&[]), at(4)).await;
    assert_eq!(store.sent(), []);

    store.replaced(&read, owes(&[Duty::StockDeduction]), at(5)).await;
    assert_eq!(store.sent(), [owing(1, Duty::StockDeduction)], "what is owed once more is sent once more");
}

#[tokio::test]
async fn a_transaction_sends_what_each_of_its_items_newly_owes() {
    let store = TestStore::new();
    let read = store.stored(&packed()).await;
    store.sent();
    let mut write = store.write(at(7));
    write.change(&read, &packed().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap());
    write.commit().await.unwrap();
    let subject = ItemKey::new(&read.order.id, ItemName::Fulfillment(FULFILLMENT)).subject();
    assert_eq!(store.sent(), [OwedDuty { subject, duty: Duty::Email(EmailKind::Shipped(PARCEL)) }]);

    let mut write = store.write(at(8));
    write.create(state_key(1), owes(&[Duty::StockDeduction]));
    write.create(state_key(2), owes(&[Duty::Refund]));
    write.commit().await.unwrap();
    assert_eq!(store.sent(), [owing(1, Duty::StockDeduction), owing(2, Duty::Refund)]);
}

#[tokio::test]
async fn a_placed_order_that_owes_already_is_sent() {
    let store = TestStore::new();
    let order = store.stored(&deducted()).await.order;
    let subject = ItemKey::state(&order.id).subject();
    let sent = store.sent();
    assert_eq!(sent.len(), order.state.owed.len());
    assert!(sent.iter().all(|sent| sent.subject == subject && order.state.owed.contains(&sent.duty)), "{sent:?}");
}

#[tokio::test]
async fn a_commit_whose_messages_cannot_be_sent_is_made_all_the_same() {
    let store = TestStore::new();
    store.sqs(Mood::Refuses);
    let mut write = store.write(at(0));
    write.create(state_key(1), owes(&[Duty::StockDeduction]));
    write.commit().await.unwrap();
    let mut write = store.write(at(0));
    write.create(state_key(2), owes(&[Duty::StockDeduction, Duty::Refund]));
    write.create(fulfillment_key(2), fulfillment("main"));
    write.commit().await.unwrap();
    assert!(store.requests().contains(&"SendMessage".to_owned()));
    assert_eq!(store.sent(), []);
    for n in [1, 2] {
        assert!(store.order_state(&order(n)).await.unwrap().unwrap().owes(&Duty::StockDeduction));
    }

    // It is due, so it is found and sent again.
    let due = store.due(DueClass::Owed, at(1)).await.unwrap();
    assert_eq!(due.len(), 2);
    let owed = [owing(1, Duty::StockDeduction), owing(2, Duty::StockDeduction), owing(2, Duty::Refund)];
    assert_eq!(store.remind(&owed).await, 0);
    store.sqs(Mood::TakesAll);
    assert_eq!(store.remind(&owed).await, 3);
    let mut sent = store.sent();
    sent.sort_by_key(|sent| owed.iter().position(|owed| owed == sent));
    assert_eq!(sent, owed);
}

#[tokio::test]
async fn nothing_is_sent_when_a_condition_fails() {
    let store = TestStore::new();
    let old = store.created(&state_key(1), state()).await;
    store.replaced(&old, OrderState { total: 1, ..state() }, at(1)).await;

    let mut write = store.write(at(2));
    write.replace(&old, owes(&[Duty::StockDeduction]));
    conflict(write.commit().await);

    let mut write = store.write(at(2));
    write.create(state_key(1), owes(&[Duty::StockDeduction]));
    conflict(write.commit().await);

    let mut write = store.write(at(2));
    write.create(state_key(2), owes(&[Duty::StockDeduction]));
    write.replace(&old, owes(&[Duty::Refund]));
    conflict(write.commit().await);

    let mut write = store.write(at(2));
    write.create(state_key(2), owes(&[Duty::StockDeduction]));
    write.stock(&change(place("TEE", "main"), delta(0, 1, 0)));
    conflict(write.commit().await);

    assert_eq!(store.sent(), []);
    assert!(!store.requests().iter().any(|request| request.starts_with("SendMessage")));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_a_commit_that_is_given_up() {
    let store = TestStore::new();
    store.fail_next((0..100).map(|_| Fault::TransactionConflict));
    let mut write = store.write(at(0));
    write.create(state_key(1), owes(&[Duty::StockDeduction]));
    write.create(fulfillment_key(1), fulfillment("main"));
    let outcome = write.commit().await;
    assert!(matches!(outcome, Err(CommitError::Store(StoreError::Contended(_)))), "{outcome:?}");
    assert_eq!(store.sent(), []);
}

#[tokio::test]
async fn a_commit_that_was_made_at_the_second_attempt_sends_once() {
    let store = TestStore::new();
    store.fail_next([Fault::TransactionConflict]);
    store.created(&state_key(1), owes(&[Duty::StockDeduction])).await;
    assert_eq!(store.sent(), [owing(1, Duty::StockDeduction)]);
}

#[tokio::test]
async fn each_duty_goes_to_the_queue_of_the_function_that_works_it_off() {
    let store = TestStore::new();
    let table = [
        (Duty::StockDeduction, Consumer::StockDeduction),
        (Duty::FulfillmentDispatch, Consumer::FulfillmentDispatch),
        (Duty::WarehouseNotice, Consumer::FulfillmentDispatch),
        (Duty::Refund, Consumer::Refunds),
        (Duty::Email(EmailKind::PaymentConfirmed), Consumer::EmailConfirmation),
    ];
    for (duty, consumer) in table {
        assert_eq!(store.remind(&[owing(1, duty.clone())]).await, 1);
        let queues: Vec<Consumer> = store.messages().into_iter().map(|(queue, _)| queue).collect();
        assert_eq!(queues, [consumer], "{duty}");
    }
}

#[tokio::test]
async fn many_messages_go_in_batches_of_ten() {
    let store = TestStore::new();
    let mut write = store.write(at(0));
    for n in 0..25 {
        write.create(state_key(n), owes(&[Duty::StockDeduction]));
    }
    write.create(state_key(25), owes(&[Duty::Refund]));
    write.commit().await.unwrap();
    let mut requests = store.requests();
    requests[1..].sort();
    let batch = "SendMessageBatch";
    assert_eq!(requests, ["TransactWriteItems", "SendMessage", batch, batch, batch]);
    let mut sent = store.sent();
    sent.sort();
    let mut wanted: Vec<_> = (0..25).map(|n| owing(n, Duty::StockDeduction)).chain([owing(25, Duty::Refund)]).collect();
    wanted.sort();
    assert_eq!(sent, wanted, "each is sent once");
}

#[tokio::test]
async fn of_a_batch_only_what_sqs_took_counts_as_sent() {
    let store = TestStore::new();
    store.sqs(Mood::TakesFirst(3));
    let owed: Vec<_> = (0..5).map(|n| owing(n, Duty::StockDeduction)).collect();
    assert_eq!(store.remind(&owed).await, 3);
    assert_eq!(store.sent(), owed[..3]);
}

#[tokio::test]
async fn who_sends_nothing_makes_no_client_for_it() {
    let sender = Sender::new(queues::all(), || panic!("nothing is to be sent"));
    assert_eq!(sender.send(&[]).await, 0);
}
