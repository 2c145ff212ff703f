#![allow(clippy::unwrap_used)]

use super::*;
use domain::{
    allocation::AllocationState,
    fixtures::{
        FULFILLMENT, PARCEL, allocation, cancelled, dispatched, leaving, packing, picked, shipped, stamp, with_state,
    },
    fulfillment::{Scan, Service},
    order_state::HoldReason,
    placed_order::Address,
};
use papers::{Language, Notice};

fn slip_of(order: &Order, parcel: Option<ParcelId>) -> PackingSlip {
    slip(order, order.fulfillment(FULFILLMENT).unwrap(), parcel, None)
}

/// SKU, ordered, here, to follow.
fn units(slip: &PackingSlip) -> Vec<(&str, u32, u32, u32)> {
    slip.lines.iter().map(|line| (line.sku.as_str(), line.ordered, line.here, line.to_follow)).collect()
}

#[test]
fn before_anything_is_packed_the_slip_has_what_is_picked() {
    let all = [("TEE", 2, 2, 0), ("MUG", 1, 1, 0)];
    assert_eq!(units(&slip_of(&dispatched(), None)), all);
    assert_eq!(units(&slip_of(&picked(), None)), all);
    let short = dispatched().confirm_picks(FULFILLMENT, &[(0, 1), (1, 1)].into(), &stamp(5)).unwrap().order;
    assert_eq!(units(&slip_of(&short, None)), [("TEE", 2, 1, 1), ("MUG", 1, 1, 0)], "what was not found follows");
}

#[test]
fn the_slip_of_a_parcel_has_its_units_and_tells_what_follows() {
    let one = picked().pack(FULFILLMENT, &packing(&[(0, 1)], "one"), &stamp(6)).unwrap();
    let both = one.pack(FULFILLMENT, &packing(&[(0, 1), (1, 1)], "two"), &stamp(7)).unwrap();
    let of = |parcel: &str| slip_of(&both, Some(parcel.parse().unwrap()));
    assert_eq!(units(&of("P1")), [("TEE", 2, 1, 1), ("MUG", 1, 0, 1)]);
    assert_eq!(units(&of("P2")), [("TEE", 2, 1, 1), ("MUG", 1, 1, 0)]);
    let all = slip_of(&both, None);
    assert_eq!(units(&all), [("TEE", 2, 2, 0), ("MUG", 1, 1, 0)]);
    let parts: Vec<_> = all.lines[0].parcels.iter().map(|part| (part.parcel.as_str(), part.quantity)).collect();
    assert_eq!(parts, [("P1", 1), ("P2", 1)]);
    assert!(of("P1").lines.iter().all(|line| line.parcels.is_empty()), "one parcel needs no name");
    let sent = both.hand_over(FULFILLMENT, &[leaving(PARCEL)], &stamp(8)).unwrap().order;
    assert_eq!(
        units(&slip_of(&sent, Some(PARCEL))),
        [("TEE", 2, 1, 1), ("MUG", 1, 0, 1)],
        "printed again, it says the same"
    );
    let second = slip_of(&sent, Some("P2".parse().unwrap()));
    assert_eq!(units(&second), [("TEE", 2, 1, 0), ("MUG", 1, 1, 0)], "what has left does not follow");
}

#[test]
fn what_waits_for_stock_follows_and_what_has_left_does_not() {
    assert_eq!(units(&slip_of(&shipped(), None)), [("TEE", 2, 2, 0), ("MUG", 1, 1, 0)]);
    let waiting = with_state(shipped(), |mut state| {
        state.stock = vec![allocation(1, "MUG", 3, AllocationState::Missing)];
        state
    });
    assert_eq!(units(&slip_of(&waiting, None))[1], ("MUG", 1, 1, 3));
}

