//! Orders that cannot go on by themselves: people see why, and there is a way on.

use super::*;

#[test]
fn goods_whose_money_has_gone_back_wait_for_a_person() {
    let back = |amount| event("stripe_pi_1", MoneyFact::RefundedInTotal(amount));
    let part = deducted().record(&back(3699), at(9));
    assert!(part.holds.is_empty(), "a goodwill refund keeps nothing back");
    let all = part.record(&back(3700), at(9));
    assert!(all.holds.contains_key(&HoldReason::PaymentRefunded) && !all.owed.contains(&Duty::FulfillmentDispatch));
    let released = all.release(HoldReason::PaymentRefunded, &stamp(10)).unwrap();
    assert!(released.owed.contains(&Duty::FulfillmentDispatch));
    assert_eq!(released.clone().record(&back(3700), at(11)), released, "the same news holds it no more");

    let early = pending().record(&back(3700), at(9)).record(&captured(3700), at(9));
    assert_eq!(early.status, OrderStatus::Open);
    assert!(early.holds.contains_key(&HoldReason::PaymentRefunded), "the refund was told first");
}

#[test]
fn a_part_that_is_paid_after_the_end_waits_for_the_rest_or_goes_back() {
    let late = expired().record(&captured(1000), at(RESERVATION + 9));
    assert_eq!(late.status, OrderStatus::Expired);
    assert!(late.holds.contains_key(&HoldReason::AwaitingPayment));
    let paid = late.clone().record(&captured(3700), at(RESERVATION + 10));
    assert!(paid.status == OrderStatus::Open && paid.holds.is_empty());
    let cancelled = cancel(late, RESERVATION + 10).unwrap();
    assert_eq!(cancelled.ledger.owed_refunds().map(|(_, refund)| refund.amount).sum::<Amount>(), 1000);
    assert!(cancel(expired(), RESERVATION + 9).is_err(), "there is nothing to cancel");
}

#[test]
fn money_in_another_currency_keeps_an_unpaid_order_for_a_person() {
    let dollars = MoneyEvent { currency: "USD".parse().ok(), ..captured(3700) };
    let held = pending().record(&dollars, at(9)).expire(at(RESERVATION));
    assert!(held.holds.contains_key(&HoldReason::AwaitingPayment) && held.status != OrderStatus::Expired);
    let late = expired().record(&dollars, at(RESERVATION + 9));
    assert!(late.holds.contains_key(&HoldReason::AwaitingPayment));
}

#[test]
fn money_in_another_currency_that_a_cancelled_order_has_is_for_a_person_to_send_back() {
    let dollars = MoneyEvent { currency: "USD".parse().ok(), ..captured(3700) };
    let cancelled = cancel(pending().record(&dollars, at(9)), 10).unwrap();
    assert!(cancelled.holds.contains_key(&HoldReason::RefundFailed) && !cancelled.owed.contains(&Duty::Refund));
    let late = cancel(pending(), 9).unwrap();
    let late = late.record(&dollars, at(10));
    assert!(late.holds.contains_key(&HoldReason::RefundFailed));
    assert!(late.release(HoldReason::RefundFailed, &stamp(11)).unwrap().holds.is_empty());
    let own = cancel(pending().record(&captured(3700), at(9)), 10).unwrap();
    assert!(own.holds.is_empty(), "that is refunded");
}

#[test]
fn a_promise_that_is_broken_holds_an_unpaid_order_no_more() {
    let later = |fact| MoneyEvent { at: at(2), ..event("stripe_pi_1", fact) };
    for broken in [MoneyFact::Voided, MoneyFact::Failed("async_payment_failed".into())] {
        let promised = pending().record(&event("stripe_pi_1", MoneyFact::Pending { until: None }), at(9));
        let held = promised.expire(at(RESERVATION)).payments_asked(at(RESERVATION));
        assert!(held.holds.contains_key(&HoldReason::AwaitingPayment));
        assert!(held.record(&later(broken), at(RESERVATION + 9)).holds.is_empty());
    }
    let by_hand = pending().hold(HoldReason::AwaitingPayment, "bank transfer", &stamp(9)).unwrap();
    let abandoned = by_hand.record(&event("stripe_pi_1", MoneyFact::Voided), at(10));
    assert!(abandoned.holds.contains_key(&HoldReason::AwaitingPayment), "no promise of it was ever made");
}

