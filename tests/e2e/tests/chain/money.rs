//! Tests of payments that come early, late, in parts or for no order, and of refunds whose provider fails.

use crate::{
    laws,
    provider::{Mood, Provider},
    shop::{happened, order},
    world::{World, post, refused},
};
use orderly_local::client::Client;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_payment_that_comes_before_its_order_is_matched_when_the_order_names_it() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    stripe.register("pi_early", 1940, "EUR").unwrap();
    // The payment has no metadata about its order.
    let paid = json!({ "id": "pi_early", "object": "payment_intent", "amount_received": 1940, "currency": "eur", "metadata": {} });
    let webhook = stripe.event("payment_intent.succeeded", &paid);
    assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    let unmatched = world.operator.get("/operations/unmatched-payments").await.unwrap();
    assert_eq!(unmatched["payments"].as_array().unwrap().len(), 1);
    assert_eq!(unmatched["payments"][0]["payment"], "stripe_pi_early");
    assert_eq!(world.reconcile().await["matched"], 0);

    let mut body = order("1", &[("MUG-BLUE", 1)]);
    body["payment"] = json!({ "provider": "stripe", "id": "pi_early" });
    let accepted = world.storefront.post("/orders", &body).await.unwrap();
    laws::hold(&world).await;
    let read = world.operator.get(&format!("/orders/{}", accepted["id"].as_str().unwrap())).await.unwrap();
    assert_eq!((&read["status"], &read["captured"]), (&json!("open"), &json!(1940)));
    assert_eq!(read["fulfillments"], json!({ "01": "open" }));
    assert_eq!(world.operator.get("/operations/unmatched-payments").await.unwrap()["payments"], json!([]));
    // The same payment cannot pay another order.
    let mut other = order("2", &[("MUG-BLUE", 1)]);
    other["payment"] = body["payment"].clone();
    refused(&world.storefront, "/orders", &other, "payment-of-another-order").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_payment_that_names_an_order_to_come_is_matched_by_reconcile() {
    let world = World::start().await;
    // The storefront writes its order number into the payment before Orderly has the order.
    let stripe = world.stack.stripe();
    stripe.register("pi_ahead", 1940, "EUR").unwrap();
    let paid = json!({ "id": "pi_ahead", "object": "payment_intent", "amount_received": 1940, "currency": "eur",
        "metadata": { "channel": "web", "order_id": "1001" } });
    let webhook = stripe.event("payment_intent.succeeded", &paid);
    assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    let order = world.place("1001", &[("MUG-BLUE", 1)]).await;
    let unmatched = world.operator.get("/operations/unmatched-payments").await.unwrap();
    assert_eq!(unmatched["payments"][0]["order"], order.id.as_str());
    assert_eq!(world.reconcile().await["matched"], 1);
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("paid")));
    assert_eq!(world.operator.get("/operations/unmatched-payments").await.unwrap()["payments"], json!([]));
}

#[tokio::test]
async fn a_person_says_which_order_a_payment_is_for_or_that_it_is_for_none() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    for id in ["pi_lost", "pi_foreign"] {
        let paid = json!({ "id": id, "amount_received": 1940, "currency": "eur" });
        stripe.register(id, 1940, "EUR").unwrap();
        stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();
    }
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let unmatched = "/operations/unmatched-payments";
    let nobody = json!({ "order": "ord_nobody" });
    refused(&world.operator, &format!("{unmatched}/stripe_pi_lost/assign"), &nobody, "invalid").await;
    let assign = json!({ "order": order.id });
    refused(&world.operator, &format!("{unmatched}/stripe_pi_unheard/assign"), &assign, "not-found").await;
    world.operator.post(&format!("{unmatched}/stripe_pi_lost/assign"), &assign).await.unwrap();
    world.operator.post(&format!("{unmatched}/stripe_pi_foreign/dismiss"), &json!({})).await.unwrap();
    assert_eq!(world.operator.get(unmatched).await.unwrap()["count"], 1, "until reconcile has been there");
    assert_eq!(world.reconcile().await["matched"], 1);
    assert_eq!(world.operator.get(unmatched).await.unwrap(), json!({ "count": 0, "payments": [] }));
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["status"], "open");
}

