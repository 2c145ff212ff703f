//! A channel that is connected to a shop: its orders come in, and it hears of parcels.

use crate::{
    laws,
    shop::Placed,
    world::{World, eventually},
};
use orderly_local::channels::{
    self,
    woocommerce::{Bought, Checkout, Fault, Method, NewProduct, RefundAct, TaxClass},
};
use serde_json::{Value, json};

const CHANNEL: &str = "woo";

/// The channel, connected to the shop of the local stack.
async fn connect(world: &World, emails: &str) -> Value {
    world.operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Our shop" })).await.unwrap();
    connect_again(world, emails).await
}

/// Connecting it again asks the shop at once for what changed.
async fn connect_again(world: &World, emails: &str) -> Value {
    connect_with(world, emails, "people").await
}

async fn connect_with(world: &World, emails: &str, refunds: &str) -> Value {
    let keys = channels::local_credentials();
    let body = json!({
        "kind": "woocommerce",
        "url": world.stack.shop().url(),
        "key": keys.key,
        "secret": keys.secret,
        "emails": emails,
        "refunds": refunds,
    });
    world.operator.post(&format!("/channels/{CHANNEL}/connect"), &body).await.unwrap()
}

/// An order of the shop that is with the warehouse. The shop gives back what it is asked for, if it can.
async fn bought_with(world: &World, payment: Method) -> (u64, Placed) {
    world.operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Our shop" })).await.unwrap();
    connect_with(world, "orderly", "shop").await;
    let checkout = Checkout { lines: vec![Bought::sku("MUG-BLUE", 2)], payment, ..Checkout::default() };
    let at_shop = world.stack.shop().check_out(checkout).unwrap();
    if payment == Method::Bacs {
        world.stack.shop().mark(at_shop, "processing").unwrap();
    }
    connect_with(world, "orderly", "shop").await;
    let order = taken_over(world, at_shop).await;
    world.until(&order, "it is with the warehouse", |order| order["fulfillments"]["01"] == "open").await;
    world.until_settled().await;
    (at_shop, order)
}

/// The reasons of the refunds that the shop has made.
fn given_back(world: &World, at_shop: u64) -> Vec<String> {
    let there = world.stack.shop().order(at_shop).unwrap();
    let refunds = there["refunds"].as_array().unwrap();
    refunds.iter().map(|refund| refund["reason"].as_str().unwrap().to_owned()).collect()
}

async fn refunds_by_hand(world: &World) -> usize {
    world.operator.get("/operations/refunds-by-hand").await.unwrap()["refunds"].as_array().unwrap().len()
}

async fn cancel(world: &World, order: &Placed) {
    world.operator.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
}

fn buy(world: &World, sku: &str, quantity: i64) -> u64 {
    let checkout = Checkout { lines: vec![Bought::sku(sku, quantity)], ..Checkout::default() };
    world.stack.shop().check_out(checkout).unwrap()
}

/// The order as it was taken over.
async fn taken_over(world: &World, at_shop: u64) -> Placed {
    let id = domain::ids::OrderId::derive(&CHANNEL.parse().unwrap(), &at_shop.to_string());
    let order = Placed { id: id.to_string(), total: 0 };
    eventually("the order is taken over", async || world.operator.get(&format!("/orders/{id}")).await.ok()).await;
    order
}

