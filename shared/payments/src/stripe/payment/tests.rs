#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    stripe::api::tests::{answering, with_key},
    testing::fits_a_ledger,
};
use domain::{ids::OrderId, ledger::MoneyFact};
use jiff::SignedDuration;
use serde_json::json;

const CREATED: i64 = 1_764_000_000;

fn created() -> Timestamp {
    Timestamp::from_second(CREATED).unwrap()
}

fn now() -> Timestamp {
    created() + SignedDuration::from_hours(2)
}

fn object(id: &str, fields: &Value) -> Value {
    let mut object = json!({"id": id, "currency": "eur", "amount": 3300, "created": CREATED});
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    object
}

async fn ask(id: &str, status: u16, body: &Value) -> Result<Vec<ReportedEvent>, Error> {
    let (stripe, calls) = answering(status, body).await;
    let reported = stripe.payment(&id.parse().unwrap(), now()).await;
    let uri = calls.lock().unwrap()[0].uri.to_string();
    let expected = if id.starts_with("ch_") {
        format!("/v1/charges/{id}")
    } else {
        format!("/v1/payment_intents/{id}?expand[]=latest_charge")
    };
    assert_eq!(uri, expected);
    reported
}

#[tokio::test]
async fn an_intent_says_what_it_knows_of_the_money() {
    use MoneyFact::{Authorized, Captured, Failed, Pending, RefundedInTotal, Released, Voided};
    let debit = |since: Timestamp| Pending { until: Some(since + SignedDuration::from_hours(24 * 21)) };
    let tried = created() + SignedDuration::from_hours(1);
    let week = Some(created() + SignedDuration::from_hours(7 * 24));
    let table = [
        (json!({"status": "succeeded", "amount_received": 3300}), vec![(now(), Captured(3300))]),
        (
            json!({
                "status": "succeeded", "amount_received": 2900, "amount_capturable": 0,
                "latest_charge": {
                    "amount": 3300, "amount_captured": 2900, "amount_refunded": 1400, "captured": true, "currency": "eur",
                },
            }),
            vec![(now(), Captured(2900)), (now(), Released(400)), (now(), RefundedInTotal(1000))],
        ),
        (json!({"status": "processing", "payment_method_types": ["sepa_debit"]}), vec![(created(), debit(created()))]),
        (
            json!({
                "status": "processing", "payment_method_types": ["card", "sepa_debit"],
                "latest_charge": {"created": tried.as_second(), "payment_method_details": {"type": "sepa_debit"}},
            }),
            vec![(tried, debit(tried))],
        ),
        (json!({"status": "processing"}), vec![(created(), Pending { until: None })]),
        (json!({"status": "requires_action", "next_action": {"redirect_to_url": {}}}), vec![]),
        (
            json!({"status": "requires_action", "next_action": {"display_bank_transfer_instructions": {}}}),
            vec![(created(), Pending { until: Some(created() + SignedDuration::from_hours(24 * 14)) })],
        ),
        (
            json!({"status": "requires_capture", "amount_capturable": 3300}),
            vec![(now(), Authorized { amount: 3300, until: week, several: false })],
        ),
        (json!({"status": "canceled"}), vec![(now(), Voided)]),
        (json!({"status": "requires_payment_method", "last_payment_error": null}), vec![]),
        (
            json!({"status": "requires_payment_method", "last_payment_error": {"code": "card_declined"}}),
            vec![(now(), Failed("card_declined".into()))],
        ),
        (json!({"status": "requires_confirmation"}), vec![]),
    ];
    for (fields, facts) in table {
        let reported = ask("pi_1", 200, &object("pi_1", &fields)).await.unwrap();
        let told: Vec<_> = reported.into_iter().map(|ReportedEvent { event, .. }| (event.at, event.fact)).collect();
        assert_eq!(told, facts, "{fields}");
    }
}

