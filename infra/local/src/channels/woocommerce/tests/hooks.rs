//! What the shop tells by itself, and how badly.

use super::*;
use crate::{
    channels::woocommerce::{Delivery, Outcome},
    outside::hmac,
};

const TO: &str = "https://orderly.example/webhooks/channels/woo";

/// A shop that tells what changes. The pings are answered.
fn telling() -> Bench {
    let bench = Bench::new();
    bench.shop().turn_webhooks(Some(TO));
    for delivery in all(&bench) {
        bench.embedded.is_answered(&delivery, Some(200));
    }
    bench
}

/// Everything that waits. Nobody answers it.
fn all(bench: &Bench) -> Vec<Delivery> {
    std::iter::from_fn(|| (bench.embedded.waiting() > 0).then(|| bench.embedded.take(0))).flatten().collect()
}

fn topics(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.topic.as_str()).collect()
}

fn header<'d>(delivery: &'d Delivery, name: &str) -> &'d str {
    delivery.webhook.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

#[test]
fn a_webhook_is_signed_and_tells_what_is_so_when_it_is_sent() {
    let bench = telling();
    let id = bench.buy("MUG-BLUE", 1);
    bench.shop().mark(id, "completed").unwrap();
    let told = all(&bench);
    assert_eq!(topics(&told), ["order.updated", "order.created", "product.updated"], "it is changed before it is made");
    let created = &told[1];
    assert_eq!(created.webhook.event()["status"], "completed", "it was not when it was made");
    let secret = local_credentials().webhook_secret;
    let signature = BASE64_STANDARD.encode(hmac(secret.as_bytes(), &[&created.webhook.body]));
    assert_eq!(header(created, "X-WC-Webhook-Signature"), signature);
    for (name, value) in [
        ("X-WC-Webhook-Source", "https://shop.example/"),
        ("X-WC-Webhook-Topic", "order.created"),
        ("X-WC-Webhook-Resource", "order"),
        ("X-WC-Webhook-Event", "created"),
        ("X-WC-Webhook-ID", "1"),
        ("Content-Type", "application/json"),
        ("User-Agent", "WooCommerce/11.0.1 Hookshot (WordPress/7.1)"),
    ] {
        assert_eq!(header(created, name), value);
    }
    let body = String::from_utf8(created.webhook.body.clone()).unwrap();
    assert!(
        body.contains(r#""currency_symbol":"\u20ac""#) && body.contains(r"https:\/\/shop.example\/wp-json"),
        "{body}"
    );
}

#[test]
fn the_real_shop_s_signature_is_the_one_that_is_made_here() {
    let payload = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/payloads").join(name);
        std::fs::read(path).unwrap()
    };
    let body = payload("woocommerce-v11-hook-order.created.body.json");
    let recorded: Value = serde_json::from_slice(&payload("woocommerce-v11-hook-order.created.headers.json")).unwrap();
    let secret = recorded["secret"].as_str().unwrap();
    let signature = BASE64_STANDARD.encode(hmac(secret.as_bytes(), &[&body]));
    assert_eq!(recorded["headers"]["X-WC-Webhook-Signature"], signature);
    // The names of the headers are the same, but for those that every client has.
    let bench = telling();
    bench.buy("MUG-BLUE", 1);
    let told = all(&bench);
    for (name, _) in &told[0].webhook.headers {
        assert!(recorded["headers"][name].is_string(), "{name}");
    }
}

#[test]
fn quick_changes_are_told_once() {
    let bench = telling();
    let id = bench.buy("TIN-SMALL", 1);
    all(&bench);
    for _ in 0..5 {
        bench.shop().readdress(id, &json!({ "city": "Espoo" }), &Value::Null).unwrap();
    }
    let told = all(&bench);
    assert_eq!(topics(&told), ["order.updated"]);
    assert_eq!(told[0].webhook.event()["shipping"]["city"], "Espoo");
}

#[test]
fn deliveries_of_the_same_second_have_the_same_id() {
    let bench = telling();
    let ids = |bench: &Bench| -> Vec<String> {
        bench.buy("TIN-SMALL", 1);
        bench.buy("TIN-SMALL", 1);
        let told = all(bench);
        let updated = told.iter().filter(|delivery| delivery.topic == "order.updated");
        updated.map(|delivery| header(delivery, "X-WC-Webhook-Delivery-ID").to_owned()).collect()
    };
    let first = ids(&bench);
    assert_eq!(first[0], first[1], "of two orders");
    bench.pass(1);
    assert_ne!(ids(&bench)[0], first[0]);
}

