//! Lists that people page through: orders, and the warehouse's work.

use super::*;
use domain::{ids::ChannelId, order_state::OrderStatus, search::ANY_TIME};
use std::collections::BTreeSet;

const CHANNELS: [&str; 3] = ["web", "web2", "market"];

fn channel(n: usize) -> ChannelId {
    CHANNELS[n].parse().unwrap()
}

fn channels() -> Vec<ChannelId> {
    (0..CHANNELS.len()).map(channel).collect()
}

/// The state of the n-th order. Channels, sides, statuses and moments are mixed, and some orders share their moment.
fn nth_head(n: u32) -> OrderState {
    let status = match n % 5 {
        0 => OrderStatus::Completed,
        1 => OrderStatus::Pending { reserved_until: at(1) },
        2 => OrderStatus::Expired,
        _ => OrderStatus::Open,
    };
    OrderState { channel: channel(n as usize % 3), placed_at: at(i64::from(n / 4)), status, ..state() }
}

async fn store_of(count: u32) -> TestStore {
    let store = TestStore::new();
    for chunk in (0..count).collect::<Vec<_>>().chunks(100) {
        let mut write = store.write(at(0));
        for n in chunk {
            write.create(state_key(*n), nth_head(*n));
        }
        write.commit().await.unwrap();
    }
    store
}

/// Reads all pages. Each one starts where the previous one ended.
async fn all_pages(
    store: &TestStore,
    channels: &[ChannelId],
    active: Option<bool>,
    limit: usize,
    keep: impl Fn(&OrderState) -> bool,
) -> Vec<Stored<OrderState>> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.list_orders(channels, active, &ANY_TIME, cursor.as_deref(), limit, &keep).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items);
        match page.next {
            Some(next) => assert!(cursor.replace(next.clone()).is_none_or(|last| next < last), "it goes on"),
            None => return all,
        }
    }
}

/// The ids of the orders that `keep` accepts, newest first.
fn expected(count: u32, keep: impl Fn(&OrderState) -> bool) -> Vec<OrderId> {
    let mut all: Vec<_> = (0..count).map(|n| (nth_head(n).placed_at, order(n), nth_head(n))).collect();
    all.retain(|(_, _, state)| keep(state));
    all.sort_by(|(a, x, _), (b, y, _)| (b, y).cmp(&(a, x)));
    all.into_iter().map(|(_, id, _)| id).collect()
}

