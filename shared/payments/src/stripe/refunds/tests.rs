#![allow(clippy::unwrap_used)]

use super::*;
use crate::request::Reply;
use crate::{
    stripe::api::tests::{answering, replaying, serving, with_key},
    testing::{Calls, asking},
};
use axum::http::Method;
use axum::http::StatusCode;
use domain::{
    ids::OrderId,
    ledger::{Attempt, MoneyFact, OurRefund, RefundStatus},
    money::Amount,
};
use serde_json::json;
use std::collections::BTreeMap;

/// Asks for the second attempt of `return-01`.
async fn with_request<T>(payment: &str, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    with_amount(payment, 1450, "EUR", ask).await
}

async fn with_amount<T>(
    payment: &str,
    amount: Amount,
    currency: &str,
    ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T,
) -> T {
    asking((payment, amount, currency), &Attempt::from(&ours()), Some(&order()), ask).await
}

fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

fn ours() -> OurRefund {
    OurRefund { id: "return-01".parse().unwrap(), attempt: 2 }
}

fn made(status: RefundStatus) -> Outcome {
    made_of(1450, status)
}

fn made_of(amount: Amount, status: RefundStatus) -> Outcome {
    let fact = MoneyFact::Refund { ours: Some(ours()), id: "re_1".into(), amount, status };
    Outcome::Made { id: "re_1".into(), facts: vec![fact] }
}

fn decided(outcome: Outcome) -> Reply {
    Reply::Decided(outcome)
}

fn refund_object(status: &str) -> Value {
    json!({"id": "re_1", "object": "refund", "amount": 1450, "status": status})
}

