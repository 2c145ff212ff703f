#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    fixtures::{FULFILLMENT, at, dispatched, main},
    fulfillment::PickLine,
    history::Actor,
};

fn by(name: &str) -> Stamp {
    Stamp::new(Actor::caller("warehouse", name), at(1))
}

fn order(n: u32) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), &n.to_string())
}

fn wanted(totes: u32, orders: Option<u32>, first: First) -> Wanted {
    let totes = (1..=totes).map(|n| format!("T{n}").parse().unwrap()).collect();
    Wanted { totes, orders, first }
}

/// A fulfillment of an order, by the number of its lines.
fn candidate((order_number, fulfillment, lines): (u32, u16, usize)) -> Candidate {
    Candidate { order: order(order_number), fulfillment: FulfillmentId::nth(fulfillment), lines }
}

#[test]
fn each_tote_takes_one_fulfillment_the_oldest_first() {
    use First::{Oldest, SingleLine};
    let there = [(1, 1, 2), (2, 1, 1), (1, 2, 1), (3, 1, 3), (4, 1, 1)];
    let candidates: Vec<Candidate> = there.into_iter().map(candidate).collect();
    let table: [(Wanted, &[usize], bool); 8] = [
        (wanted(2, None, Oldest), &[0, 1], true),
        (wanted(2, None, SingleLine), &[1, 2], true),
        (wanted(9, None, Oldest), &[0, 1, 2, 3, 4], false),
        (wanted(9, None, SingleLine), &[1, 2, 4, 0, 3], false),
        // Two fulfillments of one order take two totes.
        (wanted(9, Some(1), Oldest), &[0, 2], true),
        (wanted(9, Some(2), Oldest), &[0, 1, 2], true),
        (wanted(2, Some(9), Oldest), &[0, 1], true),
        (wanted(4, Some(9), SingleLine), &[1, 2, 4, 0], false),
    ];
    for (wanted, expected, is_met) in table {
        let totes = wanted.choose(candidates.clone());
        let expected = wanted.totes.iter().zip(expected).map(|(name, n)| Tote {
            name: name.clone(),
            order: candidates[*n].order.clone(),
            fulfillment: candidates[*n].fulfillment,
        });
        assert_eq!(totes, expected.collect::<Vec<_>>(), "{wanted:?}");
        assert_eq!(wanted.is_met_by(&candidates), is_met, "{wanted:?}");
    }
}

fn id() -> BatchId {
    BatchId::derive(&main(), "key")
}

/// A batch of these orders' only fulfillments.
fn batch(orders: &[u32]) -> Batch {
    let count = u32::try_from(orders.len()).unwrap();
    let wanted = wanted(count, None, First::Oldest);
    let totes = wanted.choose(orders.iter().map(|n| candidate((*n, 1, 1))).collect());
    Batch::new(main(), wanted, totes, &by("anna"))
}

#[test]
fn a_batch_has_one_picker_at_a_time() {
    let free = batch(&[1]);
    assert_eq!(free.clone().pause(&by("anna")).unwrap_err().code, Code::WrongStatus);
    let annas = free.claim(&by("anna")).unwrap();
    assert_eq!((annas.status, annas.picker.as_deref()), (BatchStatus::Picking, Some("warehouse:anna")));
    assert_eq!(annas.clone().claim(&Stamp { at: at(9), ..by("anna") }).unwrap(), annas, "again changes nothing");
    assert_eq!(annas.clone().claim(&by("bert")).unwrap_err().code, Code::AlreadyClaimed);
    let paused = annas.clone().pause(&by("anna")).unwrap();
    assert_eq!(paused.status, BatchStatus::Paused);
    assert_eq!(paused.clone().claim(&by("bert")).unwrap_err().code, Code::AlreadyClaimed);
    assert_eq!(paused.clone().claim(&by("anna")).unwrap().status, BatchStatus::Picking);
    let released = paused.release(&by("bert")).unwrap();
    assert_eq!((released.status, &released.picker), (BatchStatus::Open, &None));
    assert_eq!(released.clone().claim(&by("bert")).unwrap().picker.as_deref(), Some("warehouse:bert"));
    let cancelled = released.cancel(&by("anna")).unwrap();
    assert_eq!(cancelled.clone().cancel(&by("bert")).unwrap(), cancelled, "again changes nothing");
    for refused in
        [cancelled.clone().claim(&by("anna")), cancelled.clone().pause(&by("anna")), cancelled.release(&by("anna"))]
    {
        assert_eq!(refused.unwrap_err().code, Code::WrongStatus);
    }
    let done = Batch { status: BatchStatus::Done, ..annas };
    assert_eq!(done.cancel(&by("anna")).unwrap_err().code, Code::WrongStatus);
}

/// The fulfillment of an order of these lines, each in a bin, on the batch.
fn fulfillment(lines: &[(&str, u32, &str)]) -> Fulfillment {
    let line = |(line, (sku, quantity, bin)): (LineId, &(&str, u32, &str))| PickLine {
        line,
        sku: sku.parse().unwrap(),
        title: (*sku).to_owned(),
        bin: Some((*bin).to_owned()).filter(|bin| !bin.is_empty()),
        quantity: *quantity,
        picked: None,
        scanned: 0,
    };
    let lines = (0..).zip(lines).map(line).collect();
    Fulfillment { lines, ..dispatched().fulfillments[&FULFILLMENT].clone() }.on_batch(&id())
}

