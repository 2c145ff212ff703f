//! Each parcel captured by itself, where the provider lets an authorization be captured in parts.

mod between;

use super::*;

/// What is authorized where each may be captured in parts.
fn divisible(amount: Amount) -> MoneyEvent {
    fact(MoneyFact::Authorized { amount, until: None, several: true })
}

/// Two parcels of an order whose shop captures each by itself: 2 mugs of 1450, a tin, and shipping.
fn two_parcels(authorized: &MoneyEvent) -> Order {
    let order = with_state(placed_for(Capturing::PerParcel), |state| state.record(authorized, at(2)));
    let order = with_state(order, |state| state.deduct(&Routed::default(), at(3)));
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let order = order.confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    pack_each(order, &[&[(0, 1)], &[(0, 1), (1, 1)]])
}

fn pack_each(order: Order, parcels: &[&[(LineId, u32)]]) -> Order {
    (0..).zip(parcels).fold(order, |order, (n, contents)| {
        order.pack(FULFILLMENT, &packing(contents, &format!("parcel-{n}")), &stamp(6)).unwrap()
    })
}

fn three_parcels() -> Order {
    let order = with_state(placed_for(Capturing::PerParcel), |state| state.record(&divisible(3700), at(2)));
    let order = with_state(order, |state| state.deduct(&Routed::default(), at(3)));
    let order = order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4));
    let order = order.confirm_picks(FULFILLMENT, &[(0, 2), (1, 1)].into(), &stamp(5)).unwrap().order;
    pack_each(order, &[&[(0, 1)], &[(0, 1)], &[(1, 1)]])
}

fn send(order: Order, parcel: usize, second: i64) -> Order {
    let leaves = leaving(order.fulfillments[&FULFILLMENT].parcels[parcel].id);
    order.hand_over(FULFILLMENT, &[leaves], &stamp(second)).unwrap().order
}

/// Amounts, and whether the rest stays authorized.
fn parts(order: &Order) -> Vec<(Amount, bool)> {
    order.state.ledger.captures.values().map(|capture| (capture.amount, capture.terms.keeps_rest)).collect()
}

#[test]
fn each_parcel_is_captured_when_it_leaves_and_the_last_capture_gives_the_rest_up() {
    let order = send(two_parcels(&divisible(4000)), 0, 7);
    let first = order.state.total - order.price_of_unsent();
    assert_eq!(parts(&order), [(first, true)]);
    let order = state(order, |s| s.record(&captured(first), at(8)));
    assert!(order.state.holds.is_empty() && order.state.status == OrderStatus::Open, "{:?}", order.state.holds);
    assert_eq!(order.state.payment_status(), PaymentStatus::PartiallyPaid);
    let order = send(order, 1, 9);
    assert_eq!(parts(&order), [(first, true), (3700 - first, false)]);
    let order = state(order, |s| s.record(&captured(3700), at(10)).record(&fact(MoneyFact::Released(300)), at(10)));
    assert_eq!(order.state.payment_status(), PaymentStatus::Paid);
    assert_eq!(captures(&order).iter().filter(|(_, _, owed)| *owed).count(), 0, "{:?}", captures(&order));
}

#[test]
fn a_parcel_that_leaves_during_a_capture_is_captured_after_it() {
    let order = send(send(two_parcels(&divisible(3700)), 0, 7), 1, 8);
    let [(first, true)] = parts(&order)[..] else { panic!("{:?}", parts(&order)) };
    let order = state(order, |s| s.record(&captured(first), at(9)));
    assert_eq!(parts(&order), [(first, true), (3700 - first, false)]);
    let paid = state(order, |s| s.record(&captured(3700), at(10)));
    assert_eq!(paid.state.payment_status(), PaymentStatus::Paid);
    assert!(paid.state.holds.is_empty());
}

#[test]
fn what_may_be_captured_only_once_is_captured_whole_with_the_first_parcel() {
    let order = send(two_parcels(&fact(MoneyFact::authorized(3700))), 0, 7);
    assert_eq!(parts(&order), [(3700, false)]);
}

#[test]
fn a_capture_that_failed_waits_for_a_person_and_no_parcel_captures_more() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let order = state(order, |s| s.request_refused(&attempt("capture-1"), "card_declined", at(8)));
    assert!(order.state.holds.contains_key(&HoldReason::CaptureFailed));
    assert_eq!(parts(&order).len(), 1);
    let first = parts(&order)[0].0;
    let again = order.clone().with_state(|s| s.request_capture(None, &stamp(9))).unwrap();
    assert_eq!(parts(&again)[1], (3700, false), "a person captures all that is due");
    // Or lets the first parcel go without its money. The second is captured all the same.
    let let_go = order.with_state(|s| s.release(HoldReason::CaptureFailed, &stamp(9))).unwrap();
    assert_eq!(let_go.state.ledger.written_off, first);
    let heard = state(let_go, |s| s.record(&divisible(3800), at(10)));
    assert_eq!(parts(&heard).len(), 1, "news captures nothing that was written off");
    let sent = send(heard, 1, 11);
    assert_eq!(parts(&sent)[1], (3700 - first, false));
}