#[tokio::test]
async fn a_refund_is_asked_for_once_and_says_what_it_is_for() {
    let (stripe, calls) = answering(200, &refund_object("succeeded")).await;
    let outcome = with_request("pi_1", async |request| stripe.request(request).await).await;
    assert_eq!(outcome.unwrap(), decided(made(RefundStatus::Succeeded)));
    let calls = calls.lock().unwrap();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((&call.method, call.uri.path()), (&Method::POST, "/v1/refunds"));
    assert_eq!(call.headers["authorization"], "Bearer sk_test_secret");
    assert_eq!(call.headers["idempotency-key"], format!("refund:{}:return-01:2", order()));
    let order = order();
    let expected = [
        ("amount", "1450"),
        ("metadata[order_id]", order.as_str()),
        ("metadata[orderly_attempt]", "2"),
        ("metadata[orderly_refund]", "return-01"),
        ("payment_intent", "pi_1"),
        ("reason", "requested_by_customer"),
    ];
    assert_eq!(call.form(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[tokio::test]
async fn a_charge_without_an_intent_is_refunded_by_its_own_id() {
    let (stripe, calls) = answering(200, &refund_object("pending")).await;
    let outcome = with_request("ch_1", async |request| stripe.request(request).await).await;
    assert_eq!(outcome.unwrap(), decided(made(RefundStatus::Pending)));
    let form = calls.lock().unwrap()[0].form();
    assert_eq!((form.get("charge").map(String::as_str), form.get("payment_intent")), (Some("ch_1"), None));
}

#[tokio::test]
async fn every_status_of_a_refund_is_understood() {
    let table = [
        ("succeeded", RefundStatus::Succeeded),
        ("pending", RefundStatus::Pending),
        ("requires_action", RefundStatus::Pending),
        ("failed", RefundStatus::Failed),
        ("canceled", RefundStatus::Failed),
    ];
    for (name, status) in table {
        let (stripe, _) = answering(200, &refund_object(name)).await;
        let outcome = with_request("pi_1", async |request| stripe.request(request).await).await;
        assert_eq!(outcome.unwrap(), decided(made(status)), "{name}");
    }
}

#[tokio::test]
async fn only_an_answer_that_decides_ends_the_attempt() {
    let error = |code: &str| json!({"error": {"type": "invalid_request_error", "code": code, "message": "Ada's card"}});
    let refused = |code: &str| Some(Outcome::Refused(code.to_owned()));
    let table = [
        (400, error("charge_already_refunded"), refused("charge_already_refunded")),
        (402, error("insufficient_funds"), refused("insufficient_funds")),
        (404, error("resource_missing"), refused("resource_missing")),
        (400, json!({"error": {"type": "card_error"}}), refused("card_error")),
        (400, json!({}), refused("unknown")),
        (400, error("a b\n<c>"), refused("abc")),
        (401, error("api_key_expired"), None),
        (403, error("x"), None),
        (409, error("idempotency_key_in_use"), None),
        (429, error("rate_limit"), None),
        (302, json!({}), None),
        (600, json!({}), None),
        (200, json!({}), None),
        (200, json!({"id": "re_1"}), None),
        (200, json!({"status": "succeeded"}), None),
        (200, json!("garbage"), None),
    ];
    for (status, body, expected) in table {
        let (stripe, _) = answering(status, &body).await;
        match (with_request("pi_1", async |request| stripe.request(request).await).await, expected) {
            (Ok(reply), Some(expected)) => assert_eq!(reply, decided(expected), "{status} {body}"),
            (Err(Error::Outside(why)), None) => {
                assert!(!why.contains("sk_test") && !why.contains("Ada"), "{why}");
            }
            other => panic!("{status} {body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_failure_of_stripe_s_own_is_for_good_once_it_is_stored_for_the_key() {
    let other = json!({"error": {"type": "idempotency_error", "message": "other parameters"}});
    let table = [
        (500, json!({"error": {"type": "api_error"}}), "", false),
        (503, json!("busy"), "", false),
        (500, json!({}), "false", false),
        (500, json!({}), "true", true),
        (504, json!("late"), "true", true),
        (400, other, "", true),
    ];
    for (status, body, replayed, stored) in table {
        let (stripe, _) = replaying(status, &body, replayed).await;
        match with_request("pi_1", async |request| stripe.request(request).await).await.unwrap() {
            Reply::Failed { why, for_good } => assert_eq!(for_good, stored, "{status} {replayed} {why}"),
            reply @ Reply::Decided(_) => panic!("{status} {replayed} {reply:?}"),
        }
    }
    let (stripe, _) = replaying(200, &refund_object("succeeded"), "true").await;
    let reply = with_request("pi_1", async |request| stripe.request(request).await).await.unwrap();
    assert_eq!(reply, decided(made(RefundStatus::Succeeded)));
}

#[tokio::test]
async fn a_refund_is_looked_for_on_every_page() {
    for (length, of_ours, pages) in
        [(0, None, 1), (100, None, 1), (101, None, 2), (250, Some(249), 3), (250, Some(3), 1)]
    {
        let refunds: Vec<Value> = (0..length).map(|n| listed(n, of_ours == Some(n))).collect();
        let (stripe, calls) = listing(refunds).await;
        let found = with_request("pi_1", async |request| stripe.find(request).await).await.unwrap();
        assert_eq!(found.is_some(), of_ours.is_some(), "{length}");
        assert_eq!(calls.lock().unwrap().len(), pages, "{length}");
    }
    let endless = json!({"data": [listed(1, false)], "has_more": true});
    let (stripe, calls) = answering(200, &endless).await;
    let found = with_request("pi_1", async |request| stripe.find(request).await).await;
    assert!(matches!(found, Err(Error::Outside(_))), "{found:?}");
    assert_eq!(calls.lock().unwrap().len(), MAX_PAGES);
}

fn listed(n: usize, is_ours: bool) -> Value {
    let name = if is_ours { "return-01" } else { "return-77" };
    let metadata = json!({"order_id": order().as_str(), "orderly_refund": name, "orderly_attempt": "2"});
    json!({"id": format!("re_{n}"), "status": "succeeded", "metadata": metadata})
}

/// A provider with these refunds, in pages of at most 100 as Stripe lists them.
async fn listing(refunds: Vec<Value>) -> (Api, Calls) {
    serving(move |uri| {
        let query: BTreeMap<_, _> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
        let seen = query
            .get("starting_after")
            .map_or(0, |last| refunds.iter().position(|refund| refund["id"] == last.as_ref()).unwrap() + 1);
        let limit = query["limit"].parse().unwrap();
        let page: Vec<&Value> = refunds.iter().skip(seen).take(limit).collect();
        let has_more = seen + page.len() < refunds.len();
        (StatusCode::OK, String::new(), json!({"data": page, "has_more": has_more}).to_string())
    })
    .await
}

#[tokio::test]
async fn a_provider_that_is_not_there_decides_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stripe = with_key(&format!("http://{}", listener.local_addr().unwrap()), "sk_test_secret");
    drop(listener);
    let outcome = with_request("pi_1", async |request| stripe.request(request).await).await;
    assert!(matches!(outcome, Err(Error::Outside(_))), "{outcome:?}");
    let found = with_request("pi_1", async |request| stripe.find(request).await).await;
    assert!(matches!(found, Err(Error::Outside(_))), "{found:?}");
}

#[tokio::test]
async fn an_old_attempt_is_found_among_the_payment_s_refunds_by_all_of_its_names() {
    let refund = |id: &str, order: &str, refund: &str, attempt: &str| {
        let metadata = json!({"order_id": order, "orderly_refund": refund, "orderly_attempt": attempt});
        json!({"id": id, "status": "succeeded", "metadata": metadata})
    };
    let own = order();
    let others = [
        json!({"id": "re_a", "status": "succeeded", "metadata": {}}),
        json!({"id": "re_b", "status": "succeeded"}),
        refund("re_c", own.as_str(), "return-01", "1"),
        refund("re_d", own.as_str(), "return-02", "2"),
        refund("re_e", "ord_other", "return-01", "2"),
    ];
    let ours = refund("re_1", own.as_str(), "return-01", "2");
    let find = async |data: Vec<Value>| {
        let (stripe, calls) = answering(200, &json!({"object": "list", "data": data})).await;
        let found = with_request("pi_1", async |request| stripe.find(request).await).await.unwrap();
        let uri = calls.lock().unwrap()[0].uri.to_string();
        assert_eq!(uri, "/v1/refunds?payment_intent=pi_1&limit=100");
        found
    };
    assert_eq!(find(others.to_vec()).await, None);
    assert_eq!(find(vec![]).await, None);
    assert_eq!(find([&others[..], &[ours]].concat()).await, Some(made(RefundStatus::Succeeded)));
}

#[tokio::test]
async fn a_list_that_cannot_be_had_is_no_proof_that_there_is_no_refund() {
    for (status, body) in [
        (500, json!({})),
        (401, json!({})),
        (404, json!({"error": {}})),
        (200, json!("garbage")),
        (200, json!({"data": [], "has_more": true})),
    ] {
        let (stripe, _) = answering(status, &body).await;
        let found = with_request("pi_1", async |request| stripe.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{status} {found:?}");
    }
}

#[tokio::test]
async fn amounts_are_told_as_stripe_counts_them() {
    let table = [(500, "ISK", Some("50000")), (500, "MGA", Some("5")), (550, "MGA", None), (12_345, "KWD", None)];
    for (amount, currency, told) in table {
        let (stripe, calls) = answering(200, &refund_object("succeeded")).await;
        let outcome = with_amount("pi_1", amount, currency, async |request| stripe.request(request).await).await;
        let calls = calls.lock().unwrap();
        assert_eq!(calls.first().map(|call| call.form()["amount"].clone()).as_deref(), told, "{amount} {currency}");
        let expected = if told.is_some() {
            decided(made_of(amount, RefundStatus::Succeeded))
        } else {
            MoneyRequest::too_precise()
        };
        assert_eq!(outcome.unwrap(), expected);
    }
}

/// An unreadable answer leaves the outcome unknown, and the same key is used again.
#[tokio::test]
async fn a_hostile_answer_is_a_refund_that_fits_a_ledger_or_none() {
    for body in hostile::each_edit(&refund_object("pending")) {
        let answer = serde_json::from_slice(&body).unwrap_or_default();
        match with_request("pi_1", async |request| outcome(request, &answer)).await {
            Ok(Outcome::Made { id, .. }) => assert!((1..=255).contains(&id.len()), "{} bytes", id.len()),
            Err(Error::Outside(why)) => assert!(!why.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
