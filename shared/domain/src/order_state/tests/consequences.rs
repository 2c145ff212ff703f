//! The order of the consequences of a fact about money, wherever it makes a difference.

use super::*;

fn happened(state: &OrderState) -> Vec<Event> {
    state.history.iter().map(|entry| entry.what).collect()
}

#[test]
fn a_payment_is_told_before_what_follows_from_it() {
    assert_eq!(happened(&paid()), [Event::Placed, Event::PaymentCaptured, Event::Paid]);
    let late = cancel(pending(), 9).unwrap().record(&captured(3700), at(10));
    assert_eq!(
        happened(&late),
        [Event::Placed, Event::Cancelled, Event::PaymentCaptured, Event::RefundIntended],
        "the refund is of the money that came"
    );
}

#[test]
fn an_order_that_opens_on_money_that_has_gone_back_is_held_by_the_same_event() {
    for waiting in [pending(), expired()] {
        let told_first = waiting.record(&event("stripe_pi_1", MoneyFact::RefundedInTotal(3700)), at(9));
        assert!(told_first.holds.is_empty(), "nothing of it would be sent");
        let opened = told_first.record(&captured(3700), at(10));
        assert_eq!(opened.status, OrderStatus::Open);
        assert_eq!(opened.holds.keys().collect::<Vec<_>>(), [&HoldReason::PaymentRefunded]);
        assert!(!opened.deduct(&Routed::default(), at(11)).owed.contains(&Duty::FulfillmentDispatch));
    }
}

#[test]
fn an_order_that_opens_on_disputed_money_is_held_by_the_same_event() {
    for waiting in [pending(), expired()] {
        let told_first = waiting.record(&dispute(DisputeStatus::Open), at(9));
        assert!(told_first.holds.is_empty(), "nothing of it would be sent");
        let opened = told_first.record(&captured(3700), at(10));
        assert_eq!(opened.holds.keys().collect::<Vec<_>>(), [&HoldReason::PaymentDisputed]);
    }
}

#[test]
fn an_order_that_opens_keeps_no_hold_of_its_waiting_for_money() {
    // One event fulfills and breaks the promise: everything captured has already been refunded.
    let authorized = pending().record(&event("stripe_pi_1", MoneyFact::authorized(3700)), at(9));
    let authorized = authorized.expire(at(RESERVATION)).payments_asked(at(RESERVATION));
    let back = authorized.record(&event("stripe_pi_1", MoneyFact::RefundedInTotal(3700)), at(RESERVATION + 1));
    assert_eq!(back.holds.keys().collect::<Vec<_>>(), [&HoldReason::AwaitingPayment]);
    let opened = back.record(&captured(3700), at(RESERVATION + 2));
    assert_eq!(opened.holds.keys().collect::<Vec<_>>(), [&HoldReason::PaymentRefunded]);

    let late = expired().record(&captured(1000), at(RESERVATION + 1));
    assert_eq!(late.holds.keys().collect::<Vec<_>>(), [&HoldReason::AwaitingPayment]);
    assert!(late.record(&captured(3700), at(RESERVATION + 2)).holds.is_empty());
}

#[test]
fn a_refund_that_settles_while_another_is_owed_leaves_it_owed() {
    let cancelled = cancelled().record(&event("stripe_pi_2", MoneyFact::Captured(50)), at(10));
    let one = cancelled.record(&refund("cancel", 1, 3700, RefundStatus::Succeeded), at(11));
    assert!(one.owed.contains(&Duty::Refund), "the late 0.50 are");
    let both = one.record(&event("stripe_pi_2", MoneyFact::RefundedInTotal(50)), at(12));
    assert!(both.owed.contains(&Duty::Refund), "a sum does not tell which refund it is of");
}
