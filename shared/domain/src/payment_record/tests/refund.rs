//! A payment that no order takes goes back, once.

use super::*;
use crate::{
    duty::Duty,
    fixtures::dispute,
    ledger::{Attempt, Case, DisputeStatus, OurRefund, RefundStatus, RequestName, RequestState},
    money::{Amount, Currency},
    problem::Code,
};

fn kept(events: &[MoneyEvent]) -> PaymentRecord {
    events.iter().fold(PaymentRecord::default(), |record, event| record.keep(event, &Named::default(), at(1)))
}

fn given_back(events: &[MoneyEvent]) -> PaymentRecord {
    kept(events).give_back(&stamp(2)).unwrap()
}

fn refunds(record: &PaymentRecord) -> Vec<(&str, Amount, u32, &RequestState)> {
    record.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount, refund.attempt, &refund.state)).collect()
}

fn ours(attempt: u32) -> OurRefund {
    OurRefund { id: "unmatched".parse().unwrap(), attempt }
}

fn made(status: RefundStatus) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Refund { ours: Some(ours(1)), id: "re_1".into(), amount: 1000, status })
}

#[test]
fn all_that_is_left_goes_back_and_no_order_takes_it() {
    let status = RefundStatus::Succeeded;
    let part = MoneyFact::Refund { ours: None, id: "re_0".into(), amount: 300, status };
    let owing = given_back(&[captured(1000), event("stripe_pi_1", part)]);
    assert_eq!(refunds(&owing), [("unmatched", 700, 1, &RequestState::Intended)]);
    assert!(owing.is_given_back() && owing.owed.contains(&Duty::Refund));
    assert_eq!((owing.refund_owed_since, owing.unmatched_at), (Some(at(2)), None));
    assert_eq!(owing.clone().give_back(&stamp(3)).unwrap(), owing, "the same decision again is none");

    let sent = given_back(&[captured(1000)]).request_sent(&RequestName::Refund(ours(1).id.clone()), at(3));
    assert_eq!(refunds(&sent)[0].3, &RequestState::Sent { at: at(3) });
    let done = sent.record(&made(RefundStatus::Succeeded), at(4));
    assert!(done.is_given_back() && done.owed.is_empty());
    let sum = event("stripe_pi_1", MoneyFact::RefundedInTotal(1000));
    let told = done.record(&sum, at(5)).keep(&captured(1000), &order("b").into(), at(6));
    assert_eq!((told.unmatched_at, told.refund_owed_since), (None, None), "what comes later brings it up no more");
}

#[test]
fn nothing_goes_back_that_is_not_there() {
    let lost = [captured(1000), MoneyEvent { at: at(5), ..dispute_of(1000, DisputeStatus::Lost) }];
    let cases: [&[MoneyEvent]; 4] = [
        &[event("stripe_pi_1", MoneyFact::authorized(1000))],
        &[event("stripe_pi_1", MoneyFact::Failed("card_declined".into()))],
        &[captured(1000), event("stripe_pi_1", MoneyFact::RefundedInTotal(1000))],
        &lost,
    ];
    for events in cases {
        assert_eq!(kept(events).give_back(&stamp(2)).unwrap_err().code, Code::NothingToRefund, "{events:?}");
    }
}

fn dispute_of(amount: Amount, status: DisputeStatus) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Dispute { id: "dp_1".into(), amount, status, case: Case::default() })
}

#[test]
fn what_a_dispute_blocks_waits_for_its_end() {
    let disputed = given_back(&[captured(3700), dispute(DisputeStatus::Open)]);
    assert_eq!(refunds(&disputed), [("unmatched", 3700, 1, &RequestState::Blocked)]);
    assert!(disputed.owed.is_empty() && disputed.is_given_back());
    assert_eq!(disputed.unmatched_at, Some(at(1)), "it is listed until then");
    let end = |status| MoneyEvent { at: at(9), ..dispute(status) };
    let won = disputed.clone().record(&end(DisputeStatus::Won), at(9));
    assert_eq!(refunds(&won)[0].3, &RequestState::Intended);
    assert!(won.owed.contains(&Duty::Refund));
    let lost = disputed.record(&end(DisputeStatus::Lost), at(9));
    assert_eq!((refunds(&lost)[0].3, lost.unmatched_at), (&RequestState::Covered, None), "the bank has given it back");
}

#[test]
fn a_refund_that_fails_brings_the_payment_up_again() {
    let sent = || given_back(&[captured(1000)]).request_sent(&RequestName::Refund(ours(1).id.clone()), at(3));
    let refused = sent().request_refused(&Attempt::from(&ours(1)), "insufficient_funds", at(4));
    let failed_later = sent().record(&made(RefundStatus::Succeeded), at(4)).record(&made(RefundStatus::Failed), at(4));
    for failed in [refused, failed_later] {
        assert_eq!((failed.unmatched_at, failed.is_given_back()), (Some(at(4)), false));
        assert!(failed.owed.is_empty());
        let again = failed.clone().give_back(&stamp(5)).unwrap();
        assert_eq!(refunds(&again), [("unmatched", 1000, 2, &RequestState::Intended)]);
        assert_eq!(again.refund_owed_since, Some(at(5)));
        let late = again.clone().record(&made(RefundStatus::Succeeded), at(6));
        assert_eq!(refunds(&late), refunds(&again), "the first attempt is over");
        let taken = failed.assign(order("a"), &stamp(5)).taken(order("a"));
        assert!(taken.refunds.is_empty() && taken.events.is_empty());
    }
}

fn elsewhere(amount: Amount, status: RefundStatus) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Refund { ours: None, id: "re_0".into(), amount, status })
}

