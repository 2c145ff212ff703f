#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    square::api::tests::{answering, asked, serving, with_key},
    testing::{Calls, asking},
};
use domain::{
    ids::OrderId,
    ledger::{Attempt, RequestName},
};
use std::sync::{Arc, Mutex};

const PAYMENT: &str = "wJ3kTq8vZpY5rN1cXb7MfD2eHgPZY";
const PATH: &str = "/v2/payments/wJ3kTq8vZpY5rN1cXb7MfD2eHgPZY";

async fn with_request<T>(amount: Amount, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let attempt = Attempt { name: RequestName::Capture("capture-1".parse().unwrap()), number: 2 };
    asking((PAYMENT, amount, "USD"), &attempt, Some(&order), ask).await
}

fn usd(amount: Amount) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn payment(status: &str, total: Amount) -> Value {
    json!({
        "id": PAYMENT, "status": status, "version_token": "v1",
        "total_money": usd(total), "amount_money": usd(total), "approved_money": usd(3390),
        "created_at": "2026-11-20T09:15:02.120Z", "updated_at": "2026-11-20T09:15:02.340Z",
    })
}

fn with(mut payment: Value, fields: &Value) -> Value {
    payment.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    payment
}

fn made(facts: &[MoneyFact]) -> Outcome {
    Outcome::Made { id: PAYMENT.to_owned(), facts: facts.to_vec() }
}

/// A Square that has one payment, and does with it as it is told.
async fn square_with(payment: Value) -> (Api, Calls) {
    let state = Arc::new(Mutex::new(payment));
    serving(move |seen| {
        let mut payment = state.lock().unwrap();
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let conflict = json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "VERSION_MISMATCH"}]});
        match (seen.method.as_str(), seen.uri.path().strip_prefix(PATH).unwrap()) {
            ("GET", "") => {}
            ("PUT", "") => {
                for field in ["amount_money", "tip_money"] {
                    if body["payment"][field].is_object() {
                        payment[field] = body["payment"][field].clone();
                    }
                }
                let part = |field: &str| payment[field]["amount"].as_i64().unwrap_or(0);
                let total = part("amount_money") + part("tip_money");
                *payment = with(payment.clone(), &json!({"total_money": usd(total), "version_token": "v2"}));
            }
            ("POST", "/complete") if body["version_token"] != payment["version_token"] => return (409, conflict),
            ("POST", "/complete") => payment["status"] = json!("COMPLETED"),
            ("POST", "/cancel") => payment["status"] = json!("CANCELED"),
            other => panic!("{other:?}"),
        }
        (200, json!({ "payment": *payment }))
    })
    .await
}

async fn request(square: &Api, amount: Amount) -> Result<Reply, Error> {
    with_request(amount, async |request| square.request(request).await).await
}

fn own(method: &str, path: &str, body: Value) -> (String, String, Value) {
    (method.to_owned(), format!("{PATH}{path}"), body)
}

#[tokio::test]
async fn all_of_a_payment_is_captured_in_the_version_that_was_read_and_once() {
    let (square, calls) = square_with(payment("APPROVED", 3390)).await;
    let captured = Reply::Decided(made(&[MoneyFact::Captured(3390)]));
    assert_eq!(request(&square, 3390).await.unwrap(), captured);
    let (read, complete) = (own("GET", "", json!(null)), own("POST", "/complete", json!({"version_token": "v1"})));
    assert_eq!(asked(&calls), [read.clone(), complete.clone()]);
    assert_eq!(request(&square, 3390).await.unwrap(), captured);
    assert_eq!(asked(&calls), [read.clone(), complete, read], "what is captured is not captured again");
}

#[tokio::test]
async fn a_part_is_captured_after_the_payment_s_amount_was_set_to_it() {
    let (square, calls) = square_with(payment("APPROVED", 3390)).await;
    let captured = Reply::Decided(made(&[MoneyFact::Captured(2900), MoneyFact::Released(490)]));
    assert_eq!(request(&square, 2900).await.unwrap(), captured);
    let key = "ZBTm5i88EhXEvKK6cTb_Dj3SdpgD4BG7Yk3YK0NxXBY";
    let set = json!({"idempotency_key": key, "payment": {"amount_money": usd(2900)}});
    let expected =
        [own("GET", "", json!(null)), own("PUT", "", set), own("POST", "/complete", json!({"version_token": "v2"}))];
    assert_eq!(asked(&calls), expected);
    assert_eq!(request(&square, 2900).await.unwrap(), captured);
    assert_eq!(asked(&calls).len(), 4, "repeated, it is only read");
}

