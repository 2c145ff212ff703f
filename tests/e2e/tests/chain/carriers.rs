//! What carriers tell by themselves, through a tracking service.

use crate::{laws, shop::Placed, world::World};
use jiff::Timestamp;
use orderly_local::tracking::{Happened, Happening};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The number that parcels leave with in these tests.
const NUMBER: &str = "00340434161094042557";

fn happened(state: Happening) -> Happened {
    Happened { state, at: Timestamp::now(), text: "told by the carrier".to_owned() }
}

async fn until_parcel(world: &World, order: &Placed, what: &str, check: impl Fn(&Value) -> bool) -> Value {
    let read = world.until(order, what, |order| check(&order["fulfillment_details"][0]["parcels"][0])).await;
    read["fulfillment_details"][0]["parcels"][0].clone()
}

fn subjects(world: &World) -> Vec<String> {
    world.stack.mailbox().list().into_iter().map(|mail| mail.subject).collect()
}

#[tokio::test]
async fn a_parcel_that_leaves_is_followed_until_its_customer_has_it() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.ship(&order, "01").await;
    world.until_settled().await;
    let parcel = until_parcel(&world, &order, "somebody follows it", |parcel| !parcel["followed"].is_null()).await;
    assert_eq!((&parcel["followed"]["by"], &parcel["state"]), (&json!("easypost"), &json!("in_transit")), "{parcel}");

    let carrier = world.stack.tracking();
    for (state, told) in [
        (Happening::OutForDelivery, "out_for_delivery"),
        (Happening::AttemptFailed, "attempt_failed"),
        (Happening::AwaitingPickup, "awaiting_pickup"),
        (Happening::Delivered, "delivered"),
    ] {
        carrier.happen(NUMBER, happened(state));
        until_parcel(&world, &order, told, |parcel| parcel["state"] == told).await;
    }
    let read = world.until(&order, "the order is completed", |order| order["status"] == "completed").await;
    world.until_settled().await;
    let by_carrier = read["timeline"].as_array().unwrap().iter().filter(|entry| entry["by"] == "easypost");
    assert!(by_carrier.count() >= 4, "{}", read["timeline"]);
    let mails = subjects(&world);
    for told in ["could not be delivered yet", "ready to be picked up", "arrived"] {
        assert_eq!(mails.iter().filter(|subject| subject.contains(told)).count(), 1, "{told}: {mails:?}");
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_happened_before_it_was_followed_is_known_when_it_is() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    // Nobody follows it yet, so no webhook tells of it.
    world.stack.tracking().happen(NUMBER, happened(Happening::Exception));
    world.ship(&order, "01").await;
    until_parcel(&world, &order, "a problem is known", |parcel| parcel["state"] == "exception").await;
    let attention = world.operator.get("/operations/attention").await.unwrap();
    assert!(attention.to_string().contains(&order.id), "{attention}");
    world.stack.tracking().happen(NUMBER, happened(Happening::Delivered));
    world.until(&order, "the order is completed", |order| order["status"] == "completed").await;
    world.until_settled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_service_that_fails_is_asked_again_and_the_parcel_leaves_all_the_same() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.stack.tracking().fail(orderly_local::tracking::Service::EasyPost, [500, 429]);
    world.ship(&order, "01").await;
    until_parcel(&world, &order, "somebody follows it", |parcel| !parcel["followed"].is_null()).await;
    assert_eq!(world.stack.tracking().followers(NUMBER).len(), 1, "once");
    world.deliver(&order, "01").await;
    world.until_settled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn only_genuine_webhooks_of_services_in_use_count() {
    let world = World::start().await;
    let url = |service: &str| format!("{}/webhooks/tracking/{service}", world.stack.api_url());
    let post = async |service: &str, signature: &str| {
        let request = reqwest::Client::new().post(url(service)).header("x-hmac-signature", signature);
        request.header("content-type", "application/json").body("{}").send().await.unwrap().status()
    };
    assert_eq!(post("easypost", "hmac-sha256-hex=00").await, StatusCode::UNAUTHORIZED);
    assert_eq!(post("aftership", "hmac-sha256-hex=00").await, StatusCode::UNAUTHORIZED, "another's signature");
    assert_eq!(post("nobody", "hmac-sha256-hex=00").await, StatusCode::NOT_FOUND);
    laws::hold(&world).await;
}
