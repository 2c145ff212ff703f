//! Customer service gives customers something back, up to the limit of its key, and colleagues do so at the same moment.

use crate::world::{World, request};
use domain::settings::Role;
use serde_json::json;
use std::{rc::Rc, time::Duration};
use tokio::{join, time::sleep};

/// What it may give back of an order, in cents.
pub const SERVICE_LIMIT: i64 = 500;
/// How the idempotency keys of its refunds begin: by these its refunds are known in the books.
pub const SERVICE_KEY: &str = "service-";

/// Gives something back for some of the orders, a few times.
pub async fn service(world: Rc<World>) {
    for round in 0..4 {
        sleep(Duration::from_mins(6) + world.moment(240)).await;
        world.under_way.set(world.under_way.get() + 1);
        let orders = world.accepted.borrow().clone();
        for order in orders {
            if world.chance(0.3) {
                let [one, other] =
                    ["a", "b"].map(|who| give_back(&world, &order, format!("{SERVICE_KEY}{round}{who}")));
                join!(one, other);
            }
        }
        world.under_way.set(world.under_way.get() - 1);
    }
}

async fn give_back(world: &World, order: &str, key: String) {
    let amount = world.rng.borrow_mut().i64(1..=SERVICE_LIMIT);
    let body = json!({ "amount": amount, "reason": "a late parcel" });
    let path = &[("order_id", order)];
    let mut refund = request(Role::CustomerService, "POST /orders/{order_id}/refunds", path, &body);
    refund.headers.insert("idempotency-key".to_owned(), key);
    if let Some(caller) = &mut refund.caller {
        caller.refund_limit = format!("EUR:{SERVICE_LIMIT}").parse().unwrap_or_default();
    }
    world.insist(&refund).await;
}