#[tokio::test]
async fn an_order_of_a_connected_shop_is_sent_and_the_shop_hears_of_its_parcel_once() {
    let world = World::start().await;
    let connected = connect(&world, "orderly").await;
    assert_eq!(connected["channel"]["connection"]["kind"], "woocommerce", "{connected}");
    eventually("the shop tells of its orders", async || (world.stack.shop().webhooks().len() >= 4).then_some(())).await;
    let at_shop = buy(&world, "MUG-BLUE", 2);
    let order = taken_over(&world, at_shop).await;
    world.until(&order, "it is with the warehouse", |order| order["fulfillments"]["01"] == "open").await;
    let read = world.read(&order).await;
    let there = world.stack.shop().order(at_shop).unwrap();
    let total = domain::money::parse_decimal(there["total"].as_str().unwrap(), 2);
    assert_eq!(read["total"].as_i64(), total, "{read} {there}");
    assert_eq!((&read["payment_status"], &read["holds"]), (&json!("paid"), &json!({})), "{read}");

    world.ship(&order, "01").await;
    world
        .until(&order, "the shop knows", |order| {
            order["fulfillment_details"][0]["parcels"][0]["at_channel"]["id"].is_string()
        })
        .await;
    world.until_reconciled().await;
    assert_eq!(world.stack.shop().order(at_shop).unwrap()["status"], "completed");
    let told = world.stack.shop().notes(at_shop).iter().filter(|note| note.for_customer).count()
        + world.stack.shop().parcels(at_shop).len();
    assert_eq!(told, 1, "{:?}", world.stack.shop().notes(at_shop));
    assert_eq!(world.stack.mailbox().list().len(), 2, "its confirmation, and that it was sent");
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_no_webhook_told_is_found_when_the_shop_is_asked() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    world.until_settled().await;
    world.stack.shop().withhold_webhooks();
    let at_shop = buy(&world, "MUG-BLUE", 1);
    connect_again(&world, "orderly").await;
    let order = taken_over(&world, at_shop).await;
    world.stack.shop().refund(at_shop, RefundAct { restock: true, ..RefundAct::default() }).unwrap();
    connect_again(&world, "orderly").await;
    world.until(&order, "it is cancelled", |order| order["status"] == "cancelled").await;
    let read = world.read(&order).await;
    assert_eq!((&read["captured"], &read["refunded"]), (&read["total"], &read["total"]), "{read}");
    let by_hand = world.operator.get("/operations/refunds-by-hand").await.unwrap();
    assert_eq!(by_hand["refunds"], json!([]), "the shop has given it back");
    laws::hold(&world).await;
}

#[tokio::test]
async fn more_than_there_is_in_stock_is_taken_over_and_held_with_the_reason() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    world.stack.shop().set_stock("MUG-BLUE", 10_000);
    let at_shop = buy(&world, "MUG-BLUE", 9_000);
    connect_again(&world, "orderly").await;
    let order = taken_over(&world, at_shop).await;
    let read = world.until(&order, "it is held", |order| order["holds"]["inventory_out_of_stock"].is_object()).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("paid")), "{read}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_shop_whose_keys_are_wrong_is_not_connected_and_says_what_to_do() {
    let world = World::start().await;
    world.operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Our shop" })).await.unwrap();
    let body =
        json!({ "kind": "woocommerce", "url": world.stack.shop().url(), "key": "ck_wrong", "secret": "cs_wrong" });
    let refused = world.operator.post(&format!("/channels/{CHANNEL}/connect"), &body).await.unwrap_err().to_string();
    assert!(refused.contains("refuses the credentials"), "{refused}");
    let none = world.operator.get(&format!("/channels/{CHANNEL}/connection")).await.unwrap_err().to_string();
    assert!(none.contains("connected to no shop"), "{none}");
    let unknown = world.operator.post("/channels/nowhere/connect", &body).await.unwrap_err().to_string();
    assert!(unknown.contains("there is no channel nowhere"), "{unknown}");
}

