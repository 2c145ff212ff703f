#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    batch::{First, Picked, Wanted},
    fixtures::{FULFILLMENT, at, dispatched, main, packing},
    fulfillment::{Fulfillment, FulfillmentStatus, PickLine},
    history::Actor,
    ids::{FulfillmentId, LineId, OrderId},
};

fn by(name: &str) -> Stamp {
    Stamp::new(Actor::caller("warehouse", name), at(1))
}

fn order(n: u32) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), &n.to_string())
}

fn id() -> BatchId {
    BatchId::derive(&main(), "key")
}

/// The totes `T1` and `T2`, claimed by Anna. Both want shirts, the second one a mug too.
fn claimed() -> (Batch, Contents) {
    let tote =
        |n: u32| Tote { name: format!("T{n}").parse().unwrap(), order: order(n), fulfillment: FulfillmentId::nth(1) };
    let totes = vec![tote(1), tote(2)];
    let wanted =
        Wanted { totes: totes.iter().map(|tote| tote.name.clone()).collect(), orders: None, first: First::Oldest };
    let batch = Batch::new(main(), wanted, totes, &by("anna")).claim(&by("anna")).unwrap();
    let of = |n, lines| ((order(n), FulfillmentId::nth(1)), Picked { fulfillment: fulfillment(lines), on_hold: false });
    let contents = [of(1, &[("TEE", 1, "A-1")]), of(2, &[("TEE", 2, "A-1"), ("MUG", 1, "B-1")])].into();
    (batch, contents)
}

fn fulfillment(lines: &[(&str, u32, &str)]) -> Fulfillment {
    let line = |(line, (sku, quantity, bin)): (LineId, &(&str, u32, &str))| PickLine {
        line,
        sku: sku.parse().unwrap(),
        title: (*sku).to_owned(),
        bin: Some((*bin).to_owned()),
        quantity: *quantity,
        picked: None,
        scanned: 0,
    };
    let lines = (0..).zip(lines).map(line).collect();
    Fulfillment { lines, ..dispatched().fulfillments[&FULFILLMENT].clone() }.on_batch(&id())
}

fn scan(sku: &str, units: u32, key: &str) -> Scan {
    Scan { sku: sku.parse().unwrap(), units, bin: None, key: key.to_owned() }
}

/// Counts it where it goes, and returns the tote's name.
fn count(batch: &Batch, contents: &mut Contents, scan: &Scan, tote: Option<&str>) -> Result<String, Rejection> {
    let tote = tote.map(|name| name.parse().unwrap());
    let to = batch.tote_for(&id(), contents, Taken { scan, tote: tote.as_ref() })?;
    let now = contents.get_mut(&(to.order.clone(), to.fulfillment)).unwrap();
    now.fulfillment = now.fulfillment.clone().scan(scan, &by("anna"))?.0;
    Ok(to.name.to_string())
}

#[test]
fn units_go_into_the_totes_in_the_order_of_the_walk_until_all_is_taken() {
    let (batch, mut contents) = claimed();
    assert_eq!(batch.next_stop(&id(), &contents).unwrap().tote.to_string(), "T1");
    for (sku, key, tote) in [("TEE", "1", "T1"), ("TEE", "2", "T2"), ("TEE", "2", "T2"), ("TEE", "3", "T2")] {
        assert_eq!(count(&batch, &mut contents, &scan(sku, 1, key), None).unwrap(), tote, "{key}");
    }
    assert_eq!(batch.next_stop(&id(), &contents).unwrap().sku.as_str(), "MUG");
    count(&batch, &mut contents, &scan("MUG", 1, "4"), None).unwrap();
    assert!(batch.next_stop(&id(), &contents).is_none());
    assert!(contents.values().all(|now| now.fulfillment.status == FulfillmentStatus::Picked));
    assert_eq!(batch.status_now(&id(), &contents), BatchStatus::Done);
    let again = contents.clone();
    assert_eq!(count(&batch, &mut contents, &scan("MUG", 1, "4"), None).unwrap(), "T2", "the last one is sent again");
    assert_eq!(contents, again);
}

#[test]
fn a_scan_that_is_sent_again_is_not_looked_for_in_another_tote_whatever_became_of_its_own() {
    let (batch, mut contents) = claimed();
    assert_eq!(count(&batch, &mut contents, &scan("TEE", 1, "1"), None).unwrap(), "T1");
    let first = contents.get_mut(&(order(1), FulfillmentId::nth(1))).unwrap();
    first.fulfillment = first.fulfillment.clone().pack(&packing(&[(0, 1)], "p"), &by("carl")).unwrap();
    let before = contents.clone();
    assert_eq!(count(&batch, &mut contents, &scan("TEE", 1, "1"), None).unwrap(), "T1");
    assert_eq!(contents, before);
}

#[test]
fn a_pack_goes_where_all_of_it_is_wanted() {
    let (batch, mut contents) = claimed();
    assert_eq!(
        count(&batch, &mut contents, &scan("TEE", 2, "1"), None).unwrap(),
        "T2",
        "the first tote wants one only"
    );
}

#[test]
fn what_no_tote_wants_is_refused_with_what_is_expected() {
    let (batch, mut contents) = claimed();
    let from = |bin: &str, scan: Scan| Scan { bin: Some(bin.to_owned()), ..scan };
    let expected = "expected: 1 × TEE from A-1 into T1, 2 × TEE from A-1 into T2, 1 × MUG from B-1 into T2";
    let table = [
        (scan("HAT", 1, "x"), None, Code::WrongItem, format!("HAT is not on this batch; {expected}")),
        (
            scan("TEE", 3, "x"),
            None,
            Code::TooManyPicked,
            format!("TEE: 3 scanned, but no tote wants more than 2; {expected}"),
        ),
        (from("C-1", scan("MUG", 1, "x")), None, Code::WrongBin, "MUG is to be taken from B-1".to_owned()),
        (scan("MUG", 1, "x"), Some("T1"), Code::WrongTote, "MUG goes into tote T2, not into T1".to_owned()),
    ];
    for (scan, tote, code, why) in table {
        let refused = count(&batch, &mut contents, &scan, tote).unwrap_err();
        assert_eq!((refused.code, refused.to_string()), (code, why));
    }
    assert_eq!(
        count(&batch, &mut contents, &scan("TEE", 1, "1"), Some("T2")).unwrap(),
        "T2",
        "the other tote is right too"
    );
    for now in contents.values_mut() {
        now.on_hold = true;
    }
    assert_eq!(count(&batch, &mut contents, &scan("TEE", 1, "2"), None).unwrap_err().code, Code::OnHold);
}

#[test]
fn only_who_has_claimed_a_batch_picks_it() {
    let (batch, _) = claimed();
    assert!(batch.must_be_picked_by(&by("anna")).is_ok());
    for batch in [batch.clone(), batch.clone().pause(&by("anna")).unwrap()] {
        assert_eq!(batch.must_be_picked_by(&by("bert")).unwrap_err().code, Code::NotClaimed);
    }
    assert_eq!(
        batch.clone().pause(&by("anna")).unwrap().must_be_picked_by(&by("anna")).unwrap_err().code,
        Code::NotClaimed
    );
    assert_eq!(
        batch.clone().release(&by("anna")).unwrap().must_be_picked_by(&by("anna")).unwrap_err().code,
        Code::NotClaimed
    );
    assert_eq!(batch.cancel(&by("anna")).unwrap().must_be_picked_by(&by("anna")).unwrap_err().code, Code::WrongStatus);
}
