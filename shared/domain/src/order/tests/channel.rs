//! What becomes of an order when its shop tells of it: in any order, twice, and too late.

use super::*;
use crate::{
    channel_order::{ChannelOrder, ChannelRefund, PaymentStanding, Stage},
    duty::Owed,
    fixtures::shop::{bought, told},
    ledger::PaymentStatus,
    money::Amount,
    order_state::HoldReason,
    policy::Policy,
    taken::Taken,
};

/// Two shirts and a mug, 37.00 EUR.
pub(super) fn two() -> ChannelOrder {
    told(vec![bought("56", 2, 3000, 3000), bought("57", 1, 700, 700)])
}

fn taken(told: &ChannelOrder) -> Taken {
    told.taken(&"woo".parse().unwrap(), &"DE".parse().unwrap()).unwrap()
}

/// The order as it is placed, with all of it reserved.
fn placed_as(told: &ChannelOrder) -> Order {
    unpaid(taken(told).placed)
}

pub(super) fn follow(order: Order, told: &ChannelOrder, second: i64) -> Order {
    with_state(order.follow_channel(told, &taken(told), &stamp(second)), |state| state)
}

/// The same order as it is some seconds later.
pub(super) fn later(told: &ChannelOrder, second: i64, change: impl FnOnce(&mut ChannelOrder)) -> ChannelOrder {
    let mut told = ChannelOrder { changed_at: at(second), ..told.clone() };
    change(&mut told);
    told
}

pub(super) fn refund(id: &str, amount: Amount, lines: &[(&str, u32)]) -> ChannelRefund {
    let lines = lines.iter().map(|(line, units)| ((*line).to_owned(), *units)).collect();
    ChannelRefund { id: id.into(), at: at(20), amount, is_paid: false, reason: String::new(), lines }
}

fn holds(order: &Order) -> Vec<&'static str> {
    order.state.holds.keys().map(|reason| reason.as_str()).collect()
}

/// Taken over, deducted, and given to the warehouse.
pub(super) fn dispatched_from(told: &ChannelOrder) -> Order {
    let order = follow(placed_as(told), told, 2);
    let order = with_state(order, |state| state.deduct(&crate::routing::Routed::default(), at(3)));
    order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4))
}

