#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    allocation::{Allocation, AllocationState},
    fixtures::{Command, Stage, assert_done_once, assert_outcomes, at, leaving, packing, placed, stamp, units},
    ids::FulfillmentId,
    settings::Product,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn location(id: &str) -> LocationId {
    id.parse().unwrap()
}

fn allocation(line: LineId, quantity: u32, state: AllocationState) -> Allocation {
    Allocation { line, sku: format!("SKU-{line}").parse().unwrap(), quantity, state }
}

fn all_ids() -> impl Iterator<Item = FulfillmentId> {
    FulfillmentId::all_after([])
}

/// Picking has not begun: 3 units of line 0, and 1 of line 1.
fn open() -> Fulfillment {
    let committed = |line, quantity| allocation(line, quantity, AllocationState::Committed(location("main")));
    let stock = [committed(0, 3), committed(1, 1)];
    let order = placed(&[("SKU-0", 3, 100), ("SKU-1", 1, 100)]);
    plan(&stock, &order, &BTreeMap::new(), &BTreeSet::new(), all_ids(), at(0)).remove(0).1
}

fn picking() -> Fulfillment {
    open().start_picking(&stamp(1)).unwrap()
}

fn picks(found: &[(LineId, u32)]) -> BTreeMap<LineId, u32> {
    found.iter().copied().collect()
}

fn picked() -> Fulfillment {
    picking().confirm_picks(&picks(&[(0, 3), (1, 1)]), &stamp(2)).unwrap().0
}

fn pack(fulfillment: Fulfillment, contents: &[(LineId, u32)], key: &str) -> Result<Fulfillment, Rejection> {
    fulfillment.pack(&packing(contents, key), &stamp(3))
}

/// Everything is packed in two parcels.
fn all_packed() -> Fulfillment {
    pack(pack(picked(), &[(0, 2)], "a").unwrap(), &[(0, 1), (1, 1)], "b").unwrap()
}

const P1: ParcelId = ParcelId::nth(1);
const P2: ParcelId = ParcelId::nth(2);

fn handed_over() -> Fulfillment {
    all_packed().hand_over(&[leaving(P1), leaving(P2)], &stamp(4)).unwrap().0
}

fn deliver(fulfillment: Fulfillment, parcel: ParcelId) -> Result<Fulfillment, Rejection> {
    fulfillment.deliver(parcel, &stamp(5))
}

fn closed() -> Fulfillment {
    deliver(deliver(handed_over(), P1).unwrap(), P2).unwrap()
}

fn short() -> Fulfillment {
    open().confirm_picks(&picks(&[(0, 0), (1, 0)]), &stamp(2)).unwrap().0
}

fn stages() -> [Stage<Fulfillment>; 8] {
    let all = [open(), picking(), picked(), all_packed(), handed_over(), closed(), short(), open().cancel(&stamp(9))];
    all.map(|fulfillment| (fulfillment.status.as_str(), fulfillment))
}

fn commands() -> [Command<Fulfillment>; 7] {
    let commands: [Command<Fulfillment>; 7] = [
        ("start picking", |f, s| f.start_picking(s)),
        ("confirm picks", |f, s| Ok(f.confirm_picks(&picks(&[(0, 3), (1, 1)]), s)?.0)),
        ("pack P1", |f, s| f.pack(&packing(&[(0, 2)], "a"), s)),
        ("pack more", |f, s| f.pack(&packing(&[(0, 1)], "c"), s)),
        ("hand over P1", |f, s| Ok(f.hand_over(&[leaving(P1)], s)?.0)),
        ("deliver P1", |f, s| f.deliver(P1, s)),
        ("cancel", |f, s| Ok(f.cancel(s))),
    ];
    commands
}

#[test]
fn every_command_in_every_status_has_the_outcome_of_the_table() {
    // The status afterward, `=` where nothing changes, or the code of the rejection.
    let table = "
        command       | open           | picking        | picked          | packed          | handed_over     | closed       | short          | cancelled
        start picking | picking        | =              | wrong-status    | wrong-status    | wrong-status    | wrong-status | wrong-status   | wrong-status
        confirm picks | picked         | picked         | =               | =               | =               | =            | wrong-status   | wrong-status
        pack P1       | wrong-status   | wrong-status   | picked          | =               | =               | =            | wrong-status   | wrong-status
        pack more     | wrong-status   | wrong-status   | picked          | wrong-status    | wrong-status    | wrong-status | wrong-status   | wrong-status
        hand over P1  | unknown-parcel | unknown-parcel | unknown-parcel  | packed          | =               | =            | unknown-parcel | wrong-status
        deliver P1    | unknown-parcel | unknown-parcel | unknown-parcel  | not-handed-over | handed_over     | =            | unknown-parcel | unknown-parcel
        cancel        | cancelled      | cancelled      | cancelled       | cancelled       | cancelled       | =            | =              | =
    ";
    assert_outcomes(table, &stages(), &commands(), |_, after| after.status.as_str().to_owned());
}