#[tokio::test]
async fn a_charge_without_an_intent_says_what_it_knows_of_the_money() {
    use MoneyFact::{Authorized, Captured, Failed, Pending, RefundedInTotal, Released, Voided};
    let week = Some(created() + SignedDuration::from_hours(7 * 24));
    let table = [
        (
            json!({"status": "succeeded", "captured": true, "amount_captured": 3300, "amount_refunded": 0}),
            vec![Captured(3300), RefundedInTotal(0)],
        ),
        (
            json!({"status": "succeeded", "captured": true, "amount_captured": 2900, "amount_refunded": 400}),
            vec![Captured(2900), Released(400), RefundedInTotal(0)],
        ),
        (
            json!({"status": "succeeded", "captured": false, "refunded": false}),
            vec![Authorized { amount: 3300, until: week, several: false }],
        ),
        (json!({"status": "succeeded", "captured": false, "refunded": true}), vec![Voided]),
        (json!({"status": "pending", "captured": false}), vec![Pending { until: None }]),
        (json!({"status": "failed", "failure_code": "card_declined"}), vec![Failed("card_declined".into())]),
    ];
    for (fields, facts) in table {
        let reported = ask("ch_1", 200, &object("ch_1", &fields)).await.unwrap();
        assert_eq!(reported.into_iter().map(|reported| reported.event.fact).collect::<Vec<_>>(), facts, "{fields}");
    }
}

#[tokio::test]
async fn the_order_is_the_one_that_the_merchant_s_server_wrote_on_the_payment() {
    let metadata = json!({"status": "canceled", "metadata": {"order_id": "1001", "channel": "market"}});
    let reported = ask("pi_1", 200, &object("pi_1", &metadata)).await.unwrap().remove(0);
    assert_eq!(reported.named.order, Some(OrderId::derive(&"market".parse().unwrap(), "1001")));
    assert_eq!((reported.event.payment.to_string().as_str(), reported.event.event.as_str()), ("stripe_pi_1", "pi_1"));
    assert_eq!(reported.event.currency, "EUR".parse().ok());
}

#[tokio::test]
async fn asking_again_tells_the_same_of_money_that_is_under_way() {
    let processing = object("pi_1", &json!({"status": "processing", "payment_method_types": ["sepa_debit"]}));
    let (stripe, _) = answering(200, &processing).await;
    let ask = async |hours| {
        stripe.payment(&"pi_1".parse().unwrap(), created() + SignedDuration::from_hours(hours)).await.unwrap()
    };
    assert_eq!(ask(1).await, ask(99).await, "or an order would wait for it for ever");
}

#[tokio::test]
async fn what_stripe_does_not_have_is_nothing_and_what_it_does_not_tell_is_unknown() {
    let missing = json!({"error": {"code": "resource_missing", "type": "invalid_request_error"}});
    assert_eq!(ask("pi_1", 404, &missing).await.unwrap(), Vec::new());
    for (status, body) in [
        (404, json!({})),
        (401, missing.clone()),
        (403, json!({})),
        (429, json!({})),
        (500, json!({})),
        (200, json!("garbage")),
        (200, json!({})),
        (200, object("pi_2", &json!({"status": "canceled"}))),
        (200, object("pi_1", &json!({"status": 7}))),
        (200, object("pi_1", &json!({"status": "succeeded"}))),
        (200, object("pi_1", &json!({"status": "canceled", "created": null}))),
    ] {
        let answer = ask("pi_1", status, &body).await;
        assert!(matches!(answer, Err(Error::Outside(_))), "{status} {body}: {answer:?}");
    }
    let nobody = with_key("http://127.0.0.1:1", "sk_test_1").payment(&"pi_1".parse().unwrap(), now()).await;
    assert!(matches!(nobody, Err(Error::Outside(_))));
}

#[test]
fn a_hostile_answer_is_facts_that_fit_a_ledger_or_none() {
    let intent = object(
        "pi_1",
        &json!({
            "status": "succeeded", "amount_received": 2900, "amount_capturable": 0, "payment_method_types": ["sepa_debit"],
            "latest_charge": {"amount": 3300, "amount_captured": 2900, "amount_refunded": 1400, "captured": true, "currency": "eur"},
        }),
    );
    let processing = object(
        "pi_1",
        &json!({
            "status": "processing", "payment_method_types": ["boleto"], "next_action": {"boleto_display_details": {"expires_at": 5}},
            "payment_method_options": {"boleto": {"expires_after_days": 3}}, "latest_charge": {"created": 5},
        }),
    );
    for body in [intent, processing].iter().flat_map(hostile::each_edit) {
        let object: Value = serde_json::from_slice(&body).unwrap_or_default();
        match read(&object, &"pi_1".parse().unwrap(), false, now()) {
            Ok(reported) => {
                assert!(reported.iter().all(|reported| fits_a_ledger(&reported.event)));
            }
            Err(Error::Outside(why)) => assert!(!why.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
