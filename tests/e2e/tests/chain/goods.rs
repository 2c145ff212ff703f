//! Tests of stock: competition for the last unit, expiry, promised units, missing units.

use crate::{
    laws,
    shop::{happened, order},
    world::{World, post, refused},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn one_of_two_orders_gets_the_last_unit() {
    let world = World::start().await;
    for round in 0..5 {
        let bodies = [1, 2].map(|buyer| order(&format!("{round}-{buyer}"), &[("CUP-KINTSUGI", 1), ("MUG-BLUE", 1)]));
        let (one, other) = tokio::join!(
            post(&world.storefront, "/orders", &bodies[0]),
            post(&world.storefront, "/orders", &bodies[1])
        );
        let (won, lost) = if one.status == StatusCode::CREATED { (one, other) } else { (other, one) };
        assert_eq!((won.status, lost.status), (StatusCode::CREATED, StatusCode::CONFLICT), "{won:?} {lost:?}");
        assert_eq!(lost.body["type"], "urn:orderly:problem:out-of-stock");
        assert_eq!(lost.body["short"], json!([{ "line": 0, "sku": "CUP-KINTSUGI", "asked": 1, "available": 0 }]));
        assert_eq!(world.bucket("MUG-BLUE", "main", "reserved").await, 1, "the refused order stored nothing");
        let cancel = json!({ "reason": "changed my mind" });
        world.storefront.post(&format!("/orders/{}/cancel", won.body["id"].as_str().unwrap()), &cancel).await.unwrap();
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_rush_sells_what_is_there_and_no_unit_more() {
    let world = World::start().await;
    let bodies: Vec<Value> = (0..16).map(|buyer| order(&buyer.to_string(), &[("POT-CAST", 1)])).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| post(&world.storefront, "/orders", body))).await;
    let mut sold = Vec::new();
    for answer in answers {
        match answer.status {
            StatusCode::CREATED => sold.push(answer.body),
            // Too many requests were concurrent; a client retries.
            StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE => {}
            _ => panic!("{answer:?}"),
        }
    }
    for body in &bodies {
        if !sold.iter().any(|accepted| accepted["reference"] == body["reference"]) && sold.len() < 9 {
            let answer = post(&world.storefront, "/orders", body).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
            sold.push(answer.body);
        }
    }
    assert_eq!(sold.len(), 9, "nine teapots are there");
    refused(&world.storefront, "/orders", &order("late", &[("POT-CAST", 1)]), "out-of-stock").await;
    let stripe = world.stack.stripe();
    let pay = async |accepted: &Value| {
        let webhook = stripe.pay(accepted["id"].as_str().unwrap(), accepted["total"].as_i64().unwrap(), "EUR").unwrap();
        assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    };
    futures::future::join_all(sold.iter().map(pay)).await;
    laws::hold(&world).await;
    assert_eq!(world.bucket("POT-CAST", "main", "committed").await, 9);
}

#[tokio::test]
async fn an_unpaid_order_expires_and_a_late_payment_opens_it_again() {
    let world = World::start().await;
    let order = world.place("1", &[("CUP-KINTSUGI", 1)]).await;
    world.time_passes(Duration::from_mins(59)).await;
    assert_eq!(world.reconcile().await["expired"], 0);
    world.time_passes(Duration::from_mins(2)).await;
    assert_eq!(world.reconcile().await["expired"], 1);
    assert_eq!(world.read(&order).await["status"], "expired");
    assert_eq!(world.bucket("CUP-KINTSUGI", "main", "available").await, 1);
    world.pay(&order).await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["fulfillments"]), (&json!("open"), &json!({ "01": "open" })));
    assert_eq!(world.subjects(), ["Order 1 is confirmed"]);
}

