//! Several events at once.

use super::{now, start};
use app::payments::Recorded;
use domain::{
    fixtures::placed,
    history::{Actor, Stamp},
    ids::OrderId,
    ledger::{MoneyEvent, MoneyFact},
    order_state::OrderState,
};
use jiff::SignedDuration;
use payment_webhook::record_all;
use payments::webhook::ReportedEvent;
use store::ItemKey;

fn order(reference: &str) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), reference)
}

/// A capture of 1000 with the payment `acme_…`, for the order that the channel calls `reference`.
fn captured(payment: &str, reference: &str) -> ReportedEvent {
    let event = MoneyEvent {
        payment: format!("acme_{payment}").parse().unwrap(),
        at: now(),
        event: format!("evt_{payment}"),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(1000),
    };
    ReportedEvent { named: order(reference).into(), event }
}

#[tokio::test]
async fn an_event_of_an_unknown_order_keeps_the_other_events_of_its_body_back_neither_before_nor_after_it() {
    let (services, app) = start().await;
    let stamp = Stamp::new(Actor::caller("storefront", "test"), now());
    let until = now() + SignedDuration::from_hours(1);
    for reference in ["1001", "1003"] {
        let placed = placed(&[("MUG", 1, 1000)]);
        let mut write = app.store.write(now());
        let state = OrderState::place(&placed, domain::policy::Policy::default(), Vec::new(), until, &[], &stamp);
        write.create(ItemKey::state(&order(reference)), state);
        write.commit().await.unwrap();
    }
    let events = [captured("1", "1001"), captured("2", "unknown"), captured("3", "1003")];
    let outcomes = record_all(&app, &events).await.unwrap();
    assert_eq!(outcomes, [Recorded::Recorded, Recorded::Unmatched, Recorded::Recorded]);
    let again = record_all(&app, &events).await.unwrap();
    assert_eq!(again, [Recorded::Known, Recorded::Unmatched, Recorded::Known], "the same body again changes nothing");

    for (reference, payment) in [("1001", "acme_1"), ("1003", "acme_3")] {
        let state = app.store.order_state(&order(reference)).await.unwrap().unwrap();
        let paid = &state.value.ledger.payments[&payment.parse().unwrap()];
        assert_eq!((state.value.ledger.payments.len(), paid.captured), (1, 1000));
    }
    let kept = app.store.payment(&"acme_2".parse().unwrap()).await.unwrap();
    assert_eq!(kept.value.events, [events[1].event.clone()]);
    assert_eq!(kept.value.order, Some(order("unknown")));
    services.shutdown().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_recorded_fails_the_body_and_keeps_no_other_back() {
    let (services, app) = start().await;
    let unrecordable = captured(&"9".repeat(128), "1001");
    let mut events = [unrecordable, captured("2", "unknown")];
    // The record would exceed DynamoDB's limit, as after too many events of one payment.
    events[0].event.event = "x".repeat(500_000);
    assert!(record_all(&app, &events).await.is_err());
    let kept = app.store.payment(&events[1].event.payment).await.unwrap();
    assert_eq!(kept.value.events.len(), 1);
    services.shutdown().await;
}