#[tokio::test]
async fn a_webhook_that_is_not_the_shops_is_refused_and_one_of_an_unknown_channel_is_not_found() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    let post = async |channel: &str, signature: Option<&str>| {
        let request = reqwest::Client::new().post(format!("{}/webhooks/channels/{channel}", world.stack.api_url()));
        let request =
            signature.into_iter().fold(request, |request, value| request.header("x-wc-webhook-signature", value));
        request
            .header("x-wc-webhook-topic", "order.updated")
            .body(r#"{"id":41}"#)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(post(CHANNEL, Some("c2lnbmF0dXJl")).await, 401);
    assert_eq!(post("nowhere", Some("c2lnbmF0dXJl")).await, 404);
}

#[tokio::test]
async fn a_disconnected_channel_keeps_its_orders_and_hears_no_more() {
    let world = World::start().await;
    connect(&world, "shop").await;
    let at_shop = buy(&world, "MUG-BLUE", 1);
    connect_again(&world, "shop").await;
    let order = taken_over(&world, at_shop).await;
    world.until(&order, "it is with the warehouse", |order| order["fulfillments"]["01"] == "open").await;
    let path = format!("/channels/{CHANNEL}/disconnect");
    let gone = world.operator.ask(world.operator.request(reqwest::Method::POST, &path)).await.unwrap();
    assert_eq!(gone.status, 200);
    world.ship(&order, "01").await;
    let read = world
        .until(&order, "the duty is over", |order| {
            order["fulfillment_details"][0]["parcels"][0]["at_channel"]["refused"].is_string()
        })
        .await;
    assert_eq!(read["fulfillment_details"][0]["status"], "handed_over", "{read}");
    assert_eq!(world.stack.mailbox().list().len(), 0, "the shop writes to its customers");
}

#[tokio::test]
async fn what_is_cancelled_here_is_over_at_the_shop_which_gives_the_money_back_once() {
    let world = World::start().await;
    let (at_shop, order) = bought_with(&world, Method::Card).await;
    // The shop does it, and its answer is lost.
    world.stack.shop().fail(&format!("POST /orders/{at_shop}/refunds"), Fault::Lost(502));
    cancel(&world, &order).await;
    let read = world.until(&order, "the money is back", |order| order["refunded"] == order["captured"]).await;
    world.until_settled().await;
    assert_eq!(given_back(&world, at_shop), ["Refund cancel"]);
    assert_eq!(world.stack.shop().order(at_shop).unwrap()["status"], "refunded");
    assert!(read["timeline"].to_string().contains("told-to-channel"), "{read}");
    assert_eq!(refunds_by_hand(&world).await, 0);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_refund_of_what_was_sent_is_made_by_the_shop_and_its_order_stays() {
    let world = World::start().await;
    let (at_shop, order) = bought_with(&world, Method::Card).await;
    world.ship(&order, "01").await;
    let refund = json!({ "amount": 500, "reason": "a scratch" });
    world.operator.post_once(&format!("/orders/{}/refunds", order.id), "scratch", &refund).await.unwrap();
    world
        .until(&order, "the shop has given it back", |order| {
            order["refunds"].to_string().contains(r#""state":"succeeded""#)
        })
        .await;
    world.until_settled().await;
    assert_eq!(given_back(&world, at_shop), ["Refund request-1"]);
    assert_eq!(world.stack.shop().order(at_shop).unwrap()["status"], "completed");
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_the_shop_cannot_give_back_is_a_task_for_people_that_says_why() {
    let world = World::start().await;
    let (at_shop, order) = bought_with(&world, Method::Bacs).await;
    cancel(&world, &order).await;
    eventually("a person is asked", async || (refunds_by_hand(&world).await == 1).then_some(())).await;
    let read = world.read(&order).await;
    assert!(read["timeline"].to_string().contains("its payment method may not pay back by itself"), "{read}");
    assert_eq!(world.stack.shop().order(at_shop).unwrap()["status"], "cancelled");
    assert_eq!(given_back(&world, at_shop), [""; 0]);
    world.stack.shop().refund(at_shop, RefundAct::default()).unwrap();
    world.until(&order, "the money is back", |order| order["refunded"] == order["captured"]).await;
    assert_eq!(refunds_by_hand(&world).await, 0);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_shop_that_is_not_to_give_back_hears_of_the_cancellation_alone() {
    let world = World::start().await;
    let (at_shop, order) = bought_with(&world, Method::Card).await;
    connect_again(&world, "orderly").await;
    cancel(&world, &order).await;
    eventually("a person is asked", async || (refunds_by_hand(&world).await == 1).then_some(())).await;
    assert_eq!(world.stack.shop().order(at_shop).unwrap()["status"], "cancelled");
    assert_eq!(given_back(&world, at_shop), [""; 0]);
    let read = world.read(&order).await;
    assert!(!read["timeline"].to_string().contains("not-taken-by-channel"), "{read}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_refund_of_a_channel_that_is_disconnected_is_a_task_for_people_that_says_why() {
    let world = World::start().await;
    let (at_shop, order) = bought_with(&world, Method::Card).await;
    let path = format!("/channels/{CHANNEL}/disconnect");
    world.operator.ask(world.operator.request(reqwest::Method::POST, &path)).await.unwrap();
    cancel(&world, &order).await;
    eventually("a person is asked", async || (refunds_by_hand(&world).await == 1).then_some(())).await;
    let read = world.read(&order).await;
    assert!(read["timeline"].to_string().contains("connected to no shop any more"), "{read}");
    assert_eq!(given_back(&world, at_shop), [""; 0]);
    laws::hold(&world).await;
}

/// Has the shop told of stock, once the two have been compared.
async fn tell(world: &World, settings: &Value) {
    world.operator.put(&format!("/channels/{CHANNEL}/stock"), settings).await.unwrap();
    let check = format!("/channels/{CHANNEL}/connection");
    eventually("everything is compared", async || {
        let connection = world.operator.get(&check).await.unwrap();
        // The last one may be older than the settings.
        let at = |text: &Value| text.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let (check, since) = (&connection["stock_check"], at(&connection["stock"]["since"]));
        (check["ended_at"].is_string() && at(&check["began_at"]) >= since).then_some(())
    })
    .await;
}

/// Waits until the shop says that it has so many.
async fn until_shop_says(world: &World, sku: &str, units: i64) {
    let shop = world.stack.shop();
    eventually(&format!("the shop has {units} of {sku}"), async || (shop.stock(sku) == Some(units)).then_some(()))
        .await;
}

#[tokio::test]
async fn every_change_of_stock_reaches_the_shop_whoever_made_it() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    tell(&world, &json!({ "first": "orderly", "buffer": 2 })).await;
    // 132 units at two locations, less the buffer.
    assert_eq!(world.stack.shop().stock("MUG-BLUE"), Some(130));
    assert_eq!(world.stack.shop().stock("CUP-KINTSUGI"), Some(0));
    assert_eq!(world.stack.shop().stock("SHIRT-S"), Some(5), "no location keeps it, so nothing is said of it");

    let order = world.place("1", &[("MUG-BLUE", 10)]).await;
    until_shop_says(&world, "MUG-BLUE", 120).await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    until_shop_says(&world, "MUG-BLUE", 130).await;
    let moved =
        json!({ "sku": "MUG-BLUE", "location": "store", "kind": "adjust", "quantity": -12, "reason": "a broken box" });
    world.operator.post_once("/stock", "broken-box", &moved).await.unwrap();
    until_shop_says(&world, "MUG-BLUE", 118).await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_the_shop_sells_itself_is_not_told_it_and_what_it_counts_otherwise_is_put_right() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    tell(&world, &json!({ "first": "orderly" })).await;
    let pushed = world.stack.shop().pushed().len();
    let at_shop = buy(&world, "MUG-BLUE", 4);
    let order = taken_over(&world, at_shop).await;
    world.until(&order, "it is with the warehouse", |order| order["fulfillments"]["01"] == "open").await;
    world.until_settled().await;
    assert_eq!(world.stack.shop().stock("MUG-BLUE"), Some(128));
    assert_eq!(world.stack.shop().pushed().len(), pushed, "{:?}", world.stack.shop().pushed());
    // Somebody writes into the shop.
    world.stack.shop().set_stock("MUG-BLUE", 1_000);
    tell(&world, &json!({ "first": "orderly", "cap": 50 })).await;
    until_shop_says(&world, "MUG-BLUE", 50).await;
    world.operator.delete(&format!("/channels/{CHANNEL}/stock")).await.unwrap();
    world.place("1", &[("MUG-BLUE", 100)]).await;
    world.until_settled().await;
    assert_eq!(world.stack.shop().stock("MUG-BLUE"), Some(50), "it is told no more");
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_the_shop_has_just_sold_is_not_put_up_for_sale_again() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    tell(&world, &json!({ "first": "orderly" })).await;
    // No webhook tells of the sale, and nobody has asked for it.
    world.stack.shop().withhold_webhooks();
    let at_shop = buy(&world, "MUG-BLUE", 4);
    let received =
        json!({ "sku": "MUG-BLUE", "location": "store", "kind": "receive", "quantity": 1, "reason": "one was found" });
    world.operator.post_once("/stock", "found", &received).await.unwrap();
    until_shop_says(&world, "MUG-BLUE", 129).await;
    let numbers: Vec<i64> = world.stack.shop().pushed().iter().map(|pushed| pushed.quantity).collect();
    assert!(!numbers.contains(&133), "{numbers:?}");
    taken_over(&world, at_shop).await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_no_location_keeps_is_counted_as_the_shop_has_it_and_the_rest_stays_as_it_is_here() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    let from_shop = json!({ "first": "shop", "count_at": "store", "cap": 4 });
    tell(&world, &from_shop).await;
    let units = async |sku: &str, location: &str| {
        let stock = world.operator.get(&format!("/stock/{sku}")).await.unwrap();
        let levels = stock["locations"].as_array().unwrap().clone();
        levels.iter().find(|level| level["location"] == location).map(|level| level["available"].clone())
    };
    assert_eq!((units("SHIRT-S", "store").await, units("SHIRT-M", "store").await), (Some(json!(5)), Some(json!(7))));
    assert_eq!(
        (units("MUG-BLUE", "main").await, units("MUG-BLUE", "store").await),
        (Some(json!(120)), Some(json!(12)))
    );
    assert_eq!((world.stack.shop().stock("SHIRT-S"), world.stack.shop().stock("MUG-BLUE")), (Some(4), Some(4)));
    // Told again, nothing is counted down to what the shop was told.
    tell(&world, &from_shop).await;
    assert_eq!((units("SHIRT-S", "store").await, units("MUG-BLUE", "main").await), (Some(json!(5)), Some(json!(120))));
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_number_that_the_shop_fails_at_stops_no_other() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    let product = world.stack.shop().add_product(NewProduct {
        sku: "TIN-SMALL".to_owned(),
        name: "Tin".to_owned(),
        price: "7.90".to_owned(),
        stock: Some(1),
        tax: TaxClass::default(),
        is_virtual: false,
    });
    world.stack.shop().fail(&format!("PUT /products/{product}"), Fault::Refused(500));
    tell(&world, &json!({ "first": "orderly" })).await;
    assert_eq!(
        (world.stack.shop().stock("MUG-BLUE"), world.stack.shop().stock("TEA-EARLGREY")),
        (Some(132), Some(100))
    );
    let connection = world.operator.get(&format!("/channels/{CHANNEL}/connection")).await.unwrap();
    assert_eq!(
        (&connection["fault"], &connection["stock_check"]["refused"]),
        (&Value::Null, &json!(1)),
        "{connection}"
    );
}

#[tokio::test]
async fn a_shop_that_cannot_be_reached_is_told_everything_when_it_can_be() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    tell(&world, &json!({ "first": "orderly" })).await;
    for _ in 0..10 {
        world.stack.shop().fail("GET /products", Fault::Refused(503));
    }
    let order = world.place("1", &[("MUG-BLUE", 10)]).await;
    let connection = format!("/channels/{CHANNEL}/connection");
    eventually("the fault is seen", async || {
        world.operator.get(&connection).await.unwrap()["fault"]["why"].is_string().then_some(())
    })
    .await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.place("2", &[("MUG-BLUE", 30)]).await;
    world.until_settled().await;
    assert_eq!(world.stack.shop().stock("MUG-BLUE"), Some(132));
    world.stack.shop().behave();
    connect_again(&world, "orderly").await;
    until_shop_says(&world, "MUG-BLUE", 102).await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_a_shop_sells_is_shown_beside_what_it_is_to_say() {
    let world = World::start().await;
    connect(&world, "orderly").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operator.get(&format!("/channels/{CHANNEL}/listings{cursor}")).await.unwrap();
        seen.extend(page["listings"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("?cursor={next}");
    }
    let state = |sku: &str| seen.iter().find(|one| one["sku"] == sku).map(|one| one["state"].clone());
    let states = ["MUG-BLUE", "SHIRT-S", "TIN-SMALL", "CUP-KINTSUGI"].map(state);
    let expected = ["differs", "unknown_sku", "not_counted", "right"].map(|state| Some(json!(state)));
    assert_eq!(states, expected, "{seen:?}");
    assert_eq!(seen.iter().filter(|one| one["state"] == "no_sku").count(), 1, "{seen:?}");
    let mug = seen.iter().find(|one| one["sku"] == "MUG-BLUE").unwrap();
    assert_eq!((&mug["at_shop"], &mug["to_tell"]), (&json!(50), &json!(132)));
    let refused = world.operator.get(&format!("/channels/{CHANNEL}/listings?cursor=MQ")).await.unwrap_err().to_string();
    assert!(refused.contains("next_cursor of an earlier answer"), "{refused}");
}

#[tokio::test]
async fn how_a_shop_is_told_of_stock_is_asked_and_never_assumed() {
    let world = World::start().await;
    let put = async |body: &Value| {
        world.operator.put(&format!("/channels/{CHANNEL}/stock"), body).await.unwrap_err().to_string()
    };
    world.operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Our shop" })).await.unwrap();
    let none = put(&json!({ "first": "orderly" })).await;
    assert!(none.contains("connected to no shop"), "{none}");
    connect(&world, "orderly").await;
    for (body, why) in [
        (json!({}), "first"),
        (json!({ "first": "shop" }), "count_at"),
        (json!({ "first": "orderly", "count_at": "store" }), "for \"first\": \"shop\" only"),
        (json!({ "first": "shop", "count_at": "store", "locations": ["main"] }), "must be one of the locations"),
        (json!({ "first": "orderly", "share": 0 }), "must be a whole number from 1 to 100"),
        (json!({ "first": "orderly", "locations": ["moon"] }), "there is no location moon"),
        (json!({ "first": "orderly", "skus": [{ "buffer": 1 }] }), "skus[0].sku"),
    ] {
        let refused = put(&body).await;
        assert!(refused.contains(why), "{body}: {refused}");
    }
    world.until_settled().await;
    assert_eq!(world.stack.shop().stock("MUG-BLUE"), Some(50), "nobody has said that it may be changed");
}
