//! The rules of the state alone. Money and refunds have a file each; this one has stock and holds.

#![allow(clippy::unwrap_used)]

mod consequences;
mod disputes;
mod money;
mod refunds;
mod ways_on;

use super::*;
use crate::{
    allocation::{AllocationState, difference},
    duty::EmailKind,
    fixtures::{self, RESERVATION, allocation, at, captured, dispute, event, main, placed, refund, stamp, two_lines},
    ids::{LocationId, RefundId, Sku},
    ledger::{Attempt, DisputeStatus, MoneyFact, OurRefund, RefundStatus, RequestName, RequestState},
    order::Order,
    routing::{Routed, RoutedUnits, Shortage},
};

#[test]
fn stock_is_waited_for_without_a_person() {
    let held = |reason, second| pending().with_hold(reason, second);
    let since = |state: &OrderState| state.holds_for_people().map(|(_, since)| since).min();
    assert_eq!(since(&pending()), None);
    assert_eq!(since(&held(HoldReason::InventoryOutOfStock, 3)), None);
    let both = held(HoldReason::IncorrectAddress, 5).with_hold(HoldReason::Overpaid, 4);
    assert_eq!(since(&both.with_hold(HoldReason::InventoryOutOfStock, 1)), Some(at(4)));
}

impl OrderState {
    fn with_hold(mut self, reason: HoldReason, second: i64) -> Self {
        self.holds.insert(reason, Hold { since: at(second), note: String::new() });
        self
    }
}

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
