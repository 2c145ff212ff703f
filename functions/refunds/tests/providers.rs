//! Which provider is asked for a refund, on the embedded DynamoDB and SQS.
#![allow(clippy::unwrap_used)]

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use domain::{
    duty::{Duty, ItemName, OwedDuty, Subject},
    fixtures::placed,
    history::{Actor, Stamp},
    ids::OrderId,
    ledger::{MoneyEvent, MoneyFact, RefundState},
    order_state::OrderState,
    policy::Policy,
};
use jiff::{SignedDuration, Timestamp};
use orderly_local::{
    backing,
    services::{Listener, Services, ServicesConfig},
};
use payments::RefundClients;
use refunds::{App, handle};
use runtime::Clock;
use std::{collections::BTreeMap, path::Path};
use store::{ItemKey, Message};

fn now() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

async fn start() -> (Services, App) {
    let listener = Listener::bind(0).await.unwrap();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let system = backing::load(&template, &BTreeMap::new(), &listener.endpoint(), "http://127.0.0.1:1").unwrap();
    let services = Services::start(listener, &system, ServicesConfig::default()).await.unwrap();
    let store = backing::store(&services, &services.sqs().url("RefundsQueue"));
    let app = App { store, clock: Clock::new(now), providers: RefundClients::new([]) };
    (services, app)
}

#[tokio::test]
async fn a_refund_of_a_provider_that_is_not_configured_stays_owed_and_is_not_marked_as_sent() {
    let (services, app) = start().await;
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let stamp = Stamp::new(Actor::caller("operator", "test"), now());
    let paid = MoneyEvent {
        payment: "acme_1".parse().unwrap(),
        at: now(),
        event: "evt_1".to_owned(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(1000),
    };
    let until = now() + SignedDuration::from_hours(1);
    let mut owes =
        OrderState::place(&placed(&[("MUG", 1, 1000)]), Policy::default(), Vec::new(), until, &[paid], &stamp);
    assert_eq!(owes.ledger.intend_refund("cancel", 1000, owes.currency), 1000);
    owes.owed.insert(Duty::Refund);
    let mut write = app.store.write(now());
    write.create(ItemKey::state(&order), owes.clone());
    write.commit().await.unwrap();

    let owed = OwedDuty { subject: Subject::OrderItem(order.clone(), ItemName::State), duty: Duty::Refund };
    let mut record = SqsMessage::default();
    record.message_id = Some("1".to_owned());
    record.body = serde_json::to_string(&Message::new(&owed)).ok();
    let mut event = SqsEvent::default();
    event.records.push(record);
    let failures = handle(&app, event).await.batch_item_failures;
    assert_eq!(failures.len(), 1, "it comes again, and is seen as stuck");

    let state = app.store.order_state(&order).await.unwrap().unwrap().value;
    assert_eq!(state, owes);
    assert!(state.ledger.refunds.values().all(|refund| refund.state == RefundState::Intended));
    services.shutdown().await;
}
