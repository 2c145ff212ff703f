//! One list of what needs a person.

use crate::{laws, world::World};
use jiff::{SignedDuration, Timestamp};
use orderly_local::payments::Provider;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn what_waits_for_a_person_is_one_list_with_pages() {
    let world = World::start().await;
    for reference in ["1", "2", "3"] {
        let order = world.place_and_pay(reference, &[("MUG-BLUE", 1)]).await;
        let hold = json!({ "reason": "incorrect_address", "note": "which house?" });
        world.operator.post(&format!("/orders/{}/holds", order.id), &hold).await.unwrap();
    }
    let stripe = world.stack.stripe();
    stripe.register("pi_lost", 1940, "EUR").unwrap();
    let paid = json!({ "id": "pi_lost", "amount_received": 1940, "currency": "eur" });
    stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();

    let (mut seen, mut path) = (Vec::new(), "/operations/attention?limit=3".to_owned());
    loop {
        let page = world.operator.get(&path).await.unwrap();
        assert_eq!(page["counts"], json!({ "on_hold": 3, "payment_unmatched": 1 }));
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/operations/attention?limit=3&cursor={cursor}");
    }
    let names: Vec<Option<&str>> = seen.iter().map(|item| item["reference"].as_str()).collect();
    assert_eq!(names, [Some("1"), Some("2"), Some("3"), None], "the longest waiting first, each once");
    assert_eq!(seen[0]["holds"]["incorrect_address"]["note"], "which house?");
    let payment = &seen[3];
    assert_eq!(payment["payment"], "stripe_pi_lost");
    assert_eq!((&payment["currency"], &payment["captured"]), (&json!("EUR"), &json!(1940)));

    let only = world.operator.get("/operations/attention?why=payment_unmatched").await.unwrap();
    assert_eq!(only["items"].as_array().unwrap().len(), 1);
    let theirs = world.warehouse.get("/operations/attention").await.unwrap();
    assert_eq!(theirs["counts"], json!({}), "holds tell of money");
    let theirs = world.service.get("/operations/attention").await.unwrap();
    assert_eq!(theirs["counts"], json!({ "on_hold": 3 }), "payments without an order are for operators");
    assert!(world.operator.get("/operations/attention?why=boredom").await.is_err());
    assert!(world.operator.get("/operations/attention?reason=on_hold").await.is_err(), "an unknown filter");
    assert_eq!(world.reconcile().await["needs_attention"], 0);
    world.time_passes(Duration::from_hours(25)).await;
    assert_eq!(world.reconcile().await["needs_attention"], Value::from(3), "the orders");
    laws::hold(&world).await;
}

/// The reasons that the API describes.
fn reasons() -> Vec<String> {
    let document: Value = serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap();
    let names = &document["components"]["schemas"]["AttentionReason"]["enum"];
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_reason_is_a_filter_that_finds_all_that_is_there_for_it() {
    let world = World::start().await;
    let held = world.place_and_pay("held", &[("MUG-BLUE", 1)]).await;
    let hold = json!({ "reason": "incorrect_address", "note": "which house?" });
    world.operator.post(&format!("/orders/{}/holds", held.id), &hold).await.unwrap();
    let by_hand = world.place("by-hand", &[("MUG-BLUE", 1)]).await;
    let transfer = json!({ "method": "bank_transfer", "status": "received", "amount": by_hand.total });
    let enter = world.operator.request(Method::POST, &format!("/orders/{}/payments", by_hand.id));
    world.operator.ask(enter.header("idempotency-key", "k").json(&transfer)).await.unwrap();
    world.storefront.post(&format!("/orders/{}/cancel", by_hand.id), &json!({ "reason": "no" })).await.unwrap();
    let own = world.stack.providers().provider(Provider::Standard);
    let disputed = world.place("disputed", &[("MUG-BLUE", 1)]).await;
    let paid = own.pay(&disputed.id, disputed.total, "EUR").unwrap();
    own.deliver(&paid.webhooks[0]).await.unwrap();
    // Its evidence is due within three days, and its goods are on hold as well.
    let mut dispute = own.dispute(&paid.payment.id).unwrap().webhooks[0].event();
    dispute["data"]["due_by"] = json!(Timestamp::now() + SignedDuration::from_hours(48));
    own.deliver(&own.sign(dispute.to_string().into_bytes())).await.unwrap();
    world.until_settled().await;

    let found = async |why: &str| {
        let path = format!("/operations/attention?why={why}");
        let list = world.operator.get(&path).await.unwrap();
        assert_eq!(list["counts"], json!({ "on_hold": 3 }), "whatever is asked for");
        let items = list["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|item| item["why"] == why), "{items:?}");
        let mut names: Vec<String> =
            items.iter().map(|item| item["reference"].as_str().unwrap_or_default().to_owned()).collect();
        names.sort_unstable();
        names
    };
    for why in reasons() {
        let expected: &[&str] = match why.as_str() {
            "on_hold" => &["disputed", "held"],
            "refund_by_hand" => &["by-hand"],
            "evidence_due" => &["disputed"],
            _ => &[],
        };
        assert_eq!(found(&why).await, expected, "{why}");
    }
    laws::hold(&world).await;
}