fn contents<const N: usize>(all: [(u32, Fulfillment, bool); N]) -> Contents {
    let one = |(n, fulfillment, on_hold)| ((order(n), FulfillmentId::nth(1)), Picked { fulfillment, on_hold });
    all.into_iter().map(one).collect()
}

fn told(walk: &[WalkLine]) -> Vec<(&str, &str, &str, WalkState)> {
    walk.iter()
        .map(|line| (line.bin.as_deref().unwrap_or(""), line.sku.as_str(), line.tote.as_str(), line.state))
        .collect()
}

#[test]
fn the_walk_goes_from_bin_to_bin_through_all_orders() {
    use WalkState::{OnHold, Picked, PutBack, ToPick};
    let batch = batch(&[1, 2, 3, 4, 5]);
    let picked = |fulfillment: Fulfillment| fulfillment.confirm_picks(&[(0, 1)].into(), &by("anna")).unwrap().0;
    let now = contents([
        (1, fulfillment(&[("TEE", 2, "A-10-1"), ("MUG", 1, "")]), false),
        (2, fulfillment(&[("TEE", 1, "A-10-1"), ("CUP", 1, "A-2-3")]), true),
        (3, picked(fulfillment(&[("PAN", 1, "B-1")])), false),
        (4, picked(fulfillment(&[("POT", 1, "A-1-9")])).cancel(&by("anna")), false),
        (5, fulfillment(&[("LID", 1, "A-1-8")]).cancel(&by("anna")), false), // nothing of it was taken
    ]);
    let walk = batch.walk(&id(), &now);
    let expected = [
        ("A-1-9", "POT", "T4", PutBack),
        ("A-2-3", "CUP", "T2", OnHold),
        ("A-10-1", "TEE", "T1", ToPick),
        ("A-10-1", "TEE", "T2", OnHold),
        ("B-1", "PAN", "T3", Picked),
        ("", "MUG", "T1", ToPick),
    ];
    assert_eq!(told(&walk), expected);
    assert_eq!((batch.left(&id(), &now), batch.status_now(&id(), &now)), (2, BatchStatus::Open));
}

#[test]
fn a_batch_is_done_when_nothing_of_it_is_left_to_pick() {
    let batch = batch(&[1, 2]).claim(&by("anna")).unwrap();
    let open = fulfillment(&[("TEE", 1, "A-1")]);
    let picked = |units| open.clone().confirm_picks(&[(0, units)].into(), &by("anna")).unwrap().0;
    let table = [
        ([open.clone(), open.clone()], BatchStatus::Picking),
        ([open.clone(), picked(1)], BatchStatus::Picking),
        ([open.clone().start_picking(&by("anna")).unwrap(), picked(1)], BatchStatus::Picking),
        ([picked(0), picked(1)], BatchStatus::Done),
        ([open.clone().cancel(&by("anna")), picked(1)], BatchStatus::Done),
        ([open.clone().cancel(&by("anna")), open.clone().cancel(&by("anna"))], BatchStatus::Done),
    ];
    for ([one, other], expected) in table {
        let now = contents([(1, one, false), (2, other, false)]);
        assert_eq!(batch.status_now(&id(), &now), expected, "{now:?}");
        let ended = batch.clone().end_when_done(&id(), &now, &by("anna"));
        assert_eq!(ended.status, expected);
        assert_eq!(ended.picker.as_deref(), Some("warehouse:anna"), "who picked it stays known");
    }
    // A cancelled one stays cancelled.
    let cancelled = batch.cancel(&by("anna")).unwrap();
    assert_eq!(cancelled.status_now(&id(), &Contents::new()), BatchStatus::Cancelled);
}

#[test]
fn a_cancelled_batch_gives_back_what_is_not_picked() {
    let open = fulfillment(&[("TEE", 1, "A-1")]);
    assert!(!open.awaits_batch(), "it is on one");
    let begun = open.clone().start_picking(&by("anna")).unwrap();
    let picked = open.clone().confirm_picks(&[(0, 1)].into(), &by("anna")).unwrap().0;
    let cancelled = open.clone().cancel(&by("anna"));
    for (before, is_given_back) in [(&open, true), (&begun, true), (&picked, false), (&cancelled, false)] {
        let after = before.clone().off_batch(&id());
        assert_eq!(after.batch.is_none(), is_given_back, "{before:?}");
        assert_eq!(Fulfillment { batch: Some(id()), ..after }, *before, "nothing else changes");
    }
    let other = BatchId::derive(&main(), "another");
    assert_eq!(open.clone().off_batch(&other), open, "it is on another one");
    let free = open.off_batch(&id());
    assert!(free.awaits_batch());
    let now = contents([(1, free, false)]);
    assert_eq!((batch(&[1]).walk(&id(), &now), batch(&[1]).left(&id(), &now)), (vec![], 0));
}
