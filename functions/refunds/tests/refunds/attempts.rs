//! What becomes of a refund on whose key the provider itself fails.

use super::Stage;
use domain::{duty::Duty, ledger::RequestState, order_state::HoldReason};
use jiff::SignedDuration;
use orderly_local::payments::stripe::Breakdown;
use std::future::pending;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

/// The state of the refund and its attempt, after its message was delivered. It comes again while the outcome is unknown.
async fn attempt(stage: &Stage) -> (&'static str, u32) {
    let (state, comes_again) = stage.run().await;
    let refund = &state.ledger.refunds["cancel"];
    assert_eq!(comes_again, refund.is_owed());
    let name = match refund.state {
        RequestState::Unknown { .. } => "unknown",
        RequestState::Succeeded { .. } => "succeeded",
        _ => panic!("{refund:?}"),
    };
    (name, refund.attempt)
}

#[tokio::test]
async fn a_stored_failure_is_replayed_until_the_refund_is_certainly_absent_and_then_a_new_attempt_is_made() {
    let stage = Stage::start("stripe").await;
    stage.break_down(1, Breakdown::Before);
    assert_eq!(attempt(&stage).await, ("unknown", 1), "the first failure tells nothing");
    for minutes in [1, 9] {
        stage.pass_to(SignedDuration::from_mins(minutes));
        assert_eq!(attempt(&stage).await, ("unknown", 1), "it may still appear after {minutes} min");
        assert_eq!(stage.refunded(), 0);
    }
    stage.pass_to(SignedDuration::from_mins(10));
    assert_eq!((attempt(&stage).await, stage.refunded()), (("succeeded", 2), 1000));
    let state = stage.state().await;
    assert_eq!(stage.run().await, (state, false), "nothing is owed any more");
    stage.end().await;
}

#[tokio::test]
async fn a_refund_that_was_made_before_the_failure_is_found_at_the_first_repetition() {
    let stage = Stage::start("stripe").await;
    stage.break_down(1, Breakdown::After);
    assert_eq!((attempt(&stage).await, stage.refunded()), (("unknown", 1), 1000));
    stage.pass_to(SignedDuration::from_secs(1));
    assert_eq!((attempt(&stage).await, stage.refunded()), (("succeeded", 1), 1000));
    stage.end().await;
}

#[tokio::test]
async fn a_second_attempt_that_fails_as_well_waits_as_long_as_the_first() {
    let stage = Stage::start("stripe").await;
    for attempt in [1, 2] {
        stage.break_down(attempt, Breakdown::Before);
    }
    stage.run().await;
    stage.pass_to(SignedDuration::from_mins(11));
    assert_eq!(attempt(&stage).await, ("unknown", 2));
    stage.pass_to(SignedDuration::from_mins(20));
    assert_eq!((attempt(&stage).await, stage.refunded()), (("unknown", 2), 0));
    stage.pass_to(SignedDuration::from_mins(22));
    assert_eq!((attempt(&stage).await, stage.refunded()), (("succeeded", 3), 1000));
    stage.end().await;
}

#[tokio::test]
async fn a_key_that_stripe_has_forgotten_is_asked_for_once_more_only_after_a_look() {
    for (breakdown, refunded) in [(Breakdown::Before, 0), (Breakdown::After, 1000)] {
        let stage = Stage::start("stripe").await;
        stage.break_down(1, breakdown);
        stage.run().await;
        assert_eq!(stage.refunded(), refunded);
        stage.pass_to(SignedDuration::from_hours(25));
        assert_eq!((attempt(&stage).await, stage.refunded()), (("succeeded", 1), 1000));
        stage.end().await;
    }
}

#[tokio::test]
async fn what_somebody_refunded_at_the_provider_unheard_is_known_once_ours_is_refused() {
    let stage = Stage::start("stripe").await;
    stage.refund_at_the_dashboard(400).await;
    let (state, comes_again) = stage.run().await;
    let refund = &state.ledger.refunds["cancel"];
    assert!(!comes_again && matches!(refund.state, RequestState::Failed { .. }), "{refund:?}");
    assert!(state.holds.contains_key(&HoldReason::RefundFailed), "a person decides about the rest");
    assert_eq!(state.ledger.refunded(state.currency), 400);
    stage.end().await;
}

#[tokio::test]
async fn a_refund_that_is_decided_while_another_is_asked_for_is_asked_for_by_the_same_message() {
    let mut stage = Stage::owing("stripe", 400).await;
    let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
    stage.ask_at(&format!("http://{}", front.local_addr().unwrap()));
    let stripe = stage.stripe.endpoint().trim_start_matches("http://").to_owned();
    let between = async {
        let (mut from, _) = front.accept().await.unwrap();
        stage.intend("stain", 250).await;
        let mut to = TcpStream::connect(stripe).await.unwrap();
        let _ = copy_bidirectional(&mut from, &mut to).await;
    };
    let (state, comes_again) = tokio::select! {
        done = stage.run() => done,
        () = async { between.await; pending().await } => unreachable!(),
    };
    assert!(!comes_again && !state.owed.contains(&Duty::Refund), "{:?}", state.ledger.refunds);
    assert_eq!(stage.refunded(), 650);
    stage.end().await;
}
