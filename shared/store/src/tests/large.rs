//! Orders whose stock does not fit one transaction.

use super::*;
use domain::{
    allocation::difference,
    duty::Duty,
    fixtures::{captured, leaving, packing},
    ids::{LineId, ParcelId},
    routing::Routed,
    stock::StockLevel,
};
use std::collections::{BTreeMap, BTreeSet};

/// As many as an order may have. Each is at two locations.
const LINES: u16 = 500;
/// Of each SKU at each location.
const ON_HAND: i64 = 5;

fn every_line() -> Vec<(LineId, u32)> {
    (0..LINES).map(|line| (line, 1)).collect()
}

impl TestStore {
    /// Stores an order, and the stock that it holds.
    async fn stored_large(&self, order: &Order) -> StoredOrder {
        let held = difference(&[], &order.state.stock);
        let places: Vec<_> = held.iter().collect();
        for places in places.chunks(MAX_ACTIONS) {
            let mut write = self.write(at(0));
            for (place, delta) in places {
                write.stock(&change((*place).clone(), StockDelta { on_hand: ON_HAND, ..**delta }));
            }
            write.commit().await.unwrap();
        }
        let mut write = self.write(at(0));
        write.create(ItemKey::new(&order.id, ItemName::Placed), placement("f", order.placed.clone()));
        write.create(ItemKey::state(&order.id), order.state.clone());
        write.commit().await.unwrap();
        self.order(&order.id).await.unwrap().unwrap()
    }

    /// A large order that is paid and deducted, and has still to move stock.
    async fn unsettled(&self) -> StoredOrder {
        let order = fixtures::large(LINES);
        let total = order.state.total;
        let read = self.stored_large(&with_paid(order, total)).await;
        let deducted = read.order.clone().with_state(|state| Ok(state.deduct(&Routed::default(), at(2)))).unwrap();
        let mut write = self.write(at(3));
        write.change(&read, &deducted.into());
        write.commit().await.unwrap();
        self.order(&read.order.id).await.unwrap().unwrap()
    }

    /// Commits a change, and then settles. After each transaction the books agree with what the order holds. Returns
    /// the order, and the number of transactions.
    async fn changed(&self, read: &StoredOrder, change: impl Into<Change>) -> (StoredOrder, usize) {
        let mut write = self.write(at(100));
        write.change(read, &change.into());
        assert!(write.len() <= MAX_ACTIONS, "{} actions", write.len());
        write.commit().await.unwrap();
        let mut transactions = 1;
        loop {
            let state = self.order_state(&read.order.id).await.unwrap().unwrap();
            self.assert_books_agree(&state.value).await;
            let mut next = state.value.clone();
            let moves = next.settle(MAX_ACTIONS - 1);
            if moves == domain::unsettled::Moves::default() {
                assert!(!next.owed.contains(&Duty::StockSettlement));
                return (self.order(&read.order.id).await.unwrap().unwrap(), transactions);
            }
            assert!(state.owes(&Duty::StockSettlement), "what is unsettled is owed");
            let mut write = self.write(at(101));
            write.moves(&moves, &BTreeMap::new());
            write.replace(&state, next);
            write.commit().await.unwrap();
            transactions += 1;
        }
    }

    async fn levels(&self) -> Vec<StockLevel> {
        let skus: Vec<Sku> = fixtures::large(LINES).placed.lines.into_iter().map(|line| line.sku).collect();
        self.stock_levels(&skus, &["main", "store"].map(super::settings::location)).await.unwrap()
    }

    async fn assert_books_agree(&self, state: &OrderState) {
        let mut held = difference(&[], &state.stock);
        for (place, delta) in state.unsettled.stock().iter() {
            held.add(place.clone(), *delta * -1);
        }
        for level in self.levels().await {
            let place = StockPlace { sku: level.sku.clone(), location: level.location.clone() };
            let held = held.get(&place).copied().unwrap_or_default();
            assert_eq!((level.reserved, level.committed), (held.reserved, held.committed), "{place:?}");
        }
    }
}

