//! What a provider's list knows and its payments do not tell: refunds that people made in its dashboard.

use super::{Stage, began, order};
use app::comparison;
use domain::{
    books::{MovementKind, day_of},
    duty::{Duty, Subject},
    ids::{PaymentId, ProviderName},
    ledger::{MoneyEvent, MoneyFact},
    statement::Statement,
};
use jiff::SignedDuration;
use orderly_local::{
    payments::{Provider, Simulator, StandIns, StandInsConfig},
    services::Listener,
};
use payments::{ApiClients, paypal};
use runtime::{Aws, Secret};
use std::collections::BTreeMap;

/// The day of the beginning is over for more than four hours.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(13);

fn name() -> ProviderName {
    Provider::PayPal.name().parse().unwrap()
}

fn payment(id: &str) -> PaymentId {
    PaymentId { provider: name(), id: id.parse().unwrap() }
}

/// The function asks the stand-in, whose webhooks are lost for ever.
async fn with_stand_in() -> (Stage, StandIns) {
    let mut stage = Stage::without_order().await;
    let (api_url, clock) = ("http://127.0.0.1:1".to_owned(), stage.app.clock.clone());
    let config = StandInsConfig { api_url, secrets: BTreeMap::new(), data_dir: None, clock: clock.clone() };
    let stand_ins = StandIns::start(Listener::bind(0).await.unwrap(), config).unwrap();
    let url = format!("{}{}", stand_ins.endpoint(), Provider::PayPal.path());
    let client = paypal::Api::new(&Aws::beside(""), &clock, &url, Secret::fixed("PAYPAL_CREDENTIALS", "a:b"));
    stage.app.providers = ApiClients::new([client.into()]);
    (stage, stand_ins)
}

/// An order of 10.00 EUR that is paid, and knows it.
async fn paid(stage: &Stage, own: &Simulator) -> PaymentId {
    let payment = payment(&own.pay(order().as_str(), 1000, "EUR").unwrap().payment.id);
    let captured = MoneyEvent {
        payment: payment.clone(),
        at: began(),
        event: "evt_1".to_owned(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(1000),
    };
    stage.place(&captured, |_| {}).await;
    payment
}

async fn compare(stage: &Stage) {
    let (store, now) = (&stage.app.store, stage.app.clock.now());
    comparison::begin(store, &[name()], now).await.unwrap();
    for _ in 0..10 {
        assert!(!stage.deliver_duty(Duty::Comparison, Subject::Provider(name())).await);
        if comparison::under_way(store, &name()).await.unwrap().is_none() {
            return;
        }
    }
    panic!("the comparison does not end");
}

#[tokio::test]
async fn a_refund_from_the_dashboard_whose_webhook_is_lost_is_taken_in_on_the_next_day() {
    let (stage, stand_ins) = with_stand_in().await;
    let own = stand_ins.provider(Provider::PayPal);
    let payment = paid(&stage, &own).await;
    for amount in [300, 200] {
        own.refund(payment.id.as_str(), Some(amount)).unwrap();
    }
    stage.pass_to(NEXT_DAY);
    compare(&stage).await;

    let (state, store) = (stage.state().await, &stage.app.store);
    assert_eq!(state.ledger.refunded(state.currency), 500, "the order knows it");
    assert_eq!(store.differing().await.unwrap(), [], "the books agree");
    let statement = store.load::<Statement>(&payment).await.unwrap().unwrap().value;
    assert_eq!((statement.moved()[&MovementKind::Refunded], statement.order), (-500, Some(order())));
    let (rows, _) = store.booked(day_of(began() + NEXT_DAY), None, 100).await.unwrap();
    let booked = rows.into_iter().map(|row| row.movement).filter(|row| row.kind == MovementKind::Refunded);
    assert_eq!(booked.map(|row| row.amount).sum::<i64>(), -500);

    stage.pass_to(NEXT_DAY + SignedDuration::from_hours(24));
    compare(&stage).await;
    assert_eq!(stage.state().await.ledger.refunded(state.currency), 500, "and takes it in once");
    stand_ins.shutdown().await;
    stage.end().await;
}
