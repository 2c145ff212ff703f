//! Lines, fulfillments and returns are found by their ids. No rule relies on a position or on the sort order of a text.

use super::*;

/// An order of a hundred units. Each lies at its own location, so each is in its own fulfillment.
fn in_hundred_fulfillments() -> Order {
    let mut order = unpaid(placed(&[("TEE", 100, 10)]));
    let reserved = |n| AllocationState::Reserved(store(n));
    order.state.stock = (1..=100).map(|n| allocation(0, "TEE", 1, reserved(n))).collect();
    let order = with_state(order, |state| state.record(&captured(1000), at(2)).deduct(&Routed::default(), at(3)));
    order.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4))
}

fn store(n: u16) -> LocationId {
    format!("store-{n:03}").parse().unwrap()
}

fn send(order: Order, id: FulfillmentId) -> Change {
    let picked = order.confirm_picks(id, &[(0, 1)].into(), &stamp(5)).unwrap().order;
    let packed = picked.pack(id, &packing(&[(0, 1)], "pack"), &stamp(6)).unwrap();
    packed.hand_over(id, &[leaving(PARCEL)], &stamp(7)).unwrap()
}

#[test]
fn the_hundredth_fulfillment_comes_after_the_ninety_ninth_and_before_the_next() {
    let order = in_hundred_fulfillments();
    let names: Vec<String> = order.fulfillments.keys().map(ToString::to_string).collect();
    assert_eq!((names[0].as_str(), names[98].as_str(), names[99].as_str(), names.len()), ("01", "99", "100", 100));
    assert!(
        order.fulfillments.iter().zip(1..).all(|((id, f), n)| (*id, &f.location) == (FulfillmentId::nth(n), &store(n)))
    );

    let stored = serde_json::to_value(&order.state).unwrap();
    assert_eq!(stored["fulfillments"]["100"], "open");
    assert_eq!(serde_json::from_value::<OrderState>(stored).unwrap(), order.state);

    let short = order.confirm_picks(FulfillmentId::nth(99), &[(0, 0)].into(), &stamp(5)).unwrap().order;
    let again = with_state(short, |state| state.clone().deduct(&found(&state), at(6)));
    let again = again.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(7));
    let (last, added) = again.fulfillments.last_key_value().unwrap();
    assert_eq!((last.to_string().as_str(), &added.location), ("101", &main()));
    assert_eq!(again.fulfillments.len(), 101, "none was overwritten");
}

#[test]
fn of_a_hundred_fulfillments_those_are_cancelled_that_have_not_left() {
    let (some, last) = (FulfillmentId::nth(11), FulfillmentId::nth(100));
    let mut order = in_hundred_fulfillments();
    for (id, n) in [(some, 11), (last, 100)] {
        let change = send(order, id);
        let place = StockPlace { sku: "TEE".parse().unwrap(), location: store(n) };
        assert_eq!(change.goods.places().collect::<Vec<_>>(), [&place]);
        order = change.order;
        assert!(order.state.stock.iter().all(|held| held.state != AllocationState::Dispatched(store(n))));
    }
    assert_eq!(order.state.stock.len(), 98);
    assert_eq!(order.clone().cancel("why", &stamp(8)).unwrap_err().code, "already-handed-over");

    let rest = order.cancel_unsent("sold out", &stamp(9)).unwrap();
    for (id, fulfillment) in &rest.fulfillments {
        let sent = [some, last].contains(id);
        let status = if sent { FulfillmentStatus::HandedOver } else { FulfillmentStatus::Cancelled };
        assert_eq!((fulfillment.status, rest.state.fulfillments[id]), (status, status), "fulfillment {id}");
    }
    assert_eq!(rest.state.ledger.refunds["cancel-unsent"].amount, 980);

    let rest = rest.deliver(last, PARCEL, &stamp(10)).unwrap();
    assert_eq!(rest.state.status, OrderStatus::Open, "11 is on its way");
    assert_eq!(rest.deliver(some, PARCEL, &stamp(11)).unwrap().state.status, OrderStatus::Completed);
}

#[test]
fn a_whole_order_of_a_hundred_fulfillments_is_cancelled_with_all_of_them() {
    let cancelled = in_hundred_fulfillments().cancel("why", &stamp(9)).unwrap();
    assert_eq!(cancelled.state.fulfillments.len(), 100);
    assert!(cancelled.state.fulfillments.values().all(|status| *status == FulfillmentStatus::Cancelled));
    assert!(cancelled.fulfillments.values().all(|fulfillment| fulfillment.status == FulfillmentStatus::Cancelled));
}

/// Two shirts are line 3 and two mugs line 7, because lines were removed and added: 44.00 EUR.
fn edited() -> Order {
    let mut placed = placed(&[("TEE", 2, 1500), ("MUG", 2, 700)]);
    for (line, id) in placed.lines.iter_mut().zip([3, 7]) {
        line.id = id;
    }
    unpaid(placed)
}

fn edited_and_dispatched() -> Order {
    let paid = with_state(edited(), |state| state.record(&captured(4400), at(2)).deduct(&Routed::default(), at(3)));
    paid.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(4))
}

/// One mug was not found. Everything else is with a carrier.
fn edited_and_sent() -> Order {
    let short = edited_and_dispatched().confirm_picks(FULFILLMENT, &[(3, 2), (7, 1)].into(), &stamp(5)).unwrap().order;
    let packed = short.pack(FULFILLMENT, &packing(&[(3, 2), (7, 1)], "pack"), &stamp(6)).unwrap();
    packed.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap().order
}

