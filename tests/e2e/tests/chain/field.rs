//! What the field does to money: inputs of other systems' bug reports, replayed on the whole chain.

use crate::{
    laws,
    shop::{Placed, order},
    world::{World, refused},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Tells the webhook something about a payment.
async fn tell(world: &World, kind: &str, object: &Value) {
    let webhook = world.stack.stripe().event(kind, object);
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK, "{kind}");
}

fn payment_of(world: &World, order: &Placed) -> String {
    let payments = world.stack.stripe().payments();
    payments.into_iter().find(|payment| payment.order_id.as_deref() == Some(&order.id)).unwrap().id
}

async fn refund_at_the_dashboard(world: &World, payment: &str, amount: i64) {
    let form = [("payment_intent", payment.to_owned()), ("amount", amount.to_string())];
    let url = format!("{}/v1/refunds", world.stack.stripe().endpoint());
    let made = reqwest::Client::new().post(url).bearer_auth("sk_test_1").form(&form).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::OK);
    world.until_settled().await;
}

async fn order_refund(world: &World, order: &Placed, key: &str, body: &Value) -> Value {
    let request = world.operator.request(Method::POST, &format!("/orders/{}/refunds", order.id)).json(body);
    let answer = world.operator.ask(request.header("Idempotency-Key", key)).await.unwrap();
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.body
}

/// A mug that is with its customer.
async fn delivered(world: &World, order: &Placed) {
    world.until_settled().await;
    world.ship(order, "01").await;
    world.deliver(order, "01").await;
    world.until_settled().await;
}

async fn cancel(world: &World, order: &Placed) -> Value {
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until_settled().await;
    world.read(order).await
}

