#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{
    engine::{Breakdown, DisputeStatus, Embedded, Webhook},
    testing::{self, Answered},
};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

fn start() -> Embedded {
    let secrets = [HMAC_KEYS, CREDENTIALS].map(|name| (name.to_owned(), secret(name).unwrap().to_owned()));
    Embedded::new(open(testing::settings(secrets), Delivering::Keeping).unwrap())
}

async fn ask(adyen: &Embedded, payment: &str, operation: &str, key: &str, amount: Option<i64>) -> Answered {
    let mut body = json!({ "merchantAccount": MERCHANT_ACCOUNT, "reference": "ord_1/return-01/1" });
    if let Some(amount) = amount {
        body["amount"] = json!({ "currency": "EUR", "value": amount });
    }
    let headers = [("x-api-key", "key"), ("idempotency-key", key)];
    testing::post(adyen, &format!("/v72/payments/{payment}/{operation}"), &headers, &body.to_string()).await
}

/// The items of webhooks, after their signatures were checked.
fn items(webhooks: &[Webhook]) -> Vec<Value> {
    let items = webhooks.iter().map(|webhook| {
        let item = webhook.event()["notificationItems"][0]["NotificationRequestItem"].clone();
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let (psp, original, reference) = (text("pspReference"), text("originalReference"), text("merchantReference"));
        let (value, code, success) = (&item["amount"]["value"], text("eventCode"), text("success"));
        let signed = format!("{psp}:{original}:{MERCHANT_ACCOUNT}:{reference}:{value}:EUR:{code}:{success}");
        let key = HEXLOWER.decode(secret(HMAC_KEYS).unwrap().as_bytes()).unwrap();
        let expected = BASE64.encode(&crate::payments::engine::hmac(&key, &[signed.as_bytes()]));
        assert_eq!(item["additionalData"]["hmacSignature"], expected);
        item
    });
    items.collect()
}

fn codes(webhooks: &[Webhook]) -> Vec<(String, String)> {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items(webhooks).iter().map(|item| (text(item, "eventCode"), text(item, "success"))).collect()
}

fn told(code: &str, success: &str) -> (String, String) {
    (code.to_owned(), success.to_owned())
}

#[tokio::test]
async fn a_refund_is_received_once_and_its_webhook_tells_the_outcome() {
    let adyen = start();
    let made = adyen.pay("ord_1", 1000, "EUR").unwrap();
    assert_eq!(codes(&made.webhooks), [told("AUTHORISATION", "true")]);
    let (payment, webhook) = (made.payment.id, &made.webhooks[0]);
    assert!(webhook.headers.contains(&("authorization".to_owned(), "Basic YWR5ZW46bG9jYWw=".to_owned())));
    let (status, first) = ask(&adyen, &payment, "refunds", "k1", Some(300)).await;
    assert_eq!((status, &first["status"], &first["paymentPspReference"]), (201, &json!("received"), &json!(payment)));
    assert_eq!(ask(&adyen, &payment, "refunds", "k1", Some(300)).await, (201, first.clone()), "the same key");
    assert_eq!(ask(&adyen, &payment, "refunds", "k1", Some(301)).await.1["errorCode"], "704");
    assert_eq!(adyen.refunds(&payment).len(), 1);
    let items = items(&adyen.take_webhooks());
    assert_eq!(items.len(), 1);
    assert_eq!((&items[0]["eventCode"], &items[0]["pspReference"]), (&json!("REFUND"), &first["pspReference"]));
    assert_eq!(items[0]["merchantReference"], "ord_1/return-01/1");
}

#[tokio::test]
async fn what_cannot_be_done_is_received_too_and_fails_by_webhook() {
    let adyen = start();
    let payment = adyen.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    for (operation, amount, code) in
        [("refunds", Some(1001), "REFUND"), ("captures", Some(1), "CAPTURE"), ("cancels", None, "CANCELLATION")]
    {
        assert_eq!(ask(&adyen, &payment, operation, operation, amount).await.0, 201);
        assert_eq!(codes(&adyen.take_webhooks()), [told(code, "false")]);
    }
    assert!(adyen.refunds(&payment).is_empty());
    let (status, error) = ask(&adyen, "UNKNOWN", "refunds", "k", Some(1)).await;
    assert_eq!((status, &error["errorCode"]), (422, &json!("167")));
}

#[tokio::test]
async fn an_authorization_is_captured_canceled_or_expires() {
    let adyen = start();
    let authorized = || adyen.authorize("ord_1", 1000, "EUR").unwrap();
    let (captured, canceled, expired) = (authorized(), authorized(), authorized());
    assert_eq!(items(&captured.webhooks)[0]["paymentMethod"], MANUAL_METHOD);
    assert_eq!(ask(&adyen, &captured.payment.id, "captures", "1", Some(700)).await.0, 201);
    assert_eq!(codes(&adyen.take_webhooks()), [told("CAPTURE", "true")]);
    assert_eq!(ask(&adyen, &captured.payment.id, "captures", "2", Some(301)).await.0, 201);
    assert_eq!(codes(&adyen.take_webhooks()), [told("CAPTURE", "false")], "more than is left");
    assert_eq!(ask(&adyen, &captured.payment.id, "captures", "2b", Some(200)).await.0, 201);
    assert_eq!(codes(&adyen.take_webhooks()), [told("CAPTURE", "true")], "another part");
    for (key, success) in [("2c", "true"), ("2d", "false")] {
        assert_eq!(ask(&adyen, &captured.payment.id, "cancels", key, None).await.0, 201);
        assert_eq!(codes(&adyen.take_webhooks()), [told("CANCELLATION", success)], "the rest is given up once");
    }
    assert_eq!(ask(&adyen, &canceled.payment.id, "cancels", "3", None).await.0, 201);
    assert_eq!(codes(&adyen.take_webhooks()), [told("CANCELLATION", "true")]);
    assert_eq!(codes(&adyen.lapse(&expired.payment.id).unwrap().webhooks), [told("EXPIRE", "true")]);
    assert!(adyen.lapse(&captured.payment.id).is_err());
}

