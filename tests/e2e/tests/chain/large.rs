//! The largest orders: 500 lines, over two locations.

use crate::{
    laws,
    shop::{Placed, order},
    world::{World, post, refused},
};
use orderly_local::seed::{MAIN, STORE};
use reqwest::StatusCode;
use serde_json::{Value, json};

const LINES: usize = 500;
const PRICE: i64 = 100;

fn sku(n: usize) -> String {
    format!("PART-{n:03}")
}

/// Two units of each part. One is at each location, and a second one at the store.
fn large(reference: &str) -> Value {
    let line = |n| json!({ "sku": sku(n), "title": format!("Part {n} of a large order"), "quantity": 2, "unit_price": PRICE, "tax": 0 });
    let mut order = order(reference, &[]);
    order["lines"] = (0..LINES).map(line).collect();
    order["total"] = json!(2 * PRICE * i64::try_from(LINES).unwrap() + 490);
    order
}

async fn stock(world: &World) {
    for n in 0..LINES {
        for (location, on_hand) in [(MAIN, 1), (STORE, 2)] {
            let count = json!({ "sku": sku(n), "location": location, "on_hand": on_hand, "reason": "opening" });
            world.operator.put("/stock", &count).await.unwrap();
        }
    }
}

impl World {
    async fn place_large(&self, reference: &str) -> Placed {
        let answer = post(&self.storefront, "/orders", &large(reference)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        Placed { id: answer.body["id"].as_str().unwrap().to_owned(), total: answer.body["total"].as_i64().unwrap() }
    }

    async fn lines_of(&self, order: &Placed, id: &str) -> Vec<Value> {
        self.fulfillment(order, id).await["picklist"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn an_order_of_500_lines_is_cancelled_refused_or_sent_as_a_whole() {
    let world = World::start().await;
    stock(&world).await;
    let cancelled = world.place_large("L-1").await;
    assert_eq!(world.bucket(&sku(499), MAIN, "reserved").await, 1);
    refused(&world.storefront, "/orders", &large("L-2"), "out-of-stock").await;
    let again = post(&world.storefront, "/orders", &large("L-1")).await;
    assert_eq!((again.status, &again.body["id"]), (StatusCode::CREATED, &json!(cancelled.id)), "a replay");
    let reason = json!({ "reason": "changed my mind" });
    world.storefront.post(&format!("/orders/{}/cancel", cancelled.id), &reason).await.unwrap();
    world.until_settled().await;
    assert_eq!(world.bucket(&sku(0), MAIN, "available").await, 1);

    // The reference of a refused order is free for any order.
    let order = world.place_large("L-2").await;
    world.pay(&order).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["fulfillments"], json!({ "01": "open", "02": "open" }));

    // A line is not found at the first location. The store has another unit of it.
    let picks = |lines: &[Value], missing: Option<usize>| -> Value {
        let pick =
            |(n, line): (usize, &Value)| json!({ "line": line["line"], "picked": i32::from(Some(n) != missing) });
        json!({ "picks": lines.iter().enumerate().map(pick).collect::<Vec<_>>() })
    };
    let main = world.lines_of(&order, "01").await;
    assert_eq!(main.len(), LINES);
    world.warehouse_does(&order, "01", "picks", &picks(&main, Some(7))).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["fulfillments"], json!({ "01": "picked", "02": "open", "03": "open" }));
    let found: Vec<Value> = world.lines_of(&order, "01").await.into_iter().filter(|line| line["picked"] == 1).collect();
    for half in found.chunks(LINES / 2) {
        let contents: Vec<Value> = half.iter().map(|line| json!({ "line": line["line"], "quantity": 1 })).collect();
        let parcel = json!({ "contents": contents, "weight_g": 9_000 });
        world.warehouse_does(&order, "01", "parcels", &parcel).await;
    }
    let leaving =
        ["P1", "P2"].map(|id| json!({ "parcel": id, "carrier": "DHL", "tracking_number": format!("JJD-{id}") }));
    world.warehouse_does(&order, "01", "hand-over", &json!({ "parcels": leaving })).await;
    for id in ["02", "03"] {
        world.ship(&order, id).await;
    }
    world.until_settled().await;
    assert_eq!(world.bucket(&sku(0), MAIN, "on_hand").await, 0);
    for id in ["01", "02", "03"] {
        world.deliver(&order, id).await;
    }
    assert_eq!(world.read(&order).await["status"], "completed");
    let mails = world.subjects();
    assert!(mails.iter().any(|subject| subject == "Order L-2 is confirmed"), "{mails:?}");

    let returned = world.send_back(&order, 499, 1).await;
    world.inspect(&order, &returned, 499, &[(1, "restocked")]).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["refunded"], PRICE);
    laws::hold(&world).await;
}
