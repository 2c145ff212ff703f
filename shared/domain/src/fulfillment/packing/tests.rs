use super::*;
use crate::{
    fixtures::{FULFILLMENT, picked, stamp, units},
    fulfillment::Packing,
    order::Order,
};

fn table() -> Fulfillment {
    picked().fulfillments[&FULFILLMENT].clone()
}

fn scan(sku: &str, units: u32, key: &str) -> Scan {
    Scan { sku: sku.parse().unwrap(), units, bin: None, key: key.to_owned() }
}

fn scanned(of: Fulfillment, sku: &str, key: &str) -> Fulfillment {
    of.scan_into_parcel(&scan(sku, 1, key)).unwrap().0
}

fn close(contents: Option<Vec<PackedLine>>, key: &str) -> Packing {
    Packing { contents, weight_g: 500, dimensions_mm: None, key: key.to_owned() }
}

/// The SKU and the picked units of the first line.
fn first() -> (String, u32) {
    let line = table().lines[0].clone();
    (line.sku.to_string(), line.picked.unwrap())
}

#[test]
fn what_is_scanned_is_in_the_parcel_that_is_closed_without_contents() {
    let (sku, _) = first();
    let one = scanned(table(), &sku, "1");
    assert_eq!(one.left_to_pack(0), first().1 - 1);
    let closed = one.pack(&close(None, "p"), &stamp(6)).unwrap();
    assert_eq!(closed.parcels[0].contents, units(&[(0, 1)]));
    assert_eq!(closed.open_parcel, []);
    let again = closed.clone().pack(&close(None, "p"), &stamp(7)).unwrap();
    assert_eq!(again, closed, "the parcel was closed already");
}

#[test]
fn what_does_not_belong_into_the_parcel_is_refused_with_what_does() {
    let (sku, picked) = first();
    let refused = |of: &Fulfillment, scan: &Scan| of.clone().scan_into_parcel(scan).unwrap_err();
    let other = refused(&table(), &scan("OTHER", 1, "1"));
    assert_eq!(other.code, "wrong-item");
    assert!(other.detail.contains(&format!("{picked} × {sku}")), "{}", other.detail);
    let many = refused(&table(), &scan(&sku, picked + 1, "1"));
    assert_eq!(many.code, "too-many-packed");
    let full = (0..picked).fold(table(), |of, n| scanned(of, &sku, &n.to_string()));
    assert_eq!(refused(&full, &scan(&sku, 1, "more")).code, "too-many-packed");
    let none = table().pack(&close(None, "p"), &stamp(6)).unwrap_err();
    assert_eq!(none.code, "nothing-scanned");
}

#[test]
fn a_scan_that_is_sent_again_counts_once_also_when_its_parcel_is_closed() {
    let (sku, _) = first();
    let once = scanned(table(), &sku, "1");
    assert_eq!(scanned(once.clone(), &sku, "1"), once);
    let closed = once.pack(&close(None, "p"), &stamp(6)).unwrap();
    assert_eq!(scanned(closed.clone(), &sku, "1"), closed);
    assert_eq!(closed.scan_into_parcel(&scan("OTHER", 1, "1")).unwrap_err().code, "key-reused");
}

#[test]
fn the_parcel_can_be_emptied_and_what_is_told_outweighs_what_was_scanned() {
    let (sku, picked) = first();
    let one = scanned(table(), &sku, "1");
    assert_eq!(one.clone().empty_open_parcel().left_to_pack(0), picked);
    let told = one.pack(&close(Some(units(&[(0, picked)])), "p"), &stamp(6)).unwrap();
    assert_eq!(told.parcels[0].contents, units(&[(0, picked)]));
    assert_eq!(told.open_parcel, [], "nothing is left of it");
}

#[test]
fn units_that_turn_out_not_to_be_picked_leave_the_parcel() {
    let (sku, picked) = first();
    let full = (0..picked).fold(table(), |of, n| scanned(of, &sku, &n.to_string()));
    let fewer = full.lines.iter().map(|line| (line.line, line.picked.unwrap() - u32::from(line.line == 0))).collect();
    let (corrected, _) = full.confirm_picks(&fewer, &stamp(7)).unwrap();
    assert_eq!(corrected.open_parcel.iter().map(|packed| packed.quantity).sum::<u32>(), picked - 1);
    assert_eq!(corrected.clone().cancel(&stamp(8)).open_parcel, [], "nobody packs it any more");
}

#[test]
fn nothing_is_packed_while_the_order_is_held() {
    let (sku, _) = first();
    let held =
        picked().with_state(|state| state.hold(crate::order_state::HoldReason::Other, "wait", &stamp(6))).unwrap();
    let refused = |order: Order| order.scan_into_parcel(FULFILLMENT, &scan(&sku, 1, "1")).unwrap_err();
    assert_eq!(refused(held).code, "on-hold");
}