#[tokio::test]
async fn a_payment_whose_order_was_refused_is_refunded_once_and_no_order_takes_it() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    let mut placed = order("1", &[("MUG-BLUE", 1)]);
    let total = placed["total"].as_i64().unwrap();
    stripe.register("pi_refused", total, "EUR").unwrap();
    let paid = json!({ "id": "pi_refused", "object": "payment_intent", "amount_received": total, "currency": "eur",
        "metadata": { "channel": "web", "order_id": "1" } });
    stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();
    placed["total"] = json!(total + 1);
    refused(&world.storefront, "/orders", &placed, "invalid").await;

    let unmatched = "/operations/unmatched-payments";
    let listed = world.operator.get(unmatched).await.unwrap();
    let money =
        |payment: &Value| (payment["currency"].clone(), payment["captured"].clone(), payment["refunded"].clone());
    assert_eq!(money(&listed["payments"][0]), (json!("EUR"), json!(total), json!(0)));
    let refund = format!("{unmatched}/stripe_pi_refused/refund");
    let decided = world.operator.post(&refund, &json!({})).await.unwrap();
    assert_eq!(money(&decided), (json!("EUR"), json!(total), json!(total)));
    assert!(decided["history"][0]["by"].as_str().unwrap().starts_with("operator"), "{decided}");
    world.operator.post(&refund, &json!({})).await.unwrap();
    laws::hold(&world).await;
    let amounts: Vec<i64> = stripe.refunds("pi_refused").iter().map(|refund| refund.amount).collect();
    assert_eq!(amounts, [total]);
    assert_eq!(world.operator.get(unmatched).await.unwrap(), json!({ "count": 0, "payments": [] }));

    placed["total"] = json!(total);
    placed["payment"] = json!({ "provider": "stripe", "id": "pi_refused" });
    refused(&world.storefront, "/orders", &placed, "payment-given-back").await;
    placed["payment"] = Value::Null;
    let unpaid = world.storefront.post("/orders", &placed).await.unwrap();
    let assign = json!({ "order": unpaid["id"] });
    refused(&world.operator, &format!("{unmatched}/stripe_pi_refused/assign"), &assign, "payment-given-back").await;
    stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();
    world.reconcile().await;
    laws::hold(&world).await;
    let read = world.operator.get(&format!("/orders/{}", unpaid["id"].as_str().unwrap())).await.unwrap();
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("pending"), &json!("unpaid")));
}

#[tokio::test]
async fn a_storefront_that_names_another_channel_s_payment_first_does_not_get_its_money() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    world.operator.put("/channels/market", &json!({ "name": "Market" })).await.unwrap();
    let wanted = json!({ "name": "market", "role": "storefront", "channel": "market" });
    let key = world.operator.post("/keys", &wanted).await.unwrap()["key"].as_str().unwrap().to_owned();
    let market = Client::new(world.stack.api_url(), &key);
    let mut claim = order("7", &[("MUG-BLUE", 1)]);
    claim["payment"] = json!({ "provider": "stripe", "id": "pi_web" });
    let thief = market.post("/orders", &claim).await.unwrap();
    let own = world.place("1", &[("MUG-BLUE", 1)]).await;
    stripe.register("pi_web", own.total, "EUR").unwrap();
    let paid = json!({ "id": "pi_web", "object": "payment_intent", "amount_received": own.total, "currency": "eur",
        "metadata": { "order_id": own.id } });
    stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();
    laws::hold(&world).await;
    assert_eq!(world.read(&own).await["payment_status"], "paid");
    let read = market.get(&format!("/orders/{}", thief["id"].as_str().unwrap())).await.unwrap();
    assert_eq!((&read["status"], &read["captured"]), (&json!("pending"), &json!(0)));
}

#[tokio::test]
async fn an_assignment_is_taken_back_until_the_order_has_the_money_and_says_who_made_it() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    stripe.register("pi_lost", 1940, "EUR").unwrap();
    let paid = json!({ "id": "pi_lost", "amount_received": 1940, "currency": "eur" });
    stripe.deliver(&stripe.event("payment_intent.succeeded", &paid)).await.unwrap();
    let unmatched = "/operations/unmatched-payments";
    let (assign, unassign) =
        (format!("{unmatched}/stripe_pi_lost/assign"), format!("{unmatched}/stripe_pi_lost/unassign"));
    refused(&world.operator, &unassign, &json!({}), "not-found").await;
    world.operator.post(&assign, &json!({ "order": order.id })).await.unwrap();
    let undone = world.operator.post(&unassign, &json!({})).await.unwrap();
    assert_eq!(undone["order"], Value::Null);
    let told: Vec<&str> =
        undone["history"].as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(told, ["payment-assigned", "payment-unassigned"]);
    assert!(undone["history"][1]["by"].as_str().unwrap().starts_with("operator"), "{undone}");
    assert_eq!(world.reconcile().await["matched"], 0);
    world.operator.post(&assign, &json!({ "order": order.id })).await.unwrap();
    assert_eq!(world.reconcile().await["matched"], 1);
    refused(&world.operator, &unassign, &json!({}), "payment-taken").await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    let timeline = read["timeline"].as_array().unwrap();
    let assigned = timeline.iter().find(|entry| entry["what"] == "payment-assigned").unwrap();
    assert!(assigned["by"].as_str().unwrap().starts_with("operator"), "{assigned}");
}

