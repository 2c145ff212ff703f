//! A channel that is connected to a shop: its orders come in, and it hears of parcels.

use crate::{
    laws,
    shop::Placed,
    world::{World, eventually},
};
use orderly_local::channels::{
    self,
    woocommerce::{Bought, Checkout, RefundAct},
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
    let keys = channels::local_credentials();
    let body = json!({ "kind": "woocommerce", "url": world.stack.shop().url(), "key": keys.key, "secret": keys.secret, "emails": emails });
    world.operator.post(&format!("/channels/{CHANNEL}/connect"), &body).await.unwrap()
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
