#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{
    engine::{Breakdown, DisputeStatus, Embedded, Webhook, hmac},
    testing::{self, Answered},
};
use axum::http::Method;
use data_encoding::BASE64;
use serde_json::{Value, json};

const KEY: (&str, &str) = ("authorization", "Bearer token");

fn start() -> Embedded {
    let settings = testing::settings([(WEBHOOK_SECRET.to_owned(), "new\nold".to_owned())]);
    Embedded::new(open(settings, Delivering::Keeping).unwrap())
}

async fn ask(square: &Embedded, method: Method, path: &str, body: &Value) -> Answered {
    testing::ask(square, method, &format!("/v2/{path}"), &[KEY], &body.to_string()).await
}

async fn read(square: &Embedded, payment: &str) -> Value {
    testing::get(square, &format!("/v2/payments/{payment}"), &[KEY]).await.1["payment"].clone()
}

fn refund(payment: &str, key: &str, amount: i64) -> Value {
    json!({
        "idempotency_key": key, "payment_id": payment, "amount_money": { "amount": amount, "currency": "EUR" },
        "reason": "Orderly ord_1/return-01/1",
    })
}

/// The types of events, after their signatures were checked.
fn kinds(webhooks: &[Webhook]) -> Vec<String> {
    let kind = |webhook: &Webhook| {
        let signature = BASE64.encode(&hmac(b"new", &[NOTIFICATION_URL.as_bytes(), &webhook.body]));
        assert!(webhook.headers.contains(&("x-square-hmacsha256-signature".to_owned(), signature)));
        webhook.event()["type"].as_str().unwrap().to_owned()
    };
    webhooks.iter().map(kind).collect()
}

#[tokio::test]
async fn a_refund_is_pending_at_first_and_completed_when_it_is_looked_at() {
    let square = start();
    let made = square.pay("ord_1", 1000, "EUR").unwrap();
    assert_eq!(kinds(&made.webhooks), ["payment.updated"]);
    let id = made.payment.id;
    let (status, first) = ask(&square, Method::POST, "refunds", &refund(&id, "k1", 300)).await;
    assert_eq!((status, &first["refund"]["status"]), (200, &json!("PENDING")));
    assert_eq!(ask(&square, Method::POST, "refunds", &refund(&id, "k1", 300)).await, (200, first.clone()));
    let (status, error) = ask(&square, Method::POST, "refunds", &refund(&id, "k1", 301)).await;
    assert_eq!((status, &error["errors"][0]["code"]), (400, &json!("IDEMPOTENCY_KEY_REUSED")));
    let (_, error) = ask(&square, Method::POST, "refunds", &refund(&id, "k2", 701)).await;
    assert_eq!(error["errors"][0]["code"], "REFUND_AMOUNT_INVALID");
    assert_eq!(kinds(&square.take_webhooks()), ["refund.created", "payment.updated", "refund.updated"]);
    let payment = read(&square, &id).await;
    assert_eq!((&payment["refunded_money"]["amount"], &payment["status"]), (&json!(300), &json!("COMPLETED")));
    let path = format!("/v2/refunds/{}", payment["refund_ids"][0].as_str().unwrap());
    assert_eq!(testing::get(&square, &path, &[KEY]).await.1["refund"]["status"], "COMPLETED");
}

#[tokio::test]
async fn a_part_is_captured_by_setting_the_amount_first() {
    let square = start();
    let id = square.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    let approved = read(&square, &id).await;
    assert_eq!(approved["status"], "APPROVED");
    let wanted = |amount: i64| {
        let payment = json!({ "amount_money": { "amount": amount, "currency": "EUR" } });
        json!({ "idempotency_key": format!("k{amount}"), "payment": payment })
    };
    assert_eq!(ask(&square, Method::PUT, &format!("payments/{id}"), &wanted(1001)).await.0, 400);
    let (status, changed) = ask(&square, Method::PUT, &format!("payments/{id}"), &wanted(700)).await;
    assert_eq!((status, &changed["payment"]["total_money"]["amount"]), (200, &json!(700)));
    let complete = format!("payments/{id}/complete");
    let old = json!({ "version_token": approved["version_token"] });
    assert_eq!(ask(&square, Method::POST, &complete, &old).await.0, 409, "it was changed since");
    let new = json!({ "version_token": changed["payment"]["version_token"] });
    let (status, done) = ask(&square, Method::POST, &complete, &new).await;
    assert_eq!((status, &done["payment"]["status"]), (200, &json!("COMPLETED")));
    assert_eq!(
        (&done["payment"]["total_money"]["amount"], &done["payment"]["approved_money"]["amount"]),
        (&json!(700), &json!(1000))
    );
    assert_eq!(ask(&square, Method::POST, &format!("payments/{id}/cancel"), &json!({})).await.0, 400);
}

#[tokio::test]
async fn an_authorization_that_is_canceled_is_not_completed() {
    let square = start();
    let id = square.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    let (status, canceled) = ask(&square, Method::POST, &format!("payments/{id}/cancel"), &json!({})).await;
    assert_eq!((status, &canceled["payment"]["status"]), (200, &json!("CANCELED")));
    assert_eq!(ask(&square, Method::POST, &format!("payments/{id}/complete"), &json!({})).await.0, 400);
    assert_eq!(testing::get(&square, "/v2/payments/unknown", &[KEY]).await.0, 404);
    assert_eq!(testing::get(&square, &format!("/v2/payments/{id}"), &[]).await.0, 401);
}