#[test]
fn what_is_left_beside_a_refund_that_went_can_still_go() {
    // 400 of 1000 are disputed; the 600 went, and the 400 were refused.
    let part = given_back(&[captured(1000), dispute_of(400, DisputeStatus::Open)]);
    let states =
        |record: &PaymentRecord| refunds(record).into_iter().map(|(_, a, n, s)| (a, n, s.clone())).collect::<Vec<_>>();
    assert_eq!(states(&part), [(600, 1, RequestState::Intended), (400, 1, RequestState::Blocked)]);
    let first =
        MoneyFact::Refund { ours: Some(ours(1)), id: "re_1".into(), amount: 600, status: RefundStatus::Succeeded };
    let went =
        part.request_sent(&RequestName::Refund(ours(1).id.clone()), at(3)).record(&event("stripe_pi_1", first), at(3));
    let won = went.record(&MoneyEvent { at: at(9), ..dispute_of(400, DisputeStatus::Won) }, at(9));
    assert_eq!(won.refund_owed_since, Some(at(9)));
    let second = OurRefund { id: "unmatched.2".parse().unwrap(), attempt: 1 };
    let refused = won.request_sent(&RequestName::Refund(second.id.clone()), at(10)).request_refused(
        &Attempt::from(&second),
        "insufficient_funds",
        at(11),
    );
    assert_eq!((refused.unmatched_at, refused.refund_owed_since), (Some(at(11)), None));
    let again = refused.give_back(&stamp(12)).unwrap();
    assert_eq!(states(&again)[1], (400, 2, RequestState::Intended));

    // A refund at the provider fails after the decision, so there is more to refund.
    let rest = given_back(&[captured(1000), elsewhere(300, RefundStatus::Pending)]);
    let done = rest.record(
        &event(
            "stripe_pi_1",
            MoneyFact::Refund { ours: Some(ours(1)), id: "re_1".into(), amount: 700, status: RefundStatus::Succeeded },
        ),
        at(3),
    );
    let failed = done.record(&elsewhere(300, RefundStatus::Failed), at(4)).give_back(&stamp(5)).unwrap();
    assert_eq!(states(&failed)[1], (300, 1, RequestState::Intended));
}

#[test]
fn a_failed_refund_is_tried_again_for_what_is_left() {
    let failed = given_back(&[captured(1000)]).request_refused(&Attempt::from(&ours(1)), "insufficient_funds", at(3));
    let less = failed.record(&elsewhere(300, RefundStatus::Succeeded), at(4)).give_back(&stamp(5)).unwrap();
    let owed: Vec<Amount> =
        less.refunds.values().filter(|refund| refund.is_owed()).map(|refund| refund.amount).collect();
    assert_eq!(owed, [700]);
}

#[test]
fn a_refund_made_elsewhere_does_not_free_what_a_dispute_blocks() {
    let mut events = [
        captured(1000),
        elsewhere(600, RefundStatus::Succeeded),
        event("stripe_pi_1", MoneyFact::RefundedInTotal(600)),
        dispute_of(200, DisputeStatus::Open),
    ];
    for _ in 0..events.len() {
        events.rotate_left(1);
        let record = given_back(&events);
        let states: Vec<_> = record.refunds.values().map(|refund| (refund.amount, refund.state.clone())).collect();
        assert_eq!(states, [(200, RequestState::Intended), (200, RequestState::Blocked)], "{events:?}");
    }
}

#[test]
fn money_that_came_back_is_not_taken_for_refunded_after_a_second_attempt_is_refused() {
    let sum = event("stripe_pi_1", MoneyFact::RefundedInTotal(1000));
    let went = given_back(&[captured(1000)]).record(&made(RefundStatus::Succeeded), at(3)).record(&sum, at(3));
    let back = went.record(&made(RefundStatus::Failed), at(4));
    assert_eq!(back.unmatched_at, Some(at(4)));
    let refused =
        back.give_back(&stamp(5)).unwrap().request_refused(&Attempt::from(&ours(2)), "insufficient_funds", at(6));
    assert_eq!((refused.unmatched_at, refused.has_or_awaits_money()), (Some(at(6)), true));
    let third = refused.give_back(&stamp(7)).unwrap();
    assert_eq!((refunds(&third)[0].1, refunds(&third)[0].2), (1000, 3));
}

#[test]
fn an_attempt_is_sent_again_until_its_outcome_is_known() {
    let sent = given_back(&[captured(1000)]).request_sent(&RequestName::Refund(ours(1).id.clone()), at(3));
    let unknown = sent.request_unknown(&Attempt::from(&ours(1)), "a time-out", true, at(4));
    let state = RequestState::Unknown { at: at(3), asked_at: Some(at(4)), reason: "a time-out".into() };
    assert_eq!((refunds(&unknown)[0].3, unknown.owed.contains(&Duty::Refund)), (&state, true));
    let anew = unknown.clone().request_not_made(&Attempt::from(&ours(1)), "a stored failure", at(9));
    assert_eq!(refunds(&anew), [("unmatched", 1000, 2, &RequestState::Intended)]);
    assert_eq!(
        anew.clone().request_not_made(&Attempt::from(&ours(1)), "a stored failure", at(9)),
        anew,
        "it is given up once"
    );
    let heard = unknown.record(&made(RefundStatus::Pending), at(5));
    assert_eq!((heard.clone().owe_requests(at(6)), heard.owed.is_empty()), (heard.clone(), true));
}

#[test]
fn the_money_is_what_the_events_tell() {
    let (record, euro) = (kept(&[captured(1000)]), "EUR".parse::<Currency>().unwrap());
    assert_eq!((record.currency(), record.ledger().captured(euro)), (Some(euro), 1000));
    assert_eq!(PaymentRecord::default().currency(), None);
}
