#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{
    engine::{Breakdown, DisputeStatus, Embedded},
    testing::{self, Answered},
};
use data_encoding::BASE64;
use serde_json::{Value, json};

struct PayPal {
    simulated: Embedded,
    bearer: String,
}

impl PayPal {
    async fn start() -> Self {
        let simulated = Embedded::new(open(testing::settings([]), Delivering::Keeping).unwrap());
        let headers = [("authorization", "Basic bG9jYWw6c2VjcmV0")];
        let (_, token) = testing::post(&simulated, "/v1/oauth2/token", &headers, "grant_type=client_credentials").await;
        Self { simulated, bearer: format!("Bearer {}", token["access_token"].as_str().unwrap()) }
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Answered {
        let headers =
            [("authorization", self.bearer.as_str()), ("paypal-request-id", key), ("prefer", "return=representation")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        testing::post(&self.simulated, path, &headers, &body).await
    }

    async fn get(&self, path: &str) -> Answered {
        testing::get(&self.simulated, path, &[("authorization", &self.bearer)]).await
    }

    fn kinds(&self) -> Vec<Value> {
        self.simulated.take_webhooks().iter().map(|webhook| webhook.event()["event_type"].clone()).collect()
    }
}

fn euros(value: &str) -> Value {
    json!({ "amount": { "currency_code": "EUR", "value": value }, "custom_id": "ord_1,return-01,1" })
}

#[tokio::test]
async fn a_refund_is_made_once_for_its_key_and_shown_in_the_order() {
    let paypal = PayPal::start().await;
    let payment = paypal.simulated.pay("ord_1", 1000, "EUR").unwrap().payment;
    let path = format!("/v2/payments/captures/{}/refund", payment.id);
    let (status, made) = paypal.post(&path, "k1", &euros("3.00")).await;
    assert_eq!((status, &made["status"], &made["custom_id"]), (201, &json!("COMPLETED"), &json!("ord_1,return-01,1")));
    assert_eq!(paypal.post(&path, "k1", &euros("3.00")).await, (200, made.clone()), "repeated");
    let issue = async |key: &str, value: &str| {
        let (status, error) = paypal.post(&path, key, &euros(value)).await;
        (status, error["details"][0]["issue"].as_str().unwrap().to_owned())
    };
    assert_eq!(issue("k1", "3.01").await, (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED".to_owned()));
    assert_eq!(issue("k2", "7.01").await, (422, "REFUND_AMOUNT_EXCEEDED".to_owned()));
    assert_eq!(issue("k3", "7.0").await, (400, "INVALID_PARAMETER_VALUE".to_owned()));
    assert_eq!(paypal.post(&path, "k4", &euros("7.00")).await.0, 201);
    assert_eq!(issue("k5", "0.01").await, (422, "CAPTURE_FULLY_REFUNDED".to_owned()));
    assert_eq!(paypal.kinds(), ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REFUNDED"]);

    let (_, capture) = paypal.get(&format!("/v2/payments/captures/{}", payment.id)).await;
    assert_eq!(capture["status"], "REFUNDED");
    let (_, order) = paypal.get(&format!("/v2/checkout/orders/{}", payment.charge)).await;
    assert_eq!(order["purchase_units"][0]["payments"]["refunds"].as_array().unwrap().len(), 2);
    assert_eq!(paypal.get("/v2/payments/captures/UNKNOWN").await.0, 404);
    assert_eq!(testing::get(&paypal.simulated, "/v2/payments/captures/UNKNOWN", &[]).await.0, 401);
}

#[tokio::test]
async fn an_authorization_is_captured_in_parts_until_all_is_captured_or_the_rest_is_voided() {
    let paypal = PayPal::start().await;
    let status = async |id: &str| paypal.get(&format!("/v2/payments/authorizations/{id}")).await.1["status"].clone();
    let capture = async |id: &str, key: &str, value: &str| {
        let path = format!("/v2/payments/authorizations/{id}/capture");
        let (made, capture) = paypal.post(&path, key, &euros(value)).await;
        (made, capture["final_capture"].clone())
    };
    let captured = paypal.simulated.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    assert_eq!(capture(&captured, "k1", "7.00").await, (201, json!(false)));
    assert_eq!(status(&captured).await, "PARTIALLY_CAPTURED");
    assert_eq!(capture(&captured, "k2", "3.01").await.0, 422);
    assert_eq!(capture(&captured, "k3", "3.00").await, (201, json!(true)));
    assert_eq!(status(&captured).await, "CAPTURED");

    let voided = paypal.simulated.authorize("ord_2", 1000, "EUR").unwrap().payment.id;
    assert_eq!(capture(&voided, "k4", "7.00").await, (201, json!(false)));
    let path = format!("/v2/payments/authorizations/{voided}/void");
    assert_eq!(paypal.post(&path, "k5", &Value::Null).await.0, 200);
    assert_eq!(status(&voided).await, "VOIDED");
}

#[tokio::test]
async fn what_is_captured_of_an_authorization_is_a_payment_of_its_own() {
    let paypal = PayPal::start().await;
    let made = paypal.simulated.authorize("ord_1", 1000, "EUR").unwrap();
    assert_eq!(made.webhooks[0].event()["event_type"], "PAYMENT.AUTHORIZATION.CREATED");
    let id = made.payment.id;
    let path = format!("/v2/payments/authorizations/{id}");
    let mut part = euros("7.00");
    part["final_capture"] = true.into();
    let (status, capture) = paypal.post(&format!("{path}/capture"), "k1", &part).await;
    assert_eq!((status, &capture["status"]), (201, &json!("COMPLETED")));
    assert_eq!(capture["supplementary_data"]["related_ids"]["authorization_id"], json!(id));
    assert_eq!(paypal.get(&path).await.1["status"], "CAPTURED");
    let own = capture["id"].as_str().unwrap();
    assert_eq!(paypal.get(&format!("/v2/payments/captures/{own}")).await.1["amount"]["value"], "7.00");
    assert_eq!(paypal.get(&format!("/v2/payments/captures/{id}")).await.0, 404, "it is no capture");
    let (_, error) = paypal.post(&format!("{path}/void"), "k2", &Value::Null).await;
    assert_eq!(error["details"][0]["issue"], "PREVIOUSLY_CAPTURED");
    assert_eq!(paypal.post(&format!("/v2/payments/captures/{own}/refund"), "k3", &euros("7.00")).await.0, 201);
    assert_eq!(paypal.kinds(), ["PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.REFUNDED"]);
}

#[tokio::test]
async fn an_authorization_is_voided_once() {
    let paypal = PayPal::start().await;
    let id = paypal.simulated.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    let path = format!("/v2/payments/authorizations/{id}/void");
    let (status, voided) = paypal.post(&path, "k1", &Value::Null).await;
    assert_eq!((status, &voided["status"]), (200, &json!("VOIDED")));
    assert_eq!(paypal.post(&path, "k2", &Value::Null).await.1["details"][0]["issue"], "PREVIOUSLY_VOIDED");
}

#[tokio::test]
async fn a_failure_is_not_stored_and_what_was_done_is_found_by_its_key() {
    let paypal = PayPal::start().await;
    let id = paypal.simulated.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let path = format!("/v2/payments/captures/{id}/refund");
    for (n, (breakdown, status, then)) in
        [(Breakdown::After, 500, 200), (Breakdown::Before, 500, 201), (Breakdown::Throttled, 429, 201)]
            .into_iter()
            .enumerate()
    {
        paypal.simulated.break_down_next(breakdown);
        assert_eq!(paypal.post(&path, &format!("k{n}"), &euros("1.00")).await.0, status);
        assert_eq!(paypal.post(&path, &format!("k{n}"), &euros("1.00")).await.0, then);
        assert_eq!(paypal.simulated.refunds(&id).len(), n + 1, "{breakdown:?}");
    }
}

#[tokio::test]
async fn a_webhook_is_signed_by_the_certificate_at_its_address_and_the_same_each_time() {
    let paypal = PayPal::start().await;
    let made = paypal.simulated.pay("ord_1", 1000, "EUR").unwrap();
    let webhook = &made.webhooks[0];
    let header = |name: &str| webhook.headers.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(paypal.simulated.sign(webhook.body.clone()).headers, webhook.headers);
    let certificate = header("paypal-cert-url");
    let path = certificate.strip_prefix("https://api.sandbox.paypal.com").unwrap();
    assert!(path.starts_with(certificates::PATH));
    assert!(served(path).unwrap().starts_with(b"-----BEGIN CERTIFICATE-----"));
    assert_eq!(served("/v1/notifications/certs/another"), None);
    let signature = BASE64.decode(header("paypal-transmission-sig").as_bytes()).unwrap();
    assert_eq!(signature.len(), 256);
}

#[test]
fn a_dispute_is_told_until_it_is_decided() {
    let paypal = Embedded::new(open(testing::settings([]), Delivering::Keeping).unwrap());
    let id = paypal.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let opened = paypal.dispute(&id).unwrap().webhooks[0].event();
    assert_eq!(opened["event_type"], "CUSTOMER.DISPUTE.CREATED");
    assert_eq!(opened["resource"]["disputed_transactions"][0]["seller_transaction_id"], json!(id));
    let won = paypal.decide(&id, DisputeStatus::Won).unwrap().webhooks[0].event();
    assert_eq!(won["resource"]["dispute_outcome"]["outcome_code"], "RESOLVED_SELLER_FAVOUR");
}

#[test]
fn currencies_are_counted_as_paypal_counts_them() {
    for (currency, amount, value) in [("EUR", 1450, "14.50"), ("HUF", 145_000, "1450"), ("JPY", 1450, "1450")] {
        let money = json!({ "currency_code": currency, "value": value });
        assert_eq!(objects::amount(&money, currency), Some(amount), "{currency}");
    }
}

#[tokio::test]
async fn the_transactions_of_the_account_are_listed_in_pages() {
    let paypal = PayPal::start().await;
    let id = paypal.simulated.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    paypal.simulated.refund(&id, Some(300)).unwrap();
    paypal.simulated.dispute(&id).unwrap();
    let authorized = paypal.simulated.authorize("ord_2", 500, "EUR").unwrap().payment.id;
    paypal.simulated.capture(&authorized, Some(400)).unwrap();
    let path = |since: i64, more: &str| {
        let (start, end) = (testing::moment(since), testing::moment(3_600));
        format!("/v1/reporting/transactions?start_date={start}&end_date={end}{more}")
    };
    let first = paypal.get(&path(-3_600, "&page_size=3")).await.1;
    let second = paypal.get(&path(-3_600, "&page_size=3&page=2")).await.1;
    assert_eq!(
        (&first["total_items"], &first["total_pages"]),
        (&json!(4), &json!(2)),
        "an authorization moves nothing"
    );
    let pages = [&first, &second].map(|page| page["transaction_details"].as_array().unwrap().clone()).concat();
    let told = |of: &Value| {
        let info = &of["transaction_info"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            text(&info["transaction_event_code"]),
            text(&info["transaction_amount"]["value"]),
            text(&info["fee_amount"]["value"]),
        )
    };
    let told: Vec<_> = pages.iter().map(told).collect();
    let expected =
        [("T0006", "10.00", "-0.30"), ("T1107", "-3.00", ""), ("T1201", "-7.00", ""), ("T0006", "4.00", "-0.12")];
    assert_eq!(told, expected.map(|(code, amount, fee)| (code.to_owned(), amount.to_owned(), fee.to_owned())));
    assert_eq!(pages[1]["transaction_info"]["paypal_reference_id"], id.as_str());
    assert_eq!(paypal.get(&path(60, "")).await.1["total_items"], 0, "nothing moved in this time");
    assert_eq!(paypal.get(&path(-40 * 86_400, "")).await.0, 400, "PayPal shows a month at once");
}