/// What a change of the stock does to each SKU at [`main`].
fn moved(stock: &StockChange) -> Vec<(&str, StockDelta)> {
    stock.iter().map(|(place, delta)| (place.sku.as_str(), *delta)).collect()
}

#[test]
fn the_picklist_of_an_edited_order_names_its_lines_by_their_ids() {
    let order = edited_and_dispatched();
    let list = order.fulfillments[&FULFILLMENT].lines.iter();
    let list: Vec<_> = list.map(|line| (line.line, line.sku.as_str(), line.title.as_str(), line.quantity)).collect();
    assert_eq!(list, [(3, "TEE", "TEE", 2), (7, "MUG", "MUG", 2)]);
    for picks in [[(0, 2), (1, 2)], [(3, 2), (1, 2)]] {
        let by_position = order.clone().confirm_picks(FULFILLMENT, &picks.into(), &stamp(5));
        assert_eq!(by_position.unwrap_err().code, "unknown-line");
    }
}

#[test]
fn what_an_edited_order_lacks_is_looked_for_again_under_the_id_of_its_line() {
    let before = edited_and_dispatched();
    let change = before.clone().confirm_picks(FULFILLMENT, &[(3, 2), (7, 1)].into(), &stamp(5)).unwrap();
    let none = StockDelta::default();
    assert_eq!(moved(&change.stock(&before)), [("MUG", StockDelta { on_hand: -1, committed: -1, ..none })]);
    assert_eq!(change.corrections.iter().map(|(sku, _)| sku.as_str()).collect::<Vec<_>>(), ["MUG"]);
    let needed = change.order.state.needed();
    assert_eq!(needed, [NeededUnits { line: 7, sku: "MUG".parse().unwrap(), quantity: 1 }]);

    let again = with_state(change.order, |state| state.clone().deduct(&found(&state), at(6)));
    let again = again.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(7));
    let lines = &again.fulfillments[&FulfillmentId::nth(2)].lines;
    assert_eq!(lines.iter().map(|line| (line.line, line.quantity)).collect::<Vec<_>>(), [(7, 1)]);
}

#[test]
fn what_is_sent_of_an_edited_order_is_counted_by_the_ids_of_its_lines() {
    let order = edited_and_sent();
    assert_eq!(order.units_sent(), [(3, 2), (7, 1)].into());
    assert_eq!(order.state.stock, [allocation(7, "MUG", 1, AllocationState::Missing)]);

    let packed = edited_and_dispatched().confirm_picks(FULFILLMENT, &[(3, 2), (7, 2)].into(), &stamp(5)).unwrap().order;
    let before = packed.pack(FULFILLMENT, &packing(&[(3, 2), (7, 2)], "pack"), &stamp(6)).unwrap();
    let change = before.clone().hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(7)).unwrap();
    let gone = StockDelta { on_hand: -2, committed: -2, ..StockDelta::default() };
    assert_eq!(moved(&change.stock(&before)), [("MUG", gone), ("TEE", gone)]);
}

#[test]
fn the_unsent_rest_of_an_edited_order_is_refunded_at_the_price_of_its_line() {
    let rest = edited_and_sent().cancel_unsent("sold out", &stamp(8)).unwrap();
    assert_eq!(rest.state.ledger.refunds["cancel-unsent"].amount, 700, "one mug of two");
    assert!(rest.state.stock.is_empty());
    let done = rest.deliver(FULFILLMENT, PARCEL, &stamp(9)).unwrap();
    assert_eq!(done.state.status, OrderStatus::Completed);
}

#[test]
fn units_of_an_edited_order_come_back_and_are_refunded_by_the_ids_of_its_lines() {
    let order = edited_and_sent();
    for (line, quantity, code) in [(0, 1, "unknown-line"), (1, 1, "unknown-line"), (7, 2, "not-returnable")] {
        let refused = order.clone().request_return(&wanted(&[(line, quantity)]), "return", &stamp(8));
        assert_eq!(refused.unwrap_err().code, code, "line {line}");
    }
    let (id, order) = order.request_return(&wanted(&[(7, 1), (3, 1)]), "return", &stamp(8)).unwrap();
    let order = order.change_return(id, |returned| returned.approve(&stamp(9))).unwrap();
    let before =
        order.change_return(id, |returned| returned.receive(&[(3, 1), (7, 1)].into(), &main(), &stamp(10))).unwrap();
    let found = inspected(&[(3, 1, Disposition::Restocked), (7, 1, Disposition::NotRestocked)]);
    let change = before.clone().inspect_return(id, &found, &RefundWish::default(), &stamp(11)).unwrap();
    let (good, bad) = (
        StockDelta { on_hand: 1, ..StockDelta::default() },
        StockDelta { on_hand: 1, damaged: 1, ..StockDelta::default() },
    );
    assert_eq!(moved(&change.stock(&before)), [("MUG", bad), ("TEE", good)]);
    assert_eq!(change.order.state.ledger.refunds["return-01"].amount, 1500 + 700);
    let refunds: Vec<_> = change.order.returns[&id].lines.iter().map(|line| (line.line, line.refund)).collect();
    assert_eq!(refunds, [(7, Some(700)), (3, Some(1500))]);

    let (next, _) = change.order.request_return(&wanted(&[(3, 1)]), "another", &stamp(12)).unwrap();
    assert_eq!(next, ReturnId::nth(2));
}