#[tokio::test]
async fn a_late_payment_for_goods_that_are_gone_is_held_until_there_is_stock() {
    let world = World::start().await;
    let late = world.place("late", &[("CUP-KINTSUGI", 1), ("MUG-BLUE", 1)]).await;
    world.time_passes(Duration::from_mins(61)).await;
    world.reconcile().await;
    let quick = world.place_and_pay("quick", &[("CUP-KINTSUGI", 1)]).await;
    world.pay(&late).await;
    world.until_settled().await;
    let read = world.read(&late).await;
    assert_eq!((&read["status"], &read["fulfillments"]), (&json!("open"), &json!({})));
    let note = &read["holds"]["inventory_out_of_stock"]["note"];
    assert_eq!(note, "CUP-KINTSUGI: 1 needed, 0 found");
    let listed = world.operator.get("/operations/attention").await.unwrap();
    assert_eq!(listed["counts"], json!({ "on_hold": 1 }));
    let waits = &listed["items"][0];
    assert_eq!(
        (&waits["order"], &waits["reference"], &waits["why"]),
        (&json!(late.id), &json!("late"), &json!("on_hold"))
    );
    assert_eq!(&waits["holds"]["inventory_out_of_stock"]["note"], note);
    laws::hold(&world).await;

    let came =
        json!({ "sku": "CUP-KINTSUGI", "location": "store", "kind": "receive", "quantity": 1, "reason": "found one" });
    world.warehouse.post_once("/stock", "delivery-1", &came).await.unwrap();
    assert_eq!(world.reconcile().await["waiting"], 1);
    world.until(&late, "the order goes on", |order| order["fulfillments"].as_object().unwrap().len() == 2).await;
    laws::hold(&world).await;
    let read = world.read(&late).await;
    assert_eq!(read["holds"], json!({}));
    assert_eq!(world.read(&quick).await["fulfillments"], json!({ "01": "open" }));
    assert_eq!(world.operator.get("/operations/attention").await.unwrap()["items"], json!([]));
}

#[tokio::test]
async fn what_is_on_backorder_follows_when_it_comes() {
    let world = World::start().await;
    let order = world.place("1", &[("WHISK-BAMBOO", 5)]).await;
    assert_eq!(world.bucket("WHISK-BAMBOO", "main", "reserved").await, 3);
    assert_eq!(world.bucket("WHISK-BAMBOO", "main", "backordered").await, 2);
    assert_eq!(world.bucket("WHISK-BAMBOO", "main", "available").await, 0);
    world.pay(&order).await;
    world.until_settled().await;
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["status"], "open");
    assert_eq!(world.reconcile().await["waiting"], 1);
    world.until_settled().await;
    assert_eq!(world.read(&order).await["fulfillments"], json!({ "01": "closed" }), "nothing has come yet");

    let came =
        json!({ "sku": "WHISK-BAMBOO", "location": "main", "kind": "receive", "quantity": 4, "reason": "delivery" });
    world.warehouse.post_once("/stock", "delivery-1", &came).await.unwrap();
    world.reconcile().await;
    world.until(&order, "a second fulfillment", |order| order["fulfillments"]["02"] == "open").await;
    world.until_settled().await;
    world.ship(&order, "02").await;
    world.deliver(&order, "02").await;
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["status"], "completed");
    assert_eq!(world.bucket("WHISK-BAMBOO", "main", "available").await, 2);
    each_mail_was_begun_once(&world, &order).await;
    assert_eq!(world.stack.mailbox().list().len(), 5, "confirmed, and two parcels shipped and delivered");
}

/// Asserts that no two mails of an order look the same.
async fn each_mail_was_begun_once(world: &World, order: &crate::shop::Placed) {
    let read = world.read(order).await;
    let again: Vec<&Value> = read["emails"].as_array().unwrap().iter().filter(|email| email["attempts"] != 1).collect();
    assert_eq!(again, Vec::<&Value>::new());
}

#[tokio::test]
async fn a_short_pick_comes_from_the_other_location() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("TEA-EARLGREY", 80)]).await;
    let picks = json!({ "picks": [{ "line": 0, "picked": 77 }] });
    world.warehouse_does(&order, "01", "picks", &picks).await;
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!(read["fulfillments"], json!({ "01": "picked", "02": "open" }));
    assert_eq!(
        (&world.fulfillment(&order, "02").await["location"], read["holds"].clone()),
        (&json!("store"), json!({}))
    );
    assert_eq!(world.bucket("TEA-EARLGREY", "main", "on_hand").await, 77);
    let stock = world.operator.get("/stock/TEA-EARLGREY").await.unwrap();
    let short =
        stock["movements"].as_array().unwrap().iter().find(|movement| movement["reason"] == "short pick").unwrap();
    assert_eq!((&short["change"]["on_hand"], &short["location"]), (&json!(-3), &json!("main")));
    // Repeating the request has no effect.
    world.warehouse_does(&order, "01", "picks", &picks).await;
    world.pack_and_hand_over(&order, "01").await;
    world.ship(&order, "02").await;
    world.deliver(&order, "02").await;
    world.deliver(&order, "01").await;
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["status"], "completed");
    each_mail_was_begun_once(&world, &order).await;
}

