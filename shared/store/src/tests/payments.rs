//! Which order a payment belongs to, and events whose order is not known yet.

use super::{
    round_trips::{all_facts, event},
    *,
};
use domain::{
    duty::{Duty, OwedDuty, Subject},
    ids::PaymentId,
    ledger::{Attempt, MoneyFact, OurRefund},
    payment_record::{Named, PaymentRecord},
};

fn payment(n: u32) -> PaymentId {
    format!("stripe_pi_{n}").parse().unwrap()
}

fn ids(entries: Vec<UnmatchedEntry>) -> Vec<PaymentId> {
    entries.into_iter().map(|entry| entry.payment).collect()
}

async fn put(store: &TestStore, read: &Stored<PaymentRecord>, value: PaymentRecord) -> Result<(), CommitError> {
    let mut write = store.write(at(0));
    write.replace(read, value);
    write.commit().await
}

#[tokio::test]
async fn every_kind_of_event_is_kept_as_it_came() {
    let store = TestStore::new();
    let none = store.payment(&payment(1)).await.unwrap();
    assert_eq!((none.version, &none.value), (0, &PaymentRecord::default()));
    let events: Vec<_> = (0..).zip(all_facts()).map(|(n, fact)| event("stripe_pi_1", n, fact)).collect();
    let mut kept = PaymentRecord::default();
    for event in events.iter().chain(&events) {
        kept = kept.keep(event, &order(1).into(), at(3));
    }
    assert_eq!(kept.events, events, "the same event twice is kept once");
    put(&store, &none, kept.clone()).await.unwrap();
    let read = store.payment(&payment(1)).await.unwrap();
    assert_eq!((read.version, &read.value), (1, &kept));
}

#[tokio::test]
async fn a_record_that_has_changed_since_it_was_read_is_not_overwritten() {
    let store = TestStore::new();
    let none = store.payment(&payment(1)).await.unwrap();
    let of = |n| PaymentRecord { order: Some(order(n)), ..PaymentRecord::default() };
    put(&store, &none, of(1)).await.unwrap();
    let changed = [Failed::Other(payment(1).to_string())];
    assert_eq!(conflict(put(&store, &none, of(2)).await), changed);

    let read = store.payment(&payment(1)).await.unwrap();
    put(&store, &read, of(3)).await.unwrap();
    assert_eq!(conflict(put(&store, &read, of(4)).await), changed);
    let read = store.payment(&payment(1)).await.unwrap();
    assert_eq!((read.version, read.value), (2, of(3)));
}

#[tokio::test]
async fn unmatched_payments_are_found_until_they_are_matched() {
    let store = TestStore::new();
    for n in [3, 1, 2] {
        let none = store.payment(&payment(n)).await.unwrap();
        let kept = PaymentRecord::default().keep(
            &event(&format!("stripe_pi_{n}"), 0, MoneyFact::Pending { until: None }),
            &Named::default(),
            at(i64::from(n)),
        );
        put(&store, &none, kept).await.unwrap();
    }
    let none = store.payment(&payment(4)).await.unwrap();
    put(&store, &none, PaymentRecord::default().taken(order(4))).await.unwrap();

    let unmatched = async |why| ids(store.unmatched(why).await.unwrap());
    assert_eq!(unmatched(Unmatched::NamesNoOrder).await, [payment(1), payment(2), payment(3)], "the oldest first");
    assert_eq!(unmatched(Unmatched::AwaitsOrder).await, []);

    let read = store.payment(&payment(2)).await.unwrap();
    put(&store, &read, PaymentRecord::default().taken(order(2))).await.unwrap();
    assert_eq!(unmatched(Unmatched::NamesNoOrder).await, [payment(1), payment(3)]);
    let read = store.payment(&payment(2)).await.unwrap();
    assert_eq!(read.value, PaymentRecord::default().taken(order(2)));

    // A person assigns one payment to an order, and dismisses another.
    let [one, three] = [1, 3].map(async |n| store.payment(&payment(n)).await.unwrap());
    let (one, three) = (one.await, three.await);
    put(&store, &one, one.value.clone().assign(order(1), &stamp(9))).await.unwrap();
    put(&store, &three, three.value.clone().dismiss(&stamp(9))).await.unwrap();
    assert_eq!(unmatched(Unmatched::AwaitsOrder).await, [payment(1)]);
    assert_eq!(unmatched(Unmatched::NamesNoOrder).await, []);
    let found = store.payments(&[payment(3), payment(1), payment(3)]).await.unwrap();
    assert_eq!(found.iter().map(|found| found.value.events.len()).collect::<Vec<_>>(), [1, 1], "nothing is lost");
    let three = store.payment(&payment(3)).await.unwrap();
    put(&store, &three, three.value.clone().assign(order(3), &stamp(9))).await.unwrap();
    assert_eq!(unmatched(Unmatched::AwaitsOrder).await, [payment(1), payment(3)], "it was dismissed by mistake");
}

