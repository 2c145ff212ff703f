#![allow(clippy::unwrap_used)]

use super::*;
use domain::ids::OrderId;
use serde_json::json;

fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

fn of_the_shop() -> Named {
    Named { order: Some(order()), channel: Some("web".parse().unwrap()) }
}

#[test]
fn a_payment_names_its_order_by_orderly_s_id_or_by_the_channel_and_its_own_id() {
    let table = [
        (json!({"reference_id": order()}), Named::from(order())),
        (json!({"reference_id": "web/1001"}), of_the_shop()),
        (json!({"note": order()}), Named::from(order())),
        (json!({"note": "web/1001"}), of_the_shop()),
        (json!({"reference_id": "web/1001", "note": "market/7"}), of_the_shop()),
        (json!({"reference_id": "till 4", "note": "web/1001"}), of_the_shop()),
        (json!({"reference_id": null, "note": "web/1001"}), of_the_shop()),
    ];
    for (payment, expected) in table {
        assert_eq!(named(&payment), expected, "{payment}");
    }
    let with_slash = named(&json!({"reference_id": "web/2026/1001"}));
    assert_eq!(with_slash.order, Some(OrderId::derive(&"web".parse().unwrap(), "2026/1001")));
}

#[test]
fn any_other_text_of_the_merchant_names_no_order() {
    let texts = [
        "",
        "1001",
        "ord",
        "order_1",
        "ord_ 1",
        "/1001",
        "web/",
        "we b/1001",
        "2 coffees w/ milk",
        "web/10 01",
        "#1001",
        "ord_ü",
        "https://shop.example.com/1001",
        " web/1001",
    ];
    for text in texts {
        for field in FIELDS {
            assert_eq!(named(&json!({field: text})), Named::default(), "{field} {text}");
        }
    }
    for payment in [json!({}), json!({"reference_id": 1001}), json!({"note": ["web/1001"]}), json!([]), json!(null)] {
        assert_eq!(named(&payment), Named::default(), "{payment}");
    }
}

#[test]
fn orderly_s_id_has_room_in_a_reference() {
    assert!(order().as_str().len() <= 40, "Square's limit");
}