#[test]
fn the_slip_speaks_the_customers_language_and_names_the_location_that_sends() {
    let mut order = picked();
    order.placed.customer.locale = "de-AT".parse().ok();
    let location: Location = serde_json::from_value(serde_json::json!({
        "id": "main", "name": "Warehouse", "priority": 1, "schedule": {},
        "address": {"name": "Orderly Shop GmbH", "line1": "Lange Straße 1", "city": "Berlin", "postal_code": "10115", "country": "DE"},
    }))
    .unwrap();
    let fulfillment = order.fulfillment(FULFILLMENT).unwrap();
    let german = slip(&order, fulfillment, None, Some(&location));
    assert_eq!(german.language, Language::German);
    assert_eq!(german.sender, ["Orderly Shop GmbH", "Lange Straße 1", "10115 Berlin", "Deutschland"]);
    assert_eq!(german.recipient, ["Ada", "1 Main St", "London", "N1", "Vereinigtes Königreich"]);
    let nameless: &Address = &order.placed.shipping_address;
    assert_eq!(lines(nameless, Language::English).last().unwrap(), "United Kingdom");
    assert!(slip_of(&picked(), None).sender.is_empty(), "nobody has told where the location stands");
}

#[test]
fn papers_say_when_nobody_may_work_by_them() {
    let held = with_state(dispatched(), |state| state.hold(HoldReason::Other, "ask first", &stamp(5)).unwrap());
    for (order, expected) in
        [(dispatched(), None), (held, Some(Notice::OnHold)), (cancelled(), Some(Notice::Cancelled))]
    {
        let fulfillment = order.fulfillment(FULFILLMENT).unwrap();
        assert_eq!(list(&order, FULFILLMENT, fulfillment, None).notice, expected);
        assert_eq!(slip_of(&order, None).notice, expected);
    }
}

#[test]
fn a_picklist_has_what_is_left_to_take() {
    let scan = Scan { sku: "TEE".parse().unwrap(), units: 1, bin: None, key: "1".into() };
    let (begun, _) = dispatched().scan(FULFILLMENT, &scan, &stamp(5)).unwrap();
    let list = list(&begun, FULFILLMENT, begun.fulfillment(FULFILLMENT).unwrap(), None);
    assert_eq!(
        list.lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect::<Vec<_>>(),
        [("TEE", 1), ("MUG", 1)]
    );
}

#[test]
fn services_are_on_the_slip_of_the_first_parcel_alone() {
    let mut order = picked();
    let wrap = Service { line: 9, sku: "WRAP".parse().unwrap(), title: "Gift wrap".into(), quantity: 1 };
    order.fulfillments.get_mut(&FULFILLMENT).unwrap().services = vec![wrap];
    let one = order.pack(FULFILLMENT, &packing(&[(0, 1)], "one"), &stamp(6)).unwrap();
    let both = one.pack(FULFILLMENT, &packing(&[(0, 1), (1, 1)], "two"), &stamp(7)).unwrap();
    for (parcel, is_there) in [(None, true), (Some("P1"), true), (Some("P2"), false)] {
        let slip = slip_of(&both, parcel.map(|parcel| parcel.parse().unwrap()));
        assert_eq!(slip.lines.iter().any(|line| line.sku == "WRAP"), is_there, "{parcel:?}");
    }
}

#[test]
fn a_picklist_names_its_fulfillment_and_keeps_the_order_of_the_bins() {
    let mut order = dispatched();
    let fulfillment = order.fulfillments.get_mut(&FULFILLMENT).unwrap();
    fulfillment.lines[0].bin = Some("A-2".to_owned());
    let list = list(&order, FULFILLMENT, order.fulfillment(FULFILLMENT).unwrap(), None);
    assert_eq!((list.number.as_str(), list.location.as_str()), ("ord_1/01", "main"));
    let lines: Vec<_> = list.lines.iter().map(|line| (line.bin.as_deref(), line.sku.as_str(), line.quantity)).collect();
    assert_eq!(lines, [(Some("A-2"), "TEE", 2), (None, "MUG", 1)]);
}
