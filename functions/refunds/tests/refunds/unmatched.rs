//! Refunds of a payment that no order takes.

use super::{PAYMENT, Stage, began};
use domain::{
    duty::Subject,
    history::{Actor, Stamp},
    ids::PaymentId,
    ledger::{MoneyEvent, MoneyFact, RequestState},
    payment_record::{Named, PaymentRecord},
};
use jiff::SignedDuration;
use orderly_local::payments::stripe::Breakdown;

fn payment() -> PaymentId {
    format!("stripe_{PAYMENT}").parse().unwrap()
}

async fn record(stage: &Stage) -> PaymentRecord {
    stage.app.store.payment(&payment()).await.unwrap().value
}

/// A person decides to refund the payment.
async fn decide(stage: &Stage) {
    let read = stage.app.store.payment(&payment()).await.unwrap();
    let captured = MoneyEvent {
        payment: payment(),
        at: began(),
        event: "evt_1".to_owned(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(1000),
    };
    let stamp = Stamp::new(Actor::caller("operator", "test"), stage.app.clock.now());
    let kept = read.value.clone().keep(&captured, &Named::default(), began());
    let mut write = stage.app.store.write(stage.app.clock.now());
    write.replace(&read, kept.give_back(&stamp).unwrap());
    write.commit().await.unwrap();
}

/// The state of the refund and its attempt, after its message was delivered.
async fn attempt(stage: &Stage) -> (RequestState, u32) {
    let comes_again = stage.deliver(Subject::Payment(payment())).await;
    let record = record(stage).await;
    let refund = record.refunds.values().next().unwrap().clone();
    assert_eq!(comes_again, refund.is_owed());
    (refund.state, refund.attempt)
}

#[tokio::test]
async fn it_is_made_once_and_its_answer_is_recorded() {
    let stage = Stage::start("stripe").await;
    decide(&stage).await;
    for _ in 0..2 {
        assert!(matches!(attempt(&stage).await, (RequestState::Succeeded { .. }, 1)));
    }
    assert_eq!(stage.stripe.refunds(PAYMENT).len(), 1);
    let record = record(&stage).await;
    assert_eq!((record.unmatched_at, record.owed.len()), (None, 0));
    stage.end().await;
}

#[tokio::test]
async fn a_stored_failure_is_replayed_until_a_new_attempt_is_made() {
    let stage = Stage::start("stripe").await;
    decide(&stage).await;
    stage.stripe.break_down(&format!("refund:{PAYMENT}:unmatched:1"), Breakdown::Before);
    assert!(matches!(attempt(&stage).await, (RequestState::Unknown { .. }, 1)));
    stage.pass_to(SignedDuration::from_mins(1));
    assert!(matches!(attempt(&stage).await, (RequestState::Unknown { .. }, 1)));
    stage.pass_to(SignedDuration::from_mins(12));
    assert!(matches!(attempt(&stage).await, (RequestState::Succeeded { .. }, 2)));
    assert_eq!(stage.refunded(), 1000);
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_asks_what_somebody_did_at_the_provider() {
    let stage = Stage::start("stripe").await;
    decide(&stage).await;
    stage.refund_at_the_dashboard(1000).await;
    assert!(matches!(attempt(&stage).await, (RequestState::Failed { refused: true, .. }, 1)));
    let record = record(&stage).await;
    assert_eq!((record.unmatched_at, record.is_given_back()), (None, false), "nothing is left of it");
    assert_eq!(stage.refunded(), 1000);
    stage.end().await;
}