#[tokio::test]
async fn over_all_pages_every_order_comes_once_and_in_order_whatever_the_filter_and_the_page_size() {
    const COUNT: u32 = 60;
    let store = store_of(COUNT).await;
    for chosen in [vec![], vec![channel(0)], vec![channel(2), channel(0)], channels()] {
        for active in [None, Some(true), Some(false)] {
            for limit in [1, 7, 20, 100] {
                let found = all_pages(&store, &chosen, active, limit, |_| true).await;
                let ids: Vec<_> = found.into_iter().map(|state| state.key.order).collect();
                let side = |state: &OrderState| active.is_none_or(|active| state.status.is_active() == active);
                let wanted = expected(COUNT, |state| chosen.contains(&state.channel) && side(state));
                assert_eq!(ids, wanted, "{chosen:?} {active:?} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn an_order_that_is_found_in_two_places_at_once_is_listed_once() {
    // It happens when an order changes sides between the two queries.
    let store = store_of(20).await;
    for limit in [1, 6, 50] {
        let found = all_pages(&store, &[channel(0), channel(1), channel(0)], None, limit, |_| true).await;
        let ids: Vec<_> = found.into_iter().map(|state| state.key.order).collect();
        assert_eq!(ids, expected(20, |state| state.channel != channel(2)), "{limit}");
    }
}

#[tokio::test]
async fn a_further_filter_loses_no_order_and_doubles_none() {
    const COUNT: u32 = 60;
    let store = store_of(COUNT).await;
    let expired = |state: &OrderState| state.status == OrderStatus::Expired;
    for limit in [1, 3, 12, 50] {
        let found = all_pages(&store, &channels(), Some(false), limit, expired).await;
        let ids: Vec<_> = found.into_iter().map(|state| state.key.order).collect();
        assert_eq!(ids, expected(COUNT, expired), "{limit}");
    }
}

#[tokio::test]
async fn a_page_that_finds_nothing_among_many_orders_says_where_to_go_on() {
    const COUNT: u32 = 700;
    let store = store_of(COUNT).await;
    let oldest = |state: &OrderState| state.placed_at == at(0);
    let first = store.list_orders(&channels(), None, &ANY_TIME, None, 100, oldest).await.unwrap();
    assert!(first.items.is_empty() && first.next.is_some(), "it stops looking after 500 orders");
    let rest = store.list_orders(&channels(), None, &ANY_TIME, first.next.as_deref(), 100, oldest).await.unwrap();
    let ids: BTreeSet<_> = rest.items.into_iter().map(|state| state.key.order).collect();
    assert_eq!(ids, expected(COUNT, oldest).into_iter().collect());
}

#[tokio::test]
async fn an_order_changes_sides_when_it_is_over() {
    let store = TestStore::new();
    let read = store.created(&state_key(1), state()).await;
    let count = async |active| all_pages(&store, &channels(), Some(active), 10, |_| true).await.len();
    assert_eq!((count(true).await, count(false).await), (1, 0));
    store.replaced(&read, OrderState { status: OrderStatus::Completed, ..state() }, at(1)).await;
    assert_eq!((count(true).await, count(false).await), (0, 1));
}

#[tokio::test]
async fn orders_placed_between_two_pages_do_not_move_the_second() {
    let store = store_of(20).await;
    let first = store.list_orders(&channels(), None, &ANY_TIME, None, 10, |_| true).await.unwrap();
    for n in 100..110 {
        store.created(&state_key(n), OrderState { placed_at: at(1000), ..nth_head(n) }).await;
    }
    let second = store.list_orders(&channels(), None, &ANY_TIME, first.next.as_deref(), 50, |_| true).await.unwrap();
    let ids: Vec<_> = first.items.into_iter().chain(second.items).map(|state| state.key.order).collect();
    assert_eq!(ids, expected(20, |_| true));
}

#[tokio::test]
async fn over_all_pages_a_location_s_work_comes_once_the_oldest_first() {
    const COUNT: u32 = 30;
    let store = TestStore::new();
    for n in 0..COUNT {
        let location = if n % 3 == 0 { "store" } else { "main" };
        let value = Fulfillment { created_at: at(i64::from(n / 4)), ..fulfillment(location) };
        store.created(&fulfillment_key(n), value).await;
    }
    for limit in [1, 4, 10, 100] {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list_work(&"main".parse().unwrap(), cursor.as_deref(), limit).await.unwrap();
            assert!(page.items.len() <= limit);
            all.extend(page.items.into_iter().map(|work| (work.value.created_at, work.key.order)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let mut wanted: Vec<_> = (0..COUNT).filter(|n| n % 3 != 0).map(|n| (at(i64::from(n / 4)), order(n))).collect();
        wanted.sort();
        assert_eq!(all, wanted, "{limit}");
    }
}

#[tokio::test]
async fn only_what_the_warehouse_still_has_to_do_is_listed() {
    let main: LocationId = "main".parse().unwrap();
    let statuses = [
        (FulfillmentStatus::Open, true),
        (FulfillmentStatus::Picking, true),
        (FulfillmentStatus::Picked, true),
        (FulfillmentStatus::Packed, true),
        (FulfillmentStatus::HandedOver, false),
        (FulfillmentStatus::Closed, false),
        (FulfillmentStatus::Short, false),
        (FulfillmentStatus::Cancelled, false),
    ];
    for (status, listed) in statuses {
        let store = TestStore::new();
        let read = store.created(&fulfillment_key(1), fulfillment("main")).await;
        if status != FulfillmentStatus::Open {
            store.replaced(&read, Fulfillment { status, ..fulfillment("main") }, at(1)).await;
        }
        let page = store.list_work(&main, None, 10).await.unwrap();
        assert_eq!(page.items.len(), usize::from(listed), "{status:?}");
    }
}

#[tokio::test]
async fn many_heads_are_read_in_few_requests_even_when_asked_twice() {
    let store = store_of(230).await;
    store.requests();
    let found = store.load_all::<OrderState>((0..250).chain(0..250).map(state_key)).await.unwrap();
    assert_eq!(found.len(), 230, "each comes once");
    let found: BTreeSet<_> = found.into_iter().map(|(key, _)| key).collect();
    assert_eq!(found, (0..230).map(state_key).collect(), "those that are not there are left out");
    assert_eq!(store.requests(), ["BatchGetItem"; 3]);
    assert!(store.load_all::<OrderState>([]).await.unwrap().is_empty());
}
