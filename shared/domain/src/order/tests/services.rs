//! Lines without stock: gift wrap, a deposit, a fee.

use super::*;
use crate::{order::Edit, placed_order::PlacedOrder};

/// Two shirts for 30.00 and gift wrap for 3.00, with 4.00 of shipping.
fn gift() -> PlacedOrder {
    let mut gift = placed(&[("TEE", 2, 1500), ("WRAP", 1, 300)]);
    gift.lines[1].stocked = false;
    gift.shipping.price = 400;
    gift.total = 3700;
    gift
}

fn paid_gift(placed: PlacedOrder) -> Order {
    let total = placed.total;
    with_state(unpaid(placed), |state| state.record(&captured(total), at(2)).deduct(&Routed::default(), at(3)))
}

fn dispatch(order: Order) -> Order {
    order.dispatch(&BTreeMap::new(), &[main()].into(), at(4))
}

fn sent(shirts: u32) -> Order {
    let picked = dispatch(paid_gift(gift())).confirm_picks(FULFILLMENT, &[(0, 2)].into(), &stamp(5)).unwrap().order;
    let packed = picked.pack(FULFILLMENT, &packing(&[(0, shirts)], "pack"), &stamp(6)).unwrap();
    packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

fn refunded(order: &Order) -> crate::money::Amount {
    order.state.ledger.refunded(order.state.currency)
}

#[test]
fn it_holds_no_stock_and_the_packer_sees_it() {
    let order = paid_gift(gift());
    assert!(order.state.stock.iter().all(|held| held.line == 0));
    let fulfillment = &dispatch(order).fulfillments[&FULFILLMENT];
    assert_eq!(fulfillment.lines.iter().map(|line| line.line).collect::<Vec<_>>(), [0]);
    let services: Vec<_> = fulfillment.services.iter().map(|service| (service.line, service.title.as_str())).collect();
    assert_eq!(services, [(1, "WRAP")]);
}

#[test]
fn an_order_is_complete_without_it_being_sent() {
    let delivered = sent(2).deliver(FULFILLMENT, PARCEL, &stamp(8)).unwrap();
    assert_eq!(delivered.state.status, OrderStatus::Completed);
    let asked = delivered.request_return(&wanted(&[(1, 1)]), "r", &stamp(9));
    assert_eq!(asked.unwrap_err().code, "not-returnable");
}

#[test]
fn an_order_of_nothing_else_is_complete_once_it_is_paid_and_nothing_holds_it() {
    let mut fee = gift();
    fee.lines.remove(0);
    fee.total = 700;
    let paid = paid_gift(fee);
    assert!(paid.state.owed.contains(&Duty::Email(EmailKind::PaymentConfirmed)));
    assert!(paid.state.owed.contains(&Duty::FulfillmentDispatch));
    assert_eq!(dispatch(paid.clone()).state.status, OrderStatus::Completed);
    let held = paid.with_state(|state| state.hold(HoldReason::Other, "call first", &stamp(3))).unwrap();
    assert_eq!(dispatch(held.clone()).state.status, OrderStatus::Open);
    let released = held.with_state(|state| state.release(HoldReason::Other, &stamp(4))).unwrap();
    assert!(released.state.owed.contains(&Duty::FulfillmentDispatch));
    assert_eq!(dispatch(released).state.status, OrderStatus::Completed);
}

#[test]
fn it_is_paid_back_with_the_whole_order_and_stays_with_what_has_left() {
    assert_eq!(refunded(&paid_gift(gift()).cancel("why", &stamp(9)).unwrap()), 3700);
    assert_eq!(refunded(&sent(1).cancel_unsent("sold out", &stamp(9)).unwrap()), 1500);
}

#[test]
fn goods_that_all_come_back_give_the_shipping_back_without_it() {
    let (id, asked) = sent(2).request_return(&wanted(&[(0, 2)]), "r", &stamp(9)).unwrap();
    let received = asked.change_return(id, |r| r.approve(&stamp(10))?.receive(&[(0, 2)].into(), &main(), &stamp(11)));
    let found = inspected(&[(0, 2, Disposition::Restocked)]);
    let done = received.unwrap().inspect_return(id, &found, &RefundWish::default(), &stamp(12)).unwrap().order;
    assert_eq!(done.returns[&id].refund, Some(3000 + 400));
}

#[test]
fn it_goes_with_one_fulfillment_and_moves_on_with_the_goods() {
    let mut order = paid_gift(gift());
    let at_store = AllocationState::Committed("store".parse().unwrap());
    order.state.stock =
        vec![allocation(0, "TEE", 1, AllocationState::Committed(main())), allocation(0, "TEE", 1, at_store)];
    let has = |order: &Order| -> Vec<usize> { order.fulfillments.values().map(|f| f.services.len()).collect() };
    let order = dispatch(order);
    assert_eq!(has(&order), [1, 0]);
    let left = order.leave_location(&main(), &stamp(5));
    let found = with_state(left, |state| state.clone().deduct(&found(&state), at(6)));
    let again = dispatch(found);
    assert_eq!(has(&again), [1, 0, 1], "the first one is cancelled");
    let request = crate::requested_refund::RefundRequest {
        lines: [(1, 1)].into(),
        shipping: 0,
        amount: None,
        reason: "no paper left".into(),
        key: "a".into(),
    };
    let paid_back = paid_gift(gift()).request_refund(&request, &stamp(3)).unwrap();
    assert_eq!(has(&dispatch(paid_back)), [0], "it is paid back");
}

#[test]
fn an_order_of_nothing_else_is_held_if_its_money_goes_back_before_it_is_complete() {
    let mut fee = gift();
    fee.lines.remove(0);
    fee.total = 700;
    let back = event("stripe_pi_1", MoneyFact::RefundedInTotal(700));
    let paid = with_state(unpaid(fee), |state| state.record(&captured(700), at(2)).record(&back, at(3)));
    assert!(paid.state.holds.contains_key(&HoldReason::PaymentRefunded));
    let deducted = with_state(paid, |state| state.deduct(&Routed::default(), at(4)));
    assert_eq!(dispatch(deducted).state.status, OrderStatus::Open);
}

#[test]
fn an_edit_takes_it_away_until_the_warehouse_begins_and_it_hears_of_it() {
    let edit = |lines: &[(crate::ids::LineId, u32)]| Edit { lines: lines.iter().copied().collect(), ..Edit::default() };
    let order = dispatch(paid_gift(gift()));
    let plain = order.clone().edit(&edit(&[(1, 0)]), &stamp(9)).unwrap().order;
    assert_eq!((plain.placed.total, refunded(&plain)), (3400, 300));
    let fulfillment = &plain.fulfillments[&FULFILLMENT];
    assert!(fulfillment.services.is_empty() && fulfillment.owed.contains(&Duty::WarehouseNotice));
    assert!(fulfillment.notices > order.fulfillments[&FULFILLMENT].notices);
    let mut begun = order.clone();
    for status in [FulfillmentStatus::Picking, FulfillmentStatus::Packed, FulfillmentStatus::HandedOver] {
        begun.fulfillments.get_mut(&FULFILLMENT).unwrap().status = status;
        let refused = begun.clone().edit(&edit(&[(1, 0)]), &stamp(9)).unwrap_err();
        assert_eq!(refused.code, Code::AlreadyPicking, "{status:?}");
    }
    let only_wrap = order.edit(&edit(&[(0, 0)]), &stamp(9)).unwrap().order;
    assert_eq!((only_wrap.state.status.clone(), refunded(&only_wrap)), (OrderStatus::Completed, 3000));
}
