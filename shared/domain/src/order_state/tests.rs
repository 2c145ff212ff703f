//! The rules of a state as tables: every command in every stage of an order's life.

#![allow(clippy::unwrap_used)]

mod life;
mod ways_on;

use super::*;
use crate::{
    allocation::AllocationState,
    fixtures::placed,
    fulfillment::{HandOver, PackedLine, plan},
    ids::{LocationId, RefundId},
    ledger::{DisputeStatus, MoneyFact, OurRefund, RefundState, RefundStatus},
    placed_order::Line,
    routing::{Routed, RoutedUnits, Shortage},
};
use crate::{duty::EmailKind, fulfillment::Fulfillment};
use std::collections::BTreeSet;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

const RESERVATION: i64 = 1800;

fn by() -> Actor {
    Actor::caller("operator", "test")
}

fn two_lines() -> PlacedOrder {
    placed(&[("TEE", 2, 1500), ("MUG", 1, 700)])
}

fn main() -> LocationId {
    "main".parse().unwrap()
}

fn allocation(line: u16, sku: &str, quantity: u32, state: AllocationState) -> Allocation {
    Allocation { line, sku: sku.parse().unwrap(), quantity, state }
}

fn pending() -> OrderState {
    let placed = two_lines();
    let held = |(line, ordered): (u16, &Line)| {
        allocation(line, ordered.sku.as_str(), ordered.quantity, AllocationState::Reserved(main()))
    };
    let stock = (0..).zip(&placed.lines).map(held).collect();
    OrderState::place(&placed, stock, at(RESERVATION), &[], &by(), at(0))
}

fn event(payment: &str, fact: MoneyFact) -> MoneyEvent {
    MoneyEvent {
        payment: payment.parse().unwrap(),
        at: at(1),
        event: "evt_1".into(),
        currency: "EUR".parse().ok(),
        fact,
    }
}

fn captured(amount: Amount) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Captured(amount))
}

fn dispute(status: DisputeStatus) -> MoneyEvent {
    event("stripe_pi_1", MoneyFact::Dispute { id: "dp_1".into(), amount: 3700, status })
}

fn refund_fact(ours: &str, attempt: u32, amount: Amount, status: RefundStatus) -> MoneyEvent {
    let ours = Some(OurRefund { id: ours.parse().unwrap(), attempt });
    event("stripe_pi_1", MoneyFact::Refund { ours, id: format!("re_{attempt}"), amount, status })
}

fn paid() -> OrderState {
    pending().record(&captured(3700), at(2))
}

fn deducted() -> OrderState {
    paid().deduct(&Routed::default(), at(3))
}

/// An order with its fulfillments.
type Whole = (OrderState, Vec<Fulfillment>);

fn dispatched() -> Whole {
    let state = deducted();
    let (ids, fulfillments): (Vec<_>, Vec<_>) =
        plan(&state.stock, &two_lines(), &BTreeMap::new(), &BTreeSet::new(), 1, at(4)).into_iter().unzip();
    (state.dispatched(&ids, at(4)), fulfillments)
}

/// Everything in one parcel, on its way.
fn shipped() -> Whole {
    let (state, fulfillments) = dispatched();
    let picks = [(0, 2), (1, 1)].into();
    let contents = vec![PackedLine { line: 0, quantity: 2 }, PackedLine { line: 1, quantity: 1 }];
    let (picked, _) = fulfillments[0].clone().confirm_picks(&picks, &by(), at(5)).unwrap();
    let packed = picked.pack(contents, 900, None, "k", &by(), at(6)).unwrap();
    let leaving = HandOver {
        parcel: "P1".parse().unwrap(),
        carrier: "DHL".into(),
        tracking_number: "1".into(),
        tracking_url: None,
    };
    let (sent, left) = packed.hand_over(&[leaving], &by(), at(7)).unwrap();
    let state = left.iter().fold(state, |state, packed| state.shipped(packed.line, packed.quantity, &main()));
    (state.fulfillment_is(&FulfillmentId::nth(1), sent.status, at(7)), vec![sent])
}

