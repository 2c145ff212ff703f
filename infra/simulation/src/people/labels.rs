//! Packers buy labels for their parcels, change their minds, and hand parcels over with them or without.

use super::{Picking, parcels::tracking_number};
use crate::world::{World, request};
use domain::settings::Role;
use serde_json::{Value, json};

/// Orders a label for each parcel that has none. Returns whether it is known of each what came of that.
pub(super) async fn are_settled(world: &World, fulfillment: &Value, picking: Picking) -> bool {
    let text = |name: &str| fulfillment[name].as_str().unwrap_or_default();
    let mut settled = true;
    for parcel in fulfillment["parcels"].as_array().into_iter().flatten() {
        let path = [
            ("order_id", text("order")),
            ("fulfillment", text("id")),
            ("parcel", parcel["id"].as_str().unwrap_or_default()),
        ];
        let ask = async |method: &str, body: Value| {
            let route = format!("{method} /orders/{{order_id}}/fulfillments/{{fulfillment}}/parcels/{{parcel}}/label");
            world.insist(&request(Role::Warehouse, &route, &path, &body)).await
        };
        match label_of(fulfillment, parcel) {
            // Some tables never buy any.
            None if picking == Picking::Short && world.chance(0.3) => {}
            None => settled &= !ask("POST", json!({})).await.is_some_and(|answer| answer.is_success()),
            Some(label) => {
                let state = label["purchase"]["state"].as_str().unwrap_or_default();
                if picking == Picking::Short && label["void"].is_null() && world.chance(0.1) {
                    ask("DELETE", Value::Null).await;
                }
                settled &= matches!(state, "succeeded" | "failed");
            }
        }
    }
    settled
}

/// How a parcel is handed over: with its label if it has one, or with a number of the warehouse's own.
pub(super) fn leaves(world: &World, fulfillment: &Value, parcel: &Value, picking: Picking) -> Value {
    let has_label = number_of_label(fulfillment, parcel).is_some();
    if has_label && !(picking == Picking::Short && world.chance(0.1)) {
        return json!({ "parcel": parcel["id"] });
    }
    let text = |name: &str| fulfillment[name].as_str().unwrap_or_default();
    let number = tracking_number(text("order"), text("id"), parcel);
    json!({ "parcel": parcel["id"], "carrier": "DHL Express", "tracking_number": number })
}

/// The number of the label that a parcel may leave with.
pub(super) fn number_of_label<'a>(fulfillment: &'a Value, parcel: &Value) -> Option<&'a str> {
    label_of(fulfillment, parcel).filter(|label| label["void"].is_null())?["bought"]["tracking_number"].as_str()
}

/// The newest label of a parcel.
fn label_of<'a>(fulfillment: &'a Value, parcel: &Value) -> Option<&'a Value> {
    let mut labels = fulfillment["labels"].as_array().into_iter().flatten();
    labels.rfind(|label| label["parcel"] == parcel["id"])
}
