use super::order::tests::{parsed, recorded, with};
use super::*;
use crate::testing::{Reply, Seen, asked, error, json, now, outside, page, payload, shop, shop_saying};
use domain::channel_order::Stage;
use proptest::{collection::vec, prelude::*};
use serde_json::json as value;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{Arc, LazyLock, Mutex},
};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(future)
}

/// The second that tests count from.
const START: i64 = 1_795_780_800;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

fn row(id: u64, second: i64) -> Value {
    let time = at(second).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    value!({"id": id, "status": "processing", "currency": "EUR", "total": "0.00", "line_items": [], "refunds": [],
        "date_created_gmt": "2026-11-01T00:00:00", "date_modified_gmt": time})
}

/// When each order of a shop changed, by its id.
type Orders = Arc<Mutex<BTreeMap<u64, i64>>>;

/// Lists orders as WooCommerce does.
fn list_orders(orders: &BTreeMap<u64, i64>, seen: &Seen) -> Reply {
    let read = |time: &str| jiff::tz::TimeZone::UTC.to_timestamp(time.parse().unwrap()).unwrap().as_second() - START;
    let second = |name: &str| seen.asks(name).map(read);
    assert_eq!(
        (seen.asks("dates_are_gmt"), seen.asks("status"), seen.asks("order")),
        (Some("true"), Some("any"), Some("asc"))
    );
    let size: usize = seen.asks("per_page").unwrap().parse().unwrap();
    assert!(size <= 100);
    let (after, before) = (second("modified_after").unwrap(), second("modified_before").unwrap_or(i64::MAX));
    let mut found: Vec<(i64, u64)> =
        orders.iter().map(|(id, at)| (*at, *id)).filter(|(at, _)| *at > after && *at < before).collect();
    match seen.asks("orderby").unwrap() {
        "modified" => found.sort_unstable(),
        "id" => found.sort_unstable_by_key(|(_, id)| *id),
        other => panic!("{other}"),
    }
    let number: usize = seen.asks("page").unwrap_or("1").parse().unwrap();
    let rows: Vec<Value> = found.iter().skip((number - 1) * size).take(size).map(|(at, id)| row(*id, *at)).collect();
    page(&rows, u32::try_from(found.len().div_ceil(size)).unwrap())
}

