#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    square::api::tests::{answering, asked, serving, with_key},
    testing::{Calls, asking},
};
use domain::ledger::{Attempt, MoneyFact, RefundStatus};

const PAYMENT: &str = "wJ3kTq8vZpY5rN1cXb7MfD2eHgPZY";
const REASON: &str = "Orderly ord_iyosrj3l6sabiq77m3hr6vismq/return-01/2";

/// Asks for the second attempt of `return-01`.
async fn with_request<T>(ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    for_order(Some(&order()), ask).await
}

async fn for_order<T>(order: Option<&OrderId>, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    asking((PAYMENT, 1450, "USD"), &Attempt::from(&ours()), order, ask).await
}

fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

fn ours() -> OurRefund {
    OurRefund { id: "return-01".parse().unwrap(), attempt: 2 }
}

fn made(id: &str, status: RefundStatus) -> Outcome {
    let fact = MoneyFact::Refund { ours: Some(ours()), id: id.into(), amount: 1450, status };
    Outcome::Made { id: id.into(), facts: vec![fact] }
}

fn refund(id: &str, status: &str, reason: &Value) -> Value {
    json!({
        "id": id, "status": status, "payment_id": PAYMENT, "reason": reason,
        "amount_money": {"amount": 1450, "currency": "USD"},
    })
}

fn answered(status: &str) -> Value {
    json!({ "refund": refund("r_1", status, &json!(REASON)) })
}

#[tokio::test]
async fn a_refund_is_asked_for_once_and_says_what_it_is_for() {
    let (square, calls) = answering(200, &answered("PENDING")).await;
    for _ in 0..2 {
        let reply = with_request(async |request| square.request(request).await).await.unwrap();
        assert_eq!(reply, Reply::Decided(made("r_1", RefundStatus::Pending)));
    }
    let body = json!({
        "idempotency_key": "4gouiR4yRipRPbNm6BPadJXCVHaEmu-rToZ6-d0Rxv8",
        "payment_id": PAYMENT,
        "amount_money": {"amount": 1450, "currency": "USD"},
        "reason": REASON,
    });
    let expected = ("POST".to_owned(), "/v2/refunds".to_owned(), body);
    assert_eq!(asked(&calls), [expected.clone(), expected], "the same request every time");
}

#[tokio::test]
async fn a_refund_of_a_payment_that_no_order_takes_names_no_order() {
    let (square, calls) = answering(200, &answered("COMPLETED")).await;
    for_order(None, async |request| square.request(request).await).await.unwrap();
    with_request(async |request| square.request(request).await).await.unwrap();
    let [(_, _, of_nobody), (_, _, of_order)] = asked(&calls).try_into().unwrap();
    assert_eq!(of_nobody["reason"], "Orderly return-01/2");
    assert_ne!(of_nobody["idempotency_key"], of_order["idempotency_key"]);
    for body in [of_nobody, of_order] {
        assert!(body["idempotency_key"].as_str().unwrap().len() <= 45, "Square's limit");
    }
}

