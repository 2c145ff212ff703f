//! Erasing the customer's data of an order.

use super::*;
use crate::{
    order_state::{Erasure, OrderStatus},
    placed_order::PlacedOrder,
    search::SearchKey,
};

/// Stands in everything that tells who the customer is.
const PERSON: &str = "Zebulon";

fn person() -> PlacedOrder {
    let mut placed = two_lines();
    placed.customer.name = format!("{PERSON} Pike").as_str().into();
    placed.customer.email = "Zebulon@zebulon.example".into();
    placed.customer.phone = Some("+44 20 Zebulon".into());
    placed.shipping_address = Address {
        name: PERSON.into(),
        company: Some(PERSON.into()),
        line1: PERSON.into(),
        line2: Some(PERSON.into()),
        city: Some(PERSON.into()),
        postal_code: Some(PERSON.into()),
        region: Some(PERSON.into()),
        country: "GB".parse().unwrap(),
    };
    placed.billing_address = Some(placed.shipping_address.clone());
    placed.found_by = SearchKey::new(&[1; 32]).found_by(&placed.customer, placed.placed_at);
    placed
}

/// The order of that person with no work owed: its mails are sent.
fn of_person(order: Order) -> Order {
    let mut order = Order { placed: PlacedOrder { revision: order.placed.revision, ..person() }, ..order };
    order.state.owed.clear();
    order.fulfillments.values_mut().for_each(|of| of.owed.clear());
    order.returns.values_mut().for_each(|of| of.owed.clear());
    order
}

fn bytes(order: &Order) -> String {
    let items = (&order.placed, &order.state);
    let parts = (order.fulfillments.values().collect::<Vec<_>>(), order.returns.values().collect::<Vec<_>>());
    serde_json::to_string(&(items, parts)).unwrap()
}

#[test]
fn nothing_is_left_of_the_person_wherever_people_wrote_it() {
    let note = format!("{PERSON} rang");
    let order = of_person(shipped());
    let order = with_state(order, |state| state.hold(HoldReason::Other, &note, &stamp(8)).unwrap());
    let order = with_state(order, |state| state.release(HoldReason::Other, &stamp(9)).unwrap());
    let order = order.deliver(FULFILLMENT, PARCEL, &stamp(10)).unwrap();
    let order = of_person(order);
    assert!(bytes(&order).contains(PERSON));
    let erased = order.clone().erase(&stamp(20));
    assert!(!bytes(&erased).contains(PERSON), "{}", bytes(&erased));
    assert_eq!(erased.placed.found_by, crate::found_by::FoundBy::default());
    assert_eq!(erased.state.erasure, Some(Erasure::Done { at: at(20) }));
    // The facts stay.
    assert_eq!((&erased.placed.lines, erased.placed.total), (&order.placed.lines, order.placed.total));
    assert_eq!(erased.placed.shipping_address.country, order.placed.shipping_address.country);
    assert_eq!((&erased.state.ledger, erased.state.revision), (&order.state.ledger, erased.placed.revision));
    assert!(erased.state.history.iter().any(|entry| entry.what == Event::Paid));
    assert_eq!(erased.clone().erase(&stamp(30)), erased);
}

#[test]
fn an_order_keeps_its_customer_while_somebody_needs_it() {
    let returning = completed().request_return(&wanted(&[(0, 1)]), "key", &stamp(9)).unwrap().1;
    let disputed = with_state(of_person(completed()), |state| state.record(&dispute(DisputeStatus::Open), at(9)));
    let table = [
        ("pending", of_person(pending()), "the order is not finished"),
        ("dispatched", of_person(dispatched()), "the order is not finished"),
        ("returning", of_person(returning), "a return is open"),
        ("disputed", of_person(disputed), "a payment is disputed"),
        ("refunding", of_person(cancelled()), "a refund is under way"),
        ("mail is owed", Order { placed: person(), ..completed() }, "work on it is still owed"),
    ];
    for (name, order, needed) in table {
        assert_eq!(order.needs_customer_for(), Some(needed), "{name}");
        assert_eq!(order.clone().erase(&stamp(20)), order, "{name}");
    }
    assert_eq!(of_person(completed()).needs_customer_for(), None);
}

#[test]
fn money_for_an_erased_order_goes_back_and_ships_nothing() {
    let erased = of_person(expired()).erase(&stamp(2_000));
    assert_eq!(erased.state.status, OrderStatus::Cancelled { reason: "erased".into() });
    let paid = with_state(erased, |state| state.record(&captured(3700), at(2_100)));
    assert_eq!(paid.state.ledger.refunded(paid.state.currency), 3700);
    assert!(!paid.state.owed.contains(&Duty::StockDeduction));
}

#[test]
fn a_request_is_noted_once_and_waits_for_the_end_of_the_order() {
    let asked = of_person(dispatched()).ask_for_erasure(&stamp(10));
    assert_eq!(asked.clone().ask_for_erasure(&stamp(11)), asked);
    assert_eq!(asked.state.awaits_erasure_since(), Some(at(10)));
    assert_eq!(asked.state.due(None, at(10)), Some(crate::duty::Due::Waiting(at(10))));
}
