//! Who picks several orders in one walk.

use super::at_once;
use crate::world::{Answer, World, request};
use domain::settings::Role;
use serde_json::{Value, json};
use std::{cell::Cell, rc::Rc};
use tokio::time::sleep;

/// Works at a location until the world ends: makes batches, and claims, picks, pauses, releases and cancels any of them. The
/// warehouse works on the same orders meanwhile, and customers cancel them.
pub async fn picker(world: Rc<World>, location: &'static str, name: &'static str) {
    let mut walks = Walks { world, location, name, made: 0, scans: Cell::new(0) };
    loop {
        sleep(walks.world.moment(20)).await;
        if walks.world.is_night.get() {
            sleep(walks.world.moment(600)).await;
            continue;
        }
        walks.world.under_way.set(walks.world.under_way.get() + 1);
        walks.make().await;
        let found = walks.look().await;
        walks.put_back().await;
        walks.world.under_way.set(walks.world.under_way.get() - 1);
        if found == 0 {
            sleep(walks.world.moment(120)).await;
        }
    }
}

struct Walks {
    world: Rc<World>,
    location: &'static str,
    name: &'static str,
    /// How many batches were asked for.
    made: u32,
    /// How many units were scanned.
    scans: Cell<u32>,
}

impl Walks {
    async fn ask(&self, route: &str, path: &[(&str, &str)], body: &Value) -> Option<Answer> {
        self.ask_once(route, path, body, None).await
    }

    async fn ask_once(&self, route: &str, path: &[(&str, &str)], body: &Value, key: Option<&str>) -> Option<Answer> {
        let mut request = request(Role::Warehouse, route, path, body);
        if let Some(caller) = &mut request.caller {
            self.name.clone_into(&mut caller.name);
        }
        if let Some(key) = key {
            request.headers.insert("idempotency-key".to_owned(), key.to_owned());
        }
        if ["GET /batches", "GET /put-backs"].contains(&route) {
            request.query.insert("location".to_owned(), self.location.to_owned());
        }
        if route == "POST /batches" {
            request.headers.insert("idempotency-key".to_owned(), format!("{}-{}", self.name, self.made));
        }
        self.world.insist(&request).await
    }

    /// Asks for a batch. There may be nothing to pick.
    async fn make(&mut self) {
        self.made += 1;
        let totes = ["A", "B", "C"].map(|tote| format!("{}-{tote}", self.name));
        let first = if self.world.chance(0.5) { "oldest" } else { "single_line" };
        let body = json!({ "location": self.location, "totes": totes, "first": first });
        self.ask("POST /batches", &[], &body).await;
    }

    /// Does something with each batch of the location. Returns how many there are.
    async fn look(&self) -> usize {
        let Some(listed) = self.ask("GET /batches", &[], &Value::Null).await else { return 0 };
        let listed = listed.body["batches"].as_array().cloned().unwrap_or_default();
        for batch in &listed {
            let path = &[("batch", batch["id"].as_str().unwrap_or_default())];
            let what = self.world.rng.borrow_mut().u8(0..10);
            match what {
                0 => drop(self.ask("POST /batches/{batch}/pause", path, &Value::Null).await),
                1..=2 => drop(self.ask("POST /batches/{batch}/release", path, &Value::Null).await),
                3 => drop(self.ask("POST /batches/{batch}/cancel", path, &Value::Null).await),
                _ => self.walk(path).await,
            }
        }
        listed.len()
    }

    /// Claims a batch, and picks some of its totes.
    async fn walk(&self, path: &[(&str, &str)]) {
        let claimed = self.ask("POST /batches/{batch}/claim", path, &Value::Null).await;
        let Some(claimed) = claimed.filter(Answer::is_success) else { return };
        let batch = claimed.body;
        for tote in batch["totes"].as_array().into_iter().flatten().filter(|tote| tote["to_pick"] == true) {
            if self.world.chance(0.2) {
                return;
            }
            // Only in a rush: an ordinary life must come to its end.
            if self.world.strikes(0.05) {
                let order = tote["order"].as_str().unwrap_or_default().to_owned();
                super::cancel(&self.world, order, at_once(&self.world));
            }
            if self.world.chance(0.5) {
                self.scan(path, &batch, tote).await;
            } else {
                self.pick(&batch, tote).await;
            }
        }
    }

    /// Scans what one tote wants, unit by unit. Now and then a scan is sent twice, or the device dies in the middle.
    async fn scan(&self, path: &[(&str, &str)], batch: &Value, tote: &Value) {
        let own = |line: &&Value| line["order"] == tote["order"] && line["fulfillment"] == tote["fulfillment"];
        for line in batch["walk"].as_array().into_iter().flatten().filter(own) {
            let taken = line["scanned"].as_u64().unwrap_or_default();
            for _ in taken..line["quantity"].as_u64().unwrap_or_default() {
                self.scans.set(self.scans.get() + 1);
                let key = format!("{}-scan-{}", self.name, self.scans.get());
                let body = json!({ "code": line["sku"], "tote": line["tote"] });
                for _ in 0..if self.world.chance(0.1) { 2 } else { 1 } {
                    let answer = self.ask_once("POST /batches/{batch}/scans", path, &body, Some(&key)).await;
                    if !answer.is_some_and(|answer| answer.is_success()) {
                        return;
                    }
                }
                if self.world.chance(0.02) {
                    return;
                }
            }
        }
    }

    /// Puts back what was taken for orders that were cancelled since.
    async fn put_back(&self) {
        let Some(listed) = self.ask("GET /put-backs", &[], &Value::Null).await else { return };
        for back in listed.body["put_backs"].as_array().into_iter().flatten() {
            let text = |name: &str| back[name].as_str().unwrap_or_default();
            let path = &[("order_id", text("order")), ("fulfillment", text("fulfillment"))];
            self.ask("POST /orders/{order_id}/fulfillments/{fulfillment}/put-back", path, &Value::Null).await;
        }
    }

    async fn pick(&self, batch: &Value, tote: &Value) {
        let own = |line: &&Value| line["order"] == tote["order"] && line["fulfillment"] == tote["fulfillment"];
        let lines = batch["walk"].as_array().into_iter().flatten().filter(own);
        let picks: Vec<Value> = lines.map(|line| json!({ "line": line["line"], "picked": line["quantity"] })).collect();
        let text = |name: &str| tote[name].as_str().unwrap_or_default();
        let path = &[("order_id", text("order")), ("fulfillment", text("fulfillment"))];
        let route = "POST /orders/{order_id}/fulfillments/{fulfillment}/picks";
        self.ask(route, path, &json!({ "picks": picks })).await;
    }
}
