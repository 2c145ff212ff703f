//! What the shop of an order hears of what was decided here, and that no money moves twice by it.

use super::{
    channel::{dispatched_from, follow, later, refund, sent_from, two},
    *,
};
use crate::{
    channel_order::{ChannelOrder, ChannelRefund, Stage},
    history::Event,
    money::Amount,
    order_state::{RefundAtShop, ToldOutcome},
};

const MINUTE: i64 = 60;

/// Cancelled here, and 37.00 EUR are to go back.
fn cancelled() -> Order {
    dispatched_from(&two()).cancel("ordered twice", &stamp(10)).unwrap()
}

/// So much of it is to go back.
fn refunding(order: Order, amount: Amount) -> Order {
    with_state(order, |mut state| {
        state.ledger.intend_refund("request-1", amount, state.currency);
        state.owe_shop();
        state
    })
}

fn owes(order: &Order) -> bool {
    order.state.owed.contains(&Duty::ChannelDecision)
}

fn at_shop(order: &Order) -> Vec<RefundAtShop> {
    order.state.refunds_at_shop()
}

fn for_people(order: &Order) -> usize {
    order.state.refunds_for_people().count()
}

/// Asked for its only refund.
fn asked(order: Order, second: i64) -> Order {
    let id = at_shop(&order)[0].id.clone();
    with_state(order, |state| state.ask_shop(&id, at(second)).unwrap())
}

fn refunded(order: &Order) -> Amount {
    order.state.ledger.settled_refunds(order.state.currency)
}

/// The refund as the shop makes it when it is asked.
fn made(order: &Order, id: &str) -> ChannelRefund {
    let asked = &at_shop(order)[0];
    ChannelRefund { reason: asked.words.clone(), is_paid: true, ..refund(id, asked.amount, &[]) }
}

fn told_of(refunds: Vec<ChannelRefund>, second: i64) -> ChannelOrder {
    later(&two(), second, |told| told.refunds = refunds)
}

#[test]
fn a_shop_hears_that_its_order_is_cancelled_here_and_what_it_is_to_give_back() {
    let order = cancelled();
    assert!(owes(&order) && order.state.is_to_be_cancelled_at_shop());
    let asked: Vec<_> = at_shop(&order).iter().map(|refund| (refund.amount, refund.asked_at)).collect();
    assert_eq!(asked, [(3700, None)]);
    assert_eq!(for_people(&order), 0, "nobody is asked before the shop is");
    assert!(order.state.awaits_refund_by_hand_since().is_none());
}

#[test]
fn a_cancellation_that_the_shop_told_or_has_heard_of_is_not_told_to_it() {
    let by_shop = later(&two(), 20, |told| told.stage = Stage::Cancelled);
    let order = follow(dispatched_from(&two()), &by_shop, 21);
    assert!(matches!(order.state.status, OrderStatus::Cancelled { .. }));
    assert!(!order.state.is_to_be_cancelled_at_shop());

    let told = with_state(cancelled(), |state| state.cancelled_at_shop(None, &stamp(11)));
    assert!(!told.state.is_to_be_cancelled_at_shop() && owes(&told), "the refund is still owed");
    let refused = with_state(cancelled(), |state| state.cancelled_at_shop(Some("403"), &stamp(11)));
    assert!(!refused.state.is_to_be_cancelled_at_shop());
    assert_eq!(refused.state.history.last().unwrap().what, Event::NotTakenByChannel);
    // It is in the shop as it was, and that is news of something else.
    let later = follow(told, &later(&two(), 30, |_| ()), 31);
    assert!(!later.state.is_to_be_cancelled_at_shop());
}

#[test]
fn what_is_refunded_of_an_order_that_left_is_asked_for_at_its_shop() {
    let order = sent_from(&two());
    assert!(!owes(&order));
    let order = refunding(order, 700);
    assert!(owes(&order) && !order.state.is_to_be_cancelled_at_shop());
    let order = asked(order, 20);
    let words = at_shop(&order)[0].words.clone();
    assert_eq!(words, "Refund request-1");
    let order = follow(order.clone(), &told_of(vec![made(&order, "9")], 30), 31);
    assert_eq!((refunded(&order), at_shop(&order).len(), owes(&order)), (700, 0, false));
}