#[tokio::test]
async fn what_is_nowhere_is_cancelled_and_refunded_when_the_rest_has_left() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("POT-CAST", 9)]).await;
    world.warehouse_does(&order, "01", "picks", &json!({ "picks": [{ "line": 0, "picked": 8 }] })).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["holds"]["inventory_out_of_stock"]["note"], "POT-CAST: 1 needed, 0 found");
    let path = format!("/orders/{}", order.id);
    world.operator.delete(&format!("{path}/holds/inventory_out_of_stock")).await.unwrap();
    world.pack_and_hand_over(&order, "01").await;
    world.until_settled().await;

    let why = json!({ "reason": "sold out" });
    refused(&world.storefront, &format!("{path}/cancel"), &why, "already-handed-over").await;
    let rest = json!({ "reason": "sold out", "unsent": true });
    world.storefront.post(&format!("{path}/cancel"), &rest).await.unwrap();
    world.storefront.post(&format!("{path}/cancel"), &rest).await.unwrap();
    world.deliver(&order, "01").await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["refunded"], &read["holds"]), (&json!("completed"), &json!(5900), &json!({})));
    assert_eq!(world.bucket("POT-CAST", "main", "on_hand").await, 0);
}

#[tokio::test]
async fn a_pick_of_nothing_moves_the_whole_fulfillment() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("TEA-EARLGREY", 79)]).await;
    world.warehouse_does(&order, "01", "picks", &json!({ "picks": [{ "line": 0, "picked": 0 }] })).await;
    world.until_settled().await;
    let read = world.read(&order).await;
    // Nobody looks at main again before it is counted, and twenty are in the store; 59 are missing.
    assert_eq!(read["fulfillments"], json!({ "01": "short" }));
    assert_eq!(read["holds"]["inventory_out_of_stock"]["note"], "TEA-EARLGREY: 79 needed, 20 found");
    let cancel = json!({ "reason": "we lost it" });
    world.operator.post(&format!("/orders/{}/cancel", order.id), &cancel).await.unwrap();
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["payment_status"], "refunded");
    assert_eq!(world.bucket("TEA-EARLGREY", "store", "available").await, 20);
}

#[tokio::test]
async fn a_unit_is_packed_once_and_only_if_it_was_picked() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 3)]).await;
    let path = |what: &str| format!("/orders/{}/fulfillments/01/{what}", order.id);
    let parcel = |quantity: i64| json!({ "contents": [{ "line": 0, "quantity": quantity }], "weight_g": 500 });
    refused(&world.warehouse, &path("parcels"), &parcel(1), "wrong-status").await;
    let too_many = json!({ "picks": [{ "line": 0, "picked": 4 }] });
    refused(&world.warehouse, &path("picks"), &too_many, "too-many-picked").await;
    refused(&world.warehouse, &path("picks"), &json!({ "picks": [{ "line": 7, "picked": 1 }] }), "unknown-line").await;
    world.warehouse.post(&path("picks"), &json!({ "picks": [{ "line": 0, "picked": 2 }] })).await.unwrap();
    refused(&world.warehouse, &path("parcels"), &parcel(3), "not-picked").await;
    let twice = json!({ "contents": [{ "line": 0, "quantity": 1 }, { "line": 0, "quantity": 2 }], "weight_g": 500 });
    refused(&world.warehouse, &path("parcels"), &twice, "not-picked").await;
    world.warehouse.post_once(&path("parcels"), "parcel-1", &parcel(1)).await.unwrap();
    world.warehouse.post_once(&path("parcels"), "parcel-1", &parcel(1)).await.unwrap();
    refused(&world.warehouse, &path("parcels"), &parcel(2), "not-picked").await;
    let leaving = |parcel: &str, number: &str| json!({ "parcels": [{ "parcel": parcel, "carrier": "DHL", "tracking_number": number }] });
    refused(&world.warehouse, &path("hand-over"), &leaving("P2", "1"), "unknown-parcel").await;
    refused(&world.warehouse, &path("parcels/P1/delivered"), &json!({}), "not-handed-over").await;
    world.warehouse.post(&path("hand-over"), &leaving("P1", "1")).await.unwrap();
    world.warehouse.post(&path("hand-over"), &leaving("P1", "1")).await.unwrap();
    refused(&world.warehouse, &path("hand-over"), &leaving("P1", "2"), "already-handed-over").await;
    world.until_settled().await;
    // The third unit comes from the store, in a second fulfillment.
    assert_eq!(world.read(&order).await["fulfillments"]["02"], "open");
    world.warehouse.post(&path("parcels"), &parcel(1)).await.unwrap();
    refused(&world.warehouse, &path("parcels"), &parcel(1), "wrong-status").await;
    laws::hold(&world).await;
    assert_eq!(world.subjects(), ["Order 1 is confirmed", "Part 1 of order 1 is on its way"]);
}

