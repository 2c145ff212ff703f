#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::{
    api::tests::serving,
    requests::tests::{capture, with_request},
};
use domain::ledger::CaptureTerms;
use serde_json::json;

fn captured(id: &str, status: &str, authorization: &str) -> Value {
    json!({
        "id": id, "status": status, "amount": {"value": "14.50", "currency_code": "EUR"},
        "links": [{"rel": "up", "href": format!("https://api.paypal.com/v2/payments/authorizations/{authorization}")}],
    })
}

/// Looks for a capture of 14.50 at a PayPal with this authorization and these captures.
async fn find(status: &str, captures: Value) -> Result<Option<Outcome>, Error> {
    find_as(CaptureTerms::default(), status, captures).await
}

async fn find_as(terms: CaptureTerms, status: &str, captures: Value) -> Result<Option<Outcome>, Error> {
    let authorization =
        json!({"id": "A1", "status": status, "supplementary_data": {"related_ids": {"order_id": "O1"}}});
    let order = json!({"id": "O1", "purchase_units": [{"payments": {"captures": captures}}]});
    let (paypal, _) = serving(move |_, path| match path {
        "/v2/payments/authorizations/A1" => (200, authorization.clone()),
        "/v2/checkout/orders/O1" => (200, order.clone()),
        _ => (500, json!({})),
    })
    .await;
    let find = async |request: &MoneyRequest<'_>| paypal.find(&MoneyRequest { terms, ..*request }).await;
    with_request(&capture(), 1450, "EUR", find).await
}

#[tokio::test]
async fn one_of_several_captures_is_found_by_what_was_captured_before_it() {
    let terms = CaptureTerms { after: 1450, keeps_rest: true };
    let one = |id: &str, last: bool| {
        let mut one = captured(id, "COMPLETED", "A1");
        one["final_capture"] = last.into();
        one
    };
    let fact = |id: &str, last| MoneyFact::CapturedAs { id: id.into(), amount: 1450, last };
    let made = |id: &str, facts: &[MoneyFact]| Some(Outcome::Made { id: id.into(), facts: facts.to_vec() });
    let pending = captured("C2", "PENDING", "A1");
    let table = [
        ("PARTIALLY_CAPTURED", json!([one("C1", false)]), None),
        (
            "PARTIALLY_CAPTURED",
            json!([one("C1", false), one("C2", false)]),
            made("C2", &[fact("C1", false), fact("C2", false)]),
        ),
        ("PARTIALLY_CAPTURED", json!([one("C1", false), pending]), Some(Outcome::BegunAsPayment { id: "C2".into() })),
        // Somebody captured for the last time, or gave the rest up: the facts say so.
        ("CAPTURED", json!([one("C1", true)]), made("C1", &[fact("C1", true)])),
        ("VOIDED", json!([one("C1", false)]), made("C1", &[fact("C1", false), MoneyFact::Voided])),
    ];
    for (status, captures, expected) in table {
        assert_eq!(find_as(terms, status, captures.clone()).await.unwrap(), expected, "{status} {captures}");
    }
}

#[tokio::test]
async fn a_capture_is_found_in_the_order_of_its_authorization() {
    let fact = MoneyFact::CapturedAs { id: "C1".into(), amount: 1450, last: false };
    let made = || Some(Outcome::Made { id: "C1".into(), facts: vec![fact.clone()] });
    let voided = || Some(Outcome::Made { id: "A1".into(), facts: vec![MoneyFact::Voided] });
    let done = captured("C1", "COMPLETED", "A1");
    let failed = captured("C0", "DECLINED", "A1");
    let table = [
        ("CREATED", json!([]), None),
        ("CREATED", json!(null), None),
        ("PENDING", json!([]), None),
        ("DENIED", json!([]), None),
        ("CREATED", json!([failed]), None),
        ("CREATED", json!([captured("C2", "COMPLETED", "B2")]), None),
        ("CAPTURED", json!([done]), made()),
        ("CAPTURED", json!([failed, done]), made()),
        ("CAPTURED", json!([captured("C1", "REFUNDED", "A1")]), made()),
        ("PARTIALLY_CAPTURED", json!([done]), made()),
        ("VOIDED", json!([]), voided()),
        ("EXPIRED", json!([]), voided()),
        ("CREATED", json!([captured("C1", "PENDING", "A1")]), Some(Outcome::BegunAsPayment { id: "C1".into() })),
    ];
    for (status, captures, expected) in table {
        assert_eq!(find(status, captures.clone()).await.unwrap(), expected, "{status} {captures}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_whole_proves_nothing() {
    for (status, captures) in [
        ("CAPTURED", json!([])),
        ("PARTIALLY_CAPTURED", json!([captured("C0", "DECLINED", "A1")])),
        ("SOMETHING", json!([])),
        ("CREATED", json!("?")),
        ("CAPTURED", json!([{"id": "C1", "status": "COMPLETED"}])),
    ] {
        assert!(matches!(find(status, captures.clone()).await, Err(Error::Outside(_))), "{status} {captures}");
    }
}

#[tokio::test]
async fn what_paypal_does_not_answer_is_unknown() {
    for status in [401, 403, 404, 429, 500] {
        let (paypal, _) = serving(move |_, _| (status, json!({}))).await;
        let found = with_request(&capture(), 1450, "EUR", async |request| paypal.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{status}");
    }
}