#[tokio::test]
async fn every_status_of_a_refund_is_understood() {
    let table = [
        ("PENDING", RefundStatus::Pending),
        ("COMPLETED", RefundStatus::Succeeded),
        ("REJECTED", RefundStatus::Failed),
        ("FAILED", RefundStatus::Failed),
    ];
    for (name, status) in table {
        let (square, _) = answering(200, &answered(name)).await;
        let reply = with_request(async |request| square.request(request).await).await;
        assert_eq!(reply.unwrap(), Reply::Decided(made("r_1", status)), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_refund_of_the_payment_decides_nothing() {
    let of = |field: &str, value: Value| {
        let mut answer = answered("COMPLETED");
        answer["refund"][field] = value;
        answer
    };
    let answers = [
        json!({}),
        json!([]),
        json!("garbage"),
        json!({"refund": null}),
        of("payment_id", json!("another")),
        of("payment_id", json!(null)),
        of("id", json!("a b")),
        of("id", json!(null)),
        of("status", json!("APPROVED")),
        of("status", json!(null)),
    ];
    for answer in answers {
        let (square, _) = answering(200, &answer).await;
        let reply = with_request(async |request| square.request(request).await).await;
        assert!(matches!(reply, Err(Error::Outside(_))), "{answer}: {reply:?}");
    }
}

#[tokio::test]
async fn a_refusal_ends_the_attempt_and_a_failure_does_not() {
    let error = |category: &str, code: &str| json!({"errors": [{"category": category, "code": code}]});
    let mut declined = error("REFUND_ERROR", "REFUND_DECLINED");
    declined["refund"] = refund("r_1", "FAILED", &json!(REASON));
    let refused = |code: &str| Some(Reply::Decided(Outcome::Refused(code.to_owned())));
    let failed = |why: &str| Some(Reply::Failed { why: why.to_owned(), for_good: false });
    let table = [
        (400, declined, refused("REFUND_DECLINED")),
        (400, error("REFUND_ERROR", "REFUND_AMOUNT_INVALID"), refused("REFUND_AMOUNT_INVALID")),
        (401, error("AUTHENTICATION_ERROR", "UNAUTHORIZED"), None),
        (409, error("INVALID_REQUEST_ERROR", "CONFLICT"), None),
        (429, error("RATE_LIMIT_ERROR", "RATE_LIMITED"), None),
        (500, json!("garbage"), failed("Square answered 500 Internal Server Error (unknown)")),
    ];
    for (status, body, expected) in table {
        let (square, _) = answering(status, &body).await;
        let reply = with_request(async |request| square.request(request).await).await;
        assert_eq!(reply.ok(), expected, "{status} {body}");
    }
}

/// An account in which the payment has these refunds.
async fn account(refunds: Vec<Value>, refunded: i64) -> (Api, Calls) {
    let ids: Vec<Value> = refunds.iter().map(|refund| refund["id"].clone()).collect();
    serving(move |seen| {
        if let Some(id) = seen.uri.path().strip_prefix("/v2/refunds/") {
            let found = refunds.iter().find(|refund| refund["id"] == id);
            return found.map_or((404, json!({})), |refund| (200, json!({ "refund": refund })));
        }
        assert_eq!(seen.uri.path(), format!("/v2/payments/{PAYMENT}"));
        let refunded = json!({"amount": refunded, "currency": "USD"});
        (200, json!({"payment": {"id": PAYMENT, "refund_ids": ids, "refunded_money": refunded}}))
    })
    .await
}

#[tokio::test]
async fn an_old_attempt_is_found_among_the_payment_s_refunds_by_all_of_its_names() {
    let others = vec![
        refund("r_a", "COMPLETED", &json!("Returned goods")),
        refund("r_b", "COMPLETED", &json!(null)),
        refund("r_c", "COMPLETED", &json!(REASON.replace("/2", "/1"))),
        refund("r_d", "COMPLETED", &json!(REASON.replace("-01", "-02"))),
        refund("r_e", "COMPLETED", &json!(REASON.replace("ord_i", "ord_j"))),
        refund("r_f", "COMPLETED", &json!("Orderly return-01/2")),
    ];
    let find = async |refunds: Vec<Value>| {
        let (square, calls) = account(refunds, 1450).await;
        let found = with_request(async |request| square.find(request).await).await.unwrap();
        (found, calls.lock().unwrap().len())
    };
    assert_eq!(find(others.clone()).await, (None, 7));
    for (status, expected) in [("PENDING", RefundStatus::Pending), ("FAILED", RefundStatus::Failed)] {
        let ours = refund("r_1", status, &json!(REASON));
        let all = [&others[..3], &[ours], &others[3..]].concat();
        assert_eq!(find(all).await, (Some(made("r_1", expected)), 5), "{status}");
    }
}

#[tokio::test]
async fn only_a_whole_list_proves_that_there_is_no_refund() {
    let payment = |fields: Value| {
        let mut payment = json!({"id": PAYMENT});
        payment.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        (200, json!({ "payment": payment }))
    };
    let money = |amount: i64| json!({"amount": amount, "currency": "USD"});
    let table = [
        (payment(json!({})), true),
        (payment(json!({"refund_ids": []})), true),
        (payment(json!({"refund_ids": [], "refunded_money": money(0)})), true),
        (payment(json!({"refund_ids": [], "refunded_money": money(1)})), false),
        (payment(json!({"refunded_money": money(1)})), false),
        (payment(json!({"refunded_money": "1"})), false),
        (payment(json!({"refund_ids": {}})), false),
        (payment(json!({"refund_ids": "r_1"})), false),
        (payment(json!({"refund_ids": [7]})), false),
        (payment(json!({"refund_ids": ["../payments"]})), false),
        (payment(json!({"refund_ids": ["r_1"]})), false),
        (payment(json!({"refund_ids": vec!["r_1"; MAX_REFUNDS + 1]})), false),
        (payment(json!({"id": "another"})), false),
        ((200, json!({})), false),
        ((200, json!("garbage")), false),
        ((401, json!({})), false),
        ((404, json!({"errors": [{"code": "NOT_FOUND"}]})), false),
        ((429, json!({})), false),
        ((500, json!({})), false),
    ];
    for (answer, is_whole) in table {
        let told = answer.clone();
        let refund_or =
            move |path: &str| if path.starts_with("/v2/payments/") { told.clone() } else { (500, json!({})) };
        let (square, _) = serving(move |seen| refund_or(seen.uri.path())).await;
        match with_request(async |request| square.find(request).await).await {
            Ok(None) => assert!(is_whole, "{answer:?}"),
            Err(Error::Outside(_)) => assert!(!is_whole, "{answer:?}"),
            other => panic!("{answer:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refund_that_cannot_be_read_may_be_the_one_that_is_looked_for() {
    let others = [
        json!({"id": "r_2", "reason": "x", "amount_money": {"amount": 1450, "currency": "USD"}}),
        json!({"id": "r_1", "reason": "x"}),
        json!("garbage"),
        json!(null),
    ];
    for refund in others {
        let (square, _) = serving(move |seen| {
            let is_payment = seen.uri.path().starts_with("/v2/payments/");
            let payment = json!({"payment": {"id": PAYMENT, "refund_ids": ["r_1"]}});
            (200, if is_payment { payment } else { json!({ "refund": refund }) })
        })
        .await;
        let found = with_request(async |request| square.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{found:?}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_decides_nothing() {
    let square = with_key("http://127.0.0.1:1", "EAAA");
    let reply = with_request(async |request| square.request(request).await).await;
    assert!(matches!(reply, Err(Error::Outside(_))), "{reply:?}");
    let found = with_request(async |request| square.find(request).await).await;
    assert!(matches!(found, Err(Error::Outside(_))), "{found:?}");
}

/// An unreadable answer leaves the outcome unknown, and the same key is used again.
#[tokio::test]
async fn a_hostile_answer_is_a_refund_that_fits_a_ledger_or_none() {
    for body in hostile::each_edit(&refund("r_1", "PENDING", &json!(REASON))) {
        let answer = serde_json::from_slice(&body).unwrap_or_default();
        match with_request(async |request| outcome(request, &answer)).await {
            Ok(Outcome::Made { id, .. }) => assert!((1..=128).contains(&id.len()), "{} bytes", id.len()),
            Err(Error::Outside(why)) => assert!(!why.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
