#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    mollie::api::tests::{PAYMENT, answering, error, serving, with_key},
    testing::asking,
};
use domain::{
    ids::OrderId,
    ledger::{Attempt, RefundStatus},
    money::Amount,
};

/// Which of the three is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::mollie) enum Kind {
    Refund,
    Capture,
    Void,
}

pub(in crate::mollie) const KINDS: [Kind; 3] = [Kind::Refund, Kind::Capture, Kind::Void];

pub(in crate::mollie) fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

/// Asks with the second attempt at something of 14.50 EUR.
pub(in crate::mollie) async fn with_request<T>(kind: Kind, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    with_amount(kind, 1450, "EUR", Some(&order()), ask).await
}

async fn with_amount<T>(
    kind: Kind,
    amount: Amount,
    currency: &str,
    order: Option<&OrderId>,
    ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T,
) -> T {
    let (name, amount) = match kind {
        Kind::Refund => (domain::ids::RefundId::into("cancel".parse().unwrap()), amount),
        Kind::Capture => (domain::ledger::RequestName::Capture("capture-1".parse().unwrap()), amount),
        Kind::Void => (domain::ledger::RequestName::Capture("void-1".parse().unwrap()), 0),
    };
    asking((PAYMENT, amount, currency), &Attempt { name, number: 2 }, order, ask).await
}

/// What Mollie says when it has accepted something.
fn accepted(kind: Kind) -> Value {
    match kind {
        Kind::Refund => json!({"resource": "refund", "id": "re_4qqhO89gsT", "status": "pending"}),
        Kind::Capture => json!({"resource": "capture", "id": "cpt_1", "status": "pending"}),
        Kind::Void => json!({}),
    }
}

async fn asked(kind: Kind, status: u16, answer: &Value) -> Result<Reply, Error> {
    let (mollie, _) = answering(status, answer).await;
    with_request(kind, async |request| mollie.request(request).await).await
}

async fn replayed(kind: Kind, status: u16, answer: &Value) -> Result<Reply, Error> {
    let (status, body) = (StatusCode::from_u16(status).unwrap(), answer.to_string());
    let (mollie, _) = serving(move |_| (status, (REPLAYED, "true".to_owned()), body.clone())).await;
    with_request(kind, async |request| mollie.request(request).await).await
}

#[tokio::test]
async fn each_request_is_exactly_as_mollie_documents_it() {
    let table = [
        (
            Kind::Refund,
            "refunds",
            json!({
                "amount": {"currency": "EUR", "value": "14.50"}, "description": format!("Refund of order {}", order()),
                "metadata": {"order_id": order().as_str(), "orderly_refund": "cancel", "orderly_attempt": "2"},
            }),
        ),
        (
            Kind::Capture,
            "captures",
            json!({
                "amount": {"currency": "EUR", "value": "14.50"}, "description": format!("Capture of order {}", order()),
                "metadata": {"order_id": order().as_str(), "orderly_capture": "capture-1", "orderly_attempt": "2"},
            }),
        ),
        (Kind::Void, "release-authorization", Value::Null),
    ];
    for (kind, path, body) in table {
        let (mollie, calls) = answering(201, &accepted(kind)).await;
        with_request(kind, async |request| mollie.request(request).await.unwrap()).await;
        let call = calls.lock().unwrap()[0].clone();
        assert_eq!((call.method.as_str(), call.uri.path()), ("POST", &*format!("/v2/payments/{PAYMENT}/{path}")));
        assert_eq!(serde_json::from_str::<Value>(&call.body).unwrap_or_default(), body, "{kind:?}");
        assert_eq!(call.headers["authorization"], "Bearer test_secret");
        let is_json = call.headers.get("content-type").is_some_and(|value| value == "application/json");
        assert_eq!(is_json, !body.is_null(), "{kind:?}");
        let key = call.headers["idempotency-key"].to_str().unwrap().to_owned();
        let parts: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{key}");
        assert!(key.chars().all(|c| c.is_ascii_hexdigit() || c == '-') && &key[14..15] == "4", "{key}");
    }
}

#[tokio::test]
async fn a_key_is_the_same_for_each_repetition_and_another_for_anything_else() {
    let key_of = async |kind, number: u32, payment: &str, order: Option<&OrderId>| {
        with_amount(kind, 1450, "EUR", order, async |request| {
            let attempt = Attempt { name: request.attempt.name.clone(), number };
            let payment = payment.parse().unwrap();
            key(&MoneyRequest { payment: &payment, attempt: &attempt, amount: 0, ..*request }, "")
        })
        .await
    };
    let order = order();
    let keys = [
        key_of(Kind::Refund, 1, PAYMENT, Some(&order)).await,
        key_of(Kind::Refund, 2, PAYMENT, Some(&order)).await,
        key_of(Kind::Refund, 1, PAYMENT, None).await,
        key_of(Kind::Refund, 1, "tr_2", None).await,
        key_of(Kind::Capture, 1, PAYMENT, Some(&order)).await,
        key_of(Kind::Void, 1, PAYMENT, Some(&order)).await,
    ];
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
    assert_eq!(key_of(Kind::Refund, 1, PAYMENT, Some(&order)).await, keys[0]);
}

#[tokio::test]
async fn amounts_are_written_in_their_currency_and_a_refund_without_an_order_names_none() {
    for (amount, currency, value) in [(1450, "EUR", "14.50"), (500, "JPY", "500"), (7, "ISK", "7"), (5, "HUF", "0.05")]
    {
        let (mollie, calls) = answering(201, &accepted(Kind::Refund)).await;
        with_amount(Kind::Refund, amount, currency, None, async |request| mollie.request(request).await.unwrap()).await;
        let body: Value = serde_json::from_str(&calls.lock().unwrap()[0].body).unwrap();
        assert_eq!(body["amount"], json!({"currency": currency, "value": value}));
        assert_eq!(body["metadata"], json!({"orderly_refund": "cancel", "orderly_attempt": "2"}));
        assert_eq!(body["description"], "Refund");
    }
}

