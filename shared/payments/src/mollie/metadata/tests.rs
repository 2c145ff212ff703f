#![allow(clippy::unwrap_used)]

use super::*;
use domain::ids::OrderId;
use serde_json::json;

const ORD: &str = "ord_7pn7eajnquvjilq3ggx3th55aq";

#[test]
fn the_order_is_named_by_an_object_or_by_a_text() {
    let of = |channel: &str, order: &str| Named {
        order: Some(OrderId::derive(&channel.parse().unwrap(), order)),
        channel: channel.parse().ok(),
    };
    let ours = || Named { order: ORD.parse().ok(), channel: None };
    let nobody = Named::default;
    let channel = || Named { order: None, channel: "web".parse().ok() };
    let table = [
        (json!({"order_id": "1001", "channel": "web"}), of("web", "1001")),
        (json!({"order_id": 1001, "channel": "web"}), of("web", "1001")),
        (json!({"order_id": ORD}), ours()),
        (json!("{\"order_id\":1001,\"channel\":\"web\"}"), of("web", "1001")),
        (json!(format!("{{\"order_id\":\"{ORD}\"}}")), ours()),
        (json!(ORD), ours()),
        (json!("web/1001"), of("web", "1001")),
        (json!("web/2026/1001"), of("web", "2026/1001")),
        (json!({"channel": "web"}), channel()),
        (json!("web/"), channel()),
        // Without a channel, an id of its own means nothing.
        (json!({"order_id": "1001"}), nobody()),
        (json!("1001"), nobody()),
        (json!("12345"), nobody()),
        (json!({"order_id": "1001", "channel": "no channel"}), nobody()),
        (json!("no channel/1001"), nobody()),
        (json!({"order_id": 10.5, "channel": "web"}), channel()),
        (json!({"order_id": -1, "channel": "web"}), channel()),
        (json!(["1001"]), nobody()),
        (json!(1001), nobody()),
        (json!(""), nobody()),
        (json!("/"), nobody()),
        (Value::Null, nobody()),
    ];
    for (metadata, expected) in table {
        assert_eq!(named(&json!({ "metadata": metadata })), expected, "{metadata}");
    }
    assert_eq!(named(&json!({})), Named::default());
}

#[test]
fn a_refund_of_ours_is_known_by_its_id_and_attempt() {
    let ours = OurRefund { id: "cancel".parse().unwrap(), attempt: 2 };
    let table = [
        (json!({"orderly_refund": "cancel", "orderly_attempt": "2"}), Some(ours.clone())),
        (json!({"orderly_refund": "cancel", "orderly_attempt": 2}), Some(ours.clone())),
        (json!("{\"orderly_refund\":\"cancel\",\"orderly_attempt\":\"2\"}"), Some(ours)),
        (json!({"orderly_refund": "cancel"}), None),
        (json!({"orderly_attempt": "2"}), None),
        (json!({"orderly_refund": "a b", "orderly_attempt": "2"}), None),
        (json!({"orderly_refund": "cancel", "orderly_attempt": "-2"}), None),
        (json!("cancel"), None),
        (Value::Null, None),
    ];
    for (metadata, expected) in table {
        assert_eq!(refund_of(&json!({ "metadata": metadata })), expected, "{metadata}");
    }
}
