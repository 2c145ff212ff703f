use crate::{Told, read_webhook, testing::payload, webhook::is_signed};
use api::Request;
use data_encoding::BASE64;
use domain::settings::ChannelKind::WooCommerce;
use proptest::prelude::*;
use serde_json::{Value, json};
use webhooks::{Key, SignatureError};

const SECRET: &str = "s3cret";

fn request(topic: &str, signature: Option<String>, body: &[u8]) -> Request {
    let mut headers = vec![("x-wc-webhook-topic".to_owned(), topic.to_owned())];
    headers.extend(signature.map(|signature| ("x-wc-webhook-signature".to_owned(), signature)));
    let headers = headers.into_iter().filter(|(_, value)| !value.is_empty() || topic.is_empty()).collect();
    Request { headers, body: body.to_vec(), ..Request::default() }
}

fn signed(topic: &str, body: &[u8]) -> Request {
    request(topic, Some(BASE64.encode(&Key::new(SECRET.as_bytes()).unwrap().sign(&[body]))), body)
}

fn told(topic: &str, body: &Value) -> Told {
    read_webhook(WooCommerce, &signed(topic, body.to_string().as_bytes()), SECRET).unwrap()
}

fn unread(told: Told) -> String {
    match told {
        Told::Unread(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recorded_delivery_is_genuine_and_names_its_order() {
    let recorded: Value = serde_json::from_str(payload!("woocommerce-v11-hook-order.created.headers")).unwrap();
    let headers = recorded["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect();
    let body = payload!("woocommerce-v11-hook-order.created.body").as_bytes().to_vec();
    let request = Request { headers, body, ..Request::default() };
    assert!(is_signed(WooCommerce, &request));
    assert_eq!(read_webhook(WooCommerce, &request, "bench-secret"), Ok(Told::Order("14".to_owned())));
    assert_eq!(read_webhook(WooCommerce, &request, "bench-secret2"), Err(SignatureError::NoMatch));
}

#[test]
fn the_recorded_ping_is_taken_though_nobody_has_signed_it() {
    let recorded: Value = serde_json::from_str(payload!("woocommerce-v11-hook-order.created.headers")).unwrap();
    let body = recorded["ping"]["body"].as_str().unwrap();
    let ping = |body: &str| Request { body: body.as_bytes().to_vec(), ..Request::default() };
    assert!(!is_signed(WooCommerce, &ping(body)));
    assert_eq!(read_webhook(WooCommerce, &ping(body), ""), Ok(Told::Ignored("ping".to_owned())));
    for other in [
        "webhook_id=",
        "webhook_id=1&id=2",
        "webhook_id=x",
        "id=1",
        "",
        "{\"id\":41}",
        "webhook_id=123456789012345678901",
    ] {
        let refused = read_webhook(WooCommerce, &ping(other), SECRET);
        assert_eq!(refused, Err(SignatureError::Missing("x-wc-webhook-signature")), "{other}");
    }
}

#[test]
fn signatures_are_taken_as_woocommerce_makes_them() {
    let vectors: Value = serde_json::from_str(payload!("woocommerce-signatures")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let text = |field: &str| case[field].as_str().unwrap();
        let request = request("order.updated", Some(text("signature").to_owned()), text("body").as_bytes());
        let read = read_webhook(WooCommerce, &request, text("secret"));
        assert_eq!(read.is_ok(), case["genuine"] == true, "{}: {read:?}", text("name"));
    }
}

#[test]
fn while_a_secret_is_rolled_both_are_taken() {
    let request = signed("order.updated", br#"{"id":41}"#);
    for (secrets, is_taken) in [("new\ns3cret", true), (" s3cret \n\nold", true), ("new\nold", false)] {
        assert_eq!(read_webhook(WooCommerce, &request, secrets).is_ok(), is_taken, "{secrets:?}");
    }
    for none in ["", " \n"] {
        assert_eq!(
            read_webhook(WooCommerce, &request, none),
            Err(SignatureError::NoSecret),
            "nobody may sign with nothing"
        );
    }
}

#[test]
fn each_topic_of_an_order_names_it_and_the_others_are_ignored() {
    for topic in ["order.created", "order.updated", "order.deleted", "order.restored"] {
        assert_eq!(told(topic, &json!({"id": 41})), Told::Order("41".to_owned()));
        assert_eq!(told(topic, &json!({"id": "41", "status": "x"})), Told::Order("41".to_owned()));
    }
    for topic in ["product.updated", "coupon.created", "action.woocommerce_order_refunded"] {
        assert_eq!(told(topic, &json!({"id": 41})), Told::Ignored(topic.to_owned()));
    }
}

#[test]
fn a_genuine_body_that_nobody_understands_is_told_and_not_refused() {
    for (topic, body, part) in [
        ("order.updated", json!({"status": "processing"}), "order.updated names no order"),
        ("order.updated", json!({"id": 0}), "names no order"),
        ("order.updated", json!({"id": "../../Ada"}), "names no order"),
        ("order.updated", json!([41]), "names no order"),
        (
            "order.created",
            json!({"code": "woocommerce_rest_cannot_view", "message": "Ada", "data": {"status": 401}}),
            "woocommerce_rest_cannot_view",
        ),
        ("", json!({"id": 41}), "does not name its topic"),
    ] {
        let why = unread(told(topic, &body));
        assert!(why.contains(part) && !why.contains("Ada"), "{why}");
    }
    assert!(
        unread(read_webhook(WooCommerce, &signed("order.updated", b"<html>"), SECRET).unwrap())
            .contains("names no order")
    );
}

/// Reads a body that the shop has signed. Whatever is in it, it names an order by digits, or a person is told without it.
fn judge(body: &[u8]) -> Result<(), String> {
    match read_webhook(WooCommerce, &signed("order.updated", body), SECRET) {
        Ok(Told::Order(id)) if !id.is_empty() && id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(())
        }
        Ok(Told::Unread(why)) if !why.is_empty() && why.len() < 200 => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn a_body_with_any_one_value_hostile_names_an_order_or_is_told() {
    let body = json!({"id": 41, "code": null, "status": "processing", "line_items": [{"id": 1}]});
    for body in hostile::each_edit(&body) {
        judge(&body).unwrap();
    }
}

proptest! {
    #[test]
    fn a_hostile_body_names_an_order_or_is_told(
        body in hostile::json(vec![serde_json::from_str(payload!("woocommerce-v11-hook-order.created.body")).unwrap()])
    ) {
        let judged = judge(&body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }

    #[test]
    fn no_signature_is_guessed(signature in ".{0,60}") {
        let request = request("order.updated", Some(signature), br#"{"id":41}"#);
        prop_assert!(read_webhook(WooCommerce, &request, SECRET).is_err());
    }
}
