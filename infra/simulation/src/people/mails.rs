//! What operators do about e-mails that did not arrive.

use super::plot::{GOOD, surname};
use crate::world::{World, request};
use domain::settings::Role;
use serde_json::{Value, json};

/// Corrects addresses, sends again, or does nothing. Some are left for the next time.
pub(super) async fn look_after(world: &World) {
    let mut list = request(Role::Operator, "GET /operations/attention", &[], &Value::Null);
    list.query.insert("why".to_owned(), "mail_not_delivered".to_owned());
    let Some(answer) = world.insist(&list).await else { return };
    for item in answer.body["items"].as_array().into_iter().flatten().filter(|_| world.chance(0.6)) {
        let order = item["order"].as_str().unwrap_or_default();
        let path = &[("order_id", order)];
        let decision = match world.rng.borrow_mut().u8(0..3) {
            0 => {
                let contact =
                    json!({ "customer": { "name": "Ada Example", "email": GOOD }, "reason": "a typing error" });
                request(Role::Operator, "POST /orders/{order_id}/edit", path, &contact)
            }
            1 => request(Role::Operator, "POST /orders/{order_id}/emails/retry", path, &Value::Null),
            _ => {
                let reason = json!({ "reason": format!("Ms {} was told by telephone", surname(order)) });
                request(Role::Operator, "POST /orders/{order_id}/emails/dismiss", path, &reason)
            }
        };
        world.insist(&decision).await;
    }
}