#[tokio::test]
async fn an_attempt_that_was_cut_off_goes_on_where_it_was() {
    let set = with(payment("APPROVED", 2900), &json!({"version_token": "v2"}));
    let (square, calls) = square_with(set).await;
    request(&square, 2900).await.unwrap();
    let methods: Vec<String> = asked(&calls).into_iter().map(|(method, ..)| method).collect();
    assert_eq!(methods, ["GET", "POST"], "the amount is set already");
}

#[tokio::test]
async fn a_tip_gets_what_is_left_after_the_goods() {
    for (amount, goods, tip) in [(3390, 2890, 500), (3000, 2890, 110), (2890, 2890, 0), (1000, 1000, 0)] {
        let tipped = with(payment("APPROVED", 3390), &json!({"amount_money": usd(2890), "tip_money": usd(500)}));
        let (square, calls) = square_with(tipped).await;
        let Reply::Decided(Outcome::Made { facts, .. }) = request(&square, amount).await.unwrap() else { panic!() };
        assert_eq!(facts[0], MoneyFact::Captured(amount));
        if amount != 3390 {
            let set = &asked(&calls)[1].2["payment"];
            assert_eq!(*set, json!({"amount_money": usd(goods), "tip_money": usd(tip)}), "{amount}");
        }
    }
}

#[tokio::test]
async fn what_was_approved_can_be_captured_again_in_whole_and_no_more_than_that() {
    let lowered = || payment("APPROVED", 2900);
    let (square, _) = square_with(lowered()).await;
    assert_eq!(request(&square, 3390).await.unwrap(), Reply::Decided(made(&[MoneyFact::Captured(3390)])));
    let (square, calls) = square_with(lowered()).await;
    let refused = Reply::Decided(Outcome::Refused("more_than_approved".to_owned()));
    assert_eq!(request(&square, 3391).await.unwrap(), refused);
    assert_eq!(asked(&calls).len(), 1);
}

#[tokio::test]
async fn a_payment_whose_amount_is_fixed_is_captured_whole_or_not_at_all() {
    let fixed = with(payment("APPROVED", 3390), &json!({"capabilities": ["EDIT_DELAY_ACTION"]}));
    let (square, calls) = square_with(fixed.clone()).await;
    let refused = Reply::Decided(Outcome::Refused("amount_not_editable".to_owned()));
    assert_eq!(request(&square, 2900).await.unwrap(), refused);
    assert_eq!(asked(&calls).len(), 1);
    assert_eq!(request(&square, 3390).await.unwrap(), Reply::Decided(made(&[MoneyFact::Captured(3390)])));
    let down = with(payment("APPROVED", 3390), &json!({"capabilities": ["EDIT_AMOUNT_DOWN"]}));
    let (square, _) = square_with(down).await;
    assert!(matches!(request(&square, 2900).await.unwrap(), Reply::Decided(Outcome::Made { .. })));
}

#[tokio::test]
async fn a_void_cancels_the_payment_once() {
    let (square, calls) = square_with(payment("APPROVED", 3390)).await;
    for _ in 0..2 {
        assert_eq!(request(&square, 0).await.unwrap(), Reply::Decided(made(&[MoneyFact::Voided])));
    }
    let read = own("GET", "", json!(null));
    assert_eq!(asked(&calls), [read.clone(), own("POST", "/cancel", json!({})), read]);
}

