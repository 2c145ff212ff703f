//! The rules of whole orders as tables: every command in every stage of an order's life.

#![allow(clippy::unwrap_used)]

mod at_shop;
mod captures;
mod channel;
mod edit;
mod erasure;
mod ids;
mod invoices;
mod life;
mod limit;
mod locations;
mod manual;
mod parcels;
mod refunds;
mod services;

use super::*;
use crate::order_state::HoldReason;
use crate::{
    allocation::AllocationState,
    duty::{Duty, EmailKind},
    fixtures::*,
    fulfillment::FulfillmentStatus,
    history::Event,
    ids::LocationId,
    ledger::{DisputeStatus, MoneyEvent, MoneyFact, RefundStatus},
    order_state::{Hold, OrderState},
    placed_order::{Address, Line},
    refund_cause::RefundCause,
    returns::{Disposition, RefundWish},
    routing::{NeededUnits, Routed, RoutedUnits},
    stock::{StockDelta, StockPlace},
};
use std::collections::BTreeSet;

const RETURN: ReturnId = ReturnId::nth(1);

/// The shirts are with a carrier. The mug was not found.
fn part_sent() -> Order {
    let picked = dispatched().confirm_picks(FULFILLMENT, &[(0, 2), (1, 0)].into(), &stamp(5)).unwrap().order;
    let packed = picked.pack(FULFILLMENT, &packing(&[(0, 2)], "part"), &stamp(6)).unwrap();
    packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

fn held() -> Order {
    dispatched().with_state(|state| state.hold(HoldReason::Other, "look", &stamp(9))).unwrap()
}

/// A shipped order whose payment is disputed.
fn disputed() -> Order {
    with_state(shipped(), |state| state.record(&dispute(DisputeStatus::Open), at(9)))
}

/// The customer wants to send a shirt back.
fn asked_back() -> Order {
    completed().request_return(&wanted(&[(0, 1)]), "return", &stamp(9)).unwrap().1
}

fn approved() -> Order {
    asked_back().change_return(RETURN, |returned| returned.approve(&stamp(10))).unwrap()
}

fn received() -> Order {
    approved().change_return(RETURN, |returned| returned.receive(&[(0, 1)].into(), &main(), &stamp(11))).unwrap()
}

fn returned() -> Order {
    received()
        .inspect_return(RETURN, &inspected(&[(0, 1, Disposition::Restocked)]), &RefundWish::default(), &stamp(12))
        .unwrap()
        .order
}

/// The provider could not send the money back.
fn unrefunded() -> Order {
    with_state(cancelled(), |state| state.record(&refund("cancel", 1, 3700, RefundStatus::Failed), at(10)))
}

/// An expired order that was then paid in part.
fn paid_late() -> Order {
    with_state(expired(), |state| state.record(&captured(1000), at(RESERVATION + 1)))
}

fn stages_until_it_leaves() -> [Stage<Order>; 7] {
    [
        ("pending", pending()),
        ("paid", paid()),
        ("deducted", deducted()),
        ("dispatched", dispatched()),
        ("held", held()),
        ("picked", picked()),
        ("packed", packed()),
    ]
}

fn stages_from_when_it_leaves() -> [Stage<Order>; 8] {
    [
        ("part sent", part_sent()),
        ("shipped", shipped()),
        ("disputed", disputed()),
        ("completed", completed()),
        ("asked back", asked_back()),
        ("approved", approved()),
        ("received", received()),
        ("returned", returned()),
    ]
}

fn stages_of_orders_given_up() -> [Stage<Order>; 4] {
    [("cancelled", cancelled()), ("unrefunded", unrefunded()), ("expired", expired()), ("paid late", paid_late())]
}

/// Routing that finds everything that is still needed.
fn found(state: &OrderState) -> Routed {
    let part = |n: NeededUnits| RoutedUnits { line: n.line, sku: n.sku, location: main(), quantity: n.quantity };
    Routed { parts: state.needed().into_iter().map(part).collect(), ..Routed::default() }
}

fn record(order: Order, event: &MoneyEvent, stamp: &Stamp) -> Order {
    with_state(order, |state| state.record(event, stamp.at))
}

fn pick(order: Order, picks: &[(LineId, u32)], stamp: &Stamp) -> Result<Order, Rejection> {
    Ok(order.confirm_picks(FULFILLMENT, &picks.iter().copied().collect(), stamp)?.order)
}

fn commands() -> [Command<Order>; 24] {
    let commands: [Command<Order>; 24] = [
        ("capture", |o, s| Ok(record(o, &captured(3700), s))),
        ("capture again", |o, s| Ok(record(o, &event("stripe_pi_2", MoneyFact::Captured(3700)), s))),
        ("part of it", |o, s| Ok(record(o, &captured(100), s))),
        ("dispute", |o, s| Ok(record(o, &dispute(DisputeStatus::Open), s))),
        ("hold", |o, s| o.with_state(|state| state.hold(HoldReason::Other, "look", s))),
        ("release", |o, s| o.with_state(|state| state.release(HoldReason::Other, s))),
        ("deduct", |o, s| Ok(with_state(o, |state| state.clone().deduct(&found(&state), s.at)))),
        ("dispatch", |o, s| Ok(o.dispatch(&BTreeMap::new(), &BTreeSet::new(), s.at))),
        ("expire early", |o, _| Ok(with_state(o, |state| state.expire(at(RESERVATION - 1))))),
        ("expire", |o, _| Ok(with_state(o, |state| state.expire(at(RESERVATION))))),
        ("cancel", |o, s| o.cancel("why", s)),
        ("cancel unsent", |o, s| o.cancel_unsent("why", s)),
        ("start picking", |o, s| o.start_picking(FULFILLMENT, s)),
        ("confirm picks", |o, s| pick(o, &[(0, 2), (1, 1)], s)),
        ("pick short", |o, s| pick(o, &[(0, 2), (1, 0)], s)),
        ("pack", |o, s| o.pack(FULFILLMENT, &packing(&[(0, 2), (1, 1)], "pack"), s)),
        ("hand over", |o, s| Ok(o.hand_over(FULFILLMENT, &[leaving(PARCEL)], s)?.order)),
        ("deliver", |o, s| o.deliver(FULFILLMENT, PARCEL, s)),
        ("request return", |o, s| Ok(o.request_return(&wanted(&[(0, 1)]), "return", s)?.1)),
        ("approve return", |o, s| o.change_return(RETURN, |r| r.approve(s))),
        ("decline return", |o, s| o.change_return(RETURN, |r| r.decline("worn", s))),
        ("receive return", |o, s| o.change_return(RETURN, |r| r.receive(&[(0, 1)].into(), &main(), s))),
        ("inspect return", |o, s| {
            Ok(o.inspect_return(RETURN, &inspected(&[(0, 1, Disposition::Restocked)]), &RefundWish::default(), s)?
                .order)
        }),
        ("retry refunds", |o, s| o.with_state(|state| state.retry_refunds(s))),
    ];
    commands
}

/// The statuses of what has changed: the order, its fulfillment and its return, as in `open/handed_over`. `/packed` is
/// a change of the fulfillment alone, `//approved` one of a return.
fn statuses(before: &Order, after: &Order) -> String {
    let order = (before.state != after.state).then(|| after.state.status.as_str());
    let mut fulfillments = after.fulfillments.iter().filter(|(id, new)| before.fulfillments.get(id) != Some(new));
    let mut returns = after.returns.iter().filter(|(id, new)| before.returns.get(id) != Some(new));
    let fulfillment = fulfillments.next().map(|(_, new)| new.status.as_str());
    let returned = returns.next().map(|(_, new)| new.status.as_str());
    let all = [order, fulfillment, returned].map(Option::unwrap_or_default);
    all.join("/").trim_end_matches('/').to_owned()
}

// A cell holds the statuses afterward, `=` where nothing changes, or the code of the rejection.

const UNTIL_IT_LEAVES: &str = "
    command        | pending          | paid             | deducted         | dispatched          | held                | picked              | packed
    capture        | open             | =                | =                | =                   | =                   | =                   | =
    capture again  | open             | open             | open             | open                | open                | open                | open
    part of it     | pending          | =                | =                | =                   | =                   | =                   | =
    dispute        | pending          | open             | open             | open                | open                | open                | open
    hold           | pending          | open             | open             | open                | =                   | open                | open
    release        | no-such-hold     | no-such-hold     | no-such-hold     | no-such-hold        | open                | no-such-hold        | no-such-hold
    deduct         | =                | open             | =                | =                   | =                   | =                   | =
    dispatch       | =                | =                | open/open        | =                   | =                   | =                   | =
    expire early   | =                | =                | =                | =                   | =                   | =                   | =
    expire         | expired          | =                | =                | =                   | =                   | =                   | =
    cancel         | cancelled        | cancelled        | cancelled        | cancelled/cancelled | cancelled/cancelled | cancelled/cancelled | cancelled/cancelled
    cancel unsent  | cancelled        | cancelled        | cancelled        | cancelled/cancelled | cancelled/cancelled | cancelled/cancelled | cancelled/cancelled
    start picking  | not-found        | not-found        | not-found        | /picking            | on-hold             | wrong-status        | wrong-status
    confirm picks  | not-found        | not-found        | not-found        | /picked             | on-hold             | =                   | =
    pick short     | not-found        | not-found        | not-found        | open/picked         | on-hold             | open/picked         | wrong-status
    pack           | not-found        | not-found        | not-found        | wrong-status        | wrong-status        | /packed             | =
    hand over      | not-found        | not-found        | not-found        | unknown-parcel      | unknown-parcel      | unknown-parcel      | open/handed_over
    deliver        | not-found        | not-found        | not-found        | unknown-parcel      | unknown-parcel      | unknown-parcel      | not-handed-over
    request return | not-returnable   | not-returnable   | not-returnable   | not-returnable      | not-returnable      | not-returnable      | not-returnable
    approve return | not-found        | not-found        | not-found        | not-found           | not-found           | not-found           | not-found
    decline return | not-found        | not-found        | not-found        | not-found           | not-found           | not-found           | not-found
    receive return | not-found        | not-found        | not-found        | not-found           | not-found           | not-found           | not-found
    inspect return | not-found        | not-found        | not-found        | not-found           | not-found           | not-found           | not-found
    retry refunds  | nothing-to-retry | nothing-to-retry | nothing-to-retry | nothing-to-retry    | nothing-to-retry    | nothing-to-retry    | nothing-to-retry
";

const FROM_WHEN_IT_LEAVES: &str = "
    command        | part sent           | shipped             | disputed            | completed         | asked back        | approved          | received             | returned
    capture        | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    capture again  | open                | open                | open                | completed         | completed         | completed         | completed            | completed
    part of it     | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    dispute        | open                | open                | =                   | completed         | completed         | completed         | completed            | completed
    hold           | open                | open                | open                | not-active        | not-active        | not-active        | not-active           | not-active
    release        | no-such-hold        | no-such-hold        | no-such-hold        | no-such-hold      | no-such-hold      | no-such-hold      | no-such-hold         | no-such-hold
    deduct         | open                | =                   | =                   | =                 | =                 | =                 | =                    | =
    dispatch       | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    expire early   | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    expire         | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    cancel         | already-handed-over | already-handed-over | already-handed-over | already-completed | already-completed | already-completed | already-completed    | already-completed
    cancel unsent  | open                | =                   | =                   | already-completed | already-completed | already-completed | already-completed    | already-completed
    start picking  | wrong-status        | wrong-status        | wrong-status        | wrong-status      | wrong-status      | wrong-status      | wrong-status         | wrong-status
    confirm picks  | wrong-status        | =                   | =                   | =                 | =                 | =                 | =                    | =
    pick short     | =                   | wrong-status        | wrong-status        | wrong-status      | wrong-status      | wrong-status      | wrong-status         | wrong-status
    pack           | wrong-status        | =                   | =                   | =                 | =                 | =                 | =                    | =
    hand over      | =                   | =                   | =                   | =                 | =                 | =                 | =                    | =
    deliver        | open/closed         | completed/closed    | completed/closed    | =                 | =                 | =                 | =                    | =
    request return | //requested         | //requested         | //requested         | //requested       | =                 | =                 | =                    | =
    approve return | not-found           | not-found           | not-found           | not-found         | //approved        | =                 | wrong-status         | wrong-status
    decline return | not-found           | not-found           | not-found           | not-found         | //declined        | //declined        | wrong-status         | wrong-status
    receive return | not-found           | not-found           | not-found           | not-found         | wrong-status      | //received        | =                    | wrong-status
    inspect return | not-found           | not-found           | not-found           | not-found         | wrong-status      | wrong-status      | completed//inspected | =
    retry refunds  | nothing-to-retry    | nothing-to-retry    | nothing-to-retry    | nothing-to-retry  | nothing-to-retry  | nothing-to-retry  | nothing-to-retry     | nothing-to-retry
";

const OF_ORDERS_GIVEN_UP: &str = "
    command        | cancelled        | unrefunded     | expired          | paid late
    capture        | =                | =              | open             | open
    capture again  | cancelled        | cancelled      | open             | open
    part of it     | =                | =              | expired          | =
    dispute        | cancelled        | cancelled      | expired          | expired
    hold           | not-active       | not-active     | not-active       | not-active
    release        | no-such-hold     | no-such-hold   | no-such-hold     | no-such-hold
    deduct         | =                | =              | =                | =
    dispatch       | =                | =              | =                | =
    expire early   | =                | =              | =                | =
    expire         | =                | =              | =                | =
    cancel         | =                | =              | already-expired  | cancelled
    cancel unsent  | =                | =              | already-expired  | cancelled
    start picking  | wrong-status     | wrong-status   | not-found        | not-found
    confirm picks  | wrong-status     | wrong-status   | not-found        | not-found
    pick short     | wrong-status     | wrong-status   | not-found        | not-found
    pack           | wrong-status     | wrong-status   | not-found        | not-found
    hand over      | wrong-status     | wrong-status   | not-found        | not-found
    deliver        | unknown-parcel   | unknown-parcel | not-found        | not-found
    request return | not-returnable   | not-returnable | not-returnable   | not-returnable
    approve return | not-found        | not-found      | not-found        | not-found
    decline return | not-found        | not-found      | not-found        | not-found
    receive return | not-found        | not-found      | not-found        | not-found
    inspect return | not-found        | not-found      | not-found        | not-found
    retry refunds  | nothing-to-retry | cancelled      | nothing-to-retry | nothing-to-retry
";

#[test]
fn every_command_in_every_stage_has_the_outcome_of_the_table() {
    assert_outcomes(UNTIL_IT_LEAVES, &stages_until_it_leaves(), &commands(), statuses);
    assert_outcomes(FROM_WHEN_IT_LEAVES, &stages_from_when_it_leaves(), &commands(), statuses);
    assert_outcomes(OF_ORDERS_GIVEN_UP, &stages_of_orders_given_up(), &commands(), statuses);
}

#[test]
fn what_is_done_twice_is_done_once() {
    // A hold that was released, or a refund that was ordered again, is gone the second time.
    let refused = [("release", "no-such-hold"), ("retry refunds", "nothing-to-retry")];
    assert_done_once(&stages_until_it_leaves(), &commands(), &refused);
    assert_done_once(&stages_from_when_it_leaves(), &commands(), &refused);
    assert_done_once(&stages_of_orders_given_up(), &commands(), &refused);
}

#[test]
fn a_cancelled_order_holds_nothing_and_gives_back_what_was_captured() {
    let Order { state, fulfillments, .. } = cancelled();
    assert!(state.stock.is_empty() && state.holds.is_empty());
    assert_eq!(state.owed, [Duty::Refund, Duty::Email(EmailKind::OrderCancelled)].into());
    assert_eq!(state.ledger.refunds["cancel"].amount, 3700);
    assert_eq!(fulfillments[&FULFILLMENT].status, FulfillmentStatus::Cancelled);
    assert_eq!(state.fulfillments[&FULFILLMENT], FulfillmentStatus::Cancelled);

    let unpaid = pending().cancel("why", &stamp(9)).unwrap().state;
    assert!(unpaid.ledger.refunds.is_empty() && !unpaid.owed.contains(&Duty::Refund));
}

#[test]
fn what_the_warehouse_did_not_find_stays_short_when_the_order_is_cancelled() {
    let short = dispatched().confirm_picks(FULFILLMENT, &[(0, 0), (1, 0)].into(), &stamp(5)).unwrap().order;
    let Order { state, fulfillments, .. } = short.cancel("why", &stamp(6)).unwrap();
    assert_eq!(fulfillments[&FULFILLMENT].status, FulfillmentStatus::Short);
    assert_eq!(state.fulfillments[&FULFILLMENT], FulfillmentStatus::Short);
}

#[test]
fn what_has_not_left_can_be_cancelled_and_its_price_goes_back() {
    let refused = part_sent().cancel("why", &stamp(9)).unwrap_err();
    assert_eq!(refused.code, "already-handed-over");

    let rest = part_sent().cancel_unsent("sold out", &stamp(9)).unwrap();
    let state = &rest.state;
    assert!(state.stock.is_empty() && state.holds.is_empty(), "{state:?}");
    let refunds: Vec<_> = state.ledger.owed_refunds().map(|(id, refund)| (id.as_str(), refund.amount)).collect();
    assert_eq!(refunds, [("cancel-unsent", 700)]);
    assert!(state.owed.contains(&Duty::Refund) && !state.owed.contains(&Duty::StockDeduction));
    assert_eq!(state.status, OrderStatus::Open, "its parcel is on the way");
    assert_eq!(rest.clone().cancel_unsent("sold out", &stamp(10)).as_ref(), Ok(&rest));

    let arrived = rest.deliver(FULFILLMENT, PARCEL, &stamp(11)).unwrap();
    assert_eq!(arrived.state.status, OrderStatus::Completed);
}

#[test]
fn cancelling_the_unsent_part_of_an_order_of_which_nothing_left_cancels_it() {
    let whole = dispatched().cancel("why", &stamp(9));
    assert_eq!(dispatched().cancel_unsent("why", &stamp(9)), whole);
}

#[test]
fn an_order_is_completed_when_all_is_delivered_and_nothing_is_left_to_send() {
    assert_eq!(completed().state.status, OrderStatus::Completed);
    let short = dispatched().confirm_picks(FULFILLMENT, &[(0, 1), (1, 1)].into(), &stamp(5)).unwrap().order;
    let packed = short.pack(FULFILLMENT, &packing(&[(0, 1), (1, 1)], "pack"), &stamp(6)).unwrap();
    let sent = packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order;
    let arrived = sent.deliver(FULFILLMENT, PARCEL, &stamp(8)).unwrap();
    assert_eq!(arrived.fulfillments[&FULFILLMENT].status, FulfillmentStatus::Closed);
    assert_eq!(arrived.state.status, OrderStatus::Open, "a unit is still missing");
    assert!(arrived.state.owed.contains(&Duty::StockDeduction));
}

#[test]
fn a_failed_refund_is_not_forgotten_when_the_goods_are_delivered() {
    let cause = RefundCause::Return(RETURN);
    let refunded = with_state(shipped(), |state| {
        let intended = state.intend_refund(&cause, 700, at(20));
        intended.record(&refund("return-01", 1, 700, RefundStatus::Failed), at(21))
    });
    let state = refunded.deliver(FULFILLMENT, PARCEL, &stamp(30)).unwrap().state;
    assert_eq!(state.status, OrderStatus::Completed);
    assert!(state.holds.contains_key(&HoldReason::RefundFailed));
}

#[test]
fn a_later_correction_of_a_count_is_another_movement() {
    let first = dispatched().confirm_picks(FULFILLMENT, &[(0, 1), (1, 1)].into(), &stamp(5)).unwrap();
    let second = first.order.confirm_picks(FULFILLMENT, &[(0, 0), (1, 0)].into(), &stamp(6)).unwrap();
    let told = |corrections: &[(Sku, MovementRecord)]| {
        let told = corrections.iter();
        told.map(|(sku, record)| (sku.to_string(), record.id.clone(), record.movement.change)).collect::<Vec<_>>()
    };
    let one = StockDelta { on_hand: -1, ..StockDelta::default() };
    assert_eq!(told(&first.corrections), [("TEE".into(), "ord_1-01-short-pick-2".into(), one)]);
    let ids = ["MUG", "TEE"].map(|sku| (sku.into(), "ord_1-01-short-pick-3".into(), one));
    assert_eq!(told(&second.corrections), ids);
}

#[test]
fn an_order_held_for_its_stock_alone_is_worked_on_and_one_held_for_anything_else_is_not() {
    for (reason, outcome) in [(HoldReason::InventoryOutOfStock, None), (HoldReason::Other, Some(Code::OnHold))] {
        let mut held = dispatched();
        held.state.holds.insert(reason, Hold { since: at(9), note: String::new() });
        let refused = held.start_picking(FULFILLMENT, &stamp(10)).err().map(|rejection| rejection.code);
        assert_eq!(refused, outcome, "{reason}");
    }
}

#[test]
fn a_return_is_asked_for_once_under_its_key_and_numbered_after_the_others() {
    let (first, order) = completed().request_return(&wanted(&[(0, 1)]), "a", &stamp(9)).unwrap();
    let (same, again) = order.clone().request_return(&wanted(&[(0, 1)]), "a", &stamp(10)).unwrap();
    assert_eq!((same, &again), (first, &order));
    let other = order.clone().request_return(&wanted(&[(1, 1)]), "a", &stamp(10));
    assert_eq!(other.unwrap_err().code, "key-reused");
    let (second, order) = order.request_return(&wanted(&[(0, 1)]), "b", &stamp(10)).unwrap();
    assert_eq!((first, second), (ReturnId::nth(1), ReturnId::nth(2)));
    let third = order.request_return(&wanted(&[(0, 1)]), "c", &stamp(11));
    assert_eq!(third.unwrap_err().code, "not-returnable", "both shirts are on their way back");
}

#[test]
fn an_inspection_restocks_and_refunds_once() {
    let before = received();
    let found = inspected(&[(0, 1, Disposition::Restocked)]);
    let change = before.clone().inspect_return(RETURN, &found, &RefundWish::default(), &stamp(12)).unwrap();
    let shirt = StockPlace { sku: "TEE".parse().unwrap(), location: main() };
    let back = StockDelta { on_hand: 1, ..StockDelta::default() };
    assert_eq!(change.stock(&before).iter().collect::<Vec<_>>(), [(&shirt, &back)]);
    assert_eq!(change.order.state.ledger.refunds["return-01"].amount, 1500);
    let again = change.order.clone().inspect_return(RETURN, &found, &RefundWish::default(), &stamp(13)).unwrap();
    assert_eq!(again, change.order.into(), "no goods come twice");
}

#[test]
fn an_inspection_that_refunds_nothing_is_told_once() {
    let empty_box = approved().change_return(RETURN, |r| r.receive(&[(0, 0)].into(), &main(), &stamp(11))).unwrap();
    let once = empty_box.inspect_return(RETURN, &BTreeMap::new(), &RefundWish::default(), &stamp(12)).unwrap();
    assert_eq!(once.order.state.history.last().map(|entry| entry.what), Some(Event::ReturnInspected));
    assert!(once.goods.is_empty() && once.order.state.ledger.refunds.is_empty());
    let again =
        once.order.clone().inspect_return(RETURN, &BTreeMap::new(), &RefundWish::default(), &stamp(13)).unwrap();
    assert_eq!(again, once);
}

/// Three shirts cost 10.00 together, the first of them 3.34. `units` of them were found and are with a carrier.
fn shirts_sent(units: u32) -> Order {
    let mut three = placed(&[("TEE", 3, 334)]);
    three.lines[0].discount = 2;
    three.total = 1000;
    let paid =
        with_state(unpaid(three), |state| state.record(&captured(1000), at(2)).deduct(&Routed::default(), at(3)));
    let dispatched = paid.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let picked = dispatched.confirm_picks(FULFILLMENT, &[(0, units)].into(), &stamp(5)).unwrap().order;
    let packed = picked.pack(FULFILLMENT, &packing(&[(0, units)], "pack"), &stamp(6)).unwrap();
    packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

/// Another return brings back `units` of the shirts.
fn shirts_back(order: Order, units: u32, key: &str) -> Order {
    let (id, asked) = order.request_return(&wanted(&[(0, units)]), key, &stamp(9)).unwrap();
    let back = asked.change_return(id, |r| r.approve(&stamp(10))?.receive(&[(0, units)].into(), &main(), &stamp(11)));
    let found = inspected(&[(0, units, Disposition::Restocked)]);
    back.unwrap().inspect_return(id, &found, &RefundWish::default(), &stamp(12)).unwrap().order
}

fn refunds(order: &Order) -> Vec<(&str, i64)> {
    order.state.ledger.refunds.iter().map(|(id, refund)| (id.as_str(), refund.amount)).collect()
}

#[test]
fn what_comes_back_and_what_was_never_sent_add_up_to_the_price_of_the_line() {
    let rest = shirts_sent(1).cancel_unsent("sold out", &stamp(8)).unwrap();
    assert_eq!(refunds(&shirts_back(rest, 1, "a")), [("cancel-unsent", 666), ("return-01", 334)]);
}

#[test]
fn units_that_come_back_in_several_returns_add_up_to_the_price_of_the_line() {
    let back = ["a", "b", "c"].iter().fold(shirts_sent(3), |order, key| shirts_back(order, 1, key));
    assert_eq!(refunds(&back), [("return-01", 334), ("return-02", 333), ("return-03", 333)]);
}

#[test]
fn a_held_order_is_not_dispatched_and_its_release_owes_that_again() {
    let dispatch = |order: Order| order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(20));
    let mut held = deducted();
    held.state.holds.insert(HoldReason::Other, Hold { since: at(9), note: String::new() });
    assert!(held.state.owed.contains(&Duty::FulfillmentDispatch), "the message was on its way");
    let waiting = dispatch(held);
    assert!(waiting.fulfillments.is_empty() && !waiting.state.owed.contains(&Duty::FulfillmentDispatch));
    let released = waiting.with_state(|state| state.release(HoldReason::Other, &stamp(21))).unwrap();
    assert!(released.state.owed.contains(&Duty::FulfillmentDispatch));
    assert_eq!(dispatch(released).fulfillments.len(), 1);
}
