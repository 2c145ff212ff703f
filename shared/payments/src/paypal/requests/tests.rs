#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    paypal::api::tests::{asked, serving},
    testing::asking,
};
use domain::{
    ids::OrderId,
    ledger::{Attempt, CaptureTerms, MoneyFact, OurRefund, RefundStatus, RequestName},
};

pub(in crate::paypal) fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

pub(in crate::paypal) fn ours() -> OurRefund {
    OurRefund { id: "return-01".parse().unwrap(), attempt: 2 }
}

pub(in crate::paypal) fn refund() -> Attempt {
    Attempt::from(&ours())
}

pub(in crate::paypal) fn capture() -> Attempt {
    Attempt { name: RequestName::Capture("capture-1".parse().unwrap()), number: 1 }
}

/// Asks for something of payment `A1`.
pub(in crate::paypal) async fn with_request<T>(
    attempt: &Attempt,
    amount: Amount,
    currency: &str,
    ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T,
) -> T {
    asking(("A1", amount, currency), attempt, Some(&order()), ask).await
}

/// What comes of asking a PayPal that gives this answer.
async fn reply(attempt: &Attempt, amount: Amount, status: u16, body: &Value) -> Result<Reply, Error> {
    let body = body.clone();
    let (paypal, _) = serving(move |_, _| (status, body.clone())).await;
    with_request(attempt, amount, "EUR", async |request| paypal.request(request).await).await
}

fn money() -> Value {
    json!({"value": "14.50", "currency_code": "EUR"})
}

fn issue(name: &str) -> Value {
    json!({"name": "UNPROCESSABLE_ENTITY", "message": "of Ada Lovelace", "details": [{"issue": name, "description": "Ada"}]})
}

fn refused(code: &str) -> Reply {
    Reply::Decided(Outcome::Refused(code.to_owned()))
}

fn made_refund(status: RefundStatus) -> Reply {
    let fact = MoneyFact::Refund { ours: Some(ours()), id: "R1".into(), amount: 1450, status };
    Reply::Decided(Outcome::Made { id: "R1".into(), facts: vec![fact] })
}

#[tokio::test]
async fn a_refund_is_asked_for_with_its_key_and_says_what_it_is_for() {
    let (paypal, calls) = serving(|_, _| (201, json!({"id": "R1", "status": "COMPLETED", "amount": money()}))).await;
    let outcome = with_request(&refund(), 1450, "EUR", async |request| paypal.request(request).await).await;
    assert_eq!(outcome.unwrap(), made_refund(RefundStatus::Succeeded));
    let [call] = asked(&calls).try_into().unwrap();
    assert_eq!((call.method.as_str(), call.uri.path()), ("POST", "/v2/payments/captures/A1/refund"));
    let header = |name: &str| call.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("authorization"), "Bearer A21-token");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("prefer"), "return=representation");
    let key = Sha256::digest(format!("refund:{}:return-01:2", order()));
    assert_eq!(header("paypal-request-id"), HEXLOWER.encode(&key[..16]));
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body, json!({"amount": money(), "custom_id": format!("{},return-01,2", order())}));
}

