//! Captures and voids go the way of refunds: once each, whatever the provider answers.

use super::{PAYMENT, Stage, began, order};
use domain::{
    duty::{Duty, ItemName, Subject},
    ledger::{MoneyEvent, MoneyFact, PaymentStatus, RequestState, Rest},
    order_state::{HoldReason, OrderState},
};
use jiff::SignedDuration;
use orderly_local::payments::stripe::{Breakdown, Progress};

impl Stage {
    /// The order's payment is only authorized, and `decide` says what becomes of it.
    async fn authorized(decide: impl Fn(&mut OrderState)) -> Self {
        let stage = Self::without_order().await;
        stage.stripe.authorize(order().as_str(), 1000, "EUR").unwrap();
        let payment = stage.stripe.payments().last().unwrap().id.clone();
        let told = MoneyEvent {
            payment: format!("stripe_{payment}").parse().unwrap(),
            at: began(),
            event: "evt_1".to_owned(),
            currency: "EUR".parse().ok(),
            step: 1,
            fact: MoneyFact::authorized(1000),
        };
        stage
            .place(&told, |state| {
                decide(state);
                state.owed.insert(Duty::Capture);
            })
            .await;
        stage
    }

    /// Delivers the message. Returns the order, and whether it will come again.
    async fn capture(&self) -> (OrderState, bool) {
        let comes_again = self.deliver_duty(Duty::Capture, Subject::OrderItem(order(), ItemName::State)).await;
        (self.state().await, comes_again)
    }

    fn progress(&self) -> (Progress, i64) {
        let payments = self.stripe.payments();
        let payment = payments.iter().find(|payment| payment.id != PAYMENT).unwrap();
        (payment.progress, payment.received())
    }
}

fn capture(amount: i64) -> impl Fn(&mut OrderState) {
    move |state| assert_eq!(state.ledger.intend_capture(amount, state.currency, Rest::GivenUp), amount)
}

fn key(name: &str, attempt: u32) -> String {
    format!("capture:{}:{name}:{attempt}", order())
}

#[tokio::test]
async fn a_capture_is_made_once_and_the_rest_is_given_up() {
    let stage = Stage::authorized(capture(900)).await;
    let (state, comes_again) = stage.capture().await;
    assert!(!comes_again && matches!(state.ledger.captures["capture-1"].state, RequestState::Succeeded { .. }));
    assert_eq!((state.ledger.captured(state.currency), stage.progress()), (900, (Progress::Captured, 900)));
    assert!(!state.owed.contains(&Duty::Capture));
    assert_eq!(stage.capture().await, (state, false), "nothing is owed any more");
    stage.end().await;
}

#[tokio::test]
async fn a_void_leaves_nothing_authorized() {
    let stage = Stage::authorized(|state| assert_eq!(state.ledger.intend_voids(), 1)).await;
    let (state, comes_again) = stage.capture().await;
    assert!(!comes_again && matches!(state.ledger.captures["void-1"].state, RequestState::Succeeded { .. }));
    assert_eq!((state.payment_status(), stage.progress()), (PaymentStatus::Voided, (Progress::Canceled, 0)));
    stage.end().await;
}

#[tokio::test]
async fn a_capture_whose_answer_was_a_failure_is_looked_for_before_another_attempt() {
    // It was carried out all the same.
    let stage = Stage::authorized(capture(1000)).await;
    stage.stripe.break_down(&key("capture-1", 1), Breakdown::After);
    let (state, comes_again) = stage.capture().await;
    assert!(comes_again && matches!(state.ledger.captures["capture-1"].state, RequestState::Unknown { .. }));
    stage.pass_to(SignedDuration::from_secs(1));
    let (state, comes_again) = stage.capture().await;
    assert_eq!((comes_again, state.ledger.captures["capture-1"].attempt, stage.progress().1), (false, 1, 1000));
    stage.end().await;

    // It was not, and its key repeats the failure for ever.
    let stage = Stage::authorized(capture(1000)).await;
    stage.stripe.break_down(&key("capture-1", 1), Breakdown::Before);
    for minutes in [0, 1, 9] {
        stage.pass_to(SignedDuration::from_mins(minutes));
        assert!(stage.capture().await.1, "it may still appear after {minutes} min");
        assert_eq!(stage.progress().1, 0);
    }
    stage.pass_to(SignedDuration::from_mins(11));
    let (state, comes_again) = stage.capture().await;
    assert_eq!((comes_again, state.ledger.captures["capture-1"].attempt, stage.progress().1), (false, 2, 1000));
    stage.end().await;
}

#[tokio::test]
async fn what_somebody_did_at_the_provider_decides_a_capture() {
    let stage = Stage::authorized(capture(1000)).await;
    let payment = stage.stripe.payments().last().unwrap().id.clone();
    stage.stripe.lapse(&payment).unwrap();
    let (state, comes_again) = stage.capture().await;
    let capture = &state.ledger.captures["capture-1"];
    assert!(!comes_again && matches!(capture.state, RequestState::Failed { .. }), "{capture:?}");
    assert!(state.holds.contains_key(&HoldReason::CaptureFailed), "a person decides");
    assert_eq!(state.payment_status(), PaymentStatus::Voided);
    stage.end().await;
}