#[tokio::test]
async fn a_definite_refusal_ends_the_request_and_keeps_no_words_of_mollie_s() {
    let words = "The specified amount of Ada Lovelace cannot be refunded";
    let table = [
        (422, error(422, "Unprocessable Entity", words, Some("amount.value")), "unprocessable_entity-amount_value"),
        (422, error(422, "Unprocessable Entity", words, None), "unprocessable_entity"),
        (404, error(404, "Not Found", "No payment exists", None), "not_found"),
        (410, error(410, "Gone", "", None), "gone"),
        (400, error(400, "Bad Request", "syntax", None), "bad_request"),
        (422, json!({"status": 422}), "unknown"),
        (422, error(422, &"é<x>".repeat(99), "", None), &"x".repeat(64)),
    ];
    for (status, body, code) in table {
        for kind in KINDS {
            let reply = asked(kind, status, &body).await.unwrap();
            assert_eq!(reply, Reply::Decided(Outcome::Refused(code.to_owned())), "{kind:?} {body}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_decides_nothing_is_asked_for_again() {
    let duplicate = error(409, "Conflict", "A duplicate refund has been detected", None);
    for (status, body) in [
        (401, error(401, "Unauthorized Request", "Missing authentication", None)),
        (403, error(403, "Forbidden", "", None)),
        (408, json!({})),
        (409, duplicate),
        (409, json!({})),
        (429, error(429, "Too Many Requests", "", None)),
        // Not Mollie's: a proxy, or a wrong address.
        (404, json!({})),
        (404, json!("garbage")),
        (400, json!("garbage")),
        (422, error(404, "", "", None)),
        (302, json!({})),
    ] {
        for kind in KINDS {
            let reply = asked(kind, status, &body).await;
            assert!(matches!(reply, Err(Error::Outside(_))), "{kind:?} {status} {body}: {reply:?}");
        }
    }
    for kind in KINDS {
        let nobody = with_key("http://127.0.0.1:1", "test_1");
        let reply = with_request(kind, async |request| nobody.request(request).await).await;
        assert!(matches!(reply, Err(Error::Outside(_))));
    }
}

#[tokio::test]
async fn a_failure_of_mollie_s_is_for_good_only_if_it_is_stored_for_the_key() {
    for kind in KINDS {
        for status in [500, 502, 503, 504] {
            let failed = asked(kind, status, &json!({})).await.unwrap();
            assert!(matches!(failed, Reply::Failed { for_good: false, .. }), "{failed:?}");
        }
        // A stored 409 is the refusal of a second refund of the same amount: this key will never make it.
        for status in [500, 503, 409, 429] {
            let failed = replayed(kind, status, &json!({})).await.unwrap();
            assert!(matches!(failed, Reply::Failed { for_good: true, .. }), "{failed:?}");
        }
    }
    let refused = error(422, "Unprocessable Entity", "", Some("amount"));
    let reply = replayed(Kind::Refund, 422, &refused).await.unwrap();
    assert_eq!(reply, Reply::Decided(Outcome::Refused("unprocessable_entity-amount".into())));
    let made = replayed(Kind::Refund, 201, &accepted(Kind::Refund)).await.unwrap();
    assert!(matches!(made, Reply::Decided(Outcome::Made { .. })), "what was made counts however often it is told");
}

#[tokio::test]
async fn a_key_that_mollie_knows_with_other_parameters_is_looked_for() {
    let reused = error(400, "Bad Request", "The Idempotency-Key was used with different parameters", None);
    let reply = asked(Kind::Refund, 400, &reused).await.unwrap();
    assert!(matches!(reply, Reply::Failed { for_good: true, .. }), "{reply:?}");
}

#[tokio::test]
async fn a_refund_is_made_in_the_state_that_mollie_tells() {
    let table = [
        ("queued", RefundStatus::Pending),
        ("pending", RefundStatus::Pending),
        ("processing", RefundStatus::Pending),
        ("refunded", RefundStatus::Succeeded),
        ("failed", RefundStatus::Failed),
    ];
    for (told, status) in table {
        let reply = asked(Kind::Refund, 201, &json!({"id": "re_4qqhO89gsT", "status": told})).await.unwrap();
        let Reply::Decided(Outcome::Made { id, facts }) = reply else { panic!("{reply:?}") };
        assert_eq!(id, "re_4qqhO89gsT");
        let ours = Some(domain::ledger::OurRefund { id: "cancel".parse().unwrap(), attempt: 2 });
        assert_eq!(facts, [domain::ledger::MoneyFact::Refund { ours, id, amount: 1450, status }]);
    }
}

#[tokio::test]
async fn an_answer_that_is_garbage_leaves_the_outcome_unknown() {
    for body in [
        json!("garbage"),
        json!({}),
        json!([]),
        json!({"id": "re 1", "status": "pending"}),
        json!({"id": "re_1"}),
        json!({"id": 7, "status": "pending"}),
        json!({"id": "x".repeat(200), "status": "pending"}),
    ] {
        let reply = asked(Kind::Refund, 201, &body).await;
        assert!(matches!(reply, Err(Error::Outside(_))), "{body}: {reply:?}");
        if body["id"] != "re_1" {
            let reply = asked(Kind::Capture, 201, &body).await;
            assert!(matches!(reply, Err(Error::Outside(_))), "{body}: {reply:?}");
        }
    }
}