#[tokio::test]
async fn what_has_happened_to_the_payment_is_told_instead_of_asking_for_it() {
    let refunded = with(payment("COMPLETED", 3390), &json!({"refunded_money": usd(100)}));
    let declined = with(payment("FAILED", 3390), &json!({"card_details": {"errors": [{"code": "GENERIC_DECLINE"}]}}));
    let unapproved = with(declined.clone(), &json!({"approved_money": usd(0)}));
    let gone = vec![MoneyFact::Failed("GENERIC_DECLINE".into()), MoneyFact::Voided];
    let table = [
        (unapproved, gone.clone()),
        (refunded, vec![MoneyFact::Captured(3390), MoneyFact::RefundedInTotal(100)]),
        (payment("CANCELED", 3390), vec![MoneyFact::Voided]),
        (declined, gone),
    ];
    for (over, facts) in table {
        for amount in [0, 1000, 3390] {
            let (square, calls) = square_with(over.clone()).await;
            assert_eq!(request(&square, amount).await.unwrap(), Reply::Decided(made(&facts)), "{amount} {over}");
            assert_eq!(asked(&calls).len(), 1);
            let found = with_request(amount, async |request| square.find(request).await).await.unwrap();
            assert_eq!(found, Some(made(&facts)));
        }
    }
}

#[tokio::test]
async fn what_became_of_a_capture_is_seen_at_its_payment() {
    for open in [payment("APPROVED", 3390), payment("PENDING", 3390)] {
        let (square, _) = square_with(open).await;
        assert_eq!(with_request(3390, async |request| square.find(request).await).await.unwrap(), None);
    }
    let unknown = json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "NOT_FOUND"}]});
    let answers = [
        (404, unknown),
        (401, json!({})),
        (500, json!({})),
        (200, json!("garbage")),
        (200, json!([])),
        (200, json!({"payment": with(payment("COMPLETED", 3390), &json!({"id": "another"}))})),
        (200, json!({"payment": payment("REFUNDED", 3390)})),
        (200, json!({"payment": {"id": PAYMENT, "status": "COMPLETED"}})),
    ];
    for (status, answer) in answers {
        let (square, _) = answering(status, &answer).await;
        let found = with_request(3390, async |request| square.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{status} {answer}: {found:?}");
    }
}

/// What Square answers to each of the three steps of a partial capture.
async fn stepwise(step: &'static str, status: u16, answer: Value) -> Result<Reply, Error> {
    let (square, _) = serving(move |seen| match (seen.method.as_str(), seen.uri.path().ends_with("/complete")) {
        (method, _) if method == step => (status, answer.clone()),
        ("GET", _) => (200, json!({"payment": payment("APPROVED", 3390)})),
        ("PUT", _) => (200, json!({"payment": payment("APPROVED", 2900)})),
        _ => (200, json!({"payment": payment("COMPLETED", 2900)})),
    })
    .await;
    request(&square, 2900).await
}

#[tokio::test]
async fn each_step_may_be_refused_or_fail_or_tell_nothing() {
    let error = |category: &str, code: &str| json!({"errors": [{"category": category, "code": code}]});
    for step in ["GET", "PUT", "POST"] {
        let bad = error("INVALID_REQUEST_ERROR", "BAD_REQUEST");
        let refused = Reply::Decided(Outcome::Refused("BAD_REQUEST".to_owned()));
        assert_eq!(stepwise(step, 400, bad).await.unwrap(), refused, "{step}");
        for status in [500, 502, 503, 504] {
            let failed = stepwise(step, status, json!("garbage")).await.unwrap();
            assert!(matches!(failed, Reply::Failed { for_good: false, .. }), "{step} {failed:?}");
        }
        let undecided = [
            (401, error("AUTHENTICATION_ERROR", "UNAUTHORIZED")),
            (403, error("AUTHENTICATION_ERROR", "FORBIDDEN")),
            (409, error("INVALID_REQUEST_ERROR", "CONFLICT")),
            (400, error("INVALID_REQUEST_ERROR", "VERSION_MISMATCH")),
            (429, error("RATE_LIMIT_ERROR", "RATE_LIMITED")),
            (200, json!({})),
            (200, json!([])),
            (200, json!("garbage")),
            (200, json!({"payment": null})),
            (200, json!({"payment": with(payment("APPROVED", 2900), &json!({"id": "another"}))})),
            (200, json!({"payment": with(payment("APPROVED", 2900), &json!({"status": 7}))})),
        ];
        for (status, answer) in undecided {
            let reply = stepwise(step, status, answer.clone()).await;
            assert!(matches!(reply, Err(Error::Outside(_))), "{step} {status} {answer}: {reply:?}");
        }
    }
    let not_set = stepwise("PUT", 200, json!({"payment": payment("APPROVED", 3390)})).await;
    assert!(matches!(not_set, Err(Error::Outside(_))), "the wrong amount is never captured: {not_set:?}");
    let not_done = stepwise("POST", 200, json!({"payment": payment("APPROVED", 2900)})).await;
    assert!(matches!(not_done, Err(Error::Outside(_))), "{not_done:?}");
}

