#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    request::Reply,
    stripe::api::tests::answering,
    testing::{Seen, asking},
};
use domain::{
    ids::OrderId,
    ledger::{Attempt, CaptureTerms, RequestName},
    money::Amount,
};
use serde_json::json;

async fn with_request<T>(payment: &str, amount: Amount, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let attempt = Attempt { name: RequestName::Capture("capture-1".parse().unwrap()), number: 2 };
    asking((payment, amount, "EUR"), &attempt, Some(&order), ask).await
}

fn intent(status: &str, amount: Amount, received: Amount) -> Value {
    let capturable = if status == "requires_capture" { amount } else { 0 };
    json!({
        "id": "pi_1", "object": "payment_intent", "status": status, "currency": "eur", "amount": amount,
        "amount_received": received, "amount_capturable": capturable,
    })
}

fn charge(captured: Amount) -> Value {
    json!({
        "id": "ch_1", "object": "charge", "status": "succeeded", "currency": "eur", "amount": 1450,
        "amount_captured": captured, "captured": captured > 0, "amount_refunded": 1450 - captured,
    })
}

fn made(payment: &str, facts: &[MoneyFact]) -> Outcome {
    Outcome::Made { id: payment.to_owned(), facts: facts.to_vec() }
}

async fn asked(payment: &str, amount: Amount, answer: &Value) -> (Result<Reply, Error>, Seen) {
    let (stripe, calls) = answering(200, answer).await;
    let reply = with_request(payment, amount, async |request| stripe.request(request).await).await;
    let call = calls.lock().unwrap()[0].clone();
    (reply, call)
}

#[tokio::test]
async fn a_capture_and_a_void_are_asked_for_by_their_payment_with_a_key_of_their_own() {
    let table = [
        ("pi_1", 1000, "/v1/payment_intents/pi_1/capture", Some(("amount_to_capture", "1000"))),
        ("ch_1", 1000, "/v1/charges/ch_1/capture", Some(("amount", "1000"))),
        ("pi_1", 0, "/v1/payment_intents/pi_1/cancel", Some(("cancellation_reason", "requested_by_customer"))),
        ("ch_1", 0, "/v1/refunds", Some(("charge", "ch_1"))),
    ];
    for (payment, amount, path, field) in table {
        let (_, call) = asked(payment, amount, &intent("succeeded", 1450, 1000)).await;
        assert_eq!(call.uri.path(), path);
        let key = format!("capture:{}:capture-1:2", OrderId::derive(&"web".parse().unwrap(), "1001"));
        assert_eq!(call.headers["idempotency-key"], key);
        let expected = field.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(call.form().into_iter().next(), expected, "{path}");
    }
}

#[tokio::test]
async fn the_answer_tells_what_was_captured_and_what_was_given_up() {
    let part = [MoneyFact::Captured(1000), MoneyFact::Released(450)];
    let table = [
        ("pi_1", 1000, intent("succeeded", 1450, 1000), Some(made("pi_1", &part))),
        ("pi_1", 1450, intent("succeeded", 1450, 1450), Some(made("pi_1", &[MoneyFact::Captured(1450)]))),
        ("pi_1", 0, intent("canceled", 1450, 0), Some(made("pi_1", &[MoneyFact::Voided]))),
        (
            "ch_1",
            0,
            json!({"object": "refund", "id": "re_1", "status": "succeeded"}),
            Some(made("ch_1", &[MoneyFact::Voided])),
        ),
        // Nothing has come of it.
        ("pi_1", 1450, intent("requires_capture", 1450, 0), None),
        ("pi_1", 1450, json!({}), None),
        ("pi_1", 1450, json!("garbage"), None),
    ];
    for (payment, amount, answer, expected) in table {
        match (asked(payment, amount, &answer).await.0, expected) {
            (Ok(Reply::Decided(outcome)), Some(expected)) => assert_eq!(outcome, expected, "{answer}"),
            (Err(Error::Outside(_)), None) => {}
            other => panic!("{answer}: {other:?}"),
        }
    }
    let (reply, _) = asked("ch_1", 1000, &charge(1000)).await;
    let Ok(Reply::Decided(Outcome::Made { facts, .. })) = reply else { panic!("{reply:?}") };
    assert!(facts.contains(&MoneyFact::Captured(1000)) && facts.contains(&MoneyFact::Released(450)), "{facts:?}");
}

#[tokio::test]
async fn what_became_of_a_capture_is_seen_at_its_payment() {
    let table = [
        (200, intent("requires_capture", 1450, 0), Some(None)),
        (200, intent("succeeded", 1450, 1450), Some(Some(made("pi_1", &[MoneyFact::Captured(1450)])))),
        (200, intent("canceled", 1450, 0), Some(Some(made("pi_1", &[MoneyFact::Voided])))),
        (500, json!({}), None),
        (404, json!({"error": {"code": "resource_missing"}}), None),
        (200, json!("garbage"), None),
    ];
    for (status, answer, expected) in table {
        let (stripe, calls) = answering(status, &answer).await;
        let found = with_request("pi_1", 1450, async |request| stripe.find(request).await).await;
        assert_eq!(calls.lock().unwrap()[0].uri.path(), "/v1/payment_intents/pi_1");
        assert_eq!(found.ok(), expected, "{status} {answer}");
    }
}

#[tokio::test]
async fn one_of_several_captures_keeps_the_rest_and_is_known_by_what_was_captured_before_it() {
    let terms = CaptureTerms { after: 400, keeps_rest: true };
    let partly = |received: Amount| {
        let mut intent = intent("requires_capture", 1450, received);
        intent["amount_capturable"] = (1450 - received).into();
        intent
    };
    for (answer, expected) in [
        (partly(400), Some(None)),
        (partly(1399), Some(None)),
        (partly(1400), Some(Some(made("pi_1", &[MoneyFact::Captured(1400)])))),
        (
            intent("succeeded", 1450, 400),
            Some(Some(made("pi_1", &[MoneyFact::Captured(400), MoneyFact::Released(1050)]))),
        ),
    ] {
        let (stripe, calls) = answering(200, &answer).await;
        let find = async |request: &MoneyRequest<'_>| stripe.find(&MoneyRequest { terms, ..*request }).await;
        assert_eq!(with_request("pi_1", 1000, find).await.ok(), expected, "{answer}");
        let ask = async |request: &MoneyRequest<'_>| stripe.request(&MoneyRequest { terms, ..*request }).await;
        let _ = with_request("pi_1", 1000, ask).await;
        let call = calls.lock().unwrap()[1].clone();
        assert_eq!(call.form()["final_capture"], "false");
    }
}

#[tokio::test]
async fn a_refusal_names_stripe_s_reason() {
    let error = json!({"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}});
    let (stripe, _) = answering(400, &error).await;
    let reply = with_request("pi_1", 1450, async |request| stripe.request(request).await).await.unwrap();
    assert_eq!(reply, Reply::Decided(Outcome::Refused("payment_intent_unexpected_state".into())));
}
