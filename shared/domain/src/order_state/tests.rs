//! The rules of the state alone: money, stock, holds.

#![allow(clippy::unwrap_used)]

mod consequences;
mod ways_on;

use super::*;
use crate::{
    allocation::{AllocationState, difference},
    duty::EmailKind,
    fixtures::{self, RESERVATION, allocation, at, captured, dispute, event, main, placed, refund, stamp, two_lines},
    ids::{LocationId, RefundId, Sku},
    ledger::{DisputeStatus, MoneyFact, OurRefund, RefundState, RefundStatus},
    order::Order,
    routing::{Routed, RoutedUnits, Shortage},
};
use proptest::prelude::*;

fn pending() -> OrderState {
    fixtures::pending().state
}

fn paid() -> OrderState {
    fixtures::paid().state
}

fn deducted() -> OrderState {
    fixtures::deducted().state
}

fn cancelled() -> OrderState {
    fixtures::cancelled().state
}

fn expired() -> OrderState {
    fixtures::expired().state
}

/// Cancels an order without fulfillments, and returns its state.
fn cancel(state: OrderState, second: i64) -> Result<OrderState, Rejection> {
    Ok(Order { state, ..fixtures::pending() }.cancel("why", &stamp(second))?.state)
}

#[test]
fn an_order_that_costs_nothing_is_open_at_once() {
    let free = placed(&[("TEE", 1, 0)]);
    let state = OrderState::place(&free, Policy::default(), Vec::new(), at(RESERVATION), &[], &stamp(0));
    assert_eq!(state.status, OrderStatus::Open);
    assert!(state.owed.contains(&Duty::StockDeduction));
}

#[test]
fn money_that_came_before_the_order_pays_it() {
    let facts = [MoneyFact::Pending { until: None }, MoneyFact::Captured(3000)].map(|fact| event("stripe_pi_1", fact));
    let rest = event("stripe_pi_2", MoneyFact::Captured(700));
    let place = |events: &[MoneyEvent]| {
        OrderState::place(&two_lines(), Policy::default(), Vec::new(), at(RESERVATION), events, &stamp(0))
    };
    assert_eq!(place(&facts).payment_status(), PaymentStatus::PartiallyPaid);
    let state = place(&[&facts[..], &[rest]].concat());
    assert_eq!((state.payment_status(), &state.status), (PaymentStatus::Paid, &OrderStatus::Open));
}

#[test]
fn an_order_whose_customer_has_begun_to_pay_is_held_for_a_person_instead_of_expiring() {
    use MoneyFact::{Authorized, Captured, Failed, Voided};
    let promise = || MoneyFact::Pending { until: None };
    let table: [(&[MoneyFact], bool); 7] = [
        (&[], false),
        (&[Failed("card_declined".into())], false),
        (&[promise()], true),
        (&[Authorized(3700)], true),
        (&[Captured(1)], true),
        (&[Authorized(3700), Voided], false),
        (&[promise(), Voided], false),
    ];
    for (facts, held) in table {
        let told = facts.iter().fold(pending(), |state, fact| state.record(&event("stripe_pi_1", fact.clone()), at(9)));
        let state = told.expire(at(RESERVATION)).payments_asked(at(RESERVATION));
        assert_eq!(state.holds.contains_key(&HoldReason::AwaitingPayment), held, "{facts:?}");
        assert_eq!(state.status == OrderStatus::Expired, !held, "{facts:?}");
        assert_eq!(state.clone().expire(at(RESERVATION + 1)), state, "{facts:?}");
    }
}

