#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    paypal::{
        api::tests::serving,
        requests::tests::{order, ours},
    },
    testing::fits_a_ledger,
};
use domain::ledger::RefundStatus;
use proptest::prelude::*;
use serde_json::json;

const AUTHORIZED: &str = "https://api.paypal.com/v2/payments/authorizations/A1";

fn now() -> Timestamp {
    "2026-11-28T10:00:00Z".parse().unwrap()
}

fn money(value: &str) -> Value {
    json!({"value": value, "currency_code": "EUR"})
}

/// A capture C1, or an authorization A1, with its order.
fn object(id: &str, status: &str) -> Value {
    json!({
        "id": id, "status": status, "amount": money("30.00"), "custom_id": "web/1001",
        "create_time": "2026-11-27T09:00:00Z", "expiration_time": "2026-12-26T09:00:00Z",
        "supplementary_data": {"related_ids": {"order_id": "O1"}},
    })
}

/// What a PayPal tells that has one object and its order.
async fn told(kind: &str, object: Value, payments: Value) -> Result<Vec<ReportedEvent>, Error> {
    let id: ProviderId = object["id"].as_str().unwrap_or("X").parse().unwrap_or_else(|_| "X".parse().unwrap());
    let own = format!("/v2/payments/{kind}/{id}");
    let order = json!({"id": "O1", "purchase_units": [{"payments": payments}]});
    let (paypal, _) = serving(move |_, path| match path {
        _ if path == own => (200, object.clone()),
        "/v2/checkout/orders/O1" => (200, order.clone()),
        _ => (404, json!({"name": "RESOURCE_NOT_FOUND"})),
    })
    .await;
    paypal.payment(&id, now()).await
}

fn facts(told: Vec<ReportedEvent>) -> Vec<(String, MoneyFact)> {
    told.into_iter().map(|told| (told.event.payment.to_string(), told.event.fact)).collect()
}

fn one(id: &str, fact: MoneyFact) -> (String, MoneyFact) {
    (format!("paypal_{id}"), fact)
}

#[tokio::test]
async fn a_capture_is_told_as_the_webhook_tells_it() {
    let table = [
        ("COMPLETED", MoneyFact::Captured(3000)),
        ("PENDING", MoneyFact::Pending { until: None }),
        ("DECLINED", MoneyFact::Failed("DECLINED".into())),
    ];
    for (status, expected) in table {
        let [reported] = told("captures", object("C1", status), json!({})).await.unwrap().try_into().unwrap();
        assert_eq!(reported.named.channel, "web".parse().ok());
        let at = if status == "PENDING" { "2026-11-27T09:00:00Z".parse().unwrap() } else { now() };
        assert_eq!((reported.event.fact, reported.event.at), (expected, at), "{status}");
    }
}

#[tokio::test]
async fn of_the_refunds_orderly_s_own_are_told() {
    let refund = |id: &str, of: &str, custom_id: Option<String>| {
        json!({"id": id, "status": "COMPLETED", "amount": money("5.00"), "custom_id": custom_id,
            "links": [{"rel": "up", "href": format!("https://api.paypal.com/v2/payments/captures/{of}")}]})
    };
    let own = Some(format!("{},return-01,2", order()));
    let refunds =
        json!({"refunds": [refund("R1", "C1", own.clone()), refund("R2", "C1", None), refund("R3", "C9", own)]});
    let refunded =
        MoneyFact::Refund { ours: Some(ours()), id: "R1".into(), amount: 500, status: RefundStatus::Succeeded };
    let expected = [one("C1", MoneyFact::Captured(3000)), one("C1", refunded)];
    assert_eq!(facts(told("captures", object("C1", "PARTIALLY_REFUNDED"), refunds).await.unwrap()), expected);
}

#[tokio::test]
async fn an_authorization_tells_what_was_captured_of_it_as_payments_of_their_own() {
    let until = "2026-12-26T09:00:00Z".parse().ok();
    let authorized = || one("A1", MoneyFact::Authorized { amount: 3000, until, several: true });
    let open = told("authorizations", object("A1", "CREATED"), json!({})).await.unwrap();
    assert_eq!(facts(open), [authorized()]);
    let mut capture = object("C1", "COMPLETED");
    capture["links"] = json!([{"rel": "up", "href": AUTHORIZED}]);
    let other = object("C2", "COMPLETED");
    let captured =
        told("authorizations", object("A1", "CAPTURED"), json!({"captures": [capture, other]})).await.unwrap();
    let expected = [
        authorized(),
        one("C1", MoneyFact::Captured(3000)),
        one("A1", MoneyFact::CapturedAs { id: "C1".into(), amount: 3000, last: false }),
    ];
    assert_eq!(facts(captured), expected);
    let voided = told("authorizations", object("A1", "VOIDED"), json!({})).await.unwrap();
    assert_eq!(facts(voided), [one("A1", MoneyFact::Voided)]);
}

#[tokio::test]
async fn a_refund_that_the_list_names_is_told_whoever_asked_for_it() {
    let refund = json!({
        "id": "R2", "status": "COMPLETED", "amount": money("5.00"),
        "seller_payable_breakdown": {"total_refunded_amount": money("9.00")},
        "links": [{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/C1"}],
    });
    let (paypal, _) = serving(move |_, path| match path {
        "/v2/payments/refunds/R2" => (200, refund.clone()),
        _ => (404, json!({"name": "RESOURCE_NOT_FOUND"})),
    })
    .await;
    let told = paypal.listed_refund(&"R2".parse().unwrap(), now()).await.unwrap();
    let of_it = MoneyFact::Refund { ours: None, id: "R2".into(), amount: 500, status: RefundStatus::Succeeded };
    assert_eq!(facts(told), [one("C1", of_it), one("C1", MoneyFact::RefundedInTotal(900))]);
    assert_eq!(paypal.listed_refund(&"R9".parse().unwrap(), now()).await.unwrap(), []);
}

#[tokio::test]
async fn what_paypal_does_not_have_nobody_can_pay() {
    let nothing = told("nowhere", object("C1", "COMPLETED"), json!({})).await.unwrap();
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn what_paypal_does_not_answer_is_unknown() {
    for (status, body) in
        [(401, json!({})), (403, json!({})), (404, json!({})), (500, json!({})), (200, json!({"id": "B2"}))]
    {
        let (paypal, _) = serving(move |_, _| (status, body.clone())).await;
        let told = paypal.payment(&"C1".parse().unwrap(), now()).await;
        assert!(matches!(told, Err(Error::Outside(_))), "{status}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_hostile_answer_is_facts_that_fit_a_ledger_or_an_error(body in hostile::json(vec![object("C1", "COMPLETED"), object("C1", "PENDING")])) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let object: Value = serde_json::from_slice(&body).unwrap_or_default();
        let told = runtime.block_on(told("captures", object, json!({})));
        match told {
            Ok(told) => prop_assert!(told.iter().all(|told| fits_a_ledger(&told.event))),
            Err(error) => prop_assert!(matches!(error, Error::Outside(_))),
        }
    }
}