#[test]
fn what_is_done_twice_is_done_once() {
    assert_done_once(&stages(), &commands(), &[]);
}

#[test]
fn a_picklist_is_sorted_by_bin_and_takes_only_what_is_committed_there() {
    let held = [
        allocation(0, 1, AllocationState::Committed(location("main"))),
        allocation(1, 2, AllocationState::Committed(location("main"))),
        allocation(2, 3, AllocationState::Committed(location("store"))),
        allocation(3, 4, AllocationState::Dispatched(location("main"))),
        allocation(4, 5, AllocationState::Backordered(location("main"))),
        allocation(5, 6, AllocationState::Missing),
        allocation(6, 7, AllocationState::Committed(location("main"))),
    ];
    let order = placed(&[("SKU-0", 1, 1), ("SKU-1", 2, 1), ("SKU-2", 3, 1)]);
    let product = |line: LineId, bin: &str| {
        let sku: Sku = format!("SKU-{line}").parse().unwrap();
        let bins = BTreeMap::from([(location("main"), bin.into())]);
        (
            sku.clone(),
            Product {
                sku,
                title: format!("Product {line}").as_str().into(),
                weight_g: None,
                bins,
                codes: Vec::new(),
                discontinued: false,
                changed: None,
            },
        )
    };
    let products = BTreeMap::from([product(0, "B-02"), product(1, "A-01")]);
    let planned = plan(&held, &order, &products, &[location("store")].into(), all_ids().skip(6), at(0));
    let ids: Vec<_> = planned.iter().map(|(id, f)| (id.to_string(), f.location.as_str())).collect();
    assert_eq!(ids, [("07".to_owned(), "main"), ("08".to_owned(), "store")]);
    let list = |f: &Fulfillment| f.lines.iter().map(|l| (l.line, l.title.clone(), l.quantity)).collect::<Vec<_>>();
    let (main, store) = (&planned[0].1, &planned[1].1);
    let expected = [(6, String::new(), 7), (1, "Product 1".to_owned(), 2), (0, "Product 0".to_owned(), 1)];
    assert_eq!(list(main), expected, "what lies in no known bin first, then A-01, then B-02");
    assert_eq!(list(store), [(2, "SKU-2".to_owned(), 3)], "without master data it is called as it was ordered");
    assert!(main.owed.is_empty());
    assert_eq!(store.owed, [Duty::WarehouseNotice].into());
}

#[test]
fn picks_that_do_not_fit_the_list_are_refused() {
    let table: [(&[(LineId, u32)], &str); 5] = [
        (&[(0, 3)], "line-missing"),
        (&[], "line-missing"),
        (&[(0, 3), (1, 1), (2, 1)], "unknown-line"),
        (&[(0, 4), (1, 1)], "too-many-picked"),
        (&[(0, u32::MAX), (1, 1)], "too-many-picked"),
    ];
    for (found, code) in table {
        assert_eq!(picking().confirm_picks(&picks(found), &stamp(2)).unwrap_err().code, code, "{found:?}");
    }
}

#[test]
fn a_count_may_be_corrected_downwards_until_it_is_packed() {
    let correct = |of: Fulfillment, found: &[(LineId, u32)]| of.confirm_picks(&picks(found), &stamp(9));
    let (fewer, missing) = correct(picked(), &[(0, 2), (1, 1)]).unwrap();
    assert_eq!((fewer.status, missing), (FulfillmentStatus::Picked, units(&[(0, 1)])));
    assert_eq!(correct(fewer.clone(), &[(0, 3), (1, 1)]).unwrap_err().code, "too-many-picked", "it is routed anew");
    let (none, missing) = correct(fewer, &[(0, 0), (1, 0)]).unwrap();
    assert_eq!((none.status, missing), (FulfillmentStatus::Short, units(&[(0, 2), (1, 1)])));

    let half = pack(picked(), &[(0, 2)], "a").unwrap();
    assert_eq!(correct(half.clone(), &[(0, 1), (1, 1)]).unwrap_err().code, "already-packed");
    let (rest, missing) = correct(half, &[(0, 2), (1, 0)]).unwrap();
    assert_eq!((rest.status, missing), (FulfillmentStatus::Packed, units(&[(0, 1), (1, 1)])));
    assert_eq!(correct(rest, &[(0, 1), (1, 0)]).unwrap_err().code, "wrong-status", "it is packed");
}

