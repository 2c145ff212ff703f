#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{
    engine::{Breakdown, DisputeStatus, Embedded, hmac},
    testing::{self, Answered},
};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

const KEY: (&str, &str) = ("authorization", "Bearer test_local");

fn start() -> Embedded {
    Embedded::new(open(testing::settings([]), Delivering::Keeping).unwrap())
}

async fn post(mollie: &Embedded, path: &str, key: &str, body: &Value) -> Answered {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    testing::post(mollie, &format!("/v2/payments/{path}"), &[KEY, ("idempotency-key", key)], &body).await
}

async fn read(mollie: &Embedded, payment: &str) -> Value {
    let path = format!("/v2/payments/{payment}?embed=captures,refunds,chargebacks");
    testing::get(mollie, &path, &[KEY]).await.1
}

fn euros(value: &str) -> Value {
    json!({ "amount": { "currency": "EUR", "value": value }, "metadata": { "order_id": "ord_1" } })
}

#[tokio::test]
async fn a_webhook_only_names_the_payment_which_tells_what_is_so() {
    let mollie = start();
    let made = mollie.pay("ord_1", 1000, "EUR").unwrap();
    let [webhook] = made.webhooks.as_slice() else { panic!("one classic webhook") };
    assert_eq!(webhook.body, format!("id={}", made.payment.id).into_bytes());
    let payment = read(&mollie, &made.payment.id).await;
    assert_eq!((&payment["status"], &payment["mode"]), (&json!("paid"), &json!("test")));
    assert_eq!(payment["metadata"]["order_id"], "ord_1");
    assert_eq!(payment["amount"]["value"], "10.00");
    assert_eq!(testing::get(&mollie, "/v2/payments/tr_unknown", &[KEY]).await.0, 404);
    assert_eq!(testing::get(&mollie, &format!("/v2/payments/{}", made.payment.id), &[]).await.0, 401);
}

#[tokio::test]
async fn a_refund_is_pending_at_first_and_refunded_when_it_is_looked_at() {
    let mollie = start();
    let id = mollie.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let path = format!("{id}/refunds");
    let (status, made) = post(&mollie, &path, "k1", &euros("3.00")).await;
    assert_eq!((status, &made["status"]), (201, &json!("pending")));
    assert_eq!(post(&mollie, &path, "k1", &euros("3.00")).await, (201, made.clone()));
    assert_eq!(post(&mollie, &path, "k1", &euros("3.01")).await.0, 400, "another amount under the key");
    assert_eq!(post(&mollie, &path, "k2", &euros("3.00")).await.0, 409, "the amount again within an hour");
    let (status, error) = post(&mollie, &path, "k3", &euros("7.01")).await;
    assert_eq!((status, &error["field"]), (422, &json!("amount")));
    for wrong in ["7", "7.0", "0.00", "-1.00"] {
        assert_eq!(post(&mollie, &path, wrong, &euros(wrong)).await.1["field"], "amount.value", "{wrong}");
    }
    let payment = read(&mollie, &id).await;
    assert_eq!(payment["_embedded"]["refunds"][0]["status"], "refunded");
    assert_eq!(payment["amountRefunded"]["value"], "3.00");
    assert_eq!(mollie.take_webhooks().len(), 1);
}

#[tokio::test]
async fn a_failure_is_repeated_under_its_key_unless_it_was_throttled() {
    let mollie = start();
    let id = mollie.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let path = format!("{id}/refunds");
    mollie.break_down_next(Breakdown::After);
    for _ in 0..2 {
        assert_eq!(post(&mollie, &path, "k1", &euros("1.00")).await.0, 500);
    }
    assert_eq!(mollie.refunds(&id).len(), 1);
    mollie.break_down_next(Breakdown::Throttled);
    assert_eq!(post(&mollie, &path, "k2", &euros("2.00")).await.0, 429);
    assert_eq!(post(&mollie, &path, "k2", &euros("2.00")).await.0, 201);
}

#[tokio::test]
async fn an_authorization_is_captured_once_or_released() {
    let mollie = start();
    let authorized = || mollie.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    let (captured, released) = (authorized(), authorized());
    assert_eq!(read(&mollie, &captured).await["status"], "authorized");
    let (status, made) = post(&mollie, &format!("{captured}/captures"), "1", &euros("7.00")).await;
    assert_eq!((status, &made["status"]), (201, &json!("pending")));
    let payment = read(&mollie, &captured).await;
    assert_eq!((&payment["status"], &payment["amountCaptured"]["value"]), (&json!("paid"), &json!("7.00")));
    assert_eq!(payment["_embedded"]["captures"][0]["status"], "succeeded");
    assert_eq!(post(&mollie, &format!("{captured}/captures"), "2", &euros("1.00")).await.0, 422);
    assert_eq!(post(&mollie, &format!("{released}/release-authorization"), "3", &Value::Null).await.0, 202);
    assert_eq!(read(&mollie, &released).await["status"], "canceled");
    assert_eq!(post(&mollie, &format!("{released}/release-authorization"), "4", &Value::Null).await.0, 422);
}

