//! Money that is only authorized, on the whole chain: captured when the parcel is ready or leaves, or when told; given up when
//! the order is cancelled.

use crate::{
    laws,
    shop::Placed,
    world::{World, refused},
};
use orderly_local::payments::{Breakdown, Provider, stripe::Payment};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

async fn capturing(moment: &str) -> World {
    World::start_with(|options| {
        options.parameters.insert("Capture".to_owned(), moment.to_owned());
    })
    .await
}

/// An order whose customer's card is authorized for its total.
async fn authorized(world: &World) -> Placed {
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let webhook = world.stack.stripe().authorize(&order.id, order.total, "EUR").unwrap();
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    world.until_settled().await;
    order
}

/// What the provider has received for the order.
fn received(world: &World, order: &Placed) -> i64 {
    let payments = world.stack.stripe().payments();
    payments.iter().filter(|payment| payment.order_id.as_deref() == Some(&order.id)).map(Payment::received).sum()
}

fn told(order: &Value) -> Vec<&str> {
    order["timeline"].as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_card_is_charged_when_its_parcel_leaves() {
    let world = capturing("at-hand-over").await;
    let order = authorized(&world).await;
    let open = world.read(&order).await;
    assert_eq!((&open["status"], &open["payment_status"]), (&json!("open"), &json!("authorized")));
    let mails = world.stack.mailbox().list();
    let text = mails.last().unwrap().text.clone().unwrap();
    assert!(text.contains("is reserved"), "nothing is charged yet: {text}");
    world.ship(&order, "01").await;
    world.until_settled().await;
    let sent = world.read(&order).await;
    assert_eq!((&sent["payment_status"], &sent["captured"]), (&json!("paid"), &json!(order.total)));
    assert_eq!((&sent["captures"]["capture-1"]["state"], received(&world, &order)), (&json!("succeeded"), order.total));
    assert_eq!(told(&sent).iter().filter(|what| **what == "payment-captured").count(), 1);
    laws::hold(&world).await;
}

/// A capture may be a payment of its own, and its outcome may come by the answer or by a webhook only.
#[tokio::test]
async fn each_parcel_is_charged_when_it_leaves_where_the_provider_captures_in_parts() {
    let world = capturing("per-parcel").await;
    for provider in [Provider::PayPal, Provider::Adyen, Provider::Standard] {
        charge_each_parcel(&world, provider).await;
    }
    laws::hold(&world).await;
}

async fn charge_each_parcel(world: &World, provider: Provider) {
    let own = world.stack.providers().provider(provider);
    let order = world.place(provider.name(), &[("MUG-BLUE", 1), ("TIN-SMALL", 1)]).await;
    let authorized = own.authorize(&order.id, order.total, "EUR").unwrap();
    for webhook in &authorized.webhooks {
        assert_eq!(own.deliver(webhook).await.unwrap(), StatusCode::OK);
    }
    world.until_settled().await;
    assert_eq!(world.read(&order).await["status"], "open");

    let picks = json!({ "picks": [{ "line": 0, "picked": 1 }, { "line": 1, "picked": 1 }] });
    world.warehouse_does(&order, "01", "picks", &picks).await;
    let mut captured = Vec::new();
    for line in [0, 1] {
        let parcel = json!({ "contents": [{ "line": line, "quantity": 1 }], "weight_g": 900 });
        world.warehouse_does(&order, "01", "parcels", &parcel).await;
    }
    for parcel in ["P1", "P2"] {
        // The first answer is lost, and the capture is asked for again under its key.
        own.break_down_next(Breakdown::After);
        let leaving =
            json!({ "parcels": [{ "parcel": parcel, "carrier": "DHL", "tracking_number": "00340434161094042557" }] });
        world.warehouse_does(&order, "01", "hand-over", &leaving).await;
        world.until_settled().await;
        captured.push(world.read(&order).await["captured"].as_i64().unwrap());
    }
    assert!(
        captured[0] > 0 && captured[0] < order.total && captured[1] == order.total,
        "{provider}: {captured:?} of {}",
        order.total
    );
    let sent = world.read(&order).await;
    assert_eq!((&sent["payment_status"], &sent["holds"]), (&json!("paid"), &json!({})));
    let states = ["capture-1", "capture-2"].map(|name| sent["captures"][name]["state"].clone());
    assert_eq!(states, [json!("succeeded"), json!("succeeded")]);
    assert_eq!(sent["captures"].as_object().unwrap().len(), 2, "nothing is left to give up");
    let payment = own.payments().into_iter().find(|payment| payment.id == authorized.payment.id).unwrap();
    let money: Vec<i64> = payment.captures.iter().map(|capture| capture.amount).collect();
    assert_eq!(money, [captured[0], order.total - captured[0]], "{provider}");
}

#[tokio::test]
async fn nothing_leaves_before_its_card_is_charged() {
    let world = capturing("before-hand-over").await;
    let order = authorized(&world).await;
    world.break_function("refunds");
    world.pick(&order, "01").await;
    let parcel = json!({ "contents": [{ "line": 0, "quantity": 1 }], "weight_g": 900 });
    world.warehouse_does(&order, "01", "parcels", &parcel).await;
    let path = format!("/orders/{}/fulfillments/01/hand-over", order.id);
    let leaving =
        json!({ "parcels": [{ "parcel": "P1", "carrier": "DHL", "tracking_number": "00340434161094042557" }] });
    refused(&world.warehouse, &path, &leaving, "not-captured").await;
    world.until_dead("RefundsDeadLetters", 1).await;
    world.purge("RefundsDeadLetters").await;
    world.mend_function("refunds");
    world.time_passes(Duration::from_secs(61)).await;
    world.reconcile().await;
    world.until_settled().await;
    world.warehouse.post(&path, &leaving).await.unwrap();
    world.until_settled().await;
    assert_eq!(received(&world, &order), order.total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_merchant_captures_a_part_and_the_rest_is_given_up() {
    let world = World::start().await;
    let order = authorized(&world).await;
    assert_eq!(world.read(&order).await["status"], "pending", "it opens when its money is there");
    let path = format!("/orders/{}/capture", order.id);
    refused(&world.operator, &path, &json!({ "amount": order.total + 1 }), "more-than-left").await;
    for _ in 0..2 {
        world.operator.post(&path, &json!({ "amount": 1000 })).await.unwrap();
    }
    world.until_settled().await;
    let part = world.read(&order).await;
    assert_eq!((&part["captured"], &part["payment_status"]), (&json!(1000), &json!("partially_paid")));
    assert_eq!(part["payments"].as_object().unwrap().values().next().unwrap()["released"], order.total - 1000);
    refused(&world.operator, &path, &json!({}), "nothing-to-capture").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_cancelled_order_charges_nobody() {
    for moment in ["when-told", "at-hand-over", "per-parcel", "before-hand-over"] {
        let world = capturing(moment).await;
        let order = authorized(&world).await;
        world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
        world.until_settled().await;
        let read = world.read(&order).await;
        assert_eq!(
            (&read["payment_status"], &read["captures"]["void-1"]["state"]),
            (&json!("voided"), &json!("succeeded"))
        );
        assert_eq!((received(&world, &order), &read["owed"]), (0, &json!([])), "{moment}");
        laws::hold(&world).await;
    }
}