#[test]
fn drafts_leak_and_what_is_deleted_is_told_by_its_id_only() {
    let bench = telling();
    let mut draft = checkout("TIN-SMALL", 1, "card");
    draft.outcome = Outcome::Draft;
    let id = bench.shop().check_out(draft).unwrap();
    let told = all(&bench);
    assert_eq!((topics(&told), &told[0].webhook.event()["status"]), (vec!["order.updated"], &json!("checkout-draft")));
    bench.shop().mark(id, "processing").unwrap();
    assert_eq!(topics(&all(&bench)), ["order.updated", "order.created"]);
    bench.shop().trash(id).unwrap();
    let told = all(&bench);
    assert_eq!((topics(&told), told[0].webhook.event()), (vec!["order.deleted"], json!({ "id": id })));
    bench.shop().restore(id).unwrap();
    assert_eq!(topics(&all(&bench)), ["order.restored", "order.updated"]);
}

#[test]
fn a_refund_is_told_as_a_change_of_its_order() {
    let bench = telling();
    let id = bench.buy("TIN-SMALL", 1);
    all(&bench);
    let act = serde_json::from_value(json!({ "amount": "1", "reason": "a dent" })).unwrap();
    bench.shop().refund(id, act).unwrap();
    let told = all(&bench);
    assert_eq!(topics(&told), ["order.updated"]);
    assert_eq!(told[0].webhook.event()["refunds"][0]["total"], "-1.00");
}

#[tokio::test]
async fn what_the_api_sets_is_told_as_well() {
    let bench = telling();
    bench.put("products/10", json!({ "stock_quantity": 3 })).await;
    let told = all(&bench);
    assert_eq!((topics(&told), &told[0].webhook.event()["stock_quantity"]), (vec!["product.updated"], &json!(3)));
}

#[tokio::test]
async fn a_webhook_is_disabled_at_the_seventh_failure_in_a_row_and_nobody_hears_of_it() {
    let bench = Bench::new();
    let wanted = json!({ "topic": "order.updated", "delivery_url": TO, "secret": "s3cret" });
    let made = bench.post("webhooks", wanted).await;
    assert_eq!((made.status, &made.body["status"]), (201, &json!("active")), "{}", made.text);
    assert_eq!((&made.body["secret"], &made.body["resource"]), (&Value::Null, &json!("order")));
    let id = made.body["id"].as_u64().unwrap();
    let status = async || bench.get(&format!("webhooks/{id}")).await.body["status"].clone();
    let ping = all(&bench);
    assert_eq!((ping[0].topic.as_str(), ping[0].webhook.body.as_slice()), ("", format!("webhook_id={id}").as_bytes()));
    assert_eq!(header(&ping[0], "X-WC-Webhook-Signature"), "", "a ping is not signed");
    bench.embedded.is_answered(&ping[0], Some(401));
    assert_eq!(status().await, "active", "whatever the ping is answered");
    let order = bench.buy("TIN-SMALL", 1);
    let fail = |answered: Option<u16>| {
        bench.pass(1);
        bench.shop().mark(order, "on-hold").unwrap();
        bench.shop().mark(order, "processing").unwrap();
        let delivery = all(&bench).into_iter().find(|delivery| delivery.topic == "order.updated").unwrap();
        bench.embedded.is_answered(&delivery, answered);
    };
    (0..6).for_each(|_| fail(Some(500)));
    fail(Some(302));
    assert_eq!(status().await, "active", "a success, or what counts as one, begins anew");
    (0..6).for_each(|_| fail(None));
    assert_eq!(status().await, "active");
    assert_eq!(all(&bench)[0].topic, "", "the ping comes again as long as none was answered with 200");
    fail(Some(404));
    assert_eq!(status().await, "disabled");
    bench.shop().mark(order, "completed").unwrap();
    assert_eq!(bench.embedded.waiting(), 0, "nothing is told any more");
    bench.put(&format!("webhooks/{id}"), json!({ "status": "active" })).await;
    assert_eq!(status().await, "active");
    fail(Some(500));
    assert_eq!(status().await, "disabled", "its failures were not forgotten");
}

#[tokio::test]
async fn webhooks_are_listed_changed_and_deleted() {
    let bench = Bench::new();
    for topic in ["order.created", "order.updated"] {
        bench.post("webhooks", json!({ "topic": topic, "delivery_url": TO })).await;
    }
    bench.put("webhooks/1", json!({ "status": "paused", "delivery_url": "https://other.example/" })).await;
    let listed = bench.get("webhooks?status=paused").await.body;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["delivery_url"]), (1, &json!("https://other.example/")));
    assert_eq!(header_of(&bench.get("webhooks").await, "x-wp-total"), "2");
    let kept = bench.ask("DELETE", "webhooks/1", &Value::Null).await;
    assert_eq!((kept.status, &kept.body["code"]), (501, &json!("woocommerce_rest_trash_not_supported")));
    assert_eq!(bench.ask("DELETE", "webhooks/1?force=true", &Value::Null).await.status, 200);
    assert_eq!(bench.get("webhooks/1").await.status, 404);
    for (body, code) in [
        (json!({ "topic": "order.shipped", "delivery_url": TO }), "woocommerce_rest_shop_webhook_invalid_topic"),
        (
            json!({ "topic": "order.updated", "delivery_url": "x" }),
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
        ),
    ] {
        assert_eq!(bench.post("webhooks", body).await.body["code"], code);
    }
}