#[test]
fn a_shop_is_asked_for_a_refund_once() {
    let order = asked(cancelled(), 20);
    let id = at_shop(&order)[0].id.clone();
    assert_eq!(order.state.clone().ask_shop(&id, at(400)), None);
    assert!(owes(&order) && for_people(&order) == 0, "its answer is waited for");
    assert!(!at_shop(&order)[0].is_unanswered(at(20 + 5 * MINUTE - 1)));
    assert!(at_shop(&order)[0].is_unanswered(at(20 + 5 * MINUTE)));
    assert!(!at_shop(&order)[0].is_given_up(at(20 + 60 * MINUTE - 1)));
    assert!(at_shop(&order)[0].is_given_up(at(20 + 60 * MINUTE)));
}

#[test]
fn a_refund_that_the_shop_does_not_make_is_for_people_until_it_is_ordered_again() {
    let order = asked(cancelled(), 20);
    let id = at_shop(&order)[0].id.clone();
    let left = with_state(order, |state| state.leave_to_people(&id, Some("it does not do that"), &stamp(21)));
    assert_eq!((for_people(&left), at_shop(&left).len()), (1, 0));
    assert!(left.state.awaits_refund_by_hand_since().is_some());
    let note = &left.state.history.last().unwrap().note;
    assert_eq!(note, "refund cancel 37.00 EUR: it does not do that");
    let again = with_state(left.clone(), |state| state.leave_to_people(&id, Some("it does not"), &stamp(22)));
    assert_eq!(again.state.history.len(), left.state.history.len(), "it is told once");

    let name = crate::ledger::RequestName::Refund(id.clone());
    let failed = with_state(left, |state| state.tell_outcome(&name, ToldOutcome::Failed, &stamp(30)).unwrap());
    assert_eq!((for_people(&failed), at_shop(&failed).len()), (0, 0));
    let retried = with_state(failed, |state| state.retry_refunds(&stamp(40)).unwrap());
    assert_eq!(at_shop(&retried)[0].words, "Refund cancel, attempt 2");
    assert!(owes(&retried) && retried.state.clone().ask_shop(&id, at(41)).is_some());
}

#[test]
fn refunds_of_the_same_amount_are_told_apart_by_their_words() {
    let order = asked(cancelled(), 20);
    let ours = made(&order, "9");
    let of_people = ChannelRefund { reason: "sorry".into(), ..refund("8", 3700, &[]) };
    for refunds in [vec![of_people.clone(), ours.clone()], vec![ours.clone(), of_people.clone()]] {
        let both = follow(order.clone(), &told_of(refunds, 30), 31);
        assert_eq!(refunded(&both), 7400, "the shop has given back twice, and the books say so");
        assert_eq!(at_shop(&both).len(), 0);
    }
    // One after the other, and each told again.
    let first = follow(order.clone(), &told_of(vec![of_people.clone()], 30), 31);
    let then = follow(first, &told_of(vec![of_people, ours.clone()], 40), 41);
    assert_eq!(refunded(&then), 7400);
    // A person may say that it is made before the shop does.
    let name = crate::ledger::RequestName::Refund(at_shop(&order)[0].id.clone());
    let said = with_state(order, |state| state.tell_outcome(&name, ToldOutcome::Succeeded, &stamp(25)).unwrap());
    let told = follow(said, &told_of(vec![ours], 30), 31);
    assert_eq!(refunded(&told), 3700, "that is the same money");
}

#[test]
fn a_refund_that_the_shop_made_late_is_no_task_for_people_any_more() {
    let order = asked(cancelled(), 20);
    let late = made(&order, "9");
    let id = at_shop(&order)[0].id.clone();
    let left = with_state(order, |state| state.leave_to_people(&id, Some("no answer"), &stamp(400)));
    let order = follow(left, &told_of(vec![late], 500), 501);
    assert_eq!((refunded(&order), for_people(&order)), (3700, 0));
}

