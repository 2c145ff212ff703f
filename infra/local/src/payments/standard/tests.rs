#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{
    engine::{Breakdown, Embedded, Secret, Webhook},
    testing::{self, Answered, NOW},
};
use serde_json::{Value, json};

const EVENTS: &str = "whsec_ZXZlbnRzIGV2ZW50cyBldmVudHMgZXZlbnRz";
const REQUEST: &str = "whsec_cmVxdWVzdHMgcmVxdWVzdHMgcmVxdWVzdHM=";

fn start() -> Embedded {
    let secrets = [(WEBHOOK_SECRET.to_owned(), EVENTS.to_owned()), (REQUESTS_SECRET.to_owned(), REQUEST.to_owned())];
    Embedded::new(open(testing::settings(secrets), Delivering::Keeping).unwrap())
}

async fn ask(own: &Embedded, id: &str, kind: &str, data: &Value, sent_at: i64) -> Answered {
    // Each attempt has a time of its own.
    let body = json!({ "type": kind, "timestamp": sent_at, "data": data }).to_string();
    let signature = signature::sign(&Secret::new(REQUESTS_SECRET, REQUEST), id, sent_at, body.as_bytes());
    let (time, signatures) = (sent_at.to_string(), format!("v1,b2xk {signature}"));
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signatures)];
    testing::post(own, REQUESTS, &headers, &body).await
}

fn refund(payment: &str, amount: i64) -> Value {
    json!({ "payment": payment, "amount": amount, "currency": "EUR", "orderly_refund": "return-01", "attempt": 1 })
}

fn kinds(webhooks: &[Webhook]) -> Vec<Value> {
    webhooks.iter().map(|webhook| webhook.event()["type"].clone()).collect()
}

#[tokio::test]
async fn a_request_is_carried_out_once_for_its_id() {
    let own = start();
    let id = own.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    let (status, made) = ask(&own, "refund_1", "refund.requested", &refund(&id, 300), NOW).await;
    assert_eq!((status, &made["status"]), (200, &json!("succeeded")));
    assert_eq!(ask(&own, "refund_1", "refund.requested", &refund(&id, 300), NOW + 60).await, (200, made));
    assert_eq!(ask(&own, "refund_1", "refund.requested", &refund(&id, 301), NOW).await.0, 409);
    let (status, refused) = ask(&own, "refund_2", "refund.requested", &refund(&id, 701), NOW).await;
    assert_eq!((status, &refused["code"]), (422, &json!("amount_too_high")));
    let (status, refused) = ask(&own, "refund_3", "refund.requested", &refund("pay_unknown", 1), NOW).await;
    assert_eq!((status, &refused["code"]), (404, &json!("no_such_payment")));
    let told = own.take_webhooks();
    assert_eq!(kinds(&told), ["refund.updated"]);
    assert_eq!(told[0].event()["data"]["orderly_refund"], "return-01");
}

#[tokio::test]
async fn a_request_that_is_forged_or_old_is_refused() {
    let own = start();
    let id = own.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    assert_eq!(ask(&own, "refund_1", "refund.requested", &refund(&id, 1), NOW - 301).await.0, 401);
    assert_eq!(testing::post(&own, REQUESTS, &[], "{}").await.0, 401);
    assert!(own.refunds(&id).is_empty());
}

#[tokio::test]
async fn an_authorization_is_captured_or_voided() {
    let own = start();
    let authorized = || own.authorize("ord_1", 1000, "EUR").unwrap().payment.id;
    let (captured, voided) = (authorized(), authorized());
    let capture = json!({ "payment": captured, "amount": 700, "currency": "EUR" });
    assert_eq!(ask(&own, "capture_1", "capture.requested", &capture, NOW).await.0, 200);
    assert_eq!(ask(&own, "void_1", "void.requested", &json!({ "payment": voided }), NOW).await.0, 200);
    assert_eq!(
        ask(&own, "void_2", "void.requested", &json!({ "payment": captured }), NOW).await.0,
        200,
        "nothing is left"
    );
    assert_eq!(ask(&own, "void_3", "void.requested", &json!({ "payment": voided }), NOW).await.0, 422);
    assert_eq!(kinds(&own.take_webhooks()), ["capture.updated", "payment.released", "payment.voided"]);
}

#[tokio::test]
async fn an_authorization_is_captured_in_parts_until_one_is_the_last_or_the_rest_is_given_up() {
    let own = start();
    let capture = |payment: &str, amount: i64, is_final: bool| json!({ "payment": payment, "amount": amount, "currency": "EUR", "final": is_final });
    for ends in ["capture.requested", "void.requested"] {
        let made = own.authorize("ord_1", 1000, "EUR").unwrap();
        assert_eq!(made.webhooks[0].event()["data"]["several_captures"], true);
        let payment = made.payment.id;
        let first = capture(&payment, 300, false);
        assert_eq!(ask(&own, &format!("{ends}-1"), "capture.requested", &first, NOW).await.0, 200);
        assert_eq!(kinds(&own.take_webhooks()), ["capture.updated"], "the rest stays");
        assert_eq!(ask(&own, &format!("{ends}-2"), ends, &capture(&payment, 500, true), NOW).await.0, 200);
        let released = own.take_webhooks().pop().unwrap().event();
        let rest = if ends == "void.requested" { 700 } else { 200 };
        assert_eq!((&released["type"], &released["data"]["amount"]), (&json!("payment.released"), &json!(rest)));
        let late = capture(&payment, 100, true);
        assert_eq!(ask(&own, &format!("{ends}-3"), "capture.requested", &late, NOW).await.0, 422);
    }
}

#[tokio::test]
async fn a_failure_after_the_effect_is_found_by_its_id() {
    let own = start();
    let id = own.pay("ord_1", 1000, "EUR").unwrap().payment.id;
    for (breakdown, status) in [(Breakdown::After, 500), (Breakdown::Throttled, 429)] {
        let name = format!("{breakdown:?}");
        own.break_down_next(breakdown);
        assert_eq!(ask(&own, &name, "refund.requested", &refund(&id, 100), NOW).await.0, status);
        assert_eq!(ask(&own, &name, "refund.requested", &refund(&id, 100), NOW).await.0, 200);
    }
    assert_eq!(own.refunds(&id).len(), 2);
}

#[test]
fn an_event_that_is_sent_again_has_the_same_id() {
    let own = start();
    let made = own.pay("ord_1", 1000, "EUR").unwrap();
    let id = |webhook: &Webhook| webhook.headers.iter().find(|(name, _)| name == "webhook-id").unwrap().1.clone();
    assert_eq!(id(&made.webhooks[0]), id(&own.sign(made.webhooks[0].body.clone())));
    assert_ne!(id(&made.webhooks[0]), id(&own.pay("ord_1", 1000, "EUR").unwrap().webhooks[0]));
}
