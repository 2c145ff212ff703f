//! Who receives and counts. What is counted is often not what the books say.

use super::{GOODS, LOCATIONS};
use crate::world::{World, request};
use domain::settings::Role;
use serde_json::{Value, json};
use std::{rc::Rc, time::Duration};
use tokio::time::sleep;

/// Counts the shelves that were found short, counts others at random, and receives goods, also while orders wait.
pub async fn stocktaker(world: Rc<World>) {
    loop {
        sleep(Duration::from_mins(4) + world.moment(120)).await;
        if world.is_night.get() {
            continue;
        }
        world.under_way.set(world.under_way.get() + 1);
        make_a_round(&world).await;
        world.under_way.set(world.under_way.get() - 1);
    }
}

/// Only counts the shelves that a picker found short, and fills them again, so that an order in need of them can be sent.
pub async fn recounter(world: Rc<World>) {
    loop {
        sleep(Duration::from_mins(2) + world.moment(60)).await;
        if world.is_night.get() {
            continue;
        }
        world.under_way.set(world.under_way.get() + 1);
        for (sku, location) in recount(&world).await {
            Move::Receive.make(&world, &sku, &location).await;
        }
        world.under_way.set(world.under_way.get() - 1);
    }
}

/// Counts every place that somebody has to look at. Returns them.
async fn recount(world: &World) -> Vec<(String, String)> {
    let mut counted = Vec::new();
    let list = request(Role::Warehouse, "GET /operations/shelves", &[], &Value::Null);
    let answer = world.insist(&list).await;
    for shelf in answer.iter().flat_map(|answer| answer.body["shelves"].as_array().into_iter().flatten()) {
        let level = &shelf["level"];
        let of = |name: &str| level[name].as_str().unwrap_or_default().to_owned();
        let place = (of("sku"), of("location"));
        count(world, &place.0, &place.1).await;
        counted.push(place);
    }
    counted
}

async fn make_a_round(world: &World) {
    recount(world).await;
    let sku = GOODS[world.rng.borrow_mut().usize(..GOODS.len())].0;
    let location = LOCATIONS[world.rng.borrow_mut().usize(..LOCATIONS.len())];
    let what = world.rng.borrow_mut().u8(0..10);
    match what {
        0..=2 => Move::Receive,
        3 => Move::Lose,
        4 => Move::Count,
        _ => return,
    }
    .make(world, sku, location)
    .await;
}

enum Move {
    Receive,
    /// Units turn out to be broken or gone, promised or not.
    Lose,
    Count,
}

impl Move {
    async fn make(self, world: &World, sku: &str, location: &str) {
        let units = world.rng.borrow_mut().i64(1..=2);
        let (kind, quantity) = match self {
            Self::Count => return count(world, sku, location).await,
            Self::Receive => ("receive", units),
            Self::Lose if world.chance(0.5) => ("damage", 1),
            Self::Lose => ("adjust", -1),
        };
        let body = json!({ "sku": sku, "location": location, "kind": kind, "quantity": quantity, "reason": kind });
        let mut movement = request(Role::Warehouse, "POST /stock", &[], &body);
        keyed(world, &mut movement);
        world.insist(&movement).await;
    }
}

/// Finds up to five units on a shelf, whatever the books say.
async fn count(world: &World, sku: &str, location: &str) {
    let units = world.rng.borrow_mut().i64(0..=5);
    let of = if world.chance(0.8) { "shelf" } else { "everything" };
    let body = json!({ "sku": sku, "location": location, "on_hand": units, "counted": of, "reason": "count" });
    let mut count = request(Role::Warehouse, "PUT /stock", &[], &body);
    keyed(world, &mut count);
    world.insist(&count).await;
}

fn keyed(world: &World, request: &mut api::Request) {
    let key = format!("movement-{}", world.rng.borrow_mut().u64(..));
    request.headers.insert("idempotency-key".to_owned(), key);
}