#[test]
fn a_refund_that_a_dispute_blocks_goes_out_by_itself_when_the_dispute_is_won() {
    let disputed = deducted().record(&dispute(DisputeStatus::Open), at(9));
    let cancelled = cancel(disputed, 10).unwrap();
    assert!(cancelled.holds.contains_key(&HoldReason::PaymentDisputed));
    assert!(cancelled.history.iter().any(|entry| entry.what == Event::RefundBlocked));
    assert!(!cancelled.owed.contains(&Duty::Refund));
    assert!(cancelled.clone().retry_refunds(&stamp(11)).is_err());
    let won = cancelled.record(&dispute(DisputeStatus::Won), at(12));
    assert!(won.owed.contains(&Duty::Refund) && won.holds.is_empty());
    assert_eq!(won.history.last().map(|entry| entry.what), Some(Event::RefundIntended));
}

#[test]
fn a_refund_whose_outcome_is_unknown_is_shown_and_stays_owed() {
    let state = cancel(deducted(), 9).unwrap();
    let ours = OurRefund { id: "cancel".parse().unwrap(), attempt: 1 };
    let unknown = state.request_sent(&RequestName::Refund(ours.id.clone()), at(10)).request_unknown(
        &Attempt::from(&ours),
        "Stripe answered 500",
        true,
        at(11),
    );
    let state = &unknown.ledger.refunds[&ours.id].state;
    assert_eq!(
        *state,
        RequestState::Unknown { at: at(10), asked_at: Some(at(11)), reason: "Stripe answered 500".into() }
    );
    assert_eq!(
        unknown.clone().request_sent(&RequestName::Refund(ours.id.clone()), at(99)),
        unknown,
        "the first time stands"
    );
    assert_eq!(unknown.ledger.owed_refunds().count(), 1);
}

#[test]
fn an_attempt_that_was_certainly_not_made_is_followed_by_a_new_one_and_no_other_is() {
    let ours = OurRefund { id: "cancel".parse().unwrap(), attempt: 1 };
    let sent = cancel(deducted(), 9).unwrap().request_sent(&RequestName::Refund(ours.id.clone()), at(10));
    let unknown = sent.clone().request_unknown(&Attempt::from(&ours), "Stripe answered 500", true, at(11));
    for state in [sent.clone(), unknown.clone()] {
        let next = state.request_not_made(&Attempt::from(&ours), "Stripe answered 500", at(700));
        let refund = &next.ledger.refunds[&ours.id];
        assert_eq!((refund.attempt, &refund.state), (2, &RequestState::Intended));
        assert!(next.owed.contains(&Duty::Refund) && next.holds.is_empty(), "no person is needed");
        assert_eq!(next.history.last().unwrap().what, Event::RefundRetried);
        assert_eq!(
            next.ledger.kept(next.currency),
            unknown.ledger.kept(next.currency),
            "its money is on its way still"
        );
        assert_eq!(
            next.clone().request_not_made(&Attempt::from(&ours), "late", at(701)),
            next,
            "an attempt is given up once"
        );
    }
    let intended = cancel(deducted(), 9).unwrap();
    let made = sent.clone().record(&refund("cancel", 1, 3700, RefundStatus::Pending), at(11));
    let refused = sent.request_refused(&Attempt::from(&ours), "insufficient_funds", at(11));
    for decided in [intended, made, refused] {
        assert_eq!(decided.clone().request_not_made(&Attempt::from(&ours), "late", at(700)), decided);
    }
}

#[test]
fn a_failure_that_is_only_repeated_does_not_move_the_time_at_which_a_refund_was_last_begun() {
    let ours = OurRefund { id: "cancel".parse().unwrap(), attempt: 1 };
    let asked_at = |state: &OrderState| match &state.ledger.refunds[&ours.id].state {
        RequestState::Unknown { at: sent_at, asked_at, .. } => (*sent_at, *asked_at),
        other => panic!("{other:?}"),
    };
    let sent = cancel(deducted(), 9).unwrap().request_sent(&RequestName::Refund(ours.id.clone()), at(10));
    let unheard = sent.clone().request_unknown(&Attempt::from(&ours), "500", false, at(20));
    assert_eq!(asked_at(&unheard), (at(10), Some(at(20))), "what was asked before is not recorded");
    let timed_out = sent.request_unknown(&Attempt::from(&ours), "time-out", true, at(11)).request_unknown(
        &Attempt::from(&ours),
        "500",
        false,
        at(20),
    );
    assert_eq!(asked_at(&timed_out), (at(10), Some(at(11))));
    let again = timed_out.request_unknown(&Attempt::from(&ours), "time-out", true, at(30));
    assert_eq!(asked_at(&again), (at(10), Some(at(30))), "this may have begun it");
}

#[test]
fn a_voided_payment_releases_no_open_order_that_a_person_holds() {
    let held = deducted().hold(HoldReason::AwaitingPayment, "bank transfer", &stamp(9)).unwrap();
    let voided = held.record(&event("stripe_pi_2", MoneyFact::Voided), at(10));
    assert!(voided.holds.contains_key(&HoldReason::AwaitingPayment));
}
