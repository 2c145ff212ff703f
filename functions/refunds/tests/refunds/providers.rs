//! Which provider is asked for a refund, and what it says of a payment.

use super::{PAYMENT, Stage, order};
use domain::ledger::{MoneyFact, RequestState};

#[tokio::test]
async fn a_refund_of_a_provider_that_is_not_configured_stays_owed_and_is_not_marked_as_sent() {
    let stage = Stage::start("acme").await;
    let owes = stage.state().await;
    let (state, comes_again) = stage.run().await;
    assert!(comes_again, "it is seen as stuck");
    assert_eq!(state, owes);
    assert!(state.ledger.refunds.values().all(|refund| refund.state == RequestState::Intended));
    assert_eq!(stage.refunded(), 0);
    stage.end().await;
}

#[tokio::test]
async fn the_local_stripe_tells_a_payment_at_each_step() {
    let stage = Stage::start("stripe").await;
    let client = stage.app.providers.of(&"stripe".parse().unwrap()).unwrap();
    let facts = async |id: &str| {
        let told = client.payment(&id.parse().unwrap(), stage.app.clock.now()).await.unwrap();
        assert!(told.iter().all(|reported| reported.named.order.as_ref() == Some(&order()) || id == PAYMENT));
        told.into_iter().map(|reported| reported.event.fact).collect::<Vec<_>>()
    };
    let webhook = stage.stripe.begin(order().as_str(), 1000, "EUR").unwrap();
    let debit = webhook.event()["data"]["object"]["id"].as_str().unwrap().to_owned();
    assert!(matches!(facts(&debit).await[..], [MoneyFact::Pending { until: Some(_) }]));
    stage.stripe.settle(&debit, false).unwrap().unwrap();
    assert!(matches!(facts(&debit).await[..], [MoneyFact::Failed(_)]));
    stage.stripe.settle(&debit, true).unwrap().unwrap();
    let captured = [MoneyFact::Captured(1000), MoneyFact::RefundedInTotal(0)];
    assert_eq!(facts(&debit).await, captured);
    let charge = stage.stripe.payments().into_iter().find(|payment| payment.id == debit).unwrap().charge;
    assert_eq!(facts(&charge).await, captured);
    stage.run().await;
    assert_eq!(facts(PAYMENT).await, [MoneyFact::Captured(1000), MoneyFact::RefundedInTotal(1000)]);
    assert_eq!(facts("pi_unknown").await, []);
    stage.end().await;
}
