//! Finding orders by what people know of them.

use super::*;
use domain::{
    found_by::FoundBy,
    order::Edit,
    placed_order::Customer,
    search::{ANY_TIME, Wanted, tracking_numbers},
};
use std::ops::Range;

fn customer(name: &str, email: &str) -> Customer {
    Customer {
        name: name.into(),
        email: email.into(),
        phone: Some("+44 20 7946 0018".into()),
        locale: None,
        vat_id: None,
    }
}

/// Places an order as the use case does: found by its customer.
async fn placed(store: &TestStore, n: u32, customer: Customer) -> Order {
    store.fill().await;
    let mut order = Order { id: order(n), ..pending() };
    order.placed.placed_at = at(i64::from(n));
    order.state.placed_at = at(i64::from(n));
    order.placed.found_by = store.search_key().await.unwrap().found_by(&customer, at(i64::from(n)));
    order.placed.customer = customer;
    let mut write = store.write(at(0));
    write.place(&order.id, &placement("f", order.placed.clone()), order.state.clone());
    write.commit().await.unwrap();
    order
}

/// All pages, each of `limit` orders.
async fn found(store: &TestStore, wanted: &Wanted, moments: &Range<Timestamp>, limit: usize) -> Vec<OrderId> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.find(wanted, moments, cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}

fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<OrderId> {
    numbers.into_iter().map(order).collect()
}

#[tokio::test]
async fn orders_are_found_by_their_customer_newest_first_whatever_the_page_size() {
    let store = TestStore::new();
    for n in 0..7 {
        placed(&store, n, customer("Ada Lovelace", "ada@example.com")).await;
    }
    placed(&store, 7, customer("Bob Ross", "bob@example.com")).await;
    let by_email = Wanted::Email("ADA@example.com".into());
    for limit in [1, 2, 7, 50] {
        assert_eq!(found(&store, &by_email, &ANY_TIME, limit).await, ids((0..7).rev()), "{limit}");
        let by_phone = Wanted::Phone("020 7946 0018".parse().unwrap());
        assert_eq!(found(&store, &by_phone, &ANY_TIME, limit).await, ids((0..8).rev()), "{limit}");
        for beginning in ["lovel", "ada l"] {
            let by_name = Wanted::Name(beginning.parse().unwrap());
            let mut all = found(&store, &by_name, &ANY_TIME, limit).await;
            all.sort_by_key(|id| (0..7).position(|n| order(n) == *id));
            assert_eq!(all, ids(0..7), "{beginning} {limit}");
        }
    }
    let some = at(2)..at(5);
    let within: Vec<_> = found(&store, &by_email, &some, 2).await;
    assert!(within.starts_with(&ids([5, 4, 3, 2])) || within.starts_with(&ids([4, 3, 2])), "{within:?}");
}

#[tokio::test]
async fn an_order_is_found_by_each_of_its_skus_and_tracking_numbers() {
    let store = TestStore::new();
    let order = placed(&store, 1, customer("Ada Lovelace", "ada@example.com")).await;
    for sku in ["TEE", "MUG"] {
        assert_eq!(found(&store, &Wanted::Sku(sku.parse().unwrap()), &ANY_TIME, 5).await, ids([1]), "{sku}");
    }
    assert_eq!(found(&store, &Wanted::Sku("HAT".parse().unwrap()), &ANY_TIME, 5).await, []);
    let read = store.order(&order.id).await.unwrap().unwrap();
    let sent = Order { id: order.id.clone(), placed: order.placed, ..fixtures::shipped() };
    let numbers = tracking_numbers(sent.fulfillments.values());
    let mut write = store.write(at(1));
    write.change(&read, &Change::from(sent));
    write.commit().await.unwrap();
    assert_eq!(numbers.len(), 1);
    for number in numbers {
        assert_eq!(found(&store, &Wanted::Tracking(number), &ANY_TIME, 5).await, ids([1]));
    }
}

#[tokio::test]
async fn many_orders_of_a_sku_come_page_by_page_in_their_moments() {
    let store = TestStore::new();
    for n in 0..9 {
        placed(&store, n, customer("Ada Lovelace", "ada@example.com")).await;
    }
    let tee = Wanted::Sku("TEE".parse().unwrap());
    for limit in [1, 4, 9] {
        assert_eq!(found(&store, &tee, &ANY_TIME, limit).await, ids((0..9).rev()), "{limit}");
        assert_eq!(found(&store, &tee, &(at(3)..at(6)), limit).await, ids([5, 4, 3]), "{limit}");
    }
}

#[tokio::test]
async fn entries_are_written_before_the_order_and_whole_batches_of_them() {
    let store = TestStore::new();
    store.search_key().await.unwrap();
    store.requests();
    placed(&store, 1, customer("Ada Lovelace", "ada@example.com")).await;
    let requests: Vec<_> = store.requests().into_iter().filter(|name| !name.contains("Query")).collect();
    let entries = requests.iter().position(|name| name.contains("BatchWriteItem"));
    let order = requests.iter().rposition(|name| name.contains("TransactWriteItems"));
    assert!(entries.is_some() && entries < order, "{requests:?}");
}

#[tokio::test]
async fn another_contact_replaces_the_former_one_and_an_erased_customer_is_not_found() {
    let store = TestStore::new();
    placed(&store, 1, customer("Ada Lovelace", "ada@example.com")).await;
    let key = store.search_key().await.unwrap();
    let read = store.order(&order(1)).await.unwrap().unwrap();
    let edit =
        Edit { customer: Some(customer("Ada King", "king@example.com")), reason: "married".into(), ..Edit::default() };
    let mut change = read.order.clone().edit(&edit, &stamp(2)).unwrap();
    change.order.placed.found_by = key.found_by(&change.order.placed.customer, at(1));
    let mut write = store.write(at(2));
    write.change(&read, &change);
    write.commit().await.unwrap();
    let by = |email: &str| Wanted::Email(email.into());
    assert_eq!(found(&store, &by("ada@example.com"), &ANY_TIME, 5).await, []);
    assert_eq!(found(&store, &by("king@example.com"), &ANY_TIME, 5).await, ids([1]));

    let read = store.order(&order(1)).await.unwrap().unwrap();
    let mut erased = read.order.clone();
    erased.placed.found_by = FoundBy::default();
    let mut write = store.write(at(3));
    write.change(&read, &erased.into());
    write.commit().await.unwrap();
    assert_eq!(found(&store, &by("king@example.com"), &ANY_TIME, 5).await, []);
}

#[tokio::test]
async fn all_processes_use_the_one_search_key() {
    let store = TestStore::new();
    let first = store.search_key().await.unwrap();
    assert_eq!(store.another_process().search_key().await.unwrap(), first);
}
