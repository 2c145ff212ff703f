#![allow(clippy::unwrap_used)]

use super::*;
use domain::{fixtures, stock::StockPlace};
use proptest::prelude::*;

fn state() -> OrderState {
    fixtures::pending().state
}

fn id(n: usize) -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), &n.to_string())
}

fn place(n: usize) -> StockPlace {
    StockPlace { sku: format!("SKU-{n}").parse().unwrap(), location: "main".parse().unwrap() }
}

/// A reserved unit is committed: `available` does not fall.
const KEPT: StockDelta = StockDelta { reserved: -1, committed: 1, ..NONE };
/// A unit that nobody had reserved is committed.
const TAKEN: StockDelta = StockDelta { committed: 1, ..NONE };
const NONE: StockDelta = StockDelta {
    on_hand: 0,
    reserved: 0,
    committed: 0,
    backordered: 0,
    waiting: 0,
    damaged: 0,
    quality_control: 0,
    safety: 0,
    incoming: 0,
};

fn decided(n: usize, stock: impl IntoIterator<Item = (usize, StockDelta)>) -> Decided {
    let state = state();
    let read = Stored { key: ItemKey::state(&id(n)), version: 1, due: None, value: state.clone() };
    let mut change = StockChange::default();
    for (at, delta) in stock {
        change.add(place(at), delta);
    }
    Decided { read, next: state, stock: change }
}

/// The actions that the transaction of a group takes, counted by hand.
fn actions(group: &[Decided]) -> usize {
    let places: BTreeSet<_> = group.iter().flat_map(|order| order.stock.places()).collect();
    group.len() + places.len()
}

fn shape(groups: &[Vec<Decided>]) -> Vec<usize> {
    groups.iter().map(Vec::len).collect()
}

#[test]
fn orders_of_one_sku_share_its_action() {
    let orders = |count, places: usize| (0..count).map(|n| decided(n, (0..places).map(|at| (at, KEPT)))).collect();
    let table: [(Vec<Decided>, &[usize]); 6] = [
        (orders(0, 1), &[]),
        (orders(1, 1), &[1]),
        (orders(99, 1), &[99]),
        (orders(100, 1), &[99, 1]),
        (orders(300, 2), &[98, 98, 98, 6]),
        (orders(3, 99), &[1, 1, 1]),
    ];
    for (orders, expected) in table {
        assert_eq!(shape(&groups(orders)), expected);
    }
}

#[test]
fn orders_without_a_common_sku_fill_a_transaction_two_actions_each() {
    let orders = (0..120).map(|n| decided(n, [(n, KEPT)])).collect();
    assert_eq!(shape(&groups(orders)), [50, 50, 20]);
}

#[test]
fn a_failed_condition_concerns_whom_it_names() {
    let group = [
        decided(0, [(0, KEPT)]),
        decided(1, [(0, TAKEN)]),
        decided(2, [(0, KEPT), (1, TAKEN)]),
        decided(3, [(1, TAKEN), (2, KEPT)]),
        decided(4, []),
    ];
    let item = |n| Failed::Item(ItemKey::state(&id(n)));
    let stock = |n| Failed::Stock(place(n));
    let table: [(&[Failed], &[usize]); 8] = [
        (&[item(0)], &[0]),
        (&[item(4), item(2)], &[2, 4]),
        (&[stock(0)], &[1]), // the others had reserved it
        (&[stock(1)], &[2, 3]),
        (&[stock(0), stock(1), item(0)], &[0, 1, 2, 3]),
        (&[stock(2)], &[3]), // no order takes new stock there: the books are wrong
        (&[stock(2), item(4)], &[4]),
        (&[], &[]),
    ];
    for (failed, expected) in table {
        let expected: BTreeSet<_> = expected.iter().map(|n| id(*n)).collect();
        assert_eq!(concerned(failed, &group), expected, "{failed:?}");
    }
}

/// Orders, each with its places and its change there.
fn orders() -> impl Strategy<Value = Vec<Vec<(usize, bool)>>> {
    prop::collection::vec(prop::collection::vec((0..40_usize, any::<bool>()), 0..8), 0..160)
}

fn decide_all(orders: &[Vec<(usize, bool)>]) -> Vec<Decided> {
    let delta = |&(at, takes): &(usize, bool)| (at, if takes { TAKEN } else { KEPT });
    orders.iter().enumerate().map(|(n, stock)| decided(n, stock.iter().map(delta))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_order_is_in_one_group_in_its_turn_and_no_transaction_is_too_large_or_split_without_need(orders in orders()) {
        let groups = groups(decide_all(&orders));
        let ids: Vec<_> = groups.iter().flatten().map(|order| order.read.key.order.clone()).collect();
        prop_assert_eq!(ids, (0..orders.len()).map(id).collect::<Vec<_>>());
        for (group, next) in groups.iter().zip(groups.iter().skip(1).map(Some).chain([None])) {
            prop_assert!(actions(group) <= MAX_ACTIONS, "{} actions", actions(group));
            let Some(next) = next else { continue };
            let touched: BTreeSet<_> = group.iter().chain(&next[..1]).flat_map(|order| order.stock.places()).collect();
            prop_assert!(group.len() + 1 + touched.len() > MAX_ACTIONS, "the next order had fitted");
        }
    }

    #[test]
    fn every_failure_of_a_group_s_own_conditions_takes_somebody_off_it(orders in orders(), which in any::<prop::sample::Index>()) {
        let group = decide_all(&orders);
        let items = group.iter().map(|order| Failed::Item(order.read.key.clone()));
        let stock = group.iter().flat_map(|order| order.stock.places().cloned().map(Failed::Stock));
        let all: Vec<Failed> = items.chain(stock).collect();
        prop_assume!(!all.is_empty());
        prop_assert!(!concerned(&[which.get(&all).clone()], &group).is_empty(), "it would be tried forever");
    }
}
