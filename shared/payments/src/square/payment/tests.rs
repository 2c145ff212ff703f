#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    square::api::tests::{answering, asked, with_key},
    testing::fits_a_ledger,
};
use domain::{ids::OrderId, ledger::MoneyFact};
use serde_json::json;

const CREATED: &str = "2026-11-20T09:15:02.12Z";
const UPDATED: &str = "2026-11-20T10:00:00.5Z";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn object(fields: &Value) -> Value {
    let mut object = json!({"id": "p_1", "created_at": CREATED, "updated_at": UPDATED, "total_money": usd(3390)});
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    object
}

async fn ask(status: u16, body: &Value) -> Result<Vec<ReportedEvent>, Error> {
    let (square, calls) = answering(status, body).await;
    let reported = square.payment(&"p_1".parse().unwrap(), Timestamp::now()).await;
    assert_eq!(asked(&calls), [("GET".to_owned(), "/v2/payments/p_1".to_owned(), Value::Null)]);
    reported
}

#[tokio::test]
async fn a_payment_says_what_it_knows_of_the_money() {
    use MoneyFact::{Authorized, Captured, Failed, Pending, RefundedInTotal, Released, Voided};
    let week = "2026-11-27T09:15:02.12Z";
    let declined = json!({"errors": [{"code": "CVV_FAILURE"}]});
    let table = [
        (json!({"status": "COMPLETED"}), vec![(UPDATED, Captured(3390))]),
        (
            json!({"status": "COMPLETED", "approved_money": usd(4000), "refunded_money": usd(500)}),
            vec![(UPDATED, Captured(3390)), (UPDATED, Released(610)), (UPDATED, RefundedInTotal(500))],
        ),
        (
            json!({"status": "APPROVED", "delayed_until": week, "delay_action": "CANCEL"}),
            vec![(UPDATED, Authorized { amount: 3390, until: Some(at(week)), several: false })],
        ),
        (json!({"status": "PENDING", "source_type": "WALLET"}), vec![(CREATED, Pending { until: None })]),
        (
            json!({"status": "PENDING", "source_type": "BANK_ACCOUNT"}),
            vec![(CREATED, Pending { until: Some(at("2026-11-29T09:15:02.12Z")) })],
        ),
        (json!({"status": "CANCELED"}), vec![(UPDATED, Voided)]),
        (json!({"status": "FAILED", "card_details": declined}), vec![(UPDATED, Failed("CVV_FAILURE".into()))]),
    ];
    for (fields, expected) in table {
        let reported = ask(200, &json!({"payment": object(&fields)})).await.unwrap();
        let told: Vec<_> = reported.into_iter().map(|ReportedEvent { event, .. }| (event.at, event.fact)).collect();
        let expected: Vec<_> = expected.into_iter().map(|(time, fact)| (at(time), fact)).collect();
        assert_eq!(told, expected, "{fields}");
    }
}

#[tokio::test]
async fn the_order_is_the_one_that_the_merchant_s_server_wrote_on_the_payment() {
    let payment = json!({"payment": object(&json!({"status": "CANCELED", "reference_id": "market/1001"}))});
    let reported = ask(200, &payment).await.unwrap().remove(0);
    assert_eq!(reported.named.order, Some(OrderId::derive(&"market".parse().unwrap(), "1001")));
    assert_eq!((reported.event.payment.to_string().as_str(), reported.event.event.as_str()), ("square_p_1", "p_1"));
    assert_eq!(reported.event.currency, "USD".parse().ok());
    assert_eq!(ask(200, &payment).await.unwrap(), [reported], "asking again tells the same");
}

#[tokio::test]
async fn what_square_does_not_have_is_nothing_and_what_it_does_not_tell_is_unknown() {
    let missing = json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "NOT_FOUND"}]});
    assert_eq!(ask(404, &missing).await.unwrap(), Vec::new());
    let completed = |fields: &Value| {
        let mut payment = object(&json!({"status": "COMPLETED"}));
        payment.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "payment": payment })
    };
    let answers = [
        (404, json!({})),
        (404, json!("garbage")),
        (401, missing.clone()),
        (403, json!({})),
        (429, json!({})),
        (500, missing),
        (302, json!({})),
        (200, json!("garbage")),
        (200, json!([])),
        (200, json!({})),
        (200, completed(&json!({"id": "p_2"}))),
        (200, completed(&json!({"status": 7}))),
        (200, completed(&json!({"status": "REFUNDED"}))),
        (200, completed(&json!({"total_money": null}))),
        (200, completed(&json!({"total_money": usd(-1)}))),
        (200, completed(&json!({"updated_at": "yesterday"}))),
    ];
    for (status, body) in answers {
        let answer = ask(status, &body).await;
        assert!(matches!(answer, Err(Error::Outside(_))), "{status} {body}: {answer:?}");
    }
    let nobody = with_key("http://127.0.0.1:1", "EAAA").payment(&"p_1".parse().unwrap(), Timestamp::now()).await;
    assert!(matches!(nobody, Err(Error::Outside(_))));
}

#[test]
fn a_hostile_answer_is_facts_that_fit_a_ledger_or_none() {
    let payments = [
        json!({"status": "COMPLETED", "approved_money": usd(4000), "refunded_money": usd(500), "reference_id": "web/1"}),
        json!({"status": "APPROVED", "delayed_until": CREATED, "delay_action": "CANCEL", "note": "web/1"}),
        json!({"status": "PENDING", "source_type": "BANK_ACCOUNT"}),
        json!({"status": "FAILED", "approved_money": usd(5), "wallet_details": {"errors": [{"code": "X"}]}}),
    ];
    for body in payments.iter().map(object).flat_map(|payment| hostile::each_edit(&payment)) {
        let payment: Value = serde_json::from_slice(&body).unwrap_or_default();
        match events::of_payment(&payment, "p_1") {
            Ok(reported) => assert!(reported.iter().all(|reported| fits_a_ledger(&reported.event)), "{reported:?}"),
            Err(api::Error::Problem(problem)) => assert!(!problem.detail.is_empty()),
            Err(other) => panic!("{other:?}"),
        }
    }
}