#[tokio::test]
async fn refunds_are_listed_in_pages_newest_first() {
    let mollie = start();
    let id = mollie.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    for amount in ["1.00", "2.00", "3.00"] {
        post(&mollie, &format!("{id}/refunds"), amount, &euros(amount)).await;
    }
    let page = testing::get(&mollie, &format!("/v2/payments/{id}/refunds?limit=2"), &[KEY]).await.1;
    let amounts = |page: &Value| -> Vec<Value> {
        page["_embedded"]["refunds"].as_array().unwrap().iter().map(|one| one["amount"]["value"].clone()).collect()
    };
    assert_eq!(amounts(&page), ["3.00", "2.00"]);
    let next = page["_links"]["next"]["href"].as_str().unwrap().split_once(".com").unwrap().1.to_owned();
    let page = testing::get(&mollie, &next, &[KEY]).await.1;
    assert_eq!((amounts(&page), &page["_links"]["next"]), (vec![json!("1.00")], &Value::Null));
}

#[tokio::test]
async fn a_chargeback_takes_the_money_until_it_is_reversed() {
    let mollie = start();
    let id = mollie.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    mollie.dispute(&id).unwrap();
    assert_eq!(read(&mollie, &id).await["_embedded"]["chargebacks"][0]["reversedAt"], Value::Null);
    mollie.decide(&id, DisputeStatus::Won).unwrap();
    assert!(read(&mollie, &id).await["_embedded"]["chargebacks"][0]["reversedAt"].is_string());
}

#[test]
fn signed_webhooks_come_too_if_they_have_a_secret() {
    let settings = testing::settings([(WEBHOOK_SECRET.to_owned(), "new\nold".to_owned())]);
    let mollie = Embedded::new(open(settings, Delivering::Keeping).unwrap());
    let made = mollie.pay("ord_1", 1000, "EUR").unwrap();
    let [_, signed] = made.webhooks.as_slice() else { panic!("a classic one and a signed one") };
    let expected = format!("sha256={}", HEXLOWER.encode(&hmac(b"new", &[&signed.body])));
    assert!(signed.headers.contains(&("x-mollie-signature".to_owned(), expected)));
    assert_eq!(
        (&signed.event()["type"], &signed.event()["entityId"]),
        (&json!("payment.paid"), &json!(made.payment.id))
    );
}

#[tokio::test]
async fn a_profile_lists_all_its_payments_refunds_and_chargebacks() {
    let mollie = start();
    let ids: Vec<String> = (0..3).map(|_| mollie.pay("ord_1", 1000, "EUR").unwrap().payment.id).collect();
    post(&mollie, &format!("{}/refunds", ids[1]), "k1", &euros("3.00")).await;
    mollie.dispute(&ids[2]).unwrap();
    let list = async |path: &str| testing::get(&mollie, path, &[KEY]).await.1;
    let first = list("/v2/payments?limit=2").await;
    let next = first["_links"]["next"]["href"].as_str().unwrap().split_once(".com").unwrap().1.to_owned();
    let second = list(&next).await;
    let pages = [&first, &second].map(|page| page["_embedded"]["payments"].as_array().unwrap().clone()).concat();
    let listed: Vec<&str> = pages.iter().map(|payment| payment["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids.iter().rev().map(String::as_str).collect::<Vec<_>>(), "the newest first");
    assert_eq!((&second["count"], &second["_links"]["next"]), (&json!(1), &Value::Null));
    let refunds = list("/v2/refunds").await["_embedded"]["refunds"].clone();
    assert_eq!((&refunds[0]["paymentId"], &refunds[0]["status"]), (&json!(ids[1]), &json!("refunded")));
    let chargebacks = list("/v2/chargebacks").await["_embedded"]["chargebacks"].clone();
    assert_eq!((&chargebacks[0]["paymentId"], &chargebacks[1]), (&json!(ids[2]), &Value::Null));
    assert_eq!(testing::get(&mollie, "/v2/payments", &[]).await.0, 401);
}
