#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures::at;
use proptest::prelude::*;

const NONE: StockDelta = StockDelta {
    on_hand: 0,
    reserved: 0,
    committed: 0,
    backordered: 0,
    damaged: 0,
    quality_control: 0,
    safety: 0,
    incoming: 0,
    waiting: 0,
};
const RELEASED: StockDelta = StockDelta { reserved: -1, ..NONE };
const DEDUCTED: StockDelta = StockDelta { reserved: -1, committed: 1, ..NONE };
const TAKEN: StockDelta = StockDelta { reserved: 1, ..NONE };
const PROMISED: StockDelta = StockDelta { backordered: 1, ..NONE };
const LEFT: StockDelta = StockDelta { on_hand: -1, committed: -1, ..NONE };

fn place(n: usize) -> StockPlace {
    StockPlace { sku: format!("SKU-{n}").parse().unwrap(), location: "main".parse().unwrap() }
}

fn change(moves: &[(usize, StockDelta)]) -> StockChange {
    let mut change = StockChange::default();
    for (n, delta) in moves {
        change.add(place(*n), *delta);
    }
    change
}

fn correction(n: usize, second: i64) -> (Sku, MovementRecord) {
    let (by, reason) = ("warehouse:test".to_owned(), "short pick".to_owned());
    let movement = Movement {
        at: at(second),
        by,
        location: place(n).location,
        reason,
        change: StockDelta { on_hand: -1, ..NONE },
    };
    (place(n).sku, MovementRecord { id: format!("ord_1-01-short-pick-{second}"), movement, counted: None })
}

#[test]
fn what_fits_a_transaction_moves_at_once() {
    let mut unsettled = Unsettled::default();
    let moves = change(&[(1, RELEASED), (2, TAKEN), (3, DEDUCTED)]);
    let corrections = [correction(1, 1), correction(2, 1)];
    assert_eq!(
        unsettled.decide(&moves, &corrections, &BTreeSet::new(), 5),
        Moves { stock: moves, corrections: corrections.to_vec(), ..Moves::default() }
    );
    assert!(unsettled.is_empty());
}

#[test]
fn what_takes_from_the_stock_moves_first_and_the_rest_follows() {
    let mut unsettled = Unsettled::default();
    let all = change(&[(1, RELEASED), (2, TAKEN), (3, DEDUCTED), (4, PROMISED), (5, LEFT)]);
    let moves = unsettled.decide(&all, &[correction(1, 1)], &BTreeSet::new(), 3);
    assert_eq!(moves.stock, change(&[(1, RELEASED), (2, TAKEN), (4, PROMISED)]));
    assert_eq!(unsettled.settle(2), Moves { stock: change(&[(3, DEDUCTED), (5, LEFT)]), ..Moves::default() });
    assert_eq!(unsettled.settle(2).corrections, [correction(1, 1)]);
    assert!(unsettled.is_empty());
}

#[test]
fn a_later_change_of_a_place_moves_with_what_is_unsettled_there() {
    let mut unsettled = Unsettled::default();
    unsettled.decide(&change(&[(1, DEDUCTED), (2, DEDUCTED)]), &[], &BTreeSet::new(), 1);
    assert_eq!(unsettled.stock(), &change(&[(2, DEDUCTED)]));
    // Alone, this would draw on committed units that the place does not have yet.
    let cancelled = StockDelta { committed: -1, ..NONE };
    assert_eq!(unsettled.decide(&change(&[(2, cancelled)]), &[], &BTreeSet::new(), 9).stock, change(&[(2, RELEASED)]));
    assert!(unsettled.is_empty());
}

#[test]
fn a_change_elsewhere_leaves_what_is_unsettled_alone() {
    let mut unsettled = Unsettled::default();
    unsettled.decide(&change(&[(1, LEFT), (2, LEFT)]), &[correction(7, 1)], &BTreeSet::new(), 1);
    assert_eq!(unsettled.decide(&StockChange::default(), &[], &BTreeSet::new(), 9), Moves::default());
    let moves = unsettled.decide(&change(&[(3, TAKEN)]), &[correction(3, 2)], &BTreeSet::new(), 9);
    assert_eq!(moves, Moves { stock: change(&[(3, TAKEN)]), corrections: vec![correction(3, 2)], ..Moves::default() });
    assert_eq!(unsettled.stock(), &change(&[(2, LEFT)]));
}

#[test]
fn a_place_to_recount_moves_before_others_and_is_closed_when_it_moves() {
    let mut unsettled = Unsettled::default();
    let to_recount = [place(2), place(3)].into();
    let moves = unsettled.decide(&change(&[(1, LEFT), (2, LEFT), (3, LEFT)]), &[], &to_recount, 1);
    assert_eq!((moves.stock, moves.to_recount), (change(&[(2, LEFT)]), [place(2)].into()));
    let stored = serde_json::to_value(&unsettled).unwrap();
    let mut unsettled: Unsettled = serde_json::from_value(stored).unwrap();
    assert_eq!(unsettled.settle(9).to_recount, [place(3)].into());
    assert!(unsettled.is_empty());
}

#[test]
fn it_is_stored_without_zeros_and_reads_back() {
    let mut unsettled = Unsettled::default();
    let corrections = [correction(1, 1), correction(2, 1), correction(1, 2)];
    unsettled.decide(&change(&[(1, DEDUCTED), (2, LEFT)]), &corrections, &BTreeSet::new(), 0);
    let stored = serde_json::to_value(&unsettled).unwrap();
    assert_eq!(stored["stock"][0], serde_json::json!({ "sku": "SKU-1", "at": "main", "reserved": -1, "committed": 1 }));
    assert_eq!(stored["corrections"].as_array().unwrap().len(), 2, "one for each step");
    assert_eq!(serde_json::from_value::<Unsettled>(stored).unwrap(), unsettled);
}

fn deltas() -> impl Strategy<Value = Vec<(usize, StockDelta)>> {
    let kind = prop::sample::select(vec![RELEASED, DEDUCTED, TAKEN, PROMISED, LEFT]);
    prop::collection::vec((0..9_usize, kind), 0..12)
}

proptest! {
    #[test]
    fn all_that_is_decided_moves_once_and_what_takes_moves_at_once(
        changes in prop::collection::vec(deltas(), 1..6),
        room in 1..6_usize,
    ) {
        let (mut unsettled, mut moved, mut decided) = (Unsettled::default(), StockChange::default(), StockChange::default());
        for deltas in &changes {
            let change = change(deltas);
            decided.merge(&change);
            let now = unsettled.decide(&change, &[], &BTreeSet::new(), room).stock;
            let takers = now.iter().filter(|(_, delta)| takes(**delta)).count();
            prop_assert!(now.len() <= room.max(takers));
            prop_assert!(unsettled.stock().iter().all(|(_, delta)| !takes(*delta)));
            moved.merge(&now);
        }
        while !unsettled.is_empty() {
            let now = unsettled.settle(room).stock;
            prop_assert!(!now.is_empty() && now.len() <= room);
            moved.merge(&now);
        }
        prop_assert_eq!(moved, decided);
    }
}
