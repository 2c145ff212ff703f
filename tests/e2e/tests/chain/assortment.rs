//! Tests of what merchants sell: SKUs of all kinds, what has no stock, what will not come again, what costs nothing.

use crate::{
    laws,
    shop::{Placed, order},
    world::{World, post, refused},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

impl World {
    async fn receive(&self, sku: &str, quantity: i64) -> Value {
        let body =
            json!({ "sku": sku, "location": "main", "kind": "receive", "quantity": quantity, "reason": "delivery" });
        self.warehouse.post_once("/stock", &format!("delivery-of-{quantity}"), &body).await.unwrap()
    }

    async fn place_this(&self, body: &Value) -> Placed {
        let accepted = self.storefront.post("/orders", body).await.unwrap();
        Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: accepted["total"].as_i64().unwrap() }
    }
}

fn with_sku(reference: &str, sku: &str) -> Value {
    let mut body = order(reference, &[("MUG-BLUE", 1)]);
    body["lines"][0]["sku"] = json!(sku);
    body
}

#[tokio::test]
async fn a_sku_is_found_by_its_address_whatever_letters_it_has() {
    let world = World::start().await;
    let skus = [
        ("Größe 42/blau", "Gr%C3%B6%C3%9Fe%2042%2Fblau"),
        ("M8 x 40 (A2) + nut", "M8%20x%2040%20(A2)%20%2B%20nut"),
        ("茶-250 g", "%E8%8C%B6-250%20g"),
    ];
    for (sku, address) in skus {
        world.receive(sku, 5).await;
        let product = json!({ "title": sku, "bins": { "main": "A-1" } });
        assert_eq!(world.warehouse.put(&format!("/products/{address}"), &product).await.unwrap()["sku"], sku);
        assert_eq!(world.storefront.get(&format!("/products/{address}")).await.unwrap()["title"], sku);
        let stock = world.storefront.get(&format!("/stock/{address}")).await.unwrap();
        assert_eq!((&stock["sku"], &stock["available"]), (&json!(sku), &json!(5)));
        let sold = world.place_this(&with_sku(sku, sku)).await;
        world.pay(&sold).await;
        world.until_settled().await;
        assert_eq!(world.fulfillment(&sold, "01").await["picklist"][0]["sku"], sku);
        world.ship(&sold, "01").await;
    }
    assert_eq!(
        world.storefront.get("/stock/Gr%C3%B6%C3%9Fe%2042/blau").await.unwrap()["available"],
        4,
        "a slash as it is"
    );
    let decomposed = world.place_this(&with_sku("decomposed", " Gro\u{308}ße  42/blau")).await;
    assert_eq!(world.read(&decomposed).await["lines"][0]["sku"], "Größe 42/blau", "one SKU has one form");
    for bad in ["a?b", "../keys", "50%", "=1+1"] {
        let answer = refused(&world.storefront, "/orders", &with_sku("bad", bad), "invalid").await;
        assert_eq!(answer.body["errors"][0]["field"], "lines[0].sku", "{bad}");
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn gift_wrap_needs_no_stock_and_is_shown_to_the_packer() {
    let world = World::start().await;
    let mut body = order("gift", &[("MUG-BLUE", 1)]);
    let wrap = json!({ "sku": "GIFT-WRAP", "title": "Gift wrap", "quantity": 1, "unit_price": 300 });
    body["lines"].as_array_mut().unwrap().push(wrap);
    body["total"] = json!(1450 + 300 + 490);
    let answer = refused(&world.storefront, "/orders", &body, "invalid").await;
    assert!(answer.body["errors"][0]["detail"].as_str().unwrap().contains("\"stocked\": false"), "{answer:?}");
    body["lines"][1]["stocked"] = json!(false);
    let gift = world.place_this(&body).await;
    world.pay(&gift).await;
    world.until_settled().await;
    let fulfillment = world.fulfillment(&gift, "01").await;
    assert_eq!(fulfillment["picklist"].as_array().unwrap().len(), 1);
    assert_eq!(
        fulfillment["services"],
        json!([{ "line": 1, "sku": "GIFT-WRAP", "title": "Gift wrap", "quantity": 1 }])
    );
    world.ship(&gift, "01").await;
    world.deliver(&gift, "01").await;
    assert_eq!(world.read(&gift).await["status"], "completed");

    let mut fee = body.clone();
    fee["reference"] = json!("fee");
    fee["lines"].as_array_mut().unwrap().remove(0);
    fee["total"] = json!(300 + 490);
    let fee = world.place_this(&fee).await;
    world.pay(&fee).await;
    world.until_settled().await;
    assert_eq!(world.read(&fee).await["status"], "completed", "nothing is to be sent");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_discontinued_product_is_sold_until_it_is_gone() {
    let world = World::start().await;
    let whisk = json!({ "title": "Bamboo whisk", "discontinued": true });
    assert_eq!(world.warehouse.put("/products/WHISK-BAMBOO", &whisk).await.unwrap()["discontinued"], true);
    // Four units are asked for, and three are there. They could be promised before.
    refused(&world.storefront, "/orders", &order("four", &[("WHISK-BAMBOO", 4)]), "out-of-stock").await;
    world.place_and_pay("three", &[("WHISK-BAMBOO", 3)]).await;
    refused(&world.storefront, "/orders", &order("one", &[("WHISK-BAMBOO", 1)]), "out-of-stock").await;
    let count = |backorder: Value| json!({ "sku": "WHISK-BAMBOO", "location": "main", "on_hand": 0, "backorder": backorder, "reason": "count" });
    let put = async |body: Value| {
        world.warehouse.ask(world.warehouse.request(Method::PUT, "/stock").json(&body)).await.unwrap()
    };
    assert_eq!(put(count(json!(true))).await.body["type"], "urn:orderly:problem:discontinued");
    assert_eq!(put(count(json!(null))).await.status, StatusCode::OK);
    let again = json!({ "title": "Bamboo whisk" });
    world.warehouse.put("/products/WHISK-BAMBOO", &again).await.unwrap();
    assert_eq!(put(count(json!(true))).await.status, StatusCode::OK);
    world.place("one", &[("WHISK-BAMBOO", 1)]).await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_discount_may_take_the_shipping_too() {
    let world = World::start().await;
    let mut body = order("free", &[("MUG-BLUE", 1)]);
    (body["discount"], body["total"]) = (json!({ "code": "PRESENT", "amount": 1940 }), json!(0));
    let free = world.place_this(&body).await;
    world.until_settled().await;
    let read = world.read(&free).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("paid")));
    world.ship(&free, "01").await;

    let mut shipped_free = order("shipped-free", &[("MUG-BLUE", 1)]);
    (shipped_free["shipping"]["discount"], shipped_free["total"]) = (json!(490), json!(1450));
    let shipped_free = world.place_this(&shipped_free).await;
    world.pay(&shipped_free).await;
    world.until_settled().await;
    assert_eq!(world.read(&shipped_free).await["payment_status"], "paid");

    body["reference"] = json!("too-much");
    body["discount"]["amount"] = json!(1941);
    let answer = post(&world.storefront, "/orders", &body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    laws::hold(&world).await;
}