#[test]
fn parcels_that_are_let_go_take_nothing_from_those_that_have_not_left() {
    let mut order = three_parcels();
    let mut worth = Vec::new();
    for (n, name) in [(0, "capture-1"), (1, "capture-2")] {
        order = send(order, n, 7);
        worth.push(parts(&order)[n].0);
        order = state(order, |s| s.request_refused(&attempt(name), "card_declined", at(8)));
        order = order.with_state(|s| s.release(HoldReason::CaptureFailed, &stamp(9))).unwrap();
        assert_eq!(order.state.ledger.written_off, worth.iter().sum::<Amount>());
    }
    let last = send(order, 2, 10);
    assert_eq!(parts(&last)[2], (3700 - worth.iter().sum::<Amount>(), false));
    let paid = state(last, |s| s.record(&captured(3700 - worth.iter().sum::<Amount>()), at(11)));
    let failed = paid.state.ledger.captures.values().filter(|capture| capture.has_failed()).count();
    assert_eq!((paid.state.payment_status(), failed), (PaymentStatus::Paid, 2), "what was refused stays refused");
}

#[test]
fn what_comes_back_of_a_captured_parcel_is_refunded_while_others_are_still_to_be_captured() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let first = parts(&order)[0].0;
    let order = state(order, |s| s.record(&captured(first), at(8)));
    let order = state(order, |s| s.return_inspected(RETURN, 1000, at(9)));
    assert_eq!((order.state.ledger.refunded(order.state.currency), order.state.ledger.written_off), (1000, 0));
    let order = send(order, 1, 10);
    assert_eq!(parts(&order)[1], (3700 - first, false), "the second is paid in full");
}

#[test]
fn a_void_of_the_rest_that_is_refused_is_told_and_waits_for_a_person() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let first = parts(&order)[0].0;
    let order = state(order, |s| s.record(&captured(first), at(8)));
    let order = order.cancel_unsent("why", &stamp(9)).unwrap();
    let order = state(order, |s| s.request_refused(&attempt("void-2"), "no", at(10)));
    assert_eq!(captures(&order).len(), 2, "it is not asked for again by itself");
    assert!(order.state.history.iter().any(|entry| entry.what == Event::CaptureFailed), "{:?}", order.state.history);
}

#[test]
fn the_rest_of_a_partly_sent_order_that_is_cancelled_is_voided_and_not_refunded() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let first = parts(&order)[0].0;
    let order = state(order, |s| s.record(&captured(first), at(8)));
    let order = order.cancel_unsent("why", &stamp(9)).unwrap();
    assert_eq!(captures(&order), [("capture-1", first, false), ("void-2", 0, true)]);
    assert_eq!(order.state.ledger.refunds.len(), 0);
    let over = state(order, |s| s.record(&fact(MoneyFact::Voided), at(10)));
    assert_eq!(captures(&over), [("capture-1", first, false), ("void-2", 0, false)]);
    assert!(!over.state.holds.contains_key(&HoldReason::CaptureFailed), "{:?}", over.state.holds);
}

/// The capture is a payment of its own, and its fact comes later than the answer.
#[test]
fn a_part_that_became_a_payment_of_its_own_is_not_captured_again() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let first = parts(&order)[0].0;
    let turned = |id: &str, amount, last| fact(MoneyFact::CapturedAs { id: id.to_owned(), amount, last });
    let order = state(order, |s| s.record(&turned("cap_1", first, false), at(8)));
    assert_eq!(parts(&order), [(first, true)]);
    let order = state(order, |s| s.record(&event("stripe_cap_1", MoneyFact::Captured(first)), at(9)));
    let order = send(order, 1, 10);
    assert_eq!(parts(&order), [(first, true), (3700 - first, false)]);
    let order = state(order, |s| s.record(&turned("cap_2", 3700 - first, true), at(11)));
    let order = state(order, |s| s.record(&event("stripe_cap_2", MoneyFact::Captured(3700 - first)), at(12)));
    assert_eq!(order.state.payment_status(), PaymentStatus::Paid);
    assert_eq!(captures(&order).len(), 2, "nothing is left to void");
}

/// The captures go out one by one, and a bank rejects the first after the second parcel was packed.
#[test]
fn a_part_that_a_bank_takes_back_waits_for_a_person_and_is_not_captured_again_by_itself() {
    let order = send(two_parcels(&divisible(3700)), 0, 7);
    let first = parts(&order)[0].0;
    let order = state(order, |s| s.record(&part("cap_1", first, PartStatus::Succeeded), at(8)));
    assert!(order.state.holds.is_empty());
    let lost = state(order, |s| s.record(&part("cap_1", first, PartStatus::Failed), at(9)));
    assert_eq!((parts(&lost).len(), lost.state.holds.contains_key(&HoldReason::CaptureFailed)), (1, true));
    let again = lost.clone().with_state(|s| s.request_capture(None, &stamp(10))).unwrap();
    assert_eq!(parts(&again)[1], (3700, false), "a person captures all that is due");
    let let_go = [HoldReason::CaptureFailed, HoldReason::PaymentRefunded]
        .into_iter()
        .fold(lost, |order, hold| order.with_state(|s| s.release(hold, &stamp(10))).unwrap());
    assert_eq!(let_go.state.ledger.written_off, first);
    assert_eq!(parts(&send(let_go, 1, 11))[1], (3700 - first, false), "or lets it go");
}