#[tokio::test]
async fn a_failure_after_the_effect_is_found_by_its_key() {
    let adyen = start();
    let payment = adyen.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    for (n, (breakdown, status)) in
        [(Breakdown::After, 500), (Breakdown::Before, 500), (Breakdown::Throttled, 429)].into_iter().enumerate()
    {
        let key = format!("k{n}");
        adyen.break_down_next(breakdown);
        assert_eq!(ask(&adyen, &payment, "refunds", &key, Some(100)).await.0, status);
        assert_eq!(ask(&adyen, &payment, "refunds", &key, Some(100)).await.0, 201);
        assert_eq!(adyen.refunds(&payment).len(), n + 1, "{breakdown:?}");
    }
}

#[tokio::test]
async fn a_dispute_and_a_returned_refund_keep_their_references() {
    let adyen = start();
    let payment = adyen.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let refund = adyen.refund(&payment, Some(100)).unwrap();
    let id = adyen.refunds(&payment)[0].id.clone();
    let returned = adyen.return_refund(&id).unwrap();
    for (made, code) in [(&refund, "REFUND"), (&returned, "REFUND_FAILED")] {
        let item = &items(&made.webhooks)[0];
        assert_eq!((&item["eventCode"], &item["pspReference"]), (&json!(code), &json!(id)));
    }
    let opened = adyen.dispute(&payment).unwrap();
    let won = adyen.decide(&payment, DisputeStatus::Won).unwrap();
    let (opened, won) = (&items(&opened.webhooks)[0], &items(&won.webhooks)[0]);
    assert_eq!((&opened["eventCode"], &won["eventCode"]), (&json!("CHARGEBACK"), &json!("CHARGEBACK_REVERSED")));
    assert_eq!(opened["pspReference"], won["pspReference"]);
    assert_eq!(opened["amount"]["value"], 1000, "all that is left");
}

/// The fields of a report's rows, without its column names.
async fn report(adyen: &Embedded, day: &str) -> Vec<Vec<String>> {
    let path = format!("/reports/download/MerchantAccount/{MERCHANT_ACCOUNT}/payments_accounting_report_{day}.csv");
    let request = axum::extract::Request::get(path).header("x-api-key", "key");
    let answer = adyen.answer(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), 200);
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    assert!(rows.iter().all(|row| row.len() == names.len()));
    rows
}

#[tokio::test]
async fn a_day_s_report_has_a_row_for_each_thing_that_became_of_a_payment_and_is_there_some_hours_later() {
    let (settings, time) = testing::settings_in_time([]);
    let adyen = Embedded::new(open(settings, Delivering::Keeping).unwrap());
    let paid = adyen.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let authorized = adyen.authorize("ord_2", 2000, "EUR").unwrap().payment.id;
    assert_eq!(ask(&adyen, &authorized, "captures", "1", Some(700)).await.0, 201);
    adyen.refund(&paid, Some(300)).unwrap();
    adyen.dispute(&authorized).unwrap();
    let path =
        format!("/reports/download/MerchantAccount/{MERCHANT_ACCOUNT}/payments_accounting_report_2026_05_28.csv");
    // The test begins on this day at 21:26 in the account's time zone.
    time.pass(5 * 60 * 60);
    assert_eq!(testing::get(&adyen, &path, &[("x-api-key", "key")]).await.0, 404);
    assert_eq!(testing::get(&adyen, &path, &[]).await.0, 401);
    time.pass(60 * 60);
    let rows = report(&adyen, "2026_05_28").await;
    let told = |payment: &str| {
        let own = rows.iter().filter(|row| row[2] == payment);
        own.map(|row| (row[8].as_str(), row[15].as_str(), row[16].as_str())).collect::<Vec<_>>()
    };
    let expected = [
        ("Received", "", ""),
        ("Authorised", "10.00", ""),
        ("SentForSettle", "-10.00", "10.00"),
        ("Settled", "", "-10.00"),
        ("SentForRefund", "", "-3.00"),
        ("Refunded", "", "3.00"),
    ];
    assert_eq!(told(&paid), expected);
    let kept = |payment: &str, record: &str| {
        let own = rows.iter().filter(|row| row[2] == payment && row[8] == record);
        own.map(|row| [18, 20, 22].map(|column| row[column].clone())).collect::<Vec<_>>()
    };
    assert_eq!(kept(&paid, "Settled"), [["9.81", "0.10", "0.09"]], "payable, markup, interchange");
    assert_eq!(kept(&paid, "SentForSettle"), [["", "0.10", "0.09"]]);
    assert_eq!(kept(&authorized, "Chargeback"), [["-14.50", "0.10", "7.40"]]);
    let records = told(&authorized).into_iter().map(|(record, ..)| record).collect::<Vec<_>>();
    assert_eq!(records, ["Received", "Authorised", "SentForSettle", "Settled", "Chargeback"]);
    assert_eq!((rows[0][6].as_str(), rows[0][7].as_str()), ("2026-05-28 21:26:40", "CET"));
    assert!(report(&adyen, "2026_05_27").await.is_empty());
}
