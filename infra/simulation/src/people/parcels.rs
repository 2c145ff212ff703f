//! Parcels that do not arrive, and what people do about them.

use super::LOCATIONS;
use crate::world::{World, request};
use domain::settings::Role;
use orderly_local::tracking::{Happened, Happening};
use serde_json::{Value, json};
use std::rc::Rc;
use tokio::{task::spawn_local, time::sleep};

/// What people tell of parcels that do not arrive, or not yet.
const STATES: [&str; 8] =
    ["lost", "damaged", "refused", "returned", "delayed", "attempt_failed", "awaiting_pickup", "exception"];

/// A parcel is lost, refused or never heard of again. Some are found, some come back, some have another number than was told.
pub(super) async fn does_not_arrive(world: &Rc<World>, fulfillment: &Value, parcel: &Value) {
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let (order, id, name) = (text(fulfillment, "order"), text(fulfillment, "id"), text(parcel, "id"));
    let path = [("order_id", order.as_str()), ("fulfillment", id.as_str()), ("parcel", name.as_str())];
    let step = async |what: &str, body: Value| {
        let route = format!("POST /orders/{{order_id}}/fulfillments/{{fulfillment}}/parcels/{{parcel}}/{what}");
        world.insist(&request(Role::Warehouse, &route, &path, &body)).await
    };
    if world.chance(0.3) {
        step("tracking", json!({ "carrier": "DHL", "tracking_number": tracking_number(&order, &id, parcel) + "X" }))
            .await;
    }
    let state = STATES[world.rng.borrow_mut().usize(..STATES.len())];
    if world.chance(0.8) {
        step("reports", json!({ "state": state, "reason": "the carrier says so" })).await;
    }
    if world.chance(0.4) {
        let found = |line: &Value| {
            let disposition = if world.chance(0.7) { "restocked" } else { "not_restocked" };
            json!({ "line": line["line"], "quantity": line["quantity"], "disposition": disposition })
        };
        let lines: Vec<Value> = parcel["contents"].as_array().into_iter().flatten().map(found).collect();
        let back = json!({ "location": LOCATIONS[0], "lines": lines });
        for _ in 0..=usize::from(world.chance(0.3)) {
            step("received-back", back.clone()).await;
        }
    }
    if world.chance(0.3) {
        // Found after all, perhaps when it has been made good.
        let (world, wait) = (Rc::clone(world), world.moment(1_500));
        world.under_way.set(world.under_way.get() + 1);
        spawn_local(async move {
            sleep(wait).await;
            let path = [("order_id", order.as_str()), ("fulfillment", id.as_str()), ("parcel", name.as_str())];
            let route = "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered";
            world.insist(&request(Role::Warehouse, route, &path, &Value::Null)).await;
            world.under_way.set(world.under_way.get() - 1);
        });
    }
}

/// The number of a parcel. No other has it.
pub(super) fn tracking_number(order: &str, fulfillment: &str, parcel: &Value) -> String {
    let tail: String = order.chars().rev().take(20).collect();
    format!("JJD{}{fulfillment}{}", tail.to_uppercase(), parcel["id"].as_str().unwrap_or_default())
}

/// A carrier takes a parcel to its customer, with or without trouble on its way, and a tracking service tells of it: late, twice, or
/// never.
pub(super) fn carried(world: &Rc<World>, number: String) {
    use Happening::{AttemptFailed, AwaitingPickup, Delayed, Delivered, Exception, InTransit, OutForDelivery};
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        let on_its_way = [InTransit, Delayed, Exception, OutForDelivery, AttemptFailed, AwaitingPickup];
        for state in on_its_way.into_iter().filter(|_| world.chance(0.4)).chain([Delivered]).collect::<Vec<_>>() {
            sleep(world.moment(90)).await;
            let happened = Happened { state, at: world.time.now(), text: "the carrier says so".to_owned() };
            for (service, webhook) in world.carriers.happen(&number, happened) {
                if !world.strikes(0.15) {
                    world.deliver_tracking(service, webhook);
                }
            }
        }
        world.delivered.borrow_mut().push(number);
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// Decides about every parcel of an order that did not arrive, and sometimes changes their mind.
pub(super) async fn resolve_parcels(world: &World, order: &str, read: &Value) {
    for fulfillment in read["fulfillment_details"].as_array().into_iter().flatten() {
        let id = fulfillment["id"].as_str().unwrap_or_default();
        for parcel in fulfillment["parcels"].as_array().into_iter().flatten() {
            let waits = parcel["resolution"].is_null()
                && ["overdue", "exception", "damaged", "refused", "returned", "lost"]
                    .iter()
                    .any(|state| parcel["state"] == *state);
            let name = parcel["id"].as_str().unwrap_or_default();
            let path = [("order_id", order), ("fulfillment", id), ("parcel", name)];
            let route = "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/resolution";
            let resolve = async |remedy: &str| {
                let body = json!({ "remedy": remedy, "reason": "it did not arrive" });
                world.insist(&request(Role::Operator, route, &path, &body)).await
            };
            let remedy = ["reship", "refund", "write_off"][world.rng.borrow_mut().usize(..3)];
            if waits && !resolve(remedy).await.is_some_and(|answer| answer.is_success()) {
                // It was made good in another way.
                resolve("write_off").await;
            }
            if waits && world.chance(0.3) {
                let remedy = if world.chance(0.5) { "reship" } else { "refund" };
                resolve(remedy).await;
            }
        }
    }
}