#[tokio::test]
async fn a_cancelled_order_releases_its_stock() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 2), ("WHISK-BAMBOO", 4)]).await;
    let path = format!("/orders/{}/cancel", order.id);
    world.storefront.post(&path, &json!({ "reason": "changed my mind" })).await.unwrap();
    world.storefront.post(&path, &json!({ "reason": "changed my mind" })).await.unwrap();
    laws::hold(&world).await;
    assert_eq!(world.bucket("MUG-BLUE", "main", "available").await, 120);
    assert_eq!(world.bucket("WHISK-BAMBOO", "main", "backordered").await, 0);
    assert_eq!(world.subjects(), ["Order 1 is canceled"]);
    assert_eq!(happened(&world.read(&order).await, "order"), ["placed", "cancelled"]);
}

#[tokio::test]
async fn cancelling_and_handing_over_at_once_end_in_one_of_the_two() {
    let world = World::start().await;
    for round in 0..8 {
        let order = world.place_and_pay(&round.to_string(), &[("MUG-BLUE", 1)]).await;
        world.pick(&order, "01").await;
        let parcel = json!({ "contents": [{ "line": 0, "quantity": 1 }], "weight_g": 300 });
        world.warehouse_does(&order, "01", "parcels", &parcel).await;
        let leaving = json!({ "parcels": [{ "parcel": "P1", "carrier": "DHL", "tracking_number": "1" }] });
        let (cancel, reason) = (format!("/orders/{}/cancel", order.id), json!({ "reason": "too late?" }));
        let hand_over = format!("/orders/{}/fulfillments/01/hand-over", order.id);
        let (cancelled, left) =
            tokio::join!(post(&world.storefront, &cancel, &reason), post(&world.warehouse, &hand_over, &leaving));
        assert_eq!(
            [cancelled.status, left.status].iter().filter(|status| **status == StatusCode::OK).count(),
            1,
            "{cancelled:?} {left:?}"
        );
        let (loser, why) =
            if left.status == StatusCode::OK { (cancelled, "already-handed-over") } else { (left, "wrong-status") };
        assert_eq!(loser.body["type"], format!("urn:orderly:problem:{why}"));
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_held_order_waits_for_its_release() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let holds = format!("/orders/{}/holds", order.id);
    world
        .operator
        .post(&holds, &json!({ "reason": "high_risk_of_fraud", "note": "card of another name" }))
        .await
        .unwrap();
    world.pay(&order).await;
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["fulfillments"], json!({}));
    world.operator.delete(&format!("{holds}/high_risk_of_fraud")).await.unwrap();
    world.until(&order, "the fulfillment", |order| order["fulfillments"]["01"] == "open").await;
    world.operator.post(&holds, &json!({ "reason": "incorrect_address" })).await.unwrap();
    let path = format!("/orders/{}/fulfillments/01", order.id);
    refused(&world.warehouse, &format!("{path}/start-picking"), &json!({}), "on-hold").await;
    world.operator.delete(&format!("{holds}/incorrect_address")).await.unwrap();
    world.ship(&order, "01").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_movement_or_a_count_with_a_key_happens_once() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("POT-CAST", 8)]).await;
    let count = |on_hand: i64| json!({ "sku": "POT-CAST", "location": "main", "on_hand": on_hand, "reason": "count" });
    let put = async |body: Value| {
        let request = world.warehouse.request(reqwest::Method::PUT, "/stock").json(&body);
        world.warehouse.ask(request).await.unwrap()
    };
    assert_eq!(put(count(8)).await.body["available"], 0);
    let came = json!({ "sku": "POT-CAST", "location": "main", "kind": "receive", "quantity": 5, "reason": "delivery" });
    let why = refused(&world.warehouse, "/stock", &came, "invalid").await.body["errors"][0].clone();
    assert_eq!(why["field"], "Idempotency-Key");
    assert!(why["detail"].as_str().unwrap().contains("would count twice"), "{why}");
    for _ in 0..2 {
        world.warehouse.post_once("/stock", "delivery-77", &came).await.unwrap();
    }
    assert_eq!(world.bucket("POT-CAST", "main", "on_hand").await, 13, "the same delivery is received once");
    let put_once = async |body: Value| {
        let request = world.warehouse.request(reqwest::Method::PUT, "/stock").header("idempotency-key", "count-1");
        world.warehouse.ask(request.json(&body)).await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(put_once(count(12)).await.body["on_hand"], 12);
    }
    let elsewhere = json!({ "sku": "POT-CAST", "location": "store", "on_hand": 3, "reason": "count" });
    for other in [count(9), elsewhere] {
        assert_eq!(put_once(other).await.body["type"], "urn:orderly:problem:key-reused", "its answer would be untrue");
    }
    assert_eq!(put(count(13)).await.body["on_hand"], 13);
    world.ship(&order, "01").await;
    laws::hold(&world).await;
    assert_eq!(world.bucket("POT-CAST", "main", "on_hand").await, 5);
}