#[tokio::test]
async fn a_failure_is_not_stored_and_what_was_done_is_found_by_its_key() {
    let square = start();
    let id = square.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    for (n, (breakdown, status)) in
        [(Breakdown::After, 500), (Breakdown::Before, 500), (Breakdown::Throttled, 429)].into_iter().enumerate()
    {
        square.break_down_next(breakdown);
        let asked = refund(&id, &format!("k{n}"), 100);
        assert_eq!(ask(&square, Method::POST, "refunds", &asked).await.0, status);
        assert_eq!(ask(&square, Method::POST, "refunds", &asked).await.0, 200);
        assert_eq!(square.refunds(&id).len(), n + 1, "{breakdown:?}");
    }
}

#[tokio::test]
async fn a_dispute_is_told_until_it_is_decided() {
    let square = start();
    let id = square.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let opened = square.dispute(&id).unwrap();
    let lost = square.decide(&id, DisputeStatus::Lost).unwrap();
    assert_eq!(kinds(&[opened.webhooks, lost.webhooks.clone()].concat()), ["dispute.created", "dispute.state.updated"]);
    assert_eq!(lost.webhooks[0].event()["data"]["object"]["dispute"]["state"], "LOST");
}

#[tokio::test]
async fn what_changed_is_listed_in_pages_with_its_fees() {
    let square = start();
    let ids: Vec<String> = (0..3).map(|_| square.pay("ord_1", 1000, "EUR").unwrap().payment.id).collect();
    ask(&square, Method::POST, "refunds", &refund(&ids[0], "k1", 300)).await;
    let begin = testing::moment(0);
    let changed = format!("updated_at_begin_time={begin}&sort_field=UPDATED_AT&sort_order=ASC&limit=2");
    let path = format!("/v2/payments?location_id=LORDERLYLOCAL&{changed}");
    let first = testing::get(&square, &path, &[KEY]).await.1;
    let cursor = first["cursor"].as_str().unwrap();
    let second = testing::get(&square, &format!("{path}&cursor={cursor}"), &[KEY]).await.1;
    let pages = [&first["payments"], &second["payments"]].map(|page| page.as_array().unwrap().clone()).concat();
    let mut listed: Vec<&str> = pages.iter().map(|payment| payment["id"].as_str().unwrap()).collect();
    assert_eq!((listed.len(), listed.last()), (3, Some(&ids[0].as_str())), "the refunded one was changed last");
    listed.sort_unstable();
    listed.dedup();
    assert_eq!((listed.len(), &second["cursor"]), (3, &Value::Null));
    assert_eq!(pages[0]["processing_fee"][0]["amount_money"]["amount"], 30);
    let refunds = testing::get(&square, &format!("/v2/refunds?{changed}"), &[KEY]).await.1;
    assert_eq!(
        (refunds["refunds"].as_array().unwrap().len(), &refunds["refunds"][0]["payment_id"]),
        (1, &json!(ids[0]))
    );
    let elsewhere = testing::get(&square, &format!("/v2/payments?location_id=OTHER&{changed}"), &[KEY]).await.1;
    assert_eq!(elsewhere, json!({}), "an empty list is left out");
    let later = format!("/v2/payments?updated_at_begin_time={}", testing::moment(60));
    assert_eq!(testing::get(&square, &later, &[KEY]).await.1, json!({}));
    assert_eq!(testing::get(&square, "/v2/payments?cursor=none!", &[KEY]).await.0, 400);
}

#[tokio::test]
async fn a_day_is_paid_out_at_its_end() {
    let (settings, time) = testing::settings_in_time([(WEBHOOK_SECRET.to_owned(), "new".to_owned())]);
    let square = Embedded::new(open(settings, Delivering::Keeping).unwrap());
    let id = square.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    ask(&square, Method::POST, "refunds", &refund(&id, "k1", 300)).await;
    assert_eq!(testing::get(&square, "/v2/payouts", &[KEY]).await.1, json!({}));
    time.pass(24 * 60 * 60);
    let payouts = testing::get(&square, "/v2/payouts", &[KEY]).await.1["payouts"].clone();
    assert_eq!((&payouts[0]["amount_money"]["amount"], &payouts[0]["status"]), (&json!(670), &json!("PAID")));
    let path = format!("/v2/payouts/{}/payout-entries", payouts[0]["id"].as_str().unwrap());
    let entries = testing::get(&square, &path, &[KEY]).await.1["payout_entries"].clone();
    let nets: Vec<_> = entries.as_array().unwrap().iter().map(|entry| &entry["net_amount_money"]["amount"]).collect();
    assert_eq!(nets, [-300, 970]);
    assert_eq!(testing::get(&square, "/v2/payouts/unknown/payout-entries", &[KEY]).await.0, 404);
    assert_eq!(testing::get(&square, "/v2/locations", &[KEY]).await.1["locations"][0]["id"], "LORDERLYLOCAL");
}
