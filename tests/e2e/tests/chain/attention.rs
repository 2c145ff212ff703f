//! One list of what needs a person.

use crate::{laws, world::World};
use serde_json::{Value, json};

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
    world.time_passes(std::time::Duration::from_hours(25)).await;
    assert_eq!(world.reconcile().await["needs_attention"], Value::from(3), "the orders");
    laws::hold(&world).await;
}