#[test]
fn the_rest_of_what_has_left_in_part_can_be_cancelled() {
    let part = pack(picked(), &[(0, 2)], "a").unwrap();
    let (sent, _) = pack(part, &[(0, 1)], "b").unwrap().hand_over(&[leaving(P1)], &stamp(5)).unwrap();
    let rest = sent.clone().cancel_unsent(&stamp(6));
    assert_eq!((rest.status, rest.parcels.len()), (FulfillmentStatus::HandedOver, 1), "P2 is unpacked again");
    assert_eq!(rest.units_sent(), [(0, 2)].into());
    assert_eq!(rest.clone().cancel_unsent(&stamp(7)), rest);
    let arrived = sent.deliver(P1, &stamp(6)).unwrap();
    assert_eq!(arrived.cancel_unsent(&stamp(7)).status, FulfillmentStatus::Closed);
    assert_eq!(picked().cancel_unsent(&stamp(7)).status, FulfillmentStatus::Cancelled);
}

#[test]
fn what_was_not_found_is_told_line_by_line_and_once() {
    let found = picks(&[(0, 1), (1, 1)]);
    let (next, missing) = picking().confirm_picks(&found, &stamp(2)).unwrap();
    assert_eq!((next.status, missing), (FulfillmentStatus::Picked, units(&[(0, 2)])));
    let (again, missing) = next.clone().confirm_picks(&found, &stamp(9)).unwrap();
    assert_eq!((again, missing), (next, Vec::new()));
    let (nothing, missing) = picking().confirm_picks(&picks(&[(0, 0), (1, 0)]), &stamp(2)).unwrap();
    assert_eq!((nothing.status, missing), (FulfillmentStatus::Short, units(&[(0, 3), (1, 1)])));
}

#[test]
fn no_unit_is_packed_twice_or_unpicked() {
    let half = pack(picked(), &[(0, 2)], "a").unwrap();
    let table: [&[(LineId, u32)]; 6] =
        [&[(0, 2)], &[(1, 2)], &[(2, 1)], &[(0, 1), (0, 1)], &[(0, 1), (1, 1), (1, 1)], &[(9, 1)]];
    for contents in table {
        assert_eq!(pack(half.clone(), contents, "b").unwrap_err().code, "not-picked", "{contents:?}");
    }
    let full = pack(half, &[(0, 1), (1, 1)], "b").unwrap();
    assert_eq!(full.status, FulfillmentStatus::Packed);
    let ids: Vec<_> = full.parcels.iter().map(|parcel| parcel.id).collect();
    assert_eq!(ids, [P1, P2]);
}

#[test]
fn the_same_key_packs_the_same_parcel_and_no_other() {
    let parcel = |contents: &[(LineId, u32)], weight_g, dimensions_mm| {
        let contents = units(contents);
        Packing { contents: Some(contents), weight_g, dimensions_mm, key: "a".into() }
    };
    let once = picked().pack(&parcel(&[(0, 2)], 500, Some([1, 2, 3])), &stamp(3)).unwrap();
    let again = |contents: &[(LineId, u32)], weight_g, dimensions_mm| {
        once.clone().pack(&parcel(contents, weight_g, dimensions_mm), &stamp(9))
    };
    assert_eq!(again(&[(0, 2)], 500, Some([1, 2, 3])).as_ref(), Ok(&once));
    for other in
        [again(&[(0, 1)], 500, Some([1, 2, 3])), again(&[(0, 2)], 501, Some([1, 2, 3])), again(&[(0, 2)], 500, None)]
    {
        assert_eq!(other.unwrap_err().code, "key-reused");
    }
}

