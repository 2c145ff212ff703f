//! Refunds: sent, settled, failed, kept by a dispute.

use super::*;

#[test]
fn the_refund_of_a_cancelled_order_follows_the_dispute_that_blocks_it() {
    let cancelled = || cancel(paid().record(&dispute(DisputeStatus::Open), at(9)), 10).unwrap();
    assert!(cancelled().holds.contains_key(&HoldReason::PaymentDisputed) && !cancelled().owed.contains(&Duty::Refund));
    let won = cancelled().record(&dispute(DisputeStatus::Won), at(11));
    assert!(won.holds.is_empty() && won.owed.contains(&Duty::Refund));
    let lost = cancelled().record(&dispute(DisputeStatus::Lost), at(11));
    assert!(lost.holds.is_empty() && !lost.owed.contains(&Duty::Refund), "the bank has given the money back");
    assert_eq!(lost.history.last().map(|entry| entry.what), Some(Event::RefundCovered));
}

#[test]
fn money_that_a_bank_gives_back_for_a_cancelled_order_is_refunded() {
    let lost = paid().record(&dispute(DisputeStatus::Open), at(8)).record(&dispute(DisputeStatus::Lost), at(9));
    let cancelled = cancel(lost, 10).unwrap();
    assert!(cancelled.ledger.refunds.is_empty(), "the bank has given it to the customer");
    let won = cancelled.record(&dispute(DisputeStatus::Won), at(11));
    assert_eq!(won.ledger.not_refunded(won.currency), 0);
    assert!(won.owed.contains(&Duty::Refund));
}

#[test]
fn money_that_comes_for_a_cancelled_order_goes_back_each_time() {
    let state = cancel(pending(), 9).unwrap();
    let state = state.record(&captured(3700), at(10)).record(&event("stripe_pi_2", MoneyFact::Captured(50)), at(11));
    let refunds: Vec<_> = state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect();
    assert_eq!(refunds, [("late", 3700), ("late-2", 50)]);
    assert!(state.owed.contains(&Duty::Refund));
}

fn with_refund() -> (OrderState, RefundId) {
    (cancelled().request_sent(&RequestName::Refund("cancel".parse().unwrap()), at(30)), "cancel".parse().unwrap())
}

#[test]
fn a_refund_is_sent_settled_and_told_to_the_customer_once() {
    let (state, id) = with_refund();
    assert_eq!(state.ledger.refunds[&id].state, RequestState::Sent { at: at(30) });
    assert_eq!(
        state.clone().request_sent(&RequestName::Refund(id.clone()), at(99)),
        state,
        "it keeps the time of the first asking"
    );
    let done = state.record(&refund("cancel", 1, 3700, RefundStatus::Succeeded), at(31));
    assert_eq!(done.payment_status(), PaymentStatus::Refunded);
    assert!(!done.owed.contains(&Duty::Refund));
    let mail = Duty::Email(EmailKind::RefundSent(id));
    assert!(done.owed.contains(&mail));
    let mut told = done.clone();
    told.owed.remove(&mail);
    let again = told.clone().record(&refund("cancel", 1, 3700, RefundStatus::Succeeded), at(32));
    assert_eq!(again, told);
}

#[test]
fn a_refund_that_fails_waits_for_a_person_who_may_order_another_attempt() {
    let refused = |state: OrderState, id: &RefundId| {
        state.request_refused(&Attempt::from(&OurRefund { id: id.clone(), attempt: 1 }), "insufficient_funds", at(31))
    };
    let failed =
        |state: OrderState, _: &RefundId| state.record(&refund("cancel", 1, 3700, RefundStatus::Failed), at(31));
    for fail in [refused as fn(OrderState, &RefundId) -> OrderState, failed] {
        let (state, id) = with_refund();
        let state = fail(state, &id);
        assert!(state.holds.contains_key(&HoldReason::RefundFailed) && !state.owed.contains(&Duty::Refund));
        assert_eq!(fail(state.clone(), &id), state);
        assert!(
            matches!(state.due(None, at(32)), Some(Due::Owed(_))),
            "the customer is to be told of the cancellation"
        );

        let retried = state.retry_refunds(&stamp(40)).unwrap();
        assert_eq!(
            (retried.ledger.refunds[&id].attempt, &retried.ledger.refunds[&id].state),
            (2, &RequestState::Intended)
        );
        assert!(retried.holds.is_empty() && retried.owed.contains(&Duty::Refund));
        assert_eq!(
            fail(retried.clone(), &id).ledger,
            retried.ledger,
            "news of the first attempt does not end the second"
        );
    }
}

#[test]
fn what_somebody_refunded_at_the_provider_unheard_is_all_that_goes_back() {
    let elsewhere = MoneyFact::Refund { ours: None, id: "re_9".into(), amount: 3700, status: RefundStatus::Succeeded };
    let (sent, id) = with_refund();
    // The provider refuses ours, and tells the sum when it is asked why.
    let told = sent.record(&event("stripe_pi_1", MoneyFact::RefundedInTotal(3700)), at(31));
    let ours = OurRefund { id, attempt: 1 };
    let refused = told.request_refused(&Attempt::from(&ours), "charge_already_refunded", at(31));
    // Then its word of the refund comes after all.
    let heard = refused.clone().record(&event("stripe_pi_1", elsewhere), at(40));
    for state in [refused, heard] {
        assert!(state.holds.contains_key(&HoldReason::RefundFailed) && !state.owed.contains(&Duty::Refund));
        assert_eq!(state.payment_status(), PaymentStatus::Refunded);
        assert_eq!((state.ledger.refunded(state.currency), state.ledger.not_refunded(state.currency)), (3700, 0));
        assert_eq!(state.ledger.refunded_elsewhere(state.currency), 3700);
        assert_eq!(state.retry_refunds(&stamp(41)).map_err(|rejection| rejection.code), Err(Code::NothingToRetry));
    }
}