#[tokio::test]
async fn the_released_rest_of_an_authorization_is_not_taken_for_a_refund() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let payment = payment_of(&world, &order);
    let total = order.total;
    let charge = json!({ "id": "ch_1", "object": "charge", "amount": total + 400, "amount_captured": total,
        "amount_refunded": 400, "captured": true, "currency": "eur", "payment_intent": payment });
    tell(&world, "charge.refunded", &charge).await;
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("paid"), &json!(0)));
    assert_eq!(cancel(&world, &order).await["refunded"], total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_dispute_that_was_lost_and_then_won_leaves_the_order_paid_and_refundable() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let payment = payment_of(&world, &order);
    for status in ["needs_response", "lost", "won"] {
        let dispute = json!({ "id": "dp_1", "object": "dispute", "amount": order.total, "currency": "eur",
            "payment_intent": payment, "status": status });
        tell(&world, "charge.dispute.closed", &dispute).await;
    }
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["holds"]), (&json!("paid"), &json!({})));
    assert_eq!(cancel(&world, &order).await["refunded"], order.total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_refund_that_waits_for_a_dispute_goes_out_when_the_dispute_is_won() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let payment = payment_of(&world, &order);
    let dispute = |status: &str| {
        json!({ "id": "dp_1", "object": "dispute", "amount": order.total, "currency": "eur", "payment_intent": payment,
            "status": status })
    };
    tell(&world, "charge.dispute.created", &dispute("needs_response")).await;
    let waiting = cancel(&world, &order).await;
    assert_eq!((&waiting["refunded"], &waiting["refunds"]["cancel"]["state"]), (&json!(0), &json!("blocked")));
    tell(&world, "charge.dispute.closed", &dispute("won")).await;
    world.until_settled().await;
    assert_eq!(world.read(&order).await["refunded"], order.total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_dispute_in_another_currency_does_not_fix_the_currency_of_its_payment() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    world.stack.stripe().register("pi_z", order.total, "EUR").unwrap();
    let metadata = json!({ "order_id": order.id });
    let dispute = json!({ "id": "dp_z", "object": "dispute", "amount": 3200, "currency": "usd", "payment_intent": "pi_z",
        "status": "warning_needs_response", "metadata": metadata });
    tell(&world, "charge.dispute.created", &dispute).await;
    let paid = json!({ "id": "pi_z", "object": "payment_intent", "amount_received": order.total, "currency": "eur",
        "metadata": metadata });
    tell(&world, "payment_intent.succeeded", &paid).await;
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("open"), &json!("paid")));
    assert_eq!(read["payments"]["stripe_pi_z"]["currency"], "EUR");
    assert_eq!(cancel(&world, &order).await["refunded"], order.total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_is_too_little_for_the_provider_comes_back_with_the_last_unit() {
    let world = World::start().await;
    let mut dinars = order("1", &[("MUG-BLUE", 3)]);
    dinars["currency"] = json!("KWD");
    dinars["lines"][0] = json!({ "sku": "MUG-BLUE", "title": "Mug", "quantity": 3, "unit_price": 3334, "discount": 2 });
    dinars["shipping"] = json!({ "method": "Standard" });
    dinars["total"] = json!(10_000);
    let accepted = world.storefront.post("/orders", &dinars).await.unwrap();
    let order = Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: 10_000 };
    let webhook = world.stack.stripe().pay(&order.id, order.total, "KWD").unwrap();
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    delivered(&world, &order).await;
    for _ in 0..3 {
        let id = world.send_back(&order, 0, 1).await;
        world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
        world.until_settled().await;
    }
    let read = world.read(&order).await;
    assert_eq!((&read["refunded"], &read["payment_status"]), (&json!(10_000), &json!("refunded")));
    let amounts: Vec<i64> =
        read["refunds"].as_object().unwrap().values().filter_map(|r| r["amount"].as_i64()).collect();
    assert_eq!(amounts, [3330, 3330, 3340]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_bank_debit_without_a_checkout_session_is_waited_for() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let webhook = world.stack.stripe().begin(&order.id, order.total, "EUR").unwrap();
    assert_eq!(world.stack.stripe().deliver(&webhook).await.unwrap(), StatusCode::OK);
    assert_eq!(world.read(&order).await["payment_status"], "pending");
    world.time_passes(std::time::Duration::from_mins(61)).await;
    world.reconcile().await;
    world.until_queues_are_empty().await;
    assert_eq!(world.read(&order).await["status"], "pending", "it takes days");
    let paid = world.stack.stripe().settle(&payment_of(&world, &order), true).unwrap().unwrap();
    assert_eq!(world.stack.stripe().deliver(&paid).await.unwrap(), StatusCode::OK);
    world.until_settled().await;
    assert_eq!(world.read(&order).await["status"], "open");
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_order_whose_payment_no_webhook_told_of_is_paid_when_it_would_have_expired() {
    let world = World::start().await;
    let mut body = order("1", &[("MUG-BLUE", 1)]);
    world.stack.stripe().register("pi_unheard", 1940, "EUR").unwrap();
    body["payment"] = json!({ "provider": "stripe", "id": "pi_unheard" });
    let accepted = world.storefront.post("/orders", &body).await.unwrap();
    let order = Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: 1940 };
    world.time_passes(std::time::Duration::from_mins(61)).await;
    world.reconcile().await;
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["captured"]), (&json!("open"), &json!(1940)), "{read}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_second_payment_holds_the_order_until_its_surplus_is_refunded() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    world.pay(&order).await;
    let held = world.read(&order).await;
    assert!(held["holds"]["overpaid"].is_object(), "{held}");
    let back = json!({ "amount": order.total, "reason": "paid twice" });
    order_refund(&world, &order, "twice", &back).await;
    order_refund(&world, &order, "twice", &back).await;
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["payment_status"], &read["refunded"]), (&json!("paid"), &json!(order.total)));
    assert_eq!(read["holds"], json!({}));
    delivered(&world, &order).await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_was_refunded_at_the_dashboard_is_not_refunded_again_for_the_return() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    delivered(&world, &order).await;
    refund_at_the_dashboard(&world, &payment_of(&world, &order), 1450).await;
    let id = world.send_back(&order, 0, 1).await;
    let inspected = world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    assert_eq!((&inspected["to_approve"], &inspected["refund"]), (&json!(1450), &Value::Null));
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!(read["refunded"], 1450);
    let refund = read["refunds"].as_object().unwrap().keys().next().unwrap().clone();
    let path = format!("/orders/{}/returns/{id}/refund", order.id);
    refused(&world.operator, &path, &json!({ "refunds": ["re_unknown"] }), "unknown-refund").await;
    let decided = world.operator.post(&path, &json!({ "refunds": [refund] })).await.unwrap();
    assert_eq!(decided["refund"], 0);
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["refunded"], &read["holds"]), (&json!(1450), &json!({})));
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_paid_order_is_taken_even_if_its_goods_are_gone() {
    let world = World::start().await;
    world.stack.stripe().register("pi_first", 490 + 1450 * 9_000, "EUR").unwrap();
    let mut body = order("1", &[("MUG-BLUE", 9_000)]);
    body["payment"] = json!({ "provider": "stripe", "id": "pi_first" });
    refused(&world.storefront, "/orders", &body, "out-of-stock").await;
    let paid =
        json!({ "id": "pi_first", "object": "payment_intent", "amount_received": body["total"], "currency": "eur" });
    tell(&world, "payment_intent.succeeded", &paid).await;
    let accepted = world.storefront.post("/orders", &body).await.unwrap();
    let order = Placed { id: accepted["id"].as_str().unwrap().to_owned(), total: body["total"].as_i64().unwrap() };
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!(read["status"], "open");
    assert!(read["holds"]["inventory_out_of_stock"].is_object(), "{read}");
    assert_eq!(cancel(&world, &order).await["refunded"], order.total);
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_order_is_changed_until_the_warehouse_begins() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    let path = format!("/orders/{}/edit", order.id);
    let one = json!({ "lines": [{ "line": 0, "quantity": 1 }], "reason": "one is enough" });
    let edited = world.storefront.post(&path, &one).await.unwrap();
    assert_eq!((&edited["total"], &edited["lines"][0]["quantity"]), (&json!(order.total - 1450), &json!(1)));
    world.storefront.post(&path, &one).await.unwrap();
    world.until_settled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["refunded"], &read["payment_status"]), (&json!(1450), &json!("paid")));
    assert_eq!(world.bucket("MUG-BLUE", "main", "committed").await, 1);
    assert_eq!(world.fulfillment(&order, "01").await["picklist"][0]["quantity"], 1);
    let subjects = world.subjects();
    assert!(subjects.iter().any(|subject| subject.contains("has changed")), "{subjects:?}");
    world.warehouse_does(&order, "01", "start-picking", &json!({})).await;
    let none = json!({ "lines": [{ "line": 0, "quantity": 0 }], "reason": "none" });
    refused(&world.storefront, &path, &none, "only-less").await;
    delivered(&world, &Placed { total: order.total - 1450, ..order.clone() }).await;
    laws::hold(&world).await;
}