#[tokio::test]
async fn a_large_order_is_deducted_picked_short_and_shipped_in_parts_over_many_transactions() {
    let store = TestStore::new();
    let order = fixtures::large(LINES);
    let total = order.state.total;
    let read = store.stored_large(&order).await;
    let paid = read.order.clone().with_state(|state| Ok(state.record(&captured(total), at(1)))).unwrap();
    let (read, transactions) = store.changed(&read, paid).await;
    assert_eq!(transactions, 1, "a payment moves nothing");

    let deducted = read.order.clone().with_state(|state| Ok(state.deduct(&Routed::default(), at(2)))).unwrap();
    let (read, transactions) = store.changed(&read, deducted).await;
    assert_eq!(transactions, 11, "1,000 places, 99 at a time");

    let dispatched = read.order.clone().dispatch(&BTreeMap::new(), &BTreeSet::new(), at(3));
    let (read, transactions) = store.changed(&read, dispatched).await;
    assert_eq!((transactions, read.order.fulfillments.len()), (1, 2));

    // A rack is empty: 150 lines are not found.
    let found: BTreeMap<LineId, u32> = (0..LINES).map(|line| (line, u32::from(line >= 150))).collect();
    let picked = read.order.clone().confirm_picks(FULFILLMENT, &found, &stamp(4)).unwrap();
    let (read, transactions) = store.changed(&read, picked).await;
    assert_eq!(transactions, 4, "150 places and as many movements");
    let missing = store.stock_of(&"SKU-000".parse().unwrap(), 9).await.unwrap();
    assert_eq!((missing.0[0].on_hand, missing.1.len()), (ON_HAND - 1, 1));

    let second: FulfillmentId = FulfillmentId::nth(2);
    let picked = read.order.clone().confirm_picks(second, &every_line().into_iter().collect(), &stamp(5)).unwrap();
    let (read, _) = store.changed(&read, picked).await;
    let halves = every_line();
    let (one, other) = halves.split_at(200);
    let packed = read.order.clone().pack(second, &packing(one, "one"), &stamp(6)).unwrap();
    let packed = packed.pack(second, &packing(other, "other"), &stamp(6)).unwrap();
    let (read, _) = store.changed(&read, packed).await;
    let left = read.order.clone().hand_over(second, &[leaving(ParcelId::nth(2))], &stamp(7)).unwrap();
    let (read, transactions) = store.changed(&read, left).await;
    assert_eq!(transactions, 4, "300 places");
    let level = store.stock_of(&"SKU-499".parse().unwrap(), 1).await.unwrap().0.remove(1);
    assert_eq!((level.on_hand, level.committed, level.available), (ON_HAND - 1, 0, ON_HAND - 1));

    // What has not left is cancelled.
    let rest = read.order.clone().cancel_unsent("enough", &stamp(8)).unwrap();
    let (read, _) = store.changed(&read, rest).await;
    assert!(read.order.state.stock.is_empty());
}

#[tokio::test]
async fn a_large_order_is_cancelled_before_its_deduction_has_settled() {
    let store = TestStore::new();
    let read = store.unsettled().await;
    assert!(!read.order.state.unsettled.is_empty());

    let cancelled = read.order.clone().cancel("changed my mind", &stamp(4)).unwrap();
    store.changed(&read, cancelled).await;
    for level in store.levels().await {
        assert_eq!((level.available, level.reserved, level.committed), (ON_HAND, 0, 0), "{level:?}");
    }
}

#[tokio::test]
async fn a_fact_is_recorded_alone_while_stock_is_unsettled() {
    let store = TestStore::new();
    let read = store.unsettled().await;
    let total = read.order.state.total;
    let read = store.order_state(&read.order.id).await.unwrap().unwrap();
    let mut write = store.write(at(4));
    write.state(&read, read.value.clone().record(&captured(total + 1), at(4)));
    assert_eq!(write.len(), 1, "a place whose books are wrong must not keep a fact out");
}

#[tokio::test]
async fn the_state_of_the_largest_order_fits_an_item_even_with_all_of_its_stock_unsettled() {
    let store = TestStore::new();
    let order = fixtures::large(LINES);
    let mut state = order.state.clone();
    let moves = difference(&state.stock, &[]);
    state.decide(&moves, &[], &BTreeSet::new(), 0);
    assert_eq!(state.unsettled.stock().len(), 2 * usize::from(LINES));
    store.created(&ItemKey::state(&order.id), state).await;
    let size = super::size::size(&store.raw::<OrderState>(&ItemKey::state(&order.id)).await);
    println!("{size} bytes");
    assert!(size < 400 * 1024, "{size} bytes");
}

fn with_paid(order: Order, total: domain::money::Amount) -> Order {
    fixtures::with_state(order, |state| state.record(&captured(total), at(1)))
}