#[tokio::test]
async fn each_attempt_has_a_key_of_its_own_that_fits() {
    let key_of = async |attempt: Attempt| with_request(&attempt, 1, "EUR", async |request| key(request)).await;
    let attempt = |number| Attempt { number, ..refund() };
    let first = key_of(attempt(1)).await;
    assert_eq!(first, key_of(attempt(1)).await);
    assert_ne!(first, key_of(attempt(2)).await);
    assert_ne!(first, key_of(capture()).await);
    assert!(first.len() <= 38 && first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

#[tokio::test]
async fn amounts_are_written_as_paypal_reads_them() {
    for (amount, currency, written) in
        [(1450, "EUR", "14.50"), (5, "EUR", "0.05"), (500, "JPY", "500"), (50_000, "HUF", "500"), (100, "TWD", "1")]
    {
        let (paypal, calls) = serving(|_, _| (201, json!({"id": "R1", "status": "COMPLETED"}))).await;
        with_request(&refund(), amount, currency, async |request| paypal.request(request).await).await.unwrap();
        let body: Value = serde_json::from_str(&asked(&calls)[0].body).unwrap();
        assert_eq!(body["amount"], json!({"value": written, "currency_code": currency}));
    }
    let (paypal, calls) = serving(|_, _| (201, json!({}))).await;
    let outcome = with_request(&refund(), 50_050, "HUF", async |request| paypal.request(request).await).await;
    assert_eq!(outcome.unwrap(), refused("amount_too_precise"));
    assert!(asked(&calls).is_empty());
}

#[tokio::test]
async fn a_capture_says_whether_the_rest_of_its_authorization_is_given_up() {
    let (paypal, calls) = serving(|_, _| (201, json!({"id": "C1", "status": "COMPLETED", "amount": money()}))).await;
    let outcome = with_request(&capture(), 1450, "EUR", async |request| paypal.request(request).await).await;
    let fact = MoneyFact::CapturedAs { id: "C1".into(), amount: 1450, last: false };
    assert_eq!(outcome.unwrap(), Reply::Decided(Outcome::Made { id: "C1".into(), facts: vec![fact] }));
    let [call] = asked(&calls).try_into().unwrap();
    assert_eq!((call.method.as_str(), call.uri.path()), ("POST", "/v2/payments/authorizations/A1/capture"));
    assert_eq!(call.headers["paypal-request-id"].len(), 32);
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body, json!({"amount": money(), "final_capture": true}));
    let terms = CaptureTerms { after: 100, keeps_rest: true };
    let keeping = async |request: &MoneyRequest<'_>| paypal.request(&MoneyRequest { terms, ..*request }).await;
    with_request(&capture(), 1450, "EUR", keeping).await.unwrap();
    let body: Value = serde_json::from_str(&asked(&calls)[1].body).unwrap();
    assert_eq!(body["final_capture"], false);
    let object = |status: &str| json!({"id": "C1", "status": status, "amount": money()});
    let begun = Reply::Decided(Outcome::BegunAsPayment { id: "C1".into() });
    assert_eq!(reply(&capture(), 1450, 201, &object("PENDING")).await.unwrap(), begun);
    assert_eq!(reply(&capture(), 1450, 201, &object("DECLINED")).await.unwrap(), refused("DECLINED"));
}

#[tokio::test]
async fn a_void_is_asked_for_and_one_that_was_done_before_is_done() {
    let voided = || Reply::Decided(Outcome::Made { id: "A1".into(), facts: vec![MoneyFact::Voided] });
    let (paypal, calls) = serving(|_, _| (204, Value::Null)).await;
    let outcome = with_request(&capture(), 0, "EUR", async |request| paypal.request(request).await).await;
    assert_eq!(outcome.unwrap(), voided());
    let [call] = asked(&calls).try_into().unwrap();
    assert_eq!((call.method.as_str(), call.uri.path()), ("POST", "/v2/payments/authorizations/A1/void"));
    assert_eq!(call.body, "");
    assert_eq!(reply(&capture(), 0, 200, &json!({"id": "A1", "status": "VOIDED"})).await.unwrap(), voided());
    assert_eq!(reply(&capture(), 0, 422, &issue("PREVIOUSLY_VOIDED")).await.unwrap(), voided());
    assert_eq!(reply(&capture(), 0, 422, &issue("PREVIOUSLY_CAPTURED")).await.unwrap(), refused("PREVIOUSLY_CAPTURED"));
    // To a capture it is a refusal.
    assert_eq!(
        reply(&capture(), 5, 422, &issue("AUTHORIZATION_VOIDED")).await.unwrap(),
        refused("AUTHORIZATION_VOIDED")
    );
}

#[tokio::test]
async fn a_refund_has_the_status_that_paypal_tells() {
    let table = [
        ("COMPLETED", RefundStatus::Succeeded),
        ("PENDING", RefundStatus::Pending),
        ("FAILED", RefundStatus::Failed),
        ("CANCELLED", RefundStatus::Failed),
    ];
    for (text, status) in table {
        let object = json!({"id": "R1", "status": text});
        assert_eq!(reply(&refund(), 1450, 201, &object).await.unwrap(), made_refund(status), "{text}");
        assert_eq!(reply(&refund(), 1450, 200, &object).await.unwrap(), made_refund(status), "as the first answer");
    }
}

#[tokio::test]
async fn only_a_definite_refusal_decides() {
    let decided = [
        (422, issue("REFUND_AMOUNT_EXCEEDED"), "REFUND_AMOUNT_EXCEEDED"),
        (422, issue("CAPTURE_FULLY_REFUNDED"), "CAPTURE_FULLY_REFUNDED"),
        (422, issue("TRANSACTION_DISPUTED"), "TRANSACTION_DISPUTED"),
        (404, issue("INVALID_RESOURCE_ID"), "INVALID_RESOURCE_ID"),
        (404, json!({"name": "RESOURCE_NOT_FOUND"}), "RESOURCE_NOT_FOUND"),
        (400, json!({"name": "INVALID_REQUEST"}), "INVALID_REQUEST"),
        (422, json!({}), "unknown"),
        (422, issue("Ada Lovelace <ada@example.com>"), "AdaLovelaceadaexamplecom"),
        (422, issue(&"A".repeat(200)), &"A".repeat(64)),
    ];
    for (status, body, code) in decided {
        assert_eq!(reply(&refund(), 1450, status, &body).await.unwrap(), refused(code), "{status} {body}");
    }
    let undecided = [
        (409, issue("PREVIOUS_REQUEST_IN_PROGRESS")),
        (422, issue("PREVIOUS_REQUEST_IN_PROGRESS")),
        (409, json!({})),
        (401, json!({"name": "AUTHENTICATION_FAILURE"})),
        (403, json!({"name": "NOT_AUTHORIZED", "details": [{"issue": "PERMISSION_DENIED"}]})),
        (408, json!({})),
        (429, json!({"name": "RATE_LIMIT_REACHED"})),
        (302, json!({})),
    ];
    for (status, body) in undecided {
        match reply(&refund(), 1450, status, &body).await {
            Err(Error::Outside(why)) => assert!(why.contains(&status.to_string()) && !why.contains("Ada"), "{why}"),
            other => panic!("{status}: {other:?}"),
        }
    }
    for status in [500, 502, 503, 504] {
        let expected = Reply::Failed {
            why: format!("PayPal answered {}", StatusCode::from_u16(status).unwrap()),
            for_good: false,
        };
        assert_eq!(reply(&refund(), 1450, status, &issue("INTERNAL_SERVER_ERROR")).await.unwrap(), expected);
    }
    for name in ["DUPLICATE_REQUEST_ID", "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"] {
        assert!(matches!(
            reply(&refund(), 1450, 422, &issue(name)).await.unwrap(),
            Reply::Failed { for_good: true, .. }
        ));
    }
    let nobody = "http://127.0.0.1:1";
    let paypal = Api::new(
        &runtime::Aws::beside(""),
        &runtime::Clock::system(),
        nobody,
        runtime::Secret::fixed("PAYPAL_CREDENTIALS", "c:s"),
    );
    let outcome = with_request(&refund(), 1450, "EUR", async |request| paypal.request(request).await).await;
    assert!(matches!(outcome, Err(Error::Outside(_))));
}

#[tokio::test]
async fn an_answer_that_says_nothing_decides_nothing() {
    let garbage = [
        json!(null),
        json!("ok"),
        json!([]),
        json!({"id": "R1"}),
        json!({"id": "R1", "status": "DONE"}),
        json!({"id": "a b", "status": "COMPLETED"}),
        json!({"id": 1, "status": "COMPLETED"}),
        json!({"id": "x".repeat(200), "status": "COMPLETED"}),
    ];
    for body in garbage {
        for (attempt, amount) in [(refund(), 1450), (capture(), 1450)] {
            let reply = reply(&attempt, amount, 201, &body).await;
            assert!(matches!(reply, Err(Error::Outside(_))), "{body}: {reply:?}");
        }
    }
    let huge =
        json!({"id": "C1", "status": "COMPLETED", "amount": {"value": "99999999999999999999", "currency_code": "EUR"}});
    assert!(reply(&capture(), 1450, 201, &huge).await.is_err());
}

#[tokio::test]
async fn a_refund_whose_name_does_not_fit_is_refused_and_not_asked_for() {
    let long = Attempt { name: RequestName::Refund("r".repeat(128).parse().unwrap()), number: 1 };
    let (paypal, calls) = serving(|_, _| (201, json!({}))).await;
    let outcome = with_request(&long, 1450, "EUR", async |request| paypal.request(request).await).await;
    assert_eq!(outcome.unwrap(), refused("refund_name_too_long"));
    assert!(asked(&calls).is_empty());
}