/// All that changed since, with what happens at the shop after each page.
async fn walk(
    orders: &Orders,
    since: i64,
    mut meanwhile: impl FnMut(usize, &mut BTreeMap<u64, i64>),
) -> (Vec<(String, i64)>, usize) {
    let known = Arc::clone(orders);
    let (shop, calls) = shop(move |seen| list_orders(&known.lock().unwrap(), seen)).await;
    let (mut told, mut next, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let page = shop.changed_orders(at(since), next.as_deref()).await.unwrap();
        assert!(page.unread.is_empty());
        told.extend(page.orders.iter().map(|order| (order.id.clone(), order.changed_at.as_second() - START)));
        pages += 1;
        assert!(pages < 200, "it does not end");
        meanwhile(pages, &mut orders.lock().unwrap());
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let asked = calls.lock().unwrap().len();
    (told, asked)
}

fn orders(times: impl IntoIterator<Item = i64>) -> Orders {
    Arc::new(Mutex::new((1_u64..).zip(times).collect()))
}

#[tokio::test]
async fn an_order_is_read_with_its_refunds_and_one_without_needs_one_request() {
    let answer = |seen: &Seen| match seen.what().as_str() {
        "GET /orders/41" => json(&parsed(payload!("woocommerce-order-v11-after-partial-refund"))),
        "GET /orders/41/refunds" => page(&[parsed(payload!("woocommerce-v11-refund-response"))], 1),
        _ => json(&with(&[("/id", value!(42))])),
    };
    let (shop, calls) = shop(answer).await;
    let order = shop.order("41").await.unwrap().unwrap();
    assert_eq!((order.refunds[0].amount, order.refunds[0].lines.as_slice()), (1_305, &[("56".to_owned(), 1)][..]));
    assert!(shop.order("42").await.unwrap().unwrap().refunds.is_empty());
    assert_eq!(asked(&calls), ["GET /orders/41", "GET /orders/41/refunds", "GET /orders/42"]);
}

#[tokio::test]
async fn many_refunds_are_read_page_by_page() {
    let answer = |seen: &Seen| {
        let number: u64 = seen.asks("page").unwrap_or("0").parse().unwrap();
        match number {
            0 => json(&with(&[("/refunds", value!([{"id": 42}]))])),
            number => page(
                &[with(&[("/id", value!(100 + number)), ("/amount", value!("1.00")), ("/line_items", value!([]))])],
                3,
            ),
        }
    };
    let (shop, calls) = shop(answer).await;
    let order = shop.order("41").await.unwrap().unwrap();
    assert_eq!(order.refunds.iter().map(|refund| refund.id.as_str()).collect::<Vec<_>>(), ["101", "102", "103"]);
    assert_eq!(calls.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn an_order_in_the_trash_is_cancelled_and_one_that_was_deleted_is_none() {
    let order = shop_saying(json(&with(&[("/status", value!("trash"))]))).await.order("41").await.unwrap().unwrap();
    assert_eq!(order.stage, Stage::Cancelled);
    let gone = error(404, "woocommerce_rest_shop_order_invalid_id");
    assert_eq!(shop_saying(gone).await.order("41").await.unwrap(), None);
    let while_read = |seen: &Seen| match seen.what().as_str() {
        "GET /orders/41" => json(&with(&[("/refunds", value!([{"id": 42}]))])),
        // It answers so, with 500: its 404 is at the wrong place.
        _ => error(500, "woocommerce_rest_invalid_order_id"),
    };
    assert_eq!(shop(while_read).await.0.order("41").await.unwrap(), None);
}

#[tokio::test]
async fn a_plugin_that_is_off_deletes_no_orders() {
    let why = outside(shop_saying(error(404, "rest_no_route")).await.order("41").await);
    assert!(why.contains("rest_no_route"), "{why}");
}

#[tokio::test]
async fn what_is_no_id_is_never_asked_for() {
    let (shop, calls) = shop(|_| json(&recorded())).await;
    for id in ["", "0", "041", "-1", "41/refunds", "41?x=1", "..", "４１", "x"] {
        assert_eq!(shop.order(id).await.unwrap(), None, "{id}");
    }
    assert!(asked(&calls).is_empty());
}

#[tokio::test]
async fn another_order_s_answer_is_not_taken() {
    let shop = shop_saying(json(&with(&[("/id", value!(40))]))).await;
    assert!(outside(shop.order("41").await).contains("not the order that was asked for"));
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_for_a_person() {
    let shop = shop_saying(json(&with(&[("/currency", value!("XYZ"))]))).await;
    match shop.order("41").await {
        Err(Error::Defect(why)) => {
            assert_eq!(why, "order 41 of the shop cannot be read: its currency XYZ is not known");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn few_orders_take_one_request_and_are_told_from_their_second_on() {
    let orders = orders([0, 5, 7]);
    let (told, asked) = walk(&orders, 5, |_, _| {}).await;
    assert_eq!((told, asked), (vec![("2".to_owned(), 5), ("3".to_owned(), 7)], 1));
    let (none, asked) = walk(&orders, 8, |_, _| {}).await;
    assert_eq!((none, asked), (vec![], 1));
    let (shop, calls) = shop(|_| page(&[], 0)).await;
    shop.changed_orders(at(5) + jiff::SignedDuration::from_millis(900), None).await.unwrap();
    assert_eq!(
        calls.lock().unwrap()[0].asks("modified_after").unwrap(),
        at(4).strftime("%Y-%m-%dT%H:%M:%S").to_string()
    );
}

#[tokio::test]
async fn pages_tell_each_order_once_while_nothing_changes() {
    for times in [
        (0..130).collect::<Vec<_>>(),
        (0..130).map(|n| n / 7).collect(),
        vec![3; 130],
        [vec![1; 49], vec![2; 60], vec![3; 50]].concat(),
    ] {
        let orders = orders(times);
        let (told, _) = walk(&orders, 0, |_, _| {}).await;
        let known: BTreeSet<(String, i64)> =
            orders.lock().unwrap().iter().map(|(id, at)| (id.to_string(), *at)).collect();
        assert_eq!(told.len(), known.len());
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), known);
    }
}

#[tokio::test]
async fn an_order_that_changes_between_two_pages_hides_no_other() {
    // All of one second, and the first ones change after each page.
    let orders = orders(vec![3; 260]);
    let change = |page: usize, orders: &mut BTreeMap<u64, i64>| {
        for at in orders.values_mut().filter(|at| **at == 3).take(20) {
            *at = 100 + i64::try_from(page).unwrap();
        }
    };
    let (told, _) = walk(&orders, 0, change).await;
    assert_eq!(told.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), 260);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_changes_meanwhile_each_order_is_told_as_it_is_at_last(
        times in vec(0_i64..12, 0..200),
        changes in vec((1_usize..6, 1_u64..200), 0..60),
    ) {
        let orders = orders(times);
        let mut clock = 100;
        let change = |page: usize, orders: &mut BTreeMap<u64, i64>| {
            for (_, id) in changes.iter().filter(|(when, _)| *when == page) {
                clock += 1;
                orders.entry(*id).and_modify(|at| *at = clock);
            }
        };
        let (told, _) = block_on(walk(&orders, 0, change));
        let told: BTreeSet<(String, i64)> = told.into_iter().collect();
        // Those that changed after the last page are the next reading's.
        let seen = |id: &str| told.iter().any(|(known, _)| known == id);
        for id in orders.lock().unwrap().keys() {
            prop_assert!(seen(&id.to_string()), "order {} was skipped", id);
        }
    }
}

#[tokio::test]
async fn one_order_that_cannot_be_read_holds_up_no_other() {
    let mut bad = row(2, 5);
    bad["currency"] = value!("XYZ");
    let rows = [row(1, 4), bad, value!({"date_modified_gmt": "soon"}), value!("Ada"), row(3, 6)];
    let shop = shop_saying(page(&rows, 1)).await;
    let page = shop.changed_orders(at(0), None).await.unwrap();
    assert_eq!(page.orders.iter().map(|order| order.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    let unread = |id: &str, changed_at, why: &str| Unreadable { id: id.into(), changed_at, why: why.into() };
    assert_eq!(
        page.unread,
        [
            unread("2", Some(at(5)), "its currency XYZ is not known"),
            unread("", None, "it has no id"),
            unread("", None, "it has no id"),
        ]
    );
}

#[tokio::test]
async fn an_order_with_refunds_has_them_in_a_list_too_and_one_that_is_deleted_meanwhile_is_left_out() {
    let answer = |seen: &Seen| match seen.what().as_str() {
        "GET /orders" => {
            let mut gone = row(42, 6);
            gone["refunds"] = value!([{"id": 9}]);
            page(&[parsed(payload!("woocommerce-order-v11-after-partial-refund")), gone], 1)
        }
        "GET /orders/41/refunds" => page(&[parsed(payload!("woocommerce-v11-refund-response"))], 1),
        _ => error(404, "woocommerce_rest_shop_order_invalid_id"),
    };
    let (shop, _) = shop(answer).await;
    let page = shop.changed_orders(at(0), None).await.unwrap();
    assert_eq!((page.orders.len(), page.unread.len()), (1, 0));
    assert_eq!(page.orders[0].refunds[0].lines, [("56".to_owned(), 1)]);
}

#[tokio::test]
async fn a_list_whose_end_is_never_reached_is_an_error() {
    let rows = |second: i64| (1..=50).map(move |id| row(id, second)).collect::<Vec<_>>();
    let without_times = |_: &Seen| page(&vec![value!({"id": 1}); 50], 3);
    let (timeless, _) = shop(without_times).await;
    assert!(outside(timeless.changed_orders(at(0), None).await).contains("when they changed"));
    let (deaf, _) = shop(move |_: &Seen| page(&rows(-9), 3)).await;
    assert!(outside(deaf.changed_orders(at(0), None).await).contains("did not change since"));
    let (uncounted, _) = shop(move |_: &Seen| json(&Value::from(rows(3)))).await;
    assert!(outside(uncounted.changed_orders(at(0), None).await).contains("how many pages"));
    let (hollow, _) = shop(move |_: &Seen| page(&[], 3)).await;
    assert!(outside(hollow.changed_orders(at(0), None).await).contains("when they changed"));
}

#[tokio::test]
async fn a_page_begins_where_the_last_one_ended_and_nowhere_else() {
    let shop = shop_saying(page(&[], 1)).await;
    for good in ["1795780800", "1795780800.2"] {
        assert_eq!(shop.changed_orders(now(), Some(good)).await.unwrap().orders, []);
        assert_eq!(Place::read(good).unwrap().to_string(), good);
    }
    for bad in ["", "x", "1.0", "1.x", "1.-1", "1.2.3", "99999999999999999"] {
        assert!(matches!(shop.changed_orders(now(), Some(bad)).await, Err(Error::Defect(_))), "{bad}");
    }
}