#[tokio::test]
async fn a_void_may_be_refused_or_fail_or_tell_nothing() {
    let void = async |status: u16, answer: Value| {
        let (square, _) = serving(move |seen| match seen.method.as_str() {
            "GET" => (200, json!({"payment": payment("APPROVED", 3390)})),
            _ => (status, answer.clone()),
        })
        .await;
        request(&square, 0).await
    };
    let error = |code: &str| json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": code}]});
    let refused = Reply::Decided(Outcome::Refused("BAD_REQUEST".to_owned()));
    assert_eq!(void(400, error("BAD_REQUEST")).await.unwrap(), refused);
    assert!(matches!(void(503, json!({})).await.unwrap(), Reply::Failed { for_good: false, .. }));
    let captured = Reply::Decided(made(&[MoneyFact::Captured(3390)]));
    let raced = json!({"payment": payment("COMPLETED", 3390)});
    assert_eq!(void(200, raced).await.unwrap(), captured, "somebody was faster");
    for (status, answer) in [
        (401, json!({})),
        (409, error("CONFLICT")),
        (429, json!({})),
        (200, json!({})),
        (200, json!({"payment": payment("APPROVED", 3390)})),
    ] {
        let reply = void(status, answer.clone()).await;
        assert!(matches!(reply, Err(Error::Outside(_))), "{status} {answer}: {reply:?}");
    }
}

#[tokio::test]
async fn a_payment_without_a_version_is_captured_as_it_is() {
    let (square, calls) = square_with(with(payment("APPROVED", 3390), &json!({"version_token": null}))).await;
    request(&square, 3390).await.unwrap();
    assert_eq!(asked(&calls)[1], own("POST", "/complete", json!({})));
}

#[tokio::test]
async fn a_payment_that_changes_between_two_requests_is_read_again() {
    let (square, calls) = serving(|seen| match seen.method.as_str() {
        "GET" => (200, json!({"payment": payment("APPROVED", 3390)})),
        _ => (400, json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "VERSION_MISMATCH"}]})),
    })
    .await;
    let reply = request(&square, 3390).await;
    assert!(matches!(reply, Err(Error::Outside(_))), "it is asked for again: {reply:?}");
    assert_eq!(asked(&calls)[1], own("POST", "/complete", json!({"version_token": "v1"})));
}

#[tokio::test]
async fn a_provider_that_is_not_there_decides_nothing() {
    let square = with_key("http://127.0.0.1:1", "EAAA");
    for amount in [0, 3390] {
        let reply = request(&square, amount).await;
        assert!(matches!(reply, Err(Error::Outside(_))), "{reply:?}");
    }
}

#[tokio::test]
async fn a_hostile_payment_is_never_captured_in_another_amount() {
    let tipped = with(
        payment("APPROVED", 3390),
        &json!({"amount_money": usd(2890), "tip_money": usd(500), "capabilities": ["EDIT_AMOUNT_DOWN"]}),
    );
    let currency = "USD".parse().unwrap();
    for body in hostile::each_edit(&tipped) {
        let payment = serde_json::from_slice(&body).unwrap_or_default();
        match new_amount(&payment, 2900, currency) {
            Ok(fields) => {
                let part = |field: &str| fields[field]["amount"].as_i64().unwrap_or(0);
                assert_eq!(part("amount_money") + part("tip_money"), 2900, "{fields}");
                assert!(part("amount_money") >= 0 && part("tip_money") >= 0, "{fields}");
            }
            Err(Stop::Replied(Reply::Decided(Outcome::Refused(word)))) => assert!(!word.is_empty()),
            Err(Stop::Unknown(Error::Outside(why))) => assert!(!why.is_empty()),
            Err(other) => panic!("{other:?}"),
        }
        match with_request(2900, async |request| outcome(request, &payment)).await {
            Ok(None | Some(Outcome::Made { .. })) | Err(Error::Outside(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}