fn completed() -> Whole {
    let (state, sent) = shipped();
    let delivered = sent[0].clone().deliver(&"P1".parse().unwrap(), &by(), at(8)).unwrap();
    (state.fulfillment_is(&FulfillmentId::nth(1), delivered.status, at(8)), vec![delivered])
}

fn cancelled() -> Whole {
    let (state, fulfillments) = dispatched();
    state.cancel(fulfillments, "changed my mind", &by(), at(9)).unwrap()
}

fn expired() -> OrderState {
    pending().expire(at(RESERVATION))
}

/// The stages of an order's life, in the order of the table's columns.
fn stages() -> [(&'static str, Whole); 8] {
    [
        ("pending", (pending(), Vec::new())),
        ("paid", (paid(), Vec::new())),
        ("deducted", (deducted(), Vec::new())),
        ("dispatched", dispatched()),
        ("shipped", shipped()),
        ("completed", completed()),
        ("cancelled", cancelled()),
        ("expired", (expired(), Vec::new())),
    ]
}

type Command = fn(Whole) -> Result<Whole, Rejection>;

fn on_head(change: impl FnOnce(OrderState) -> OrderState) -> impl FnOnce(Whole) -> Result<Whole, Rejection> {
    |(state, fulfillments)| Ok((change(state), fulfillments))
}

fn commands() -> Vec<(&'static str, Command)> {
    vec![
        ("capture", |o| on_head(|h| h.record(&captured(3700), at(20)))(o)),
        ("capture again", |o| on_head(|h| h.record(&event("stripe_pi_2", MoneyFact::Captured(3700)), at(20)))(o)),
        ("part of it", |o| on_head(|h| h.record(&captured(100), at(20)))(o)),
        ("dispute", |o| on_head(|h| h.record(&dispute(DisputeStatus::Open), at(20)))(o)),
        ("hold", |(h, f)| Ok((h.hold(HoldReason::Other, "look", &by(), at(20))?, f))),
        ("release", |(h, f)| Ok((h.release(HoldReason::Other, &by(), at(20))?, f))),
        ("deduct", |o| on_head(|h| h.deduct(&Routed::default(), at(20)))(o)),
        ("expire early", |o| on_head(|h| h.expire(at(RESERVATION - 1)))(o)),
        ("expire", |o| on_head(|h| h.expire(at(RESERVATION)))(o)),
        ("cancel", |(h, f)| h.cancel(f, "why", &by(), at(20))),
        ("retry refunds", |(h, f)| Ok((h.retry_refunds(&by(), at(20))?, f))),
    ]
}

#[test]
fn every_command_in_every_stage_has_the_outcome_of_the_table() {
    // The status afterwards, `=` where nothing changes at all, or the code of the rejection.
    let table = "
        command       | pending   | paid      | deducted  | dispatched | shipped             | completed         | cancelled  | expired
        capture       | open      | =         | =         | =          | =                   | =                 | =          | open
        capture again | open      | open      | open      | open       | open                | completed         | cancelled  | open
        part of it    | pending   | =         | =         | =          | =                   | =                 | =          | expired
        dispute       | pending   | open      | open      | open       | open                | completed         | cancelled  | expired
        hold          | pending   | open      | open      | open       | open                | not-active        | not-active | not-active
        release       | no-such-hold | no-such-hold | no-such-hold | no-such-hold | no-such-hold | no-such-hold | no-such-hold | no-such-hold
        deduct        | =         | open      | =         | =          | =                   | =                 | =          | =
        expire early  | =         | =         | =         | =          | =                   | =                 | =          | =
        expire        | expired   | =         | =         | =          | =                   | =                 | =          | =
        cancel        | cancelled | cancelled | cancelled | cancelled  | already-handed-over | already-completed | =          | already-expired
        retry refunds | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry
    ";
    let mut rows =
        table.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>()).filter(|row| row.len() > 1);
    let names: Vec<_> = stages().iter().map(|(name, _)| *name).collect();
    assert_eq!(rows.next().unwrap()[1..], names);
    for ((command, run), row) in commands().into_iter().zip(rows.by_ref()) {
        assert_eq!((command, row.len()), (row[0], names.len() + 1));
        for ((stage, whole), expected) in stages().into_iter().zip(&row[1..]) {
            let outcome = match run(whole.clone()) {
                Ok(next) if next == whole => "=",
                Ok((state, _)) => state.status.as_str(),
                Err(rejection) => rejection.code,
            };
            assert_eq!(&outcome, expected, "{command} when {stage}");
        }
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn what_is_done_twice_is_done_once() {
    for (command, run) in commands() {
        for (stage, whole) in stages() {
            if let Ok(once) = run(whole) {
                assert_eq!(run(once.clone()).as_ref(), Ok(&once), "{command} when {stage}");
            }
        }
    }
}

#[test]
fn an_order_that_costs_nothing_is_open_at_once() {
    let free = placed(&[("TEE", 1, 0)]);
    let state = OrderState::place(&free, Vec::new(), at(RESERVATION), &[], &by(), at(0));
    assert_eq!(state.status, OrderStatus::Open);
    assert!(state.owed.contains(&Duty::StockDeduction));
}

#[test]
fn money_that_came_before_the_order_pays_it() {
    let facts = [MoneyFact::Pending, MoneyFact::Captured(3000)].map(|fact| event("stripe_pi_1", fact));
    let rest = event("stripe_pi_2", MoneyFact::Captured(700));
    let place =
        |events: &[MoneyEvent]| OrderState::place(&two_lines(), Vec::new(), at(RESERVATION), events, &by(), at(0));
    assert_eq!(place(&facts).payment_status(), PaymentStatus::PartiallyPaid);
    let state = place(&[&facts[..], &[rest]].concat());
    assert_eq!((state.payment_status(), &state.status), (PaymentStatus::Paid, &OrderStatus::Open));
}

#[test]
fn an_order_whose_customer_has_begun_to_pay_is_held_for_a_person_instead_of_expiring() {
    use MoneyFact::{Authorized, Captured, Failed, Pending, Voided};
    let table: [(&[MoneyFact], bool); 7] = [
        (&[], false),
        (&[Failed("card_declined".into())], false),
        (&[Pending], true),
        (&[Authorized(3700)], true),
        (&[Captured(1)], true),
        (&[Authorized(3700), Voided], false),
        (&[Pending, Voided], false),
    ];
    for (facts, held) in table {
        let told = facts.iter().fold(pending(), |state, fact| state.record(&event("stripe_pi_1", fact.clone()), at(9)));
        let state = told.expire(at(RESERVATION));
        assert_eq!(state.holds.contains_key(&HoldReason::AwaitingPayment), held, "{facts:?}");
        assert_eq!(state.status == OrderStatus::Expired, !held, "{facts:?}");
        assert_eq!(state.clone().expire(at(RESERVATION + 1)), state, "{facts:?}");
    }
}

#[test]
fn a_held_order_whose_payment_is_voided_expires_and_one_that_is_paid_goes_on() {
    let held = pending().record(&event("stripe_pi_1", MoneyFact::Pending), at(9)).expire(at(RESERVATION));
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
fn the_confirmation_is_owed_once() {
    let confirmation = Duty::Email(EmailKind::PaymentConfirmed);
    let mut state = deducted();
    assert!(state.owed.remove(&confirmation));
    let state = state.picked_short(0, 1, &main()).deduct(&Routed::default(), at(50));
    assert!(!state.owed.contains(&confirmation));
}

#[test]
fn a_hold_takes_back_the_dispatch_and_its_release_owes_it_again() {
    let dispatch = Duty::FulfillmentDispatch;
    let state = deducted();
    assert!(state.owed.contains(&dispatch));
    let held = state.hold(HoldReason::IncorrectAddress, "no number", &by(), at(20)).unwrap();
    let twice = held.hold(HoldReason::HighRiskOfFraud, "", &by(), at(21)).unwrap();
    assert!(!twice.owed.contains(&dispatch));
    let once = twice.release(HoldReason::HighRiskOfFraud, &by(), at(22)).unwrap();
    assert!(!once.owed.contains(&dispatch), "the address still holds it");
    let free = once.release(HoldReason::IncorrectAddress, &by(), at(23)).unwrap();
    assert!(free.owed.contains(&dispatch));
}

#[test]
fn a_release_of_a_shortage_looks_for_stock_again() {
    let by_hand = deducted().hold(HoldReason::InventoryOutOfStock, "", &by(), at(20));
    assert_eq!(by_hand.unwrap_err().code, "not-for-people", "the next deduction would undo it");
    let short = Shortage { line: 0, sku: "TEE".parse().unwrap(), asked: 2, available: 0 };
    let held = paid().deduct(&Routed { short: vec![short], ..Routed::default() }, at(20));
    let released = held.release(HoldReason::InventoryOutOfStock, &by(), at(21)).unwrap();
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

        let released = state.release(HoldReason::PaymentDisputed, &by(), at(11)).unwrap();
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
    assert_eq!(state(3).shipped(0, 1, &main()), state(2));
    assert_eq!(state(3).shipped(0, 3, &main()), state(0));
    let short = state(3).picked_short(0, 1, &main());
    assert_eq!(short.needed().iter().map(|want| want.quantity).sum::<u32>(), 2);
    assert!(short.owed.contains(&Duty::StockDeduction));
    assert_eq!(short.stock.iter().find(|a| a.state == at_store()).map(|a| a.quantity), Some(2));
    assert_eq!(state(0).picked_short(0, 1, &main()), state(0), "nothing was dispatched here");
}

#[test]
fn a_dispute_that_is_won_does_not_touch_a_person_s_hold() {
    let held = deducted().hold(HoldReason::Other, "call first", &by(), at(9)).unwrap();
    let disputed = held.record(&dispute(DisputeStatus::Open), at(10)).record(&dispute(DisputeStatus::Won), at(11));
    assert_eq!(disputed.holds[&HoldReason::Other].note, "call first");
    assert!(!disputed.owed.contains(&Duty::FulfillmentDispatch));
}

#[test]
fn a_cancelled_order_holds_nothing_and_gives_back_what_was_captured() {
    let (state, fulfillments) = cancelled();
    assert!(state.stock.is_empty() && state.holds.is_empty());
    assert_eq!(state.owed, [Duty::Refund, Duty::Email(EmailKind::OrderCancelled)].into());
    assert_eq!(state.ledger.refunds["cancel"].amount, 3700);
    assert_eq!(fulfillments[0].status, FulfillmentStatus::Cancelled);
    assert_eq!(state.fulfillments[&FulfillmentId::nth(1)], FulfillmentStatus::Cancelled);

    let (unpaid, _) = pending().cancel(Vec::new(), "why", &by(), at(9)).unwrap();
    assert!(unpaid.ledger.refunds.is_empty() && !unpaid.owed.contains(&Duty::Refund));
}

#[test]
fn what_the_warehouse_did_not_find_stays_short_when_the_order_is_cancelled() {
    let (state, fulfillments) = dispatched();
    let (short, missing) = fulfillments[0].clone().confirm_picks(&[(0, 0), (1, 0)].into(), &by(), at(5)).unwrap();
    let state = missing.iter().fold(state, |state, line| state.picked_short(line.line, line.quantity, &main()));
    let state = state.fulfillment_is(&FulfillmentId::nth(1), short.status, at(5));
    let (state, fulfillments) = state.cancel(vec![short], "why", &by(), at(6)).unwrap();
    assert_eq!(fulfillments[0].status, FulfillmentStatus::Short);
    assert_eq!(state.fulfillments[&FulfillmentId::nth(1)], FulfillmentStatus::Short);
}

#[test]
fn money_that_comes_for_a_cancelled_order_goes_back_each_time() {
    let (state, _) = pending().cancel(Vec::new(), "why", &by(), at(9)).unwrap();
    let state = state.record(&captured(3700), at(10)).record(&event("stripe_pi_2", MoneyFact::Captured(50)), at(11));
    let refunds: Vec<_> = state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect();
    assert_eq!(refunds, [("late", 3700), ("late-2", 50)]);
    assert!(state.owed.contains(&Duty::Refund));
}

#[test]
fn an_order_is_completed_when_all_is_delivered_and_nothing_is_left_to_send() {
    let (state, _) = completed();
    assert_eq!(state.status, OrderStatus::Completed);
    let (state, _) = dispatched();
    let state = state.picked_short(0, 1, &main()).shipped(0, 1, &main()).shipped(1, 1, &main());
    let state = state.fulfillment_is(&FulfillmentId::nth(1), FulfillmentStatus::Closed, at(30));
    assert_eq!(state.status, OrderStatus::Open, "a unit is still missing");
    assert!(state.owed.contains(&Duty::StockDeduction));
}

fn with_refund() -> (OrderState, RefundId) {
    let (state, _) = cancelled();
    (state.refund_sent(&"cancel".parse().unwrap(), at(30)), "cancel".parse().unwrap())
}

#[test]
fn a_refund_is_sent_settled_and_told_to_the_customer_once() {
    let (state, id) = with_refund();
    assert_eq!(state.ledger.refunds[&id].state, RefundState::Sent { at: at(30) });
    assert_eq!(state.clone().refund_sent(&id, at(99)), state, "it keeps the time of the first asking");
    let done = state.record(&refund_fact("cancel", 1, 3700, RefundStatus::Succeeded), at(31));
    assert_eq!(done.payment_status(), PaymentStatus::Refunded);
    assert!(!done.owed.contains(&Duty::Refund));
    let mail = Duty::Email(EmailKind::RefundSent(id));
    assert!(done.owed.contains(&mail));
    let mut told = done.clone();
    told.owed.remove(&mail);
    let again = told.clone().record(&refund_fact("cancel", 1, 3700, RefundStatus::Succeeded), at(32));
    assert_eq!(again, told);
}

#[test]
fn a_refund_that_fails_waits_for_a_person_who_may_order_another_attempt() {
    let refused = |state: OrderState, id: &RefundId| {
        state.refund_refused(&OurRefund { id: id.clone(), attempt: 1 }, "insufficient_funds", at(31))
    };
    let failed =
        |state: OrderState, _: &RefundId| state.record(&refund_fact("cancel", 1, 3700, RefundStatus::Failed), at(31));
    for fail in [refused as fn(OrderState, &RefundId) -> OrderState, failed] {
        let (state, id) = with_refund();
        let state = fail(state, &id);
        assert!(state.holds.contains_key(&HoldReason::RefundFailed) && !state.owed.contains(&Duty::Refund));
        assert_eq!(fail(state.clone(), &id), state);
        assert!(
            matches!(state.due(None, at(32)), Some(Due::Owed(_))),
            "the customer is to be told of the cancellation"
        );

        let retried = state.retry_refunds(&by(), at(40)).unwrap();
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

#[test]
fn a_failed_refund_is_not_forgotten_when_the_goods_are_delivered() {
    let (state, _) = shipped();
    let state = state.intend_refund("return-01", 700, at(20));
    let state = state.record(&refund_fact("return-01", 1, 700, RefundStatus::Failed), at(21));
    let state = state.fulfillment_is(&FulfillmentId::nth(1), FulfillmentStatus::Closed, at(30));
    assert_eq!(state.status, OrderStatus::Completed);
    assert!(state.holds.contains_key(&HoldReason::RefundFailed));
}