#[tokio::test]
async fn a_payment_without_money_waits_for_its_order_and_for_nobody_else() {
    let store = TestStore::new();
    let keep = async |n: u32, fact: MoneyFact, named: Named| {
        let none = store.payment(&payment(n)).await.unwrap();
        let kept = none.value.clone().keep(&event(&format!("stripe_pi_{n}"), 0, fact), &named, at(i64::from(n)));
        put(&store, &none, kept).await.unwrap();
    };
    let failed = || MoneyFact::Failed("card_declined".into());
    keep(1, failed(), order(1).into()).await;
    keep(2, failed(), Named::default()).await;
    keep(3, MoneyFact::Voided, order(3).into()).await;
    keep(4, MoneyFact::Captured(5), order(4).into()).await;
    let unmatched = async |why| ids(store.unmatched(why).await.unwrap());
    assert_eq!(unmatched(Unmatched::AwaitsOrderWithoutMoney).await, [payment(1), payment(3)]);
    assert_eq!(unmatched(Unmatched::AwaitsOrder).await, [payment(4)]);
    assert_eq!(unmatched(Unmatched::NamesNoOrder).await, [], "an abandoned checkout is nobody's work");
    keep(2, MoneyFact::Captured(5), Named::default()).await;
    assert_eq!(unmatched(Unmatched::NamesNoOrder).await, [payment(2)], "money brings it up");
}

#[tokio::test]
async fn a_payment_to_refund_owes_that_and_is_listed_apart() {
    let store = TestStore::new();
    let read = async || store.payment(&payment(1)).await.unwrap();
    let captured = event("stripe_pi_1", 0, MoneyFact::Captured(1000));
    let named = Named { order: Some(order(1)), channel: None };
    put(&store, &read().await, PaymentRecord::default().keep(&captured, &named, at(1))).await.unwrap();
    let kept = read().await;
    put(&store, &kept, kept.value.clone().give_back(&stamp(2)).unwrap()).await.unwrap();
    assert_eq!(store.sent(), [OwedDuty { subject: Subject::Payment(payment(1)), duty: Duty::Refund }]);
    let entry = UnmatchedEntry { payment: payment(1), since: at(2) };
    assert_eq!(store.unmatched(Unmatched::OwesRefund).await.unwrap(), [entry]);
    assert_eq!(store.unmatched(Unmatched::AwaitsOrder).await.unwrap(), [], "reconcile finds it no order");
    let owing = read().await;
    let id = owing.value.refunds.keys().next().unwrap().clone();
    let ours = OurRefund { id, attempt: 1 };
    put(&store, &owing, owing.value.clone().request_refused(&Attempt::from(&ours), "charge_disputed", at(3)))
        .await
        .unwrap();
    assert_eq!(store.unmatched(Unmatched::OwesRefund).await.unwrap(), []);
    assert_eq!(ids(store.unmatched(Unmatched::AwaitsOrder).await.unwrap()), [payment(1)], "a person must look");
}

#[tokio::test]
async fn a_payment_and_the_state_of_its_order_are_read_in_one_request() {
    let store = TestStore::new();
    let (read, other) = store.payment_and_state(&payment(1), Some(&order(1))).await.unwrap();
    assert_eq!((read.version, other), (0, None));
    put(&store, &read, PaymentRecord::default().taken(order(1))).await.unwrap();
    let kept = store.created(&state_key(1), state()).await;
    store.requests();
    let (read, other) = store.payment_and_state(&payment(1), Some(&order(1))).await.unwrap();
    assert_eq!((read.version, read.value, other), (1, PaymentRecord::default().taken(order(1)), Some(kept)));
    assert_eq!(store.requests(), ["BatchGetItem"]);
    assert_eq!(store.payment_and_state(&payment(1), None).await.unwrap().1, None);
}
