#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures::{FULFILLMENT, dispatched, packing, stamp};
use proptest::prelude::*;

/// Two shirts and a mug; the mug has a bin.
fn open() -> Fulfillment {
    let mut order = dispatched();
    let mut fulfillment = order.fulfillments.remove(&FULFILLMENT).unwrap();
    fulfillment.lines[1].bin = Some("A-2".to_owned());
    fulfillment
}

fn scan_of(sku: &str, units: u32, key: &str) -> Scan {
    Scan { sku: sku.parse().unwrap(), units, bin: None, key: key.to_owned() }
}

/// Scans one unit each.
fn after(fulfillment: Fulfillment, scans: &[(&str, &str)]) -> Fulfillment {
    scans.iter().fold(fulfillment, |now, (sku, key)| now.scan(&scan_of(sku, 1, key), &stamp(5)).unwrap().0)
}

fn refused(fulfillment: &Fulfillment, scan: &Scan) -> (Code, String) {
    let rejection = fulfillment.clone().scan(scan, &stamp(9)).unwrap_err();
    (rejection.code, rejection.to_string())
}

#[test]
fn the_first_scan_begins_and_the_last_one_ends_the_picking() {
    let one = after(open(), &[("TEE", "1")]);
    assert_eq!((one.status, one.lines[0].scanned, one.lines[0].picked), (FulfillmentStatus::Picking, 1, None));
    let all = after(one, &[("MUG", "2"), ("TEE", "3")]);
    assert_eq!(all.status, FulfillmentStatus::Picked);
    assert_eq!(
        all.lines.iter().map(|line| (line.picked, line.scanned)).collect::<Vec<_>>(),
        [(Some(2), 0), (Some(1), 0)]
    );
    let events: Vec<Event> = all.history.iter().map(|entry| entry.what).collect();
    assert_eq!(events, [Event::Created, Event::Picking, Event::Picked], "a scan is no event of its own");
}

#[test]
fn a_scan_that_is_sent_again_counts_once_also_after_the_last() {
    let all = [("TEE", "1"), ("MUG", "2"), ("TEE", "3")];
    for n in 1..=all.len() {
        let now = after(open(), &all[..n]);
        let (sku, key) = all[n - 1];
        let (again, _) = now.clone().scan(&scan_of(sku, 1, key), &stamp(99)).unwrap();
        assert_eq!(again, now, "{key}");
        let other = scan_of(if sku == "TEE" { "MUG" } else { "TEE" }, 1, key);
        assert_eq!(refused(&now, &other).0, Code::KeyReused, "{key}");
        assert_eq!(refused(&now, &scan_of(sku, 2, key)).0, Code::KeyReused, "{key}");
    }
    let packed = after(open(), &all).pack(&packing(&[(0, 2)], "p"), &stamp(6)).unwrap();
    assert_eq!(packed.clone().scan(&scan_of("TEE", 1, "3"), &stamp(9)).unwrap().0, packed, "also once it is packed");
    assert_eq!(refused(&packed, &scan_of("TEE", 1, "4")).0, Code::WrongStatus);
}

#[test]
fn what_is_not_wanted_is_refused_with_what_is() {
    let begun = after(open(), &[("TEE", "1")]);
    let from = |bin: &str, scan: Scan| Scan { bin: Some(bin.to_owned()), ..scan };
    let table = [
        (scan_of("HAT", 1, "x"), Code::WrongItem, "HAT is not on this picklist; expected: 1 × TEE, 1 × MUG from A-2"),
        (
            scan_of("TEE", 2, "x"),
            Code::TooManyPicked,
            "TEE: 2 scanned, but 1 to be taken; expected: 1 × TEE, 1 × MUG from A-2",
        ),
        (from("A-3", scan_of("MUG", 1, "x")), Code::WrongBin, "MUG is to be taken from A-2"),
    ];
    for (scan, code, why) in table {
        assert_eq!(refused(&begun, &scan), (code, why.to_owned()));
    }
    assert!(begun.clone().scan(&from("A-2", scan_of("MUG", 1, "x")), &stamp(6)).is_ok());
    assert!(begun.scan(&from("anywhere", scan_of("TEE", 1, "x")), &stamp(6)).is_ok(), "its line has no bin");
}

#[test]
fn what_was_not_found_is_told_after_some_scans() {
    let begun = after(open(), &[("TEE", "1"), ("MUG", "2")]);
    let (now, short) = begun.confirm_picks(&[(0, 1), (1, 1)].into(), &stamp(6)).unwrap();
    assert_eq!((now.status, short), (FulfillmentStatus::Picked, vec![PackedLine { line: 0, quantity: 1 }]));
    assert!(now.lines.iter().all(|line| line.scanned == 0));
}

#[test]
fn what_was_taken_and_is_not_sent_is_put_back_once() {
    assert!(open().cancel(&stamp(7)).put_back.is_empty(), "nothing was taken");
    let begun = after(open(), &[("TEE", "1"), ("MUG", "2")]);
    let cancelled = begun.cancel(&stamp(7));
    let back = |line, quantity| PackedLine { line, quantity };
    assert_eq!(cancelled.put_back, [back(0, 1), back(1, 1)]);
    assert_eq!(cancelled.units_standing(&"TEE".parse().unwrap()), 1, "it is on hand, and on no shelf");
    let done = cancelled.put_back(&stamp(8)).unwrap();
    assert!(done.put_back.is_empty());
    assert_eq!(done.units_standing(&"TEE".parse().unwrap()), 0);
    assert_eq!(done.clone().put_back(&stamp(9)).unwrap(), done, "again");
    assert_eq!(open().put_back(&stamp(9)).unwrap_err().code, Code::NothingToPutBack);
}

#[test]
fn what_has_left_is_not_put_back() {
    let all = after(open(), &[("TEE", "1"), ("MUG", "2"), ("TEE", "3")]);
    let one = all.pack(&packing(&[(0, 1)], "p"), &stamp(6)).unwrap();
    let sent = one.hand_over(&[crate::fixtures::leaving(crate::fixtures::PARCEL)], &stamp(7)).unwrap().0;
    let rest = sent.cancel_unsent(&stamp(8));
    assert_eq!(rest.put_back.iter().map(|back| (back.line, back.quantity)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    assert_eq!(rest.status, FulfillmentStatus::HandedOver);
}

proptest! {
    /// Scans in any order, doubled and wrong ones among them: a line never counts more than it wants, and every scan that was
    /// taken counts once.
    #[test]
    fn a_line_never_counts_more_than_it_wants(scans in prop::collection::vec((0_usize..3, 1_u32..3, 0_u8..6), 0..30)) {
        let mut now = open();
        let mut taken = BTreeMap::<LineId, u32>::new();
        for (sku, units, key) in scans {
            let scan = scan_of(["TEE", "MUG", "HAT"][sku], units, &key.to_string());
            let was_counted = now.counted(&scan.key).is_some();
            if let Ok((next, line)) = now.clone().scan(&scan, &stamp(5)) {
                if was_counted {
                    prop_assert_eq!(&next, &now);
                } else {
                    *taken.entry(line).or_default() += units;
                }
                now = next;
            }
            for line in &now.lines {
                let counted = taken.get(&line.line).copied().unwrap_or_default();
                prop_assert_eq!(line.taken(), counted);
                prop_assert!(counted <= line.quantity);
            }
            let is_complete = now.lines.iter().all(|line| line.left() == 0);
            prop_assert_eq!(is_complete, now.status == FulfillmentStatus::Picked);
        }
    }
}
