//! Work is taken away from a closed location.

use super::*;

fn left(order: Order) -> Order {
    order.leave_location(&main(), &stamp(20))
}

fn missing(order: &Order) -> Vec<(crate::ids::LineId, u32)> {
    order.state.needed().into_iter().map(|units| (units.line, units.quantity)).collect()
}

#[test]
fn what_nobody_has_begun_is_routed_again() {
    let gone = left(dispatched());
    assert_eq!(gone.fulfillments[&FULFILLMENT].status, FulfillmentStatus::Cancelled);
    assert_eq!(missing(&gone), [(0, 2), (1, 1)]);
    assert_eq!((gone.state.status.clone(), gone.state.owed.contains(&Duty::StockDeduction)), (OrderStatus::Open, true));
    let entry = gone.state.history.last().unwrap();
    assert_eq!((entry.what, entry.note.as_str()), (Event::Rerouted, "3 units of main"));
    assert_eq!(left(gone.clone()), gone, "once");

    let undispatched = deducted();
    assert!(undispatched.state.has_committed_at(&main()) && !gone.state.has_committed_at(&main()));
    assert_eq!(missing(&left(undispatched)), [(0, 2), (1, 1)]);
}

#[test]
fn units_go_back_to_the_stock_of_the_place_that_they_leave() {
    let order = dispatched();
    let change = Change::from(left(order.clone()));
    let place = |sku: &str| StockPlace { sku: sku.parse().unwrap(), location: main() };
    let released = |units: i64| StockDelta { committed: -units, ..StockDelta::default() };
    let stock = change.stock(&order);
    assert_eq!((stock.get(&place("TEE")), stock.get(&place("MUG"))), (Some(&released(2)), Some(&released(1))));
}

#[test]
fn what_somebody_has_begun_what_is_elsewhere_and_what_is_over_stays() {
    let picking = dispatched().start_picking(FULFILLMENT, &stamp(5)).unwrap();
    for order in [picking, packed(), shipped(), completed(), cancelled(), pending()] {
        assert_eq!(left(order.clone()), order);
    }
    let elsewhere = dispatched().leave_location(&"store".parse().unwrap(), &stamp(20));
    assert_eq!(elsewhere, dispatched());
}

#[test]
fn units_that_another_location_has_leave_from_there() {
    let gone = left(dispatched());
    let part = |units: NeededUnits| RoutedUnits {
        line: units.line,
        sku: units.sku,
        quantity: units.quantity,
        location: "store".parse().unwrap(),
    };
    let routed = Routed { parts: gone.state.needed().into_iter().map(part).collect(), ..Routed::default() };
    let again = with_state(gone, |state| state.deduct(&routed, at(21)));
    let again = again.dispatch(&BTreeMap::new(), &BTreeSet::new(), at(22));
    let second = &again.fulfillments[&FulfillmentId::nth(2)];
    assert_eq!((second.location.as_str(), second.lines.len()), ("store", 2));
}
