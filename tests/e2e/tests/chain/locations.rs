//! Tests of locations that are closed, emptied and opened again.

use crate::{
    laws,
    shop::{happened, order},
    world::{World, eventually, post, refused},
};
use serde_json::{Value, json};

impl World {
    async fn at_main(&self, what: &str, body: &Value) -> Value {
        self.operator.post(&format!("/locations/main/{what}"), body).await.unwrap()
    }
}

#[tokio::test]
async fn a_closed_location_gets_no_new_orders_and_its_goods_are_not_for_sale() {
    let world = World::start().await;
    let why = json!({ "reason": "burst pipe" });
    let closed = world.at_main("close", &why).await;
    assert_eq!((&closed["closed"]["reason"], closed["closed"]["by"].is_string()), (&json!("burst pipe"), true));
    assert_eq!(world.at_main("close", &json!({ "reason": "other" })).await["closed"], closed["closed"], "it is closed");
    // A sandbox may have known the location for some seconds.
    eventually("the teapot, which is only there, is not for sale", async || {
        let stock = world.storefront.get("/stock/POT-CAST").await.unwrap();
        (stock["available"] == 0).then_some(())
    })
    .await;
    refused(&world.storefront, "/orders", &order("pot", &[("POT-CAST", 1)]), "out-of-stock").await;
    let mug = world.place_and_pay("mug", &[("MUG-BLUE", 2)]).await;
    assert_eq!(world.fulfillment(&mug, "01").await["location"], "store");

    let settings = json!({ "name": "Main", "priority": 1 });
    let put = world.operator.put("/locations/main", &settings).await.unwrap();
    assert_eq!(put["closed"], closed["closed"], "new settings do not open it");
    assert!(world.at_main("reopen", &json!({})).await.get("closed").is_none());
    eventually("the teapot is for sale again", async || {
        let answer = post(&world.storefront, "/orders", &order("pot", &[("POT-CAST", 1)])).await;
        answer.status.is_success().then_some(())
    })
    .await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn work_is_taken_away_from_a_closed_location_and_waits_if_no_other_has_the_goods() {
    let world = World::start().await;
    let (mug, pot) =
        (world.place_and_pay("1", &[("MUG-BLUE", 2)]).await, world.place_and_pay("2", &[("POT-CAST", 1)]).await);
    let begun = world.place_and_pay("3", &[("TIN-SMALL", 1)]).await;
    world.warehouse_does(&begun, "01", "start-picking", &json!({})).await;
    refused(&world.operator, "/locations/main/empty", &json!({}), "location-open").await;

    world.at_main("close", &json!({ "reason": "burst pipe" })).await;
    let emptied = world.at_main("empty", &json!({})).await;
    let mut both = [mug.id.clone(), pot.id.clone()];
    both.sort();
    assert_eq!(emptied, json!({ "orders": both, "begun": 1, "left": 0 }));
    world.until_queues_are_empty().await;
    assert_eq!(world.at_main("empty", &json!({})).await, json!({ "orders": [], "begun": 1, "left": 0 }));

    let moved =
        world.until(&mug, "the mugs leave from the store", |order| order["fulfillment_details"][1].is_object()).await;
    let details = &moved["fulfillment_details"];
    assert_eq!((&details[0]["status"], &details[1]["location"]), (&json!("cancelled"), &json!("store")));
    assert!(happened(&moved, "order").contains(&"rerouted".to_owned()));
    let waiting = world.until(&pot, "the teapot is at no open location", |order| {
        order["holds"]["inventory_out_of_stock"].is_object() || order["holds"][0]["reason"] == "inventory_out_of_stock"
    });
    waiting.await;
    world.ship(&mug, "02").await;
    world.ship(&begun, "01").await;
    laws::hold(&world).await;

    world.at_main("reopen", &json!({})).await;
    eventually("the teapot is found again", async || {
        world.reconcile().await;
        world.until_queues_are_empty().await;
        let order = world.read(&pot).await;
        order["fulfillment_details"][1].is_object().then_some(())
    })
    .await;
    world.ship(&pot, "02").await;
    laws::hold(&world).await;
}