pub(super) fn sent_from(told: &ChannelOrder) -> Order {
    let order = dispatched_from(told).confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    let order = order.pack(FULFILLMENT, &packing(&[(0, 2), (1, 1)], "pack"), &stamp(6)).unwrap();
    order.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

#[test]
fn an_order_that_its_shop_was_paid_for_opens_and_telling_it_again_changes_nothing() {
    let told = two();
    let order = follow(placed_as(&told), &told, 2);
    assert_eq!((&order.state.status, order.state.payment_status()), (&OrderStatus::Open, PaymentStatus::Paid));
    assert_eq!(holds(&order), [] as [&str; 0]);
    assert_eq!(follow(order.clone(), &told, 9), order);
}

#[test]
fn cash_on_delivery_goes_on_and_a_bank_transfer_is_waited_for() {
    let standing = |standing| later(&two(), 0, |told| told.payment.as_mut().unwrap().standing = standing);
    let at_the_door = standing(PaymentStanding::OnAccount);
    assert_eq!(follow(placed_as(&at_the_door), &at_the_door, 2).state.status, OrderStatus::Open);
    let transfer = later(&standing(PaymentStanding::Expected), 0, |told| told.stage = Stage::Unpaid);
    let waits = follow(placed_as(&transfer), &transfer, 2);
    assert!(matches!(waits.state.status, OrderStatus::Pending { .. }));
    assert!(waits.state.waits_until().unwrap() > at(29 * 24 * 3600), "it keeps its stock");
    let paid = later(&two(), 50, |_| ());
    assert_eq!(follow(waits, &paid, 51).state.payment_status(), PaymentStatus::Paid);
}

#[test]
fn what_is_older_than_what_was_told_is_left_alone() {
    let told = two();
    let newer = later(&told, 30, |told| told.stage = Stage::Cancelled);
    let order = follow(follow(placed_as(&told), &told, 2), &newer, 31);
    assert!(matches!(order.state.status, OrderStatus::Cancelled { .. }));
    assert_eq!(follow(order.clone(), &told, 32), order);
}

#[test]
fn a_refund_before_it_leaves_takes_the_units_away_and_stands_in_the_ledger_once() {
    let told = two();
    let less = later(&told, 20, |told| told.refunds = vec![refund("9", 700, &[("57", 1)])]);
    let order = follow(dispatched_from(&told), &less, 21);
    assert_eq!(order.placed.lines.len(), 1);
    assert_eq!((order.state.total, order.state.ledger.refunded(order.state.currency)), (3000, 700));
    assert_eq!(order.fulfillments[&FULFILLMENT].lines.len(), 1, "nobody picks it");
    assert_eq!(holds(&order), [] as [&str; 0]);
    let again = later(&less, 25, |_| ());
    assert_eq!(follow(order.clone(), &again, 26).state.ledger, order.state.ledger);
}

#[test]
fn a_refund_after_it_left_is_about_money_alone() {
    let told = two();
    let later = later(&told, 20, |told| told.refunds = vec![refund("9", 700, &[("57", 1)])]);
    let order = follow(sent_from(&told), &later, 21);
    assert_eq!((order.placed.lines.len(), order.state.total), (2, 3700));
    assert_eq!(order.state.ledger.refunded(order.state.currency), 700);
    assert_eq!(holds(&order), [] as [&str; 0]);
}

#[test]
fn a_refund_that_people_were_asked_for_is_the_one_that_the_shop_made() {
    let told = two();
    let order = dispatched_from(&told).cancel("ordered twice", &stamp(10)).unwrap();
    assert_eq!(order.state.ledger.refunds_by_hand().count(), 1);
    let refunded = later(&told, 20, |told| {
        told.stage = Stage::Cancelled;
        told.refunds = vec![refund("9", 3700, &[])];
    });
    let order = follow(order, &refunded, 21);
    assert_eq!(order.state.ledger.refunds_by_hand().count(), 0);
    assert_eq!(order.state.ledger.refunded(order.state.currency), 3700, "and not twice as much");
}

#[test]
fn a_refund_that_leaves_no_money_for_what_people_were_asked_for_includes_it_or_is_a_part_of_it() {
    let told = two();
    let asked = |amounts: &[(&str, Amount)]| {
        with_state(dispatched_from(&told), |mut state| {
            for (name, amount) in amounts {
                state.ledger.intend_refund(name, *amount, state.currency);
            }
            state
        })
    };
    // What is asked, what the shop gives back in one, what is still asked, and what goes back in all.
    for (amounts, given, still, all) in [
        (vec![("a", 700)], 3700, 0, 3700),
        (vec![("a", 700), ("b", 500)], 3700, 0, 3700),
        (vec![("a", 700)], 3500, 0, 3500),
        (vec![("a", 700), ("b", 500)], 2700, 1, 3200),
        (vec![("a", 700)], 3000, 1, 3700),
        (vec![("a", 700)], 100, 1, 800),
        // What the shop gave back is a part of what was asked.
        (vec![("a", 3500)], 300, 1, 3700),
        (vec![("a", 3700)], 1000, 1, 3700),
        (vec![("a", 700), ("b", 3000)], 800, 1, 3700),
    ] {
        let refunded = later(&told, 20, |told| told.refunds = vec![refund("9", given, &[])]);
        let order = follow(asked(&amounts), &refunded, 21);
        let ledger = &order.state.ledger;
        let found = (ledger.refunds_by_hand().count(), ledger.refunded(order.state.currency));
        assert_eq!(found, (still, all), "{amounts:?}, {given}");
        assert_eq!(follow(order.clone(), &later(&refunded, 30, |_| ()), 31).state.ledger, order.state.ledger);
    }
}

#[test]
fn a_cancellation_that_comes_too_late_is_told_to_a_person() {
    let told = two();
    let cancelled = later(&told, 20, |told| told.stage = Stage::Cancelled);
    let open = follow(dispatched_from(&told), &cancelled, 21);
    assert!(matches!(open.state.status, OrderStatus::Cancelled { .. }));
    let delivered = sent_from(&told).deliver(FULFILLMENT, PARCEL, &stamp(8)).unwrap();
    let late = follow(delivered, &cancelled, 21);
    assert_eq!(late.state.status, OrderStatus::Completed);
    let last = late.state.history.last().unwrap();
    assert_eq!(last.what.as_str(), "changed-at-channel", "{last:?}");
    assert_eq!(follow(late.clone(), &later(&cancelled, 30, |_| ()), 31).state.history, late.state.history);
}

#[test]
fn units_that_are_added_and_lines_that_are_being_picked_hold_the_order() {
    let told = two();
    let more = later(&told, 20, |told| told.lines[0].quantity = 5);
    let order = follow(dispatched_from(&told), &more, 21);
    assert_eq!(holds(&order), ["changed_at_channel"]);
    assert!(order.state.holds[&HoldReason::ChangedAtChannel].note.contains("line 56 went from 2 to 5 units"));
    let released = with_state(order, |state| state.release(HoldReason::ChangedAtChannel, &stamp(22)).unwrap());
    let again = follow(released, &later(&more, 30, |_| ()), 31);
    assert_eq!(holds(&again), [] as [&str; 0], "a person has decided about it");

    let picking = dispatched_from(&told).confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    let less = later(&told, 20, |told| told.lines[0].quantity = 1);
    assert_eq!(holds(&follow(picking, &less, 21)), ["changed_at_channel"]);
}

#[test]
fn an_address_follows_its_shop_until_a_person_has_changed_it_here() {
    let told = two();
    let moved = later(&told, 20, |told| told.ships_to.as_mut().unwrap().line1 = "Aleksanterinkatu 2".into());
    let order = follow(dispatched_from(&told), &moved, 21);
    assert_eq!(order.placed.shipping_address.line1.as_str(), "Aleksanterinkatu 2");
    let corrected =
        crate::placed_order::Address { line1: "Aleksanterinkatu 20".into(), ..order.placed.shipping_address.clone() };
    let edit = crate::order::Edit { shipping_address: Some(corrected), reason: "called".into(), ..Default::default() };
    let by_hand = order.edit(&edit, &stamp(25)).unwrap().order;
    let echo = later(&moved, 30, |_| ());
    assert_eq!(follow(by_hand, &echo, 31).placed.shipping_address.line1.as_str(), "Aleksanterinkatu 20");
}

#[test]
fn a_doubt_holds_the_order_until_the_shop_or_a_person_has_ended_it() {
    let unclear = later(&two(), 0, |told| told.stage = Stage::Unknown("on-loan".into()));
    let order = follow(placed_as(&unclear), &unclear, 2);
    assert_eq!(holds(&order), ["unclear_at_channel"]);
    let clear = later(&unclear, 20, |told| told.stage = Stage::Accepted);
    assert_eq!(holds(&follow(order.clone(), &clear, 21)), [] as [&str; 0]);
    let released = with_state(order, |state| state.release(HoldReason::UnclearAtChannel, &stamp(10)).unwrap());
    assert_eq!(holds(&follow(released, &later(&unclear, 20, |_| ()), 21)), [] as [&str; 0]);
}

#[test]
fn goods_that_get_their_sku_at_the_shop_are_looked_for() {
    let nameless = later(&two(), 0, |told| told.lines[1].sku = None);
    let placed = taken(&nameless).placed;
    let stock = vec![
        allocation(0, "SKU-56", 2, AllocationState::Reserved(main())),
        allocation(1, "NO-SKU/57", 1, AllocationState::Missing),
    ];
    let state = OrderState::place(&placed, Policy::default(), stock, at(RESERVATION), &[], &stamp(0));
    let order = Order { state, ..unpaid(placed) };
    let order = follow(order, &nameless, 2);
    assert_eq!(holds(&order), ["unknown_sku"]);
    let named = later(&nameless, 20, |told| told.lines[1].sku = Some("MUG".into()));
    let order = follow(order, &named, 21);
    assert_eq!(order.placed.lines[1].sku.as_str(), "MUG");
    assert!(order.state.stock.iter().any(|held| held.sku.as_str() == "MUG" && held.state == AllocationState::Missing));
    assert_eq!(holds(&order), [] as [&str; 0]);
}

#[test]
fn a_parcel_that_left_is_told_to_the_shop_until_it_knows_its_number() {
    let order = sent_from(&two());
    assert!(order.fulfillments[&FULFILLMENT].owed.contains(&crate::duty::Duty::ChannelShipment));
    let untold = order.untold_parcels(FULFILLMENT);
    assert_eq!(untold.len(), 1);
    assert_eq!(
        (untold[0].lines.as_slice(), untold[0].is_last),
        (&[("56".to_owned(), 2), ("57".to_owned(), 1)][..], true)
    );
    let told = crate::fulfillment::ToldToChannel {
        at: at(9),
        tracking_number: untold[0].shipment.tracking_number.to_string(),
        id: Some("7".into()),
        refused: None,
    };
    let order = order.told_to_channel(FULFILLMENT, &[(PARCEL, told)], &stamp(9)).unwrap();
    assert!(order.untold_parcels(FULFILLMENT).is_empty());
    assert!(!order.fulfillments[&FULFILLMENT].owed.contains(&crate::duty::Duty::ChannelShipment));
    let new = crate::fulfillment::Tracking {
        carrier: "DHL".into(),
        tracking_number: "00340434161094042557".into(),
        tracking_url: None,
    };
    let corrected = order.correct_tracking(FULFILLMENT, PARCEL, &new, &stamp(10)).unwrap();
    assert_eq!(corrected.untold_parcels(FULFILLMENT).len(), 1, "the shop shows the number to the customer");
}

#[test]
fn an_erased_customer_does_not_come_back() {
    let told = two();
    let cancelled = later(&told, 1, |told| {
        told.stage = Stage::Cancelled;
        told.refunds = vec![refund("9", 3700, &[])];
    });
    let order = follow(placed_as(&told), &cancelled, 2);
    let order = with_state(order, |state| OrderState { owed: Owed::new(), ..state });
    let order = order.erase(&stamp(50));
    assert_eq!(order.placed.customer.name.as_str(), "erased");
    let again = later(&told, 60, |told| told.customer.phone = Some("+358401234567".into()));
    let order = follow(order, &again, 61);
    assert_eq!(order.placed.customer.name.as_str(), "erased");
    assert_eq!(order.state.told_by_shop.as_ref().unwrap().who, "");
}
