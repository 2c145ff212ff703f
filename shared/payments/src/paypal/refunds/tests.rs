#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::{
    api::tests::{asked, serving},
    requests::tests::{order, ours, refund, with_request},
};
use domain::ledger::{MoneyFact, RefundStatus};

fn capture(status: &str) -> Value {
    json!({"id": "A1", "status": status, "supplementary_data": {"related_ids": {"order_id": "O1"}}})
}

/// A refund of capture A1.
fn refunded(id: &str, value: &str, custom_id: Option<&str>) -> Value {
    json!({
        "id": id, "status": "COMPLETED", "amount": {"value": value, "currency_code": "EUR"}, "custom_id": custom_id,
        "links": [{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/A1"}],
    })
}

fn order_with(refunds: &[Value]) -> Value {
    json!({"id": "O1", "purchase_units": [{"payments": {"captures": [], "refunds": refunds}}]})
}

/// Looks for the refund at a PayPal with this capture and this order.
async fn find(capture: Value, order: Value) -> Result<Option<Outcome>, Error> {
    let missing = json!({"name": "RESOURCE_NOT_FOUND"});
    let (paypal, _) = serving(move |_, path| {
        let object = match path {
            "/v2/payments/captures/A1" => &capture,
            "/v2/checkout/orders/O1" => &order,
            _ => &Value::Null,
        };
        if object.is_null() { (404, missing.clone()) } else { (200, object.clone()) }
    })
    .await;
    with_request(&refund(), 1450, "EUR", async |request| paypal.find(request).await).await
}

#[tokio::test]
async fn a_refund_is_found_in_the_order_by_what_orderly_wrote_on_it() {
    let own = format!("{},return-01,2", order());
    let others = [refunded("R0", "14.50", Some("web/1001")), refunded("R2", "14.50", Some(&own.replace(",2", ",1")))];
    let all = [others.as_slice(), &[refunded("R1", "14.50", Some(&own))]].concat();
    let fact = MoneyFact::Refund { ours: Some(ours()), id: "R1".into(), amount: 1450, status: RefundStatus::Succeeded };
    let found = find(capture("PARTIALLY_REFUNDED"), order_with(&all)).await.unwrap();
    assert_eq!(found, Some(Outcome::Made { id: "R1".into(), facts: vec![fact] }));
    assert_eq!(find(capture("PARTIALLY_REFUNDED"), order_with(&others)).await.unwrap(), None);
}

#[tokio::test]
async fn it_was_certainly_not_made_only_if_a_complete_list_does_not_hold_it() {
    let empty = json!({"id": "O1", "purchase_units": [{"payments": {"captures": []}}]});
    assert_eq!(find(capture("COMPLETED"), empty.clone()).await.unwrap(), None);
    let other = refunded("R0", "1.00", None);
    assert_eq!(find(capture("PARTIALLY_REFUNDED"), order_with(&[other])).await.unwrap(), None);
    let mut elsewhere = refunded("R0", "14.50", None);
    elsewhere["links"][0]["href"] = json!("https://api.paypal.com/v2/payments/captures/B2");
    assert_eq!(find(capture("COMPLETED"), order_with(&[elsewhere])).await.unwrap(), None);
    let uncertain = [
        (capture("COMPLETED"), order_with(&[refunded("R0", "14.50", None)]), "does not tell whose"),
        (capture("COMPLETED"), order_with(&[json!({"id": "R0"})]), "does not tell whose"),
        (capture("REFUNDED"), empty.clone(), "not show all"),
        (capture("SOMETHING"), empty.clone(), "no capture"),
        (capture("COMPLETED"), Value::Null, "not show its order"),
        (capture("COMPLETED"), json!({"id": "O1"}), "no whole order"),
        (capture("COMPLETED"), json!({"id": "O1", "purchase_units": []}), "no whole order"),
        (
            capture("COMPLETED"),
            json!({"id": "O1", "purchase_units": [{"payments": {"refunds": "?"}}]}),
            "no whole order",
        ),
        (json!({"id": "A1", "status": "COMPLETED"}), empty, "not tell its order"),
        (Value::Null, Value::Null, "not show the payment"),
    ];
    for (capture, order, expected) in uncertain {
        match find(capture, order).await {
            Err(Error::Outside(why)) => {
                assert!(why.contains(expected), "{why}");
                assert!(
                    expected == "no whole order" || why.contains("transaction A1"),
                    "{why} tells a person where to look"
                );
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_order_of_a_capture_is_found_by_its_link_or_by_its_authorization() {
    let up = |path: &str| json!({"id": "A1", "status": "COMPLETED", "links": [{"rel": "up", "href": format!("https://api.paypal.com{path}")}]});
    let none = json!({"id": "O1", "purchase_units": [{}]});
    assert_eq!(find(up("/v2/checkout/orders/O1"), none.clone()).await.unwrap(), None);
    let (paypal, calls) = serving(move |_, path| {
        let object = match path {
            "/v2/payments/captures/A1" => up("/v2/payments/authorizations/Z9"),
            "/v2/payments/authorizations/Z9" => {
                json!({"id": "Z9", "supplementary_data": {"related_ids": {"order_id": "O1"}}})
            }
            _ => none.clone(),
        };
        (200, object)
    })
    .await;
    let found = with_request(&refund(), 1450, "EUR", async |request| paypal.find(request).await).await;
    assert_eq!(found.unwrap(), None);
    let paths: Vec<_> = asked(&calls).iter().map(|seen| seen.uri.path().to_owned()).collect();
    assert_eq!(paths, ["/v2/payments/captures/A1", "/v2/payments/authorizations/Z9", "/v2/checkout/orders/O1"]);
}

#[tokio::test]
async fn an_authorization_has_no_refunds() {
    let (paypal, _) = serving(|_, path| match path {
        "/v2/payments/authorizations/A1" => (200, json!({"id": "A1"})),
        _ => (404, json!({"name": "RESOURCE_NOT_FOUND"})),
    })
    .await;
    let found = with_request(&refund(), 1450, "EUR", async |request| paypal.find(request).await).await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn what_paypal_does_not_answer_is_unknown() {
    for status in [401, 403, 404, 429, 500] {
        let (paypal, _) = serving(move |_, _| (status, json!({}))).await;
        let found = with_request(&refund(), 1450, "EUR", async |request| paypal.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{status}");
    }
}