#[test]
fn an_order_with_an_unfinished_payment_asks_its_provider_before_it_expires() {
    let failed = pending().record(&event("stripe_pi_1", MoneyFact::Failed("card_declined".into())), at(9));
    let asking = failed.expire(at(RESERVATION));
    assert!(matches!(asking.status, OrderStatus::Pending { .. }) && asking.owed.contains(&Duty::PaymentCheck));
    assert_eq!(asking.clone().expire(at(RESERVATION + 60)), asking, "it waits for the answer");
    let told = asking.clone().record(&captured(3700), at(RESERVATION + 61)).payments_asked(at(RESERVATION + 61));
    assert_eq!(told.status, OrderStatus::Open, "its webhook was lost");
    let unpaid = asking.payments_asked(at(RESERVATION + 61));
    assert_eq!(unpaid.status, OrderStatus::Expired);
    assert!(!unpaid.owed.contains(&Duty::PaymentCheck));
    let named = PlacedOrder { payment: "stripe_pi_9".parse().ok(), ..two_lines() };
    let named = OrderState::place(&named, Policy::default(), Vec::new(), at(RESERVATION), &[], &stamp(0));
    assert!(named.expire(at(RESERVATION)).owed.contains(&Duty::PaymentCheck), "the storefront named its payment");
}

#[test]
fn money_on_its_way_is_waited_for_as_long_as_its_method_may_take() {
    let until = RESERVATION + 500;
    let state = pending().record(&event("stripe_pi_1", MoneyFact::Pending { until: Some(at(until)) }), at(9));
    assert_eq!(state.due(None, at(10)), Some(Due::Unpaid(at(until))));
    assert_eq!(state.clone().expire(at(until - 1)), state);
    let asked = state.expire(at(until)).payments_asked(at(until));
    assert!(asked.holds.contains_key(&HoldReason::AwaitingPayment), "it is late: a person must look");
    let again = MoneyEvent { at: at(until), ..event("stripe_pi_1", MoneyFact::Pending { until: Some(at(2 * until)) }) };
    let failed = pending().record(&event("stripe_pi_1", MoneyFact::Failed("card_declined".into())), at(9));
    let asked = failed.expire(at(RESERVATION)).record(&again, at(until)).payments_asked(at(until));
    assert_eq!(asked.waits_until(), Some(at(2 * until)), "the provider says that it is still on its way");
}

#[test]
fn a_part_of_the_money_or_money_in_another_currency_holds_an_order_that_still_waits() {
    let usd = MoneyEvent { currency: "USD".parse().ok(), ..captured(3700) };
    for (event, note) in
        [(captured(1200), "12.00 EUR of 37.00 EUR was paid"), (usd, "37.00 USD was paid, but 37.00 EUR is due")]
    {
        let held = pending().record(&event, at(9));
        assert!(held.holds[&HoldReason::AwaitingPayment].note.starts_with(note), "{held:?}");
        assert_eq!(held.history.last().map(|entry| entry.what), Some(Event::Held));
        let paid = held.record(&MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3700) }, at(10));
        assert!(!paid.holds.contains_key(&HoldReason::AwaitingPayment) && paid.status == OrderStatus::Open);
    }
}

#[test]
fn a_person_may_accept_a_part_of_the_money_as_all_of_it() {
    let part = pending().record(&captured(3600), at(9));
    let open = part.accept_payment("a bank fee", &stamp(10)).unwrap();
    assert_eq!((open.status.clone(), open.payment_status()), (OrderStatus::Open, PaymentStatus::Paid));
    assert!(open.holds.is_empty() && open.owed.contains(&Duty::StockDeduction));
    let rest = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(100) };
    let rest = open.clone().record(&rest, at(11));
    assert_eq!((rest.payment_status(), rest.holds.len()), (PaymentStatus::Paid, 0), "the rest came after all");
    for refused in [pending(), paid(), open, cancelled()] {
        assert_eq!(refused.accept_payment("", &stamp(12)).unwrap_err().code, "nothing-to-accept");
    }
}

