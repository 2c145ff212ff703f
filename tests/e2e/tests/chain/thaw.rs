//! Sandboxes are frozen between events, and their connections are closed meanwhile.

use crate::{laws, world::World};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than every local server keeps an idle connection.
const FREEZE: Duration = Duration::from_secs(5);

/// Lets an order be paid, told to its warehouse, cancelled and refunded, by messages alone: nothing that failed is repeated
/// by reconcile.
async fn one_life(world: &World, reference: &str) -> Value {
    let order = world.place_and_pay(reference, &[("MUG-BLUE", 1)]).await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until_settled().await;
    world.read(&order).await
}

/// Its events come one after the other, so one process takes them all.
fn starts_of_intake(world: &World) -> u64 {
    world.stack.lambda().counters()["order-intake"].cold_starts
}

#[tokio::test]
async fn after_a_freeze_nothing_is_sent_twice_unknown_or_late() {
    let world = World::start().await;
    one_life(&world, "1").await;
    let starts = starts_of_intake(&world);
    for reference in ["2", "3"] {
        tokio::time::sleep(FREEZE).await;
        let order = one_life(&world, reference).await;
        assert_eq!(order["payment_status"], "refunded", "{order}");
        assert_eq!(order["refunds"]["cancel"]["attempt"], 1, "{order}");
    }
    assert_eq!(starts_of_intake(&world), starts, "the frozen process was used again");
    assert_eq!(complaints(&world), [] as [String; 0]);
    let told: Vec<Value> = world.stack.warehouse().deliveries().iter().map(|told| told.body.parse().unwrap()).collect();
    assert_eq!(told.len(), 6, "each order is told once, and its cancellation once: {told:?}");
    let mut subjects = world.subjects();
    subjects.sort_unstable();
    let what = ["Order {} is canceled", "Order {} is confirmed", "Your refund of €19.40 for order {}"];
    let mut expected: Vec<String> =
        what.iter().flat_map(|what| ["1", "2", "3"].map(|n| what.replace("{}", n))).collect();
    expected.sort_unstable();
    assert_eq!(subjects, expected);
    laws::hold(&world).await;
}

/// What the functions warned of.
fn complaints(world: &World) -> Vec<String> {
    let lines = world.stack.logs().lines().into_iter().map(|line| line.text);
    lines.filter(|text| text.contains("\"level\":\"WARN\"") || text.contains("\"level\":\"ERROR\"")).collect()
}