#[tokio::test]
async fn partial_and_over_payments_are_visible() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let stripe = world.stack.stripe();
    let pay = async |amount: i64| {
        let webhook = stripe.pay(&order.id, amount, "EUR").unwrap();
        assert_eq!(stripe.deliver(&webhook).await.unwrap(), StatusCode::OK);
    };
    pay(order.total - 1).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("pending"), &json!("partially_paid")));
    assert_eq!(read["captured"], order.total - 1);
    assert!(read["holds"]["awaiting_payment"].is_object(), "{read}");
    // The order is not given up, because somebody has paid for it.
    world.time_passes(std::time::Duration::from_mins(61)).await;
    world.reconcile().await;
    let held = world.read(&order).await;
    assert_eq!(held["status"], "pending");
    assert!(held["holds"]["awaiting_payment"].is_object(), "{held}");
    pay(1000).await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("overpaid")));
    assert!(read["holds"]["overpaid"].is_object() && read["fulfillments"] == json!({}), "a person decides: {read}");
    assert_eq!(read["captured"], order.total + 999);
    // Both payments are refunded completely.
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("refunded"), &json!(order.total + 999)));
}

#[tokio::test]
async fn money_for_a_cancelled_order_goes_back() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.pay(&order).await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("cancelled"), &json!("refunded")));
    assert_eq!(world.bucket("MUG-BLUE", "main", "available").await, 120);
}

#[tokio::test]
async fn a_paid_order_is_cancelled_and_refunded_once() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.pick(&order, "01").await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "too slow" })).await.unwrap();
    for _ in 0..6 {
        world.send_duty("RefundsQueue", &order.id, "state", "refund").await;
    }
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["fulfillments"]), (&json!("cancelled"), &json!({ "01": "cancelled" })));
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("refunded"), &json!(order.total)));
    assert_eq!(world.bucket("MUG-BLUE", "main", "available").await, 120);
    let mut subjects = world.subjects();
    subjects.sort_unstable();
    assert_eq!(subjects, ["Order 1 is canceled", "Order 1 is confirmed", "Your refund of €33.90 for order 1"]);
}

#[tokio::test]
async fn a_provider_that_fails_is_asked_again_under_the_same_key() {
    let (world, provider) = Provider::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    provider.becomes(Mood::Failing);
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until_dead("RefundsDeadLetters", 1).await;
    let read = world.read(&order).await;
    assert_eq!((&read["refunds"]["cancel"]["state"], &read["refunded"]), (&json!("unknown"), &json!(0)));
    assert_eq!(read["owed"], json!(["refund"]));
    world.purge("RefundsDeadLetters").await;
    provider.becomes(Mood::Well);
    world.until_reconciled().await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("refunded"), &json!(order.total)));
    let keys = provider.keys();
    assert!(keys.len() >= 5 && keys.iter().all(|key| *key == format!("refund:{}:cancel:1", order.id)), "{keys:?}");
    assert_eq!(world.subjects().iter().filter(|subject| subject.starts_with("Your refund")).count(), 1);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_not_made_twice() {
    let (world, provider) = Provider::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    // The provider's webhooks are lost too. Only a repeated request can learn the outcome.
    world.stack.stripe().withhold_webhooks();
    provider.becomes(Mood::Forgetful);
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until_dead("RefundsDeadLetters", 1).await;
    assert_eq!(world.read(&order).await["refunds"]["cancel"]["state"], "unknown");
    world.purge("RefundsDeadLetters").await;
    provider.becomes(Mood::Well);
    world.until_reconciled().await;
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["payment_status"], "refunded");
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_known_by_its_webhook() {
    let (world, provider) = Provider::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    provider.becomes(Mood::Forgetful);
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until(&order, "the refund is known", |order| order["payment_status"] == "refunded").await;
    world.until_settled().await;
    world.purge("RefundsDeadLetters").await; // its message may or may not have failed too often by then
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_refused_refund_is_held_for_a_person_and_tried_again_under_a_new_key() {
    let (world, provider) = Provider::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.ship(&order, "01").await;
    world.deliver(&order, "01").await;
    // The provider does not know the payment that it is asked to refund.
    let elsewhere = Provider::start().await.0;
    let id = world.send_back(&order, 0, 1).await;
    provider.goes_to(&elsewhere.stack);
    world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    let held = world.until(&order, "the refund failed", |order| order["holds"]["refund_failed"].is_object()).await;
    assert_eq!(held["refunds"]["return-01"]["state"], "failed");
    assert!(held["holds"]["refund_failed"]["note"].as_str().unwrap().contains("resource_missing"), "{held}");
    let listed = world.operator.get("/operations/attention").await.unwrap();
    assert_eq!(listed["items"][0]["order"], order.id.as_str());
    laws::hold(&world).await;

    provider.goes_to(&world.stack);
    let retry = format!("/orders/{}/refunds/retry", order.id);
    world.operator.post(&retry, &json!({})).await.unwrap();
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["refunded"], &read["holds"]), (&json!(1450), &json!({})));
    let keys = [1, 2].map(|attempt| format!("refund:{}:return-01:{attempt}", order.id));
    assert_eq!(provider.keys(), keys);
    refused(&world.operator, &retry, &json!({}), "nothing-to-retry").await;
}

