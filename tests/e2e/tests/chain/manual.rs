//! Payments that people enter, on the whole chain: transfers, invoices, gift cards, and their refunds.

use crate::{
    laws,
    shop::Placed,
    world::{World, refused},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use orderly_local::client::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};

fn payment(method: &str, status: &str, amount: i64) -> Value {
    json!({ "method": method, "status": status, "amount": amount })
}

/// A day ahead of today.
fn in_days(days: i64) -> String {
    let then = Timestamp::now() + SignedDuration::from_hours(24 * days);
    TimeZone::UTC.to_datetime(then).date().to_string()
}

/// Enters a payment under an idempotency key.
async fn enter(client: &Client, order: &Placed, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, &format!("/orders/{}/payments", order.id));
    client.ask(request.header("idempotency-key", key).json(body)).await.unwrap()
}

fn problem(answer: &Answer) -> &str {
    answer.body["type"].as_str().unwrap_or_default().trim_start_matches("urn:orderly:problem:")
}

#[tokio::test]
async fn an_order_on_invoice_leaves_unpaid_and_is_paid_by_transfer() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 2)]).await;
    let mut invoice = payment("invoice", "on_account", order.total);
    invoice["on"] = json!(in_days(30));
    let operator = &world.operator;
    assert_eq!(enter(operator, &order, "invoice", &invoice).await.body["status"], "open");
    world.until_settled().await;
    world.ship(&order, "01").await;
    world.until_settled().await;
    let sent = world.read(&order).await;
    assert_eq!((&sent["payment_status"], &sent["captured"]), (&json!("pending"), &json!(0)));

    let transfer = payment("invoice", "received", order.total);
    let paid = enter(operator, &order, "came", &transfer).await.body;
    assert_eq!(paid["payment_status"], "paid");
    assert_eq!(enter(operator, &order, "came", &transfer).await.body["captured"], order.total, "a repetition");
    let other = enter(operator, &order, "came", &payment("invoice", "received", 1)).await;
    assert_eq!(problem(&other), "key-reused");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_storefront_may_say_that_money_is_expected_and_nothing_more() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let ask = async |body: Value| enter(&world.storefront, &order, "k", &body).await;
    for status in ["received", "on_account"] {
        assert_eq!(problem(&ask(payment("bank_transfer", status, order.total)).await), "forbidden");
    }
    let mut expected = payment("bank_transfer", "expected", order.total);
    expected["on"] = json!(in_days(30));
    let read = ask(expected).await.body;
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("pending"), &json!("pending")));
    let mut for_ever = payment("bank_transfer", "expected", order.total);
    for_ever["on"] = json!(in_days(62));
    assert_eq!(ask(for_ever).await.body["errors"][0]["field"], "on", "it would keep the stock for ever");
    let wrong = json!({ "method": "wire", "status": "sent", "amount": 0, "on": "tomorrow", "payer": { "name": "", "iban": "DE00" } });
    let problem = ask(wrong).await;
    let fields: Vec<&str> =
        problem.body["errors"].as_array().unwrap().iter().filter_map(|error| error["field"].as_str()).collect();
    assert_eq!(fields, ["method", "status", "amount", "on", "payer.name", "payer.iban"]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_refund_of_a_transfer_is_a_task_until_a_person_has_done_it() {
    let world = World::start().await;
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let mut transfer = payment("bank_transfer", "received", order.total);
    transfer["payer"] = json!({ "name": "Erika Mustermann", "iban": "DE89 3704 0044 0532 0130 00" });
    transfer["reference"] = json!("web-1");
    enter(&world.operator, &order, "k", &transfer).await;
    world.until_settled().await;
    world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    world.until_settled().await;

    let tasks = world.operator.get("/operations/refunds-by-hand").await.unwrap();
    let task = &tasks["refunds"][0];
    assert_eq!((&tasks["count"], &task["amount"]), (&json!(1), &json!(order.total)));
    assert_eq!((&task["payer"]["iban"], &task["refund"]), (&json!("DE89370400440532013000"), &json!("cancel")));
    let attention = world.operator.get("/operations/attention").await.unwrap();
    assert_eq!(attention["items"][0]["why"], "refund_by_hand");
    let outcome = format!("/orders/{}/refunds/cancel/outcome", order.id);
    let done = world.operator.post(&outcome, &json!({ "outcome": "succeeded" })).await.unwrap();
    assert_eq!(done["payment_status"], "refunded");
    world.until_settled().await;
    assert_eq!(world.operator.get("/operations/refunds-by-hand").await.unwrap()["count"], 0);
    let mail = world.stack.mailbox().list().swap_remove(0);
    assert!(mail.subject.contains("refund"), "{}", mail.subject);
    let unknown = format!("/orders/{}/refunds/cancel-2/outcome", order.id);
    refused(&world.operator, &unknown, &json!({ "outcome": "succeeded" }), "not-found").await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_entry_of_a_statement_pays_one_order() {
    let world = World::start().await;
    let (one, two) = (world.place("1", &[("MUG-BLUE", 1)]).await, world.place("2", &[("MUG-BLUE", 1)]).await);
    let take = async |order: &Placed, key: &str| {
        let mut body = payment("bank_transfer", "received", order.total);
        body["entry"] = json!("entry-1");
        enter(&world.operator, order, key, &body).await
    };
    let paid = take(&one, "a").await.body;
    assert_eq!(take(&one, "b").await.body["captured"], paid["captured"], "taken once");
    assert_eq!(problem(&take(&two, "c").await), "payment-taken");
    let payment = paid["payments"].as_object().unwrap().keys().next().unwrap();
    let withdrawn = world.operator.delete(&format!("/orders/{}/payments/{payment}", one.id)).await.unwrap();
    assert_eq!(withdrawn["captured"], 0);
    assert_eq!(take(&two, "d").await.body["payment_status"], "paid");
    laws::hold(&world).await;
}
