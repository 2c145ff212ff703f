//! Tests of who gets what comes in: who paid first.

use crate::{
    laws,
    shop::{Placed, order},
    world::{World, refused},
};
use serde_json::json;
use std::time::Duration;

impl World {
    /// Orders of teapots that were paid after they had expired and their teapots were sold, one after the other.
    async fn wait_for_teapots(&self, orders: &[(&str, i64)]) -> Vec<Placed> {
        let mut waiting = Vec::new();
        for (reference, units) in orders {
            waiting.push(self.place(reference, &[("POT-CAST", *units)]).await);
        }
        self.time_passes(Duration::from_mins(61)).await;
        self.reconcile().await;
        self.place_and_pay("quick", &[("POT-CAST", 9)]).await;
        for order in &waiting {
            self.pay(order).await;
            self.until_settled().await;
            self.time_passes(Duration::from_secs(1)).await;
        }
        waiting
    }

    async fn teapots_come(&self, key: &str, location: &str, quantity: i64) {
        let came =
            json!({ "sku": "POT-CAST", "location": location, "kind": "receive", "quantity": quantity, "reason": key });
        self.warehouse.post_once("/stock", key, &came).await.unwrap();
    }
}

#[tokio::test]
async fn what_comes_in_is_kept_for_who_has_paid_wherever_it_comes() {
    let world = World::start().await;
    let waiting = world.wait_for_teapots(&[("late", 5)]).await;
    assert_eq!(world.bucket("POT-CAST", "store", "waiting").await, 5);
    world.teapots_come("three", "store", 3).await;
    // Nothing has looked at the waiting order yet.
    let new = order("new", &[("POT-CAST", 1)]);
    refused(&world.storefront, "/orders", &new, "out-of-stock").await;
    laws::hold(&world).await;
    world.reconcile().await;
    world.until_settled().await;
    assert_eq!(world.bucket("POT-CAST", "store", "committed").await, 3);
    assert_eq!(world.bucket("POT-CAST", "main", "waiting").await, 2);
    laws::hold(&world).await;
    // Two of the next four are for those who wait, and two for anybody.
    world.teapots_come("four", "main", 4).await;
    assert_eq!(world.bucket("POT-CAST", "main", "available").await, 2);
    world.place("new", &[("POT-CAST", 2)]).await;
    refused(&world.storefront, "/orders", &order("newer", &[("POT-CAST", 1)]), "out-of-stock").await;
    world.reconcile().await;
    let all = |order: &serde_json::Value| order["fulfillments"].as_object().unwrap().len() == 2;
    world.until(&waiting[0], "all are on their way", all).await;
    world.until_settled().await;
    assert_eq!(world.bucket("POT-CAST", "store", "waiting").await, 0);
    laws::hold(&world).await;
}

#[tokio::test]
async fn who_paid_first_is_served_first_whichever_order_is_looked_at() {
    let world = World::start().await;
    let waiting = world.wait_for_teapots(&[("first", 2), ("second", 2)]).await;
    world.teapots_come("three", "main", 3).await;
    // Only the second order is looked at.
    let second = format!("/orders/{}/holds/inventory_out_of_stock", waiting[1].id);
    world.operator.delete(&second).await.unwrap();
    world.until_settled().await;
    let read = world.read(&waiting[1]).await;
    assert_eq!(read["holds"]["inventory_out_of_stock"]["note"], "POT-CAST: 2 needed, 1 found");
    assert_eq!(world.read(&waiting[0]).await["fulfillments"], json!({}));
    world.reconcile().await;
    world.until(&waiting[0], "the first order goes on", |order| order["fulfillments"]["01"] == "open").await;
    assert_eq!(world.bucket("POT-CAST", "main", "waiting").await, 1);
    laws::hold(&world).await;
    let cancel = json!({ "reason": "it takes too long" });
    world.storefront.post(&format!("/orders/{}/cancel", waiting[1].id), &cancel).await.unwrap();
    assert_eq!(world.bucket("POT-CAST", "store", "waiting").await, 0);
    assert_eq!(world.bucket("POT-CAST", "main", "available").await, 1);
    laws::hold(&world).await;
}