#[test]
fn parcels_may_leave_one_by_one_even_before_the_rest_is_packed() {
    let half = pack(picked(), &[(0, 2)], "a").unwrap();
    let (half, left) = half.hand_over(&[leaving(P1)], &stamp(4)).unwrap();
    assert_eq!((half.status, left), (FulfillmentStatus::Picked, units(&[(0, 2)])));
    assert!(half.has_left());
    let half = deliver(half, P1).unwrap();
    let full = pack(half, &[(0, 1), (1, 1)], "b").unwrap();
    assert_eq!(full.status, FulfillmentStatus::Packed);
    let (gone, left) = full.hand_over(&[leaving(P1), leaving(P2)], &stamp(6)).unwrap();
    assert_eq!((gone.status, left), (FulfillmentStatus::HandedOver, units(&[(0, 1), (1, 1)])));
    assert_eq!(gone.units_sent(), BTreeMap::from([(0, 3), (1, 1)]));
    assert_eq!(deliver(gone, P2).unwrap().status, FulfillmentStatus::Closed);
}

#[test]
fn a_parcel_leaves_with_one_carrier_and_tells_its_units_once() {
    let (once, left) = all_packed().hand_over(&[leaving(P1)], &stamp(4)).unwrap();
    assert_eq!(left, units(&[(0, 2)]));
    let (again, left) = once.clone().hand_over(&[leaving(P1), leaving(P1)], &stamp(9)).unwrap();
    assert_eq!((again, left), (once.clone(), Vec::new()), "and it keeps the time of the first hand-over");
    let other = HandOver { carrier: "UPS".into(), ..leaving(P1) };
    assert_eq!(once.clone().hand_over(&[other], &stamp(9)).unwrap_err().code, "already-handed-over");
    let contradiction = [leaving(P2), HandOver { tracking_number: "2".into(), ..leaving(P2) }];
    assert_eq!(once.clone().hand_over(&contradiction, &stamp(9)).unwrap_err().code, "already-handed-over");
    assert_eq!(once.hand_over(&[leaving(ParcelId::nth(3))], &stamp(9)).unwrap_err().code, "unknown-parcel");
}

#[test]
fn the_customer_is_told_of_each_parcel_that_leaves_and_of_each_that_arrives() {
    let of = |kind: fn(ParcelId) -> EmailKind, parcel| Duty::Email(kind(parcel));
    let sent = handed_over();
    assert_eq!(sent.owed, [of(EmailKind::Shipped, P1), of(EmailKind::Shipped, P2)].into());
    let told = Fulfillment { owed: Owed::new(), ..sent };
    let arrived = deliver(told, P2).unwrap();
    assert_eq!(arrived.owed, [of(EmailKind::Delivered, P2)].into());
    let again = arrived.clone().deliver(P2, &stamp(99)).unwrap();
    assert_eq!(again, arrived, "the first time stands");
}

#[test]
fn a_cancelled_fulfillment_owes_only_word_of_that_to_its_warehouse() {
    let order = placed(&[("SKU-0", 1, 1)]);
    let stock = [allocation(0, 1, AllocationState::Committed(location("main")))];
    let planned = plan(&stock, &order, &BTreeMap::new(), &[location("main")].into(), all_ids(), at(0)).remove(0).1;
    let told = planned.clone().announced(1);
    assert!(told.owed.is_empty());
    assert_eq!(told.cancel(&stamp(1)).owed, [Duty::WarehouseNotice].into());
    assert!(Fulfillment { notices: 0, ..planned }.cancel(&stamp(1)).owed.is_empty(), "it has no webhook");
}

proptest! {
    #[test]
    fn whatever_is_packed_no_more_leaves_than_was_picked(
        found in (0..4_u32, 0..2_u32),
        parcels in prop::collection::vec(prop::collection::vec((0..2_u16, 1..4_u32), 1..3), 0..6),
    ) {
        let found = picks(&[(0, found.0), (1, found.1)]);
        let (mut now, missing) = picking().confirm_picks(&found, &stamp(2)).unwrap();
        for (n, contents) in parcels.iter().enumerate() {
            if let Ok(next) = pack(now.clone(), contents, &n.to_string()) {
                now = next;
                let last = now.parcels.last().unwrap().id;
                now = now.hand_over(&[leaving(last)], &stamp(4)).unwrap().0;
            }
        }
        let sent = now.units_sent();
        let total = |line: LineId| missing.iter().filter(|m| m.line == line).map(|m| m.quantity).sum::<u32>();
        for line in &now.lines {
            let sent = sent.get(&line.line).copied().unwrap_or(0);
            prop_assert!(sent <= found[&line.line]);
            prop_assert_eq!(found[&line.line] + total(line.line), line.quantity);
            let all_left = now.status == FulfillmentStatus::HandedOver;
            prop_assert!(!all_left || sent == found[&line.line]);
        }
    }
}