#[test]
fn money_that_the_shop_does_not_have_is_not_asked_for_there() {
    let order = with_state(sent_from(&two()), |state| {
        let entered = crate::order_state::EnteredPayment {
            id: crate::ids::PaymentId::manual(&["more"]),
            standing: crate::order_state::Standing::Received,
            amount: 500,
            on: None,
            manual: crate::ledger::Manual {
                method: crate::ledger::PaymentMethod::BankTransfer,
                reference: None,
                payer: None,
            },
        };
        state.enter_payment(&entered, &stamp(20)).unwrap()
    });
    let order = refunding(order, 4200);
    let asked: Amount = at_shop(&order).iter().map(|refund| refund.amount).sum();
    let by_hand: Amount = order.state.refunds_for_people().map(|(_, refund)| refund.amount).sum();
    assert_eq!((asked, by_hand), (3700, 500));
}

#[test]
fn a_refund_that_the_shop_has_only_written_down_is_not_made_yet() {
    let order = asked(cancelled(), 20);
    let written = ChannelRefund { is_paid: false, ..made(&order, "9") };
    let waits = follow(order.clone(), &told_of(vec![written], 30), 31);
    assert_eq!((refunded(&waits), owes(&waits)), (0, true), "its payment provider may still refuse it");
    let paid = follow(waits, &told_of(vec![made(&order, "9")], 40), 41);
    assert_eq!((refunded(&paid), at_shop(&paid).len()), (3700, 0));
}

#[test]
fn a_refund_that_shows_after_people_gave_it_up_leaves_less_for_the_next_attempt() {
    let order = asked(cancelled(), 20);
    let late = made(&order, "9");
    let id = at_shop(&order)[0].id.clone();
    let name = crate::ledger::RequestName::Refund(id.clone());
    let left = with_state(order, |state| state.leave_to_people(&id, Some("no answer"), &stamp(400)));
    let failed = with_state(left, |state| state.tell_outcome(&name, ToldOutcome::Failed, &stamp(410)).unwrap());
    let told = follow(failed, &told_of(vec![late], 500), 501);
    assert_eq!(refunded(&told), 3700);
    assert!(told.state.retry_refunds(&stamp(510)).is_err(), "there is nothing left to give back");
}

#[test]
fn who_cancels_at_the_shop_gives_back_there_as_well() {
    let by_shop = later(&two(), 20, |told| told.stage = Stage::Cancelled);
    let order = follow(dispatched_from(&two()), &by_shop, 21);
    assert_eq!((at_shop(&order).len(), for_people(&order), owes(&order)), (0, 1, false));
    // What was decided here before stays asked for.
    let order = follow(asked(cancelled(), 15), &by_shop, 21);
    assert_eq!((at_shop(&order).len(), for_people(&order)), (1, 0));
}

#[test]
fn an_order_that_was_refunded_as_it_was_to_be_is_not_cancelled_by_that() {
    let order = refunding(dispatched_from(&two()), 3700);
    let order = asked(order, 20);
    let ours = made(&order, "9");
    let told = |refunds| {
        later(&two(), 30, |told| {
            told.stage = Stage::Refunded;
            told.refunds = refunds;
        })
    };
    let kept = follow(order.clone(), &told(vec![ours]), 31);
    assert_eq!((&kept.state.status, refunded(&kept)), (&OrderStatus::Open, 3700));
    let other = follow(order, &told(vec![refund("8", 3700, &[])]), 31);
    assert!(matches!(other.state.status, OrderStatus::Cancelled { .. }), "somebody there has given it up");
}

#[test]
fn a_shop_that_rounds_has_made_the_refund_all_the_same() {
    let order = refunding(sent_from(&two()), 333);
    let order = asked(order, 20);
    let rounded = ChannelRefund { amount: 300, ..made(&order, "9") };
    let told = follow(order, &told_of(vec![rounded], 30), 31);
    assert_eq!((refunded(&told), at_shop(&told).len(), for_people(&told)), (300, 0, 0));
}

#[test]
fn what_is_left_to_people_from_the_start_is_not_taken_from_a_shop_that_was_just_asked() {
    let order = asked(cancelled(), 20);
    let id = at_shop(&order)[0].id.clone();
    assert_eq!(order.state.clone().leave_to_people(&id, None, &stamp(21)), order.state);
    let never = cancelled();
    let before = never.state.history.len();
    let left = with_state(never, |state| state.leave_to_people(&id, None, &stamp(21)));
    assert_eq!((for_people(&left), left.state.history.len()), (1, before), "that is no news");
}