#[test]
fn a_second_payment_holds_the_order_until_the_surplus_is_refunded_or_a_person_keeps_it() {
    let twice = MoneyEvent { payment: "stripe_pi_2".parse().unwrap(), ..captured(3700) };
    let held = deducted().record(&twice, at(9));
    assert_eq!(held.payment_status(), PaymentStatus::Overpaid);
    assert!(held.holds[&HoldReason::Overpaid].note.starts_with("74.00 EUR is paid, and 37.00 EUR is due"));
    assert!(!held.owed.contains(&Duty::FulfillmentDispatch) && held.ledger.refunds.is_empty());
    assert_eq!(held.clone().record(&twice, at(10)), held);
    let kept = held.clone().release(HoldReason::Overpaid, &stamp(10)).unwrap();
    assert!(kept.owed.contains(&Duty::FulfillmentDispatch));
    let refunded = held.record(&event("stripe_pi_2", MoneyFact::RefundedInTotal(3700)), at(10));
    assert_eq!((refunded.payment_status(), refunded.holds.len()), (PaymentStatus::Paid, 0));
    assert!(refunded.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_surplus_goes_back_at_once_if_the_merchant_says_so() {
    let at_once = OrderState { policy: Policy { refunds_surplus: true, ..Policy::default() }, ..deducted() };
    let twice = |n: u8| MoneyEvent { payment: format!("stripe_pi_{n}").parse().unwrap(), ..captured(3700) };
    let state = at_once.record(&twice(2), at(9)).record(&twice(3), at(10)).record(&twice(3), at(11));
    let refunds: Vec<_> = state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect();
    assert_eq!(refunds, [("surplus", 3700), ("surplus-2", 3700)]);
    assert!(
        state.holds.is_empty() && state.owed.contains(&Duty::Refund) && state.owed.contains(&Duty::FulfillmentDispatch)
    );
}

#[test]
fn money_in_another_currency_besides_the_order_s_holds_it_for_a_person() {
    let usd = MoneyEvent { currency: "USD".parse().ok(), payment: "stripe_pi_2".parse().unwrap(), ..captured(500) };
    let held = deducted().record(&usd, at(9));
    assert!(held.holds[&HoldReason::Overpaid].note.starts_with("5.00 USD was paid besides"));
}

#[test]
fn an_inquiry_of_the_bank_holds_nothing() {
    let asked = deducted().record(&dispute(DisputeStatus::Inquiry), at(9));
    assert!(asked.holds.is_empty() && asked.owed.contains(&Duty::FulfillmentDispatch));
}

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
fn a_held_order_whose_payment_is_voided_expires_and_one_that_is_paid_goes_on() {
    let held =
        pending().record(&event("stripe_pi_1", MoneyFact::Pending { until: None }), at(9)).expire(at(RESERVATION));
    let held = held.payments_asked(at(RESERVATION));
    let voided = held.clone().record(&event("stripe_pi_1", MoneyFact::Voided), at(RESERVATION + 1));
    assert_eq!(voided.expire(at(RESERVATION + 2)).status, OrderStatus::Expired);
    let paid = held.record(&captured(3700), at(RESERVATION + 1));
    assert_eq!((paid.status, paid.holds.len()), (OrderStatus::Open, 0));
}

#[test]
fn an_expired_order_holds_nothing_and_finds_its_stock_again_when_it_is_paid_after_all() {
    let state = expired();
    assert!(state.stock.iter().all(|a| a.state == AllocationState::Missing));
    let state = state.record(&captured(3700), at(RESERVATION + 9));
    assert_eq!(state.owed, [Duty::StockDeduction].into());
    let units: Vec<_> = state.needed().iter().map(|want| (want.line, want.quantity)).collect();
    assert_eq!(units, [(0, 2), (1, 1)]);
    let part = |line, sku: &str, quantity| RoutedUnits { line, sku: sku.parse().unwrap(), location: main(), quantity };
    let routed = Routed { parts: vec![part(0, "TEE", 2), part(1, "MUG", 1)], ..Routed::default() };
    let state = state.deduct(&routed, at(RESERVATION + 10));
    assert_eq!(state.stock, deducted().stock);
    assert!(state.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn what_one_transaction_cannot_take_is_taken_by_the_next_deduction_before_anything_is_sent() {
    let state = expired().record(&captured(3700), at(RESERVATION + 9));
    let part = |line, sku: &str, quantity| RoutedUnits { line, sku: sku.parse().unwrap(), location: main(), quantity };
    let routed = Routed { parts: vec![part(0, "TEE", 2), part(1, "MUG", 1)], ..Routed::default() }.at_most(1);
    let state = state.deduct(&routed, at(RESERVATION + 10));
    assert_eq!(state.owed, [Duty::StockDeduction].into(), "neither a confirmation nor a dispatch");
    assert!(state.holds.is_empty(), "it was found");
    assert_eq!(state.needed().len(), 1);
    let state = state.deduct(&Routed { parts: vec![part(1, "MUG", 1)], ..Routed::default() }, at(RESERVATION + 11));
    assert_eq!(state.stock, deducted().stock);
    assert!(state.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_shortage_holds_the_order_names_the_numbers_and_ends_when_stock_is_found() {
    let missing = expired().record(&captured(3700), at(RESERVATION + 1));
    let part = |quantity| RoutedUnits { line: 0, sku: "TEE".parse().unwrap(), location: main(), quantity };
    let shortage = |asked, available| Shortage { line: 0, sku: "TEE".parse().unwrap(), asked, available };
    let mug = RoutedUnits { line: 1, sku: "MUG".parse().unwrap(), location: main(), quantity: 1 };
    let routed = Routed { parts: vec![part(1), mug], short: vec![shortage(2, 1)], ..Routed::default() };
    let state = missing.deduct(&routed, at(2000));
    let hold = &state.holds[&HoldReason::InventoryOutOfStock];
    assert_eq!((hold.since, hold.note.as_str()), (at(2000), "TEE: 2 needed, 1 found"));
    assert!(!state.owed.contains(&Duty::FulfillmentDispatch), "nothing is sent in part without anybody deciding so");
    assert_eq!(state.needed().iter().map(|want| want.quantity).sum::<u32>(), 1);

    let still = state.deduct(&Routed { short: vec![shortage(1, 0)], ..Routed::default() }, at(3000));
    assert_eq!(still.holds[&HoldReason::InventoryOutOfStock].since, at(2000), "it has waited since then");
    let found = still.deduct(&Routed { parts: vec![part(1)], ..Routed::default() }, at(4000));
    assert!(found.holds.is_empty() && found.owed.contains(&Duty::FulfillmentDispatch));
    assert!(found.needed().is_empty());
}

#[test]
fn units_that_are_not_there_wait_where_they_may_come_in_first_where_they_are_expected() {
    let (tee, mug) = ("TEE".parse::<Sku>().unwrap(), "MUG".parse::<Sku>().unwrap());
    let store: LocationId = "store".parse().unwrap();
    let expected = RoutedUnits { line: 0, sku: tee.clone(), location: store.clone(), quantity: 2 };
    let short = Shortage { line: 1, sku: mug.clone(), asked: 1, available: 0 };
    let kept_at = [(tee.clone(), vec![main(), store.clone()]), (mug.clone(), vec![main()])].into();
    let paid = expired().record(&captured(3700), at(RESERVATION + 1));
    let routed = Routed { backordered: vec![expected], short: vec![short], kept_at, ..Routed::default() };
    let waiting = paid.deduct(&routed, at(2000));
    let in_line = |line, sku: &str, quantity, places| allocation(line, sku, quantity, AllocationState::Waiting(places));
    assert_eq!(waiting.stock, [in_line(0, "TEE", 2, vec![store, main()]), in_line(1, "MUG", 1, vec![main()])]);
    assert!(waiting.waits_for(&[mug].into()) && !waiting.waits_for(&["POT".parse().unwrap()].into()));
    assert_eq!(waiting.paid_at(), Some(at(RESERVATION + 1)));
    assert_eq!(waiting.clone().deduct(&routed, at(3000)).stock, waiting.stock, "another look changes nothing");
}

#[test]
fn an_order_of_very_many_goods_that_are_not_there_is_kept_back_for_at_some_of_the_places() {
    let lines: Vec<u16> = (0..30).collect();
    let sku = |line: u16| -> Sku { format!("SKU-{line}").parse().unwrap() };
    let short = lines.iter().map(|line| Shortage { line: *line, sku: sku(*line), asked: 1, available: 0 }).collect();
    let kept_at = lines.iter().map(|line| (sku(*line), vec![main(), "store".parse().unwrap()])).collect();
    let state = paid().deduct(&Routed { short, kept_at, ..Routed::default() }, at(2000));
    let open: Vec<Allocation> = state.stock.into_iter().filter(|held| held.state.is_open()).collect();
    assert_eq!((open.len(), difference(&[], &open).len()), (30, 16), "a cancellation fits one transaction");
}

#[test]
fn the_confirmation_is_owed_once() {
    let confirmation = Duty::Email(EmailKind::PaymentConfirmed);
    let mut state = deducted();
    assert!(state.owed.remove(&confirmation));
    state.picked_short(0, 1, &main());
    let state = state.deduct(&Routed::default(), at(50));
    assert!(!state.owed.contains(&confirmation));
}

#[test]
fn a_hold_takes_back_the_dispatch_and_its_release_owes_it_again() {
    let dispatch = Duty::FulfillmentDispatch;
    let state = deducted();
    assert!(state.owed.contains(&dispatch));
    let held = state.hold(HoldReason::IncorrectAddress, "no number", &stamp(20)).unwrap();
    let twice = held.hold(HoldReason::HighRiskOfFraud, "", &stamp(21)).unwrap();
    assert!(!twice.owed.contains(&dispatch));
    let once = twice.release(HoldReason::HighRiskOfFraud, &stamp(22)).unwrap();
    assert!(!once.owed.contains(&dispatch), "the address still holds it");
    let free = once.release(HoldReason::IncorrectAddress, &stamp(23)).unwrap();
    assert!(free.owed.contains(&dispatch));
}

#[test]
fn a_release_of_a_shortage_looks_for_stock_again() {
    let by_hand = deducted().hold(HoldReason::InventoryOutOfStock, "", &stamp(20));
    assert_eq!(by_hand.unwrap_err().code, "not-for-people", "the next deduction would undo it");
    let short = Shortage { line: 0, sku: "TEE".parse().unwrap(), asked: 2, available: 0 };
    let held = paid().deduct(&Routed { short: vec![short], ..Routed::default() }, at(20));
    let released = held.release(HoldReason::InventoryOutOfStock, &stamp(21)).unwrap();
    assert!(released.owed.contains(&Duty::StockDeduction));
}

#[test]
fn disputed_goods_stay_whatever_comes_first_until_the_dispute_is_won_or_a_person_releases_them() {
    let (open, won) = (dispute(DisputeStatus::Open), dispute(DisputeStatus::Won));
    let dispatch = Duty::FulfillmentDispatch;
    for events in [[captured(3700), open.clone()], [open.clone(), captured(3700)]] {
        let state = events.iter().fold(pending(), |state, event| state.record(event, at(9)));
        let state = state.deduct(&Routed::default(), at(10));
        assert_eq!(state.holds[&HoldReason::PaymentDisputed].note, "payment dispute dp_1");
        assert!(!state.owed.contains(&dispatch));

        let lost = state.clone().record(&dispute(DisputeStatus::Lost), at(11));
        assert!(lost.holds.contains_key(&HoldReason::PaymentDisputed));
        let won = state.clone().record(&won, at(11));
        assert!(won.holds.is_empty() && won.owed.contains(&dispatch));
        assert_eq!(won.clone().record(&open, at(12)), won, "the old event comes late");

        let released = state.release(HoldReason::PaymentDisputed, &stamp(11)).unwrap();
        assert!(released.owed.contains(&dispatch));
        assert_eq!(released.clone().record(&open, at(12)), released, "and the same event holds it no more");
    }
}

#[test]
fn a_dispute_takes_back_the_dispatch() {
    assert!(deducted().owed.contains(&Duty::FulfillmentDispatch));
    assert!(!deducted().record(&dispute(DisputeStatus::Open), at(9)).owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn units_leave_from_where_they_were_dispatched_and_from_nowhere_else() {
    let at_store = || AllocationState::Dispatched("store".parse().unwrap());
    let here = || AllocationState::Dispatched(main());
    let others = || {
        [
            allocation(0, "TEE", 2, at_store()),
            allocation(0, "TEE", 1, AllocationState::Missing),
            allocation(1, "MUG", 1, here()),
        ]
    };
    let state = |units| {
        let here = (units > 0).then(|| allocation(0, "TEE", units, here()));
        OrderState { stock: others().into_iter().chain(here).collect(), ..deducted() }
    };
    let shipped = |mut state: OrderState, units| {
        state.shipped(0, units, &main());
        state
    };
    let picked_short = |mut state: OrderState| {
        state.picked_short(0, 1, &main());
        state
    };
    assert_eq!(shipped(state(3), 1), state(2));
    assert_eq!(shipped(state(3), 3), state(0));
    let short = picked_short(state(3));
    assert_eq!(short.needed().iter().map(|want| want.quantity).sum::<u32>(), 2);
    assert!(short.owed.contains(&Duty::StockDeduction));
    assert_eq!(short.stock.iter().find(|a| a.state == at_store()).map(|a| a.quantity), Some(2));
    assert_eq!(picked_short(state(0)), state(0), "nothing was dispatched here");
}

#[test]
fn a_dispute_that_is_won_does_not_touch_a_person_s_hold() {
    let held = deducted().hold(HoldReason::Other, "call first", &stamp(9)).unwrap();
    let disputed = held.record(&dispute(DisputeStatus::Open), at(10)).record(&dispute(DisputeStatus::Won), at(11));
    assert_eq!(disputed.holds[&HoldReason::Other].note, "call first");
    assert!(!disputed.owed.contains(&Duty::FulfillmentDispatch));
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
    (cancelled().refund_sent(&"cancel".parse().unwrap(), at(30)), "cancel".parse().unwrap())
}

#[test]
fn a_refund_is_sent_settled_and_told_to_the_customer_once() {
    let (state, id) = with_refund();
    assert_eq!(state.ledger.refunds[&id].state, RefundState::Sent { at: at(30) });
    assert_eq!(state.clone().refund_sent(&id, at(99)), state, "it keeps the time of the first asking");
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
        state.refund_refused(&OurRefund { id: id.clone(), attempt: 1 }, "insufficient_funds", at(31))
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
            (2, &RefundState::Intended)
        );
        assert!(retried.holds.is_empty() && retried.owed.contains(&Duty::Refund));
        assert_eq!(
            fail(retried.clone(), &id).ledger,
            retried.ledger,
            "news of the first attempt does not end the second"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_money_s_news_does_not_matter_to_what_is_owed_to_the_customer(
        (facts, shuffled) in prop::collection::vec((money(), currency()), 0..8).prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        let play = |facts: &[(MoneyFact, &str)]| {
            let told = |(fact, currency): &(MoneyFact, &str)| match fact {
                // A capture tells its currency, and is of one currency. The dollars are those of another payment.
                MoneyFact::Captured(_) if *currency == "USD" => {
                    MoneyEvent { currency: currency.parse().ok(), ..event("stripe_pi_2", fact.clone()) }
                }
                MoneyFact::Captured(_) => event("stripe_pi_1", fact.clone()),
                _ => MoneyEvent { currency: currency.parse().ok(), ..event("stripe_pi_1", fact.clone()) },
            };
            let state = facts.iter().fold(pending(), |state, fact| state.record(&told(fact), at(9)));
            let held = state.holds.contains_key(&HoldReason::PaymentDisputed);
            (state.payment_status(), state.status.clone(), state.owed.contains(&Duty::StockDeduction), held)
        };
        prop_assert_eq!(play(&facts), play(&shuffled));
    }
}

/// None: the event does not tell its currency.
fn currency() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("EUR"), 1 => Just("USD"), 1 => Just("")]
}

fn money() -> impl Strategy<Value = MoneyFact> {
    let dispute = prop_oneof![
        Just(DisputeStatus::Inquiry),
        Just(DisputeStatus::Open),
        Just(DisputeStatus::Won),
        Just(DisputeStatus::Lost)
    ];
    prop_oneof![
        Just(MoneyFact::Pending { until: None }),
        Just(MoneyFact::Voided),
        Just(MoneyFact::Failed("card_declined".into())),
        prop_oneof![Just(3700_i64), 0..4000_i64].prop_map(MoneyFact::Captured),
        (0..4000_i64).prop_map(MoneyFact::Authorized),
        (0..4000_i64).prop_map(MoneyFact::RefundedInTotal),
        dispute.prop_map(|status| MoneyFact::Dispute { id: "dp_1".into(), amount: 3700, status }),
    ]
}
