//! Batches: several orders, one walk, one tote each.

use crate::{
    laws,
    shop::Placed,
    world::{World, post, refused},
};
use futures::future::join_all;
use orderly_local::{client::Client, seed::MAIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl World {
    async fn picker(&self, name: &str, locations: &[&str]) -> Client {
        let wanted = json!({ "name": name, "role": "warehouse", "locations": locations });
        let made = self.operator.post("/keys", &wanted).await.unwrap();
        Client::new(self.stack.api_url(), made["key"].as_str().unwrap())
    }

    async fn batch(&self, id: &Value) -> Value {
        self.warehouse.get(&format!("/batches/{}", id.as_str().unwrap())).await.unwrap()
    }

    async fn active_batches(&self) -> Vec<Value> {
        let listed = self.warehouse.get(&format!("/batches?location={MAIN}")).await.unwrap();
        listed["batches"].as_array().unwrap().iter().map(|batch| batch["id"].clone()).collect()
    }
}

fn wanted(totes: &[&str]) -> Value {
    json!({ "location": MAIN, "totes": totes })
}

fn step(batch: &Value, what: &str) -> String {
    format!("/batches/{}/{what}", batch["id"].as_str().unwrap())
}

/// The orders in the totes of a batch.
fn orders(batch: &Value) -> Vec<&str> {
    batch["totes"].as_array().unwrap().iter().map(|tote| tote["order"].as_str().unwrap()).collect()
}

/// What there is to do with each order of the walk.
fn states(batch: &Value, order: &Placed) -> Vec<String> {
    let lines = batch["walk"].as_array().unwrap().iter().filter(|line| line["order"] == order.id.as_str());
    lines.map(|line| line["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_batch_is_made_claimed_handed_over_picked_and_over() {
    let world = World::start().await;
    let two = world.place_and_pay("two", &[("MUG-BLUE", 1), ("TIN-SMALL", 1)]).await;
    let one = world.place_and_pay("one", &[("MUG-BLUE", 2)]).await;
    let cancelled = world.place_and_pay("cancelled", &[("MUG-BLUE", 1)]).await;
    let held = world.place_and_pay("held", &[("MUG-BLUE", 1)]).await;
    let reason = json!({ "reason": "other", "note": "the customer is asked" });
    world.operator.post(&format!("/orders/{}/holds", held.id), &reason).await.unwrap();

    let mut asked = wanted(&["A", "B", "C", "D"]);
    asked["first"] = json!("single_line");
    let made = world.warehouse.post_once("/batches", "cart-1", &asked).await.unwrap();
    assert_eq!(orders(&made), [&one.id, &cancelled.id, &two.id], "what is held waits");
    assert_eq!((&made["status"], &made["left"], &made["fulfillments"]), (&json!("open"), &json!(3), &json!(3)));
    let again = world.warehouse.post_once("/batches", "cart-1", &asked).await.unwrap();
    assert_eq!(again, made, "the same key makes it once");
    let other = world.warehouse.request(Method::POST, "/batches").header("idempotency-key", "cart-1");
    let other = world.warehouse.ask(other.json(&wanted(&["A"]))).await.unwrap();
    assert_eq!(other.body["type"], "urn:orderly:problem:key-reused");
    refused(&world.warehouse, "/batches", &wanted(&["E"]), "nothing-to-pick").await;

    // Two pickers; one is bound to another location.
    let (anna, bert) = (world.picker("anna", &[MAIN]).await, world.picker("bert", &[MAIN]).await);
    let elsewhere = world.picker("carl", &["store"]).await;
    let claimed = anna.post(&step(&made, "claim"), &json!({})).await.unwrap();
    assert_eq!((&claimed["status"], &claimed["picker"]), (&json!("picking"), &json!("warehouse:anna")));
    refused(&bert, &step(&made, "claim"), &json!({}), "already-claimed").await;
    for path in [step(&made, "claim"), step(&made, "cancel")] {
        refused(&elsewhere, &path, &json!({}), "not-found").await;
    }
    refused(&elsewhere, "/batches", &wanted(&["A"]), "forbidden").await;
    let list = elsewhere.ask(elsewhere.request(Method::GET, &format!("/batches?location={MAIN}"))).await.unwrap();
    assert_eq!(list.status, StatusCode::FORBIDDEN);
    let paused = anna.post(&step(&made, "pause"), &json!({})).await.unwrap();
    assert_eq!((&paused["status"], &paused["picker"]), (&json!("paused"), &json!("warehouse:anna")));
    refused(&bert, &step(&made, "claim"), &json!({}), "already-claimed").await;

    // What is picked stays when it goes to another picker. What is cancelled or held meanwhile says so.
    world.pick(&one, "01").await;
    bert.post(&step(&made, "release"), &json!({})).await.unwrap();
    bert.post(&step(&made, "claim"), &json!({})).await.unwrap();
    let cancel = json!({ "reason": "ordered twice" });
    world.operator.post(&format!("/orders/{}/cancel", cancelled.id), &cancel).await.unwrap();
    world.operator.post(&format!("/orders/{}/holds", two.id), &reason).await.unwrap();
    let now = world.batch(&made["id"]).await;
    assert_eq!((&now["picker"], &now["left"]), (&json!("warehouse:bert"), &json!(1)));
    assert_eq!(states(&now, &one), ["picked"]);
    assert_eq!(states(&now, &cancelled), Vec::<String>::new(), "nothing of it was taken");
    assert_eq!(states(&now, &two), ["on_hold", "on_hold"]);
    world.operator.delete(&format!("/orders/{}/holds/other", two.id)).await.unwrap();
    assert_eq!(states(&world.batch(&made["id"]).await, &two), ["to_pick", "to_pick"]);

    // A short pick is told as ever, and the last picks end the batch.
    assert_eq!(world.active_batches().await, [made["id"].clone()]);
    let picks = json!({ "picks": [{ "line": 0, "picked": 0 }, { "line": 1, "picked": 1 }] });
    world.warehouse_does(&two, "01", "picks", &picks).await;
    let over = world.batch(&made["id"]).await;
    assert_eq!((&over["status"], &over["left"]), (&json!("done"), &json!(0)));
    assert_eq!(world.active_batches().await, Vec::<Value>::new());
    refused(&bert, &step(&made, "cancel"), &json!({}), "wrong-status").await;
    laws::hold(&world).await;
}

/// Asks for a batch as a client does: under a key, and again where the answer is to try again.
async fn make(world: &World, key: String, wanted: &Value) -> Value {
    for _ in 0..5 {
        let request = world.warehouse.request(Method::POST, "/batches").header("idempotency-key", &key).json(wanted);
        let answer = world.warehouse.ask(request).await.unwrap();
        match answer.status {
            StatusCode::CREATED => return answer.body,
            status => assert!(status.is_server_error(), "{answer:?}"),
        }
    }
    panic!("{key} is refused for ever");
}

#[tokio::test]
async fn makers_at_the_same_moment_share_the_work_and_a_cancelled_batch_gives_it_back() {
    let world = World::start().await;
    let mut placed = Vec::new();
    for n in 0..6 {
        placed.push(world.place_and_pay(&n.to_string(), &[("MUG-BLUE", 1)]).await);
    }
    let carts = ["A", "B", "C"].map(|cart| wanted(&[&format!("{cart}1"), &format!("{cart}2")]));
    let made = join_all(carts.iter().enumerate().map(|(n, cart)| make(&world, format!("cart-{n}"), cart))).await;
    let all: Vec<&str> = made.iter().flat_map(orders).collect();
    let wanted_orders: BTreeSet<&str> = placed.iter().map(|order| order.id.as_str()).collect();
    assert_eq!((all.len(), all.iter().copied().collect()), (6, wanted_orders), "each is on one batch");

    // Picks and a cancellation at the same moment: what is picked stays, the other goes back.
    let [first, second] = [0, 1].map(|n| placed.iter().find(|order| order.id == orders(&made[0])[n]).unwrap());
    world.pick(first, "01").await;
    let picks = json!({ "picks": [{ "line": 0, "picked": 1 }] });
    let picks_path = format!("/orders/{}/fulfillments/01/picks", second.id);
    let cancel_path = step(&made[0], "cancel");
    let empty = json!({});
    let (picked, cancelled) =
        tokio::join!(post(&world.warehouse, &picks_path, &picks), post(&world.warehouse, &cancel_path, &empty));
    assert_eq!(picked.status, StatusCode::OK, "{picked:?}");
    // If the picks came first, the batch was done.
    assert!([StatusCode::OK, StatusCode::CONFLICT].contains(&cancelled.status), "{cancelled:?}");
    for order in [first, second] {
        assert_eq!(world.fulfillment(order, "01").await["status"], "picked");
    }
    let cancelled = world.warehouse.post(&step(&made[1], "cancel"), &json!({})).await.unwrap();
    assert_eq!(
        (&cancelled["status"], &cancelled["walk"], &cancelled["left"]),
        (&json!("cancelled"), &json!([]), &json!(0))
    );
    let again = world.warehouse.post("/batches", &wanted(&["D1", "D2", "D3"])).await.unwrap();
    assert_eq!(orders(&again), orders(&made[1]), "they are first again");

    // A batch whose orders are all cancelled is over by itself.
    for id in orders(&made[2]) {
        world.operator.post(&format!("/orders/{id}/cancel"), &json!({ "reason": "ordered twice" })).await.unwrap();
    }
    assert_eq!(world.batch(&made[2]["id"]).await["status"], "done");
    assert_eq!(world.active_batches().await, [again["id"].clone()]);
    refused(&world.warehouse, "/batches", &wanted(&["E1"]), "nothing-to-pick").await;
    world.reconcile().await;
    let noted = world.scan("BatchesTable").await;
    let noted = noted.iter().find(|batch| batch["batch"] == made[2]["id"]).unwrap();
    assert_eq!(noted["status"], "done", "reconcile notes it");
    laws::hold(&world).await;
}