#[tokio::test]
async fn a_refund_that_somebody_made_at_the_provider_counts() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    let payment = world.stack.stripe().payments()[0].id.clone();
    let made = orderly_local::http_client()
        .post(format!("{}/v1/refunds", world.stack.stripe().endpoint()))
        .bearer_auth("sk_test_dashboard")
        .form(&[("payment_intent", payment.as_str()), ("amount", "1000")]);
    assert_eq!(made.send().await.unwrap().status(), StatusCode::OK);
    world.until(&order, "the refund is known", |order| order["refunded"] == 1000).await;
    world.until_settled().await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("refunded"), &json!(order.total)));
    assert_eq!(read["refunds"]["cancel"]["amount"], order.total - 1000);
}

#[tokio::test]
async fn a_dispute_holds_what_has_not_been_sent() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let payment = world.stack.stripe().payments()[0].clone();
    let dispute = |status: &str| {
        json!({ "id": "dp_1", "object": "dispute", "amount": payment.amount, "currency": "eur", "status": status,
            "payment_intent": payment.id, "charge": payment.charge, "metadata": {} })
    };
    let stripe = world.stack.stripe();
    let opened = stripe.event("charge.dispute.created", &dispute("needs_response"));
    let won = stripe.event("charge.dispute.closed", &dispute("won"));
    assert_eq!(stripe.deliver(&opened).await.unwrap(), StatusCode::OK);
    let read = world.read(&order).await;
    assert_eq!(read["payment_status"], "disputed");
    let path = format!("/orders/{}/fulfillments/01/start-picking", order.id);
    refused(&world.warehouse, &path, &json!({}), "on-hold").await;
    for event in [&won, &opened, &won] {
        assert_eq!(stripe.deliver(event).await.unwrap(), StatusCode::OK);
    }
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["holds"]), (&json!("paid"), &json!({})));
    world.ship(&order, "01").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_return_takes_back_what_was_sent_and_no_more() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 3), ("TIN-SMALL", 1)]).await;
    let path = format!("/orders/{}/returns", order.id);
    let want =
        |line: i64, quantity: i64| json!({ "lines": [{ "line": line, "quantity": quantity, "reason": "style" }] });
    refused(&world.storefront, &path, &want(0, 1), "not-returnable").await;
    world.ship(&order, "01").await;
    refused(&world.storefront, &path, &want(0, 4), "not-returnable").await;
    refused(&world.storefront, &path, &want(9, 1), "unknown-line").await;
    let first = world.storefront.post_once(&path, "return-a", &want(0, 2)).await.unwrap();
    assert_eq!(world.storefront.post_once(&path, "return-a", &want(0, 2)).await.unwrap(), first);
    refused(&world.storefront, &path, &want(0, 2), "not-returnable").await;
    let second = world.storefront.post(&path, &want(0, 1)).await.unwrap();
    assert_eq!((&first["id"], &second["id"]), (&json!("01"), &json!("02")));

    let (one, two) = (format!("{path}/01"), format!("{path}/02"));
    let received = |count: i64| json!({ "location": "store", "lines": [{ "line": 0, "received": count }] });
    let found = |units: &[(i64, &str)]| {
        let unit = |(n, what): &(i64, &str)| json!({ "line": 0, "quantity": n, "disposition": what });
        json!({ "lines": units.iter().map(unit).collect::<Vec<_>>() })
    };
    refused(&world.warehouse, &format!("{one}/receive"), &received(1), "wrong-status").await;
    world.operator.post(&format!("{one}/approve"), &json!({})).await.unwrap();
    refused(&world.warehouse, &format!("{one}/inspect"), &found(&[(1, "restocked")]), "wrong-status").await;
    refused(&world.warehouse, &format!("{one}/receive"), &received(3), "wrong-count").await;
    world.warehouse.post(&format!("{one}/receive"), &received(1)).await.unwrap();
    refused(&world.warehouse, &format!("{one}/inspect"), &found(&[(2, "restocked")]), "not-all-inspected").await;
    world.warehouse.post(&format!("{one}/receive"), &received(2)).await.unwrap();
    refused(&world.warehouse, &format!("{one}/receive"), &received(1), "wrong-count").await;
    let inspection = found(&[(1, "processing_required"), (1, "not_restocked")]);
    let inspected = world.warehouse.post(&format!("{one}/inspect"), &inspection).await.unwrap();
    assert_eq!(inspected["refund"], Value::Null, "the warehouse sees no money");
    assert_eq!(world.returned(&order, "01").await["refund"], 2900);
    // A client that lost the answer asks again, and changes nothing.
    assert_eq!(world.warehouse.post(&format!("{one}/inspect"), &inspection).await.unwrap(), inspected);
    refused(&world.warehouse, &format!("{one}/inspect"), &found(&[(2, "restocked")]), "wrong-status").await;
    assert_eq!(world.bucket("MUG-BLUE", "store", "damaged").await, 1);
    assert_eq!(world.bucket("MUG-BLUE", "store", "quality_control").await, 1);
    assert_eq!(world.bucket("MUG-BLUE", "store", "available").await, 12);
    laws::hold(&world).await;

    world.operator.post(&format!("{two}/decline"), &json!({ "reason": "worn" })).await.unwrap();
    refused(&world.operator, &format!("{two}/approve"), &json!({}), "wrong-status").await;
    // A declined return can be requested again.
    let third = world.send_back(&order, 0, 1).await;
    world.inspect(&order, &third, 0, &[(1, "restocked")]).await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!(read["refunded"], 3 * 1450);
    let begun: Vec<&Value> = read["emails"].as_array().unwrap().iter().map(|email| &email["attempts"]).collect();
    assert!(begun.iter().all(|attempts| **attempts == 1), "each return has its own mail: {}", read["emails"]);
    let came_back =
        world.subjects().into_iter().filter(|subject| subject == "Your return from order 1 is here").count();
    assert_eq!(came_back, 2);
    assert_eq!(happened(&read, "return 02"), ["requested", "declined"]);
}

