//! How things look to clients, pinned: a renamed field is seen in a diff of `snapshots/`.

#![allow(clippy::unwrap_used)]

use super::*;
use app::Scope;
use domain::{
    fixtures,
    fulfillment::Tracking,
    history::Stamp,
    order_state::HoldReason as Reason,
    returns::{Disposition, RefundWish},
};
use std::collections::BTreeMap;

/// The JSON that a client gets, with its fields in the order that it gets them.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

fn view(order: &Order) -> OrderView {
    OrderView::new(order, &BTreeMap::new())
}

/// A mug and two shirts, paid, sent, delivered; one shirt has come back and been refunded.
fn returned() -> Order {
    let stamp: Stamp = fixtures::stamp(40);
    let (id, order) = fixtures::completed().request_return(&fixtures::wanted(&[(0, 1)]), "return", &stamp).unwrap();
    let order = order.change_return(id, |asked| asked.approve(&stamp)).unwrap();
    let order = order.change_return(id, |asked| asked.receive(&[(0, 1)].into(), &fixtures::main(), &stamp)).unwrap();
    order
        .inspect_return(id, &fixtures::inspected(&[(0, 1, Disposition::Restocked)]), &RefundWish::default(), &stamp)
        .unwrap()
        .order
}

#[test]
fn an_order_that_waits_for_its_payment_looks_like_this() {
    let order = fixtures::pending();
    let held = order.with_state(|state| state.hold(Reason::IncorrectAddress, "no number", &fixtures::stamp(9)));
    insta::assert_snapshot!(json(&view(&held.unwrap())));
}

#[test]
fn an_order_whose_goods_have_come_back_in_part_looks_like_this() {
    insta::assert_snapshot!(json(&view(&returned())));
}

#[test]
fn a_parcel_shows_its_carriers_page_and_whether_its_number_may_be_mistyped() {
    let (id, parcel) = (FulfillmentId::nth(1), "P1".parse().unwrap());
    for (number, is_doubted) in [("986578788855", false), ("986578788856", true)] {
        let (carrier, tracking_number) = ("FedEx".parse().unwrap(), number.parse().unwrap());
        let new = Tracking { carrier, tracking_number, tracking_url: None };
        let order = fixtures::completed().correct_tracking(id, parcel, &new, &fixtures::stamp(50)).unwrap();
        let shown = &view(&order).fulfillment_details[0].parcels[0];
        let page = format!("https://www.fedex.com/fedextrack/?trknbr={number}");
        assert_eq!(shown.tracking_page.as_deref(), Some(page.as_str()));
        assert_eq!(shown.tracking_doubt.is_some(), is_doubted, "{number}");
    }
}

#[test]
fn the_warehouse_sees_of_it_what_its_work_needs() {
    insta::assert_snapshot!(json(&OrderWork::of(&returned(), &Scope::Everything)));
}

#[test]
fn the_warehouse_sees_no_money_and_nothing_of_other_locations() {
    let order = returned();
    let money = ["price", "total", "refund", "captured", "payment", "currency", "email", "amount", "tax"];
    let at = |location: &str| Scope::Locations([location.parse().unwrap()].into());
    for scope in [Scope::Everything, at(fixtures::main().as_str())] {
        let work = json(&OrderWork::of(&order, &scope));
        assert!(work.contains("shipping_address") && work.contains("\"returns\": [\n    {"), "{work}");
        assert!(money.iter().all(|word| !work.contains(word)), "{work}");
    }
    let elsewhere = OrderWork::of(&order, &at("elsewhere"));
    assert!(elsewhere.shipping_address.is_none() && elsewhere.returns.is_empty());
    assert!(elsewhere.fulfillment_details.is_empty() && elsewhere.summary.fulfillments.is_empty());
}

#[test]
fn a_cancelled_order_looks_like_this() {
    insta::assert_snapshot!(json(&view(&fixtures::cancelled())));
}

#[test]
fn an_order_in_a_list_looks_like_this() {
    let order = fixtures::shipped();
    insta::assert_snapshot!(json(&OrderSummary::of(&order.id, &order.state)));
}
