//! Labels that are bought for parcels. Two things that a warehouse's webhook is told of at once may be one message, and `reconcile`
//! sends the other.

use crate::{laws, shop::Placed, world::World};
use orderly_local::{StackOptions, tracking::Service};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const FULFILLMENT: &str = "01";

/// An order with one packed parcel, at a location whose address is known.
async fn packed(world: &World, reference: &str) -> Placed {
    let location = world.operator.get("/locations").await.unwrap()["locations"][0].clone();
    let mut address =
        json!({ "name": "Acme", "line1": "1 Dock Rd", "city": "Berlin", "postal_code": "10115", "country": "DE" });
    let order = world.place_and_pay(reference, &[("MUG-BLUE", 1)]).await;
    address["country"] = world.read(&order).await["shipping_address"]["country"].clone();
    let mut told = location.clone();
    for field in ["id", "closed", "changed"] {
        told.as_object_mut().unwrap().remove(field);
    }
    told["address"] = address;
    world.operator.put(&format!("/locations/{}", location["id"].as_str().unwrap()), &told).await.unwrap();
    world.pick(&order, FULFILLMENT).await;
    let parcel = json!({
        "contents": [{ "line": 0, "quantity": 1 }], "weight_g": 900,
        "dimensions": { "length_mm": 300, "width_mm": 200, "height_mm": 120 },
    });
    world.warehouse_does(&order, FULFILLMENT, "parcels", &parcel).await;
    order
}

async fn until_label(world: &World, order: &Placed, what: &str, check: impl Fn(&Value) -> bool) -> Value {
    let read = world.until(order, what, |order| check(&order["fulfillment_details"][0]["labels"][0])).await;
    read["fulfillment_details"][0]["labels"][0].clone()
}

fn path(order: &Placed, what: &str) -> String {
    format!("/orders/{}/fulfillments/{FULFILLMENT}/parcels/P1/{what}", order.id)
}

#[tokio::test]
async fn a_parcel_leaves_with_the_label_that_was_bought_for_it() {
    let world = World::start().await;
    let order = packed(&world, "1").await;
    let ordered = world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({})).await;
    assert_eq!(ordered["labels"][0]["by"], "easypost", "{ordered}");
    let again = world.warehouse.post(&path(&order, "label"), &json!({})).await.unwrap_err();
    assert!(again.to_string().contains("give it up first"), "{again}");
    let label = until_label(&world, &order, "it is bought", |label| label["purchase"]["state"] == "succeeded").await;
    let number = label["bought"]["tracking_number"].as_str().unwrap().to_owned();
    assert!(label["offered"]["taken"]["price"].as_i64().unwrap() > 0, "{label}");

    let pdf = world.warehouse.request(Method::GET, &path(&order, "documents/label.pdf"));
    let printed = world.warehouse.ask(pdf).await.unwrap();
    assert_eq!(printed.status, StatusCode::OK);

    let left =
        world.warehouse_does(&order, FULFILLMENT, "hand-over", &json!({ "parcels": [{ "parcel": "P1" }] })).await;
    assert_eq!(left["parcels"][0]["shipment"]["tracking_number"], number.as_str(), "{left}");
    world.until_reconciled().await;
    let sold = world.stack.tracking().labels();
    assert_eq!((sold.len(), sold[0].tracking_number.as_str(), sold[0].voided), (1, number.as_str(), false), "{sold:?}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn the_label_of_a_cancelled_order_goes_back() {
    let world = World::start().await;
    let order = packed(&world, "1").await;
    world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({})).await;
    until_label(&world, &order, "it is bought", |label| label["purchase"]["state"] == "succeeded").await;
    world.operator.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "by mistake" })).await.unwrap();
    until_label(&world, &order, "it goes back", |label| label["void"]["state"] == "succeeded").await;
    world.until_reconciled().await;
    assert!(world.stack.tracking().labels().iter().all(|sold| sold.voided));
    let printed = world.warehouse.get(&path(&order, "documents/label.pdf")).await.unwrap_err();
    assert!(printed.to_string().contains("no label that is still wanted"), "{printed}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_service_that_fails_before_it_sells_is_asked_again_and_sells_once() {
    let world = World::start().await;
    let order = packed(&world, "1").await;
    world.stack.tracking().fail(Service::EasyPost, [500]);
    world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({})).await;
    world.until_reconciled().await;
    until_label(&world, &order, "it is bought", |label| label["purchase"]["state"] == "succeeded").await;
    assert_eq!(world.stack.tracking().labels().len(), 1);
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_no_service_offers_is_told_with_what_it_does_offer() {
    let world = World::start().await;
    let order = packed(&world, "1").await;
    world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({ "carrier": "Nobody" })).await;
    let label = until_label(&world, &order, "it is refused", |label| label["purchase"]["state"] == "failed").await;
    let why = label["purchase"]["reason"].as_str().unwrap();
    assert!(why.contains("none of the offers is what was asked for; offered: "), "{why}");
    assert_eq!(world.stack.tracking().labels().len(), 0);
    // Another wish is another order.
    world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({ "within_days": 30 })).await;
    world.until_reconciled().await;
    assert_eq!(world.stack.tracking().labels().len(), 1);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_label_whose_sale_nobody_heard_of_is_found_and_not_bought_again() {
    for service in [Service::EasyPost, Service::Shippo, Service::Sendcloud] {
        let from = |options: &mut StackOptions| {
            options.parameters.insert("LabelsFrom".to_owned(), service.name().to_owned());
        };
        let world = World::start_with(from).await;
        let order = packed(&world, "1").await;
        world.stack.tracking().lose(service, [500]);
        world.warehouse_does(&order, FULFILLMENT, "parcels/P1/label", &json!({})).await;
        world.until_reconciled().await;
        let label = until_label(&world, &order, "it is found", |label| label["purchase"]["state"] == "succeeded").await;
        let sold = world.stack.tracking().labels();
        assert_eq!(sold.len(), 1, "{service}: {sold:?}");
        assert_eq!((&label["by"], &label["void"]), (&json!(service.name()), &Value::Null), "{label}");
        laws::hold(&world).await;
    }
}