#[tokio::test]
async fn two_inspections_at_once_refund_once() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.ship(&order, "01").await;
    let id = world.send_back(&order, 0, 2).await;
    let path = format!("/orders/{}/returns/{id}/inspect", order.id);
    let found = |what: &str| json!({ "lines": [{ "line": 0, "quantity": 2, "disposition": what }] });
    let (kept, thrown) = (found("restocked"), found("not_restocked"));
    let (one, other) = tokio::join!(post(&world.warehouse, &path, &kept), post(&world.warehouse, &path, &thrown));
    let done = [&one, &other].into_iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(done, 1, "{one:?} {other:?}");
    laws::hold(&world).await;
    assert_eq!(world.read(&order).await["refunded"], 3390, "both mugs, and the shipping because all came back");
}

#[tokio::test]
async fn a_signing_secret_that_is_rolled_reaches_the_provider_and_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start_in(directory.path()).await;
    let put = json!({ "SecretId": "StripeWebhookSecret", "SecretString": "whsec_rolled\nwhsec_before" });
    let request = orderly_local::http_client().post(world.stack.endpoint());
    let request = request.header("x-amz-target", "secretsmanager.PutSecretValue").body(put.to_string());
    request.send().await.unwrap().error_for_status().unwrap();
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    assert_eq!(world.read(&order).await["payment_status"], "paid");
    world.stack.shutdown().await;

    let world = World::start_in(directory.path()).await;
    assert_eq!(world.stack.secret("StripeWebhookSecret").as_deref(), Some("whsec_rolled\nwhsec_before"));
    world.place_and_pay("2", &[("MUG-BLUE", 1)]).await;
    laws::hold(&world).await;
}
