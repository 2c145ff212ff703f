#![allow(clippy::unwrap_used)]

mod facts;
mod hostile_events;
mod ledger;
mod secrets;

use super::*;
use crate::{adyen::description, webhook::ReportedEvent};
use domain::ledger::MoneyFact;
use serde_json::json;
use std::sync::LazyLock;

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const ACCOUNT: &str = "YOUR_MERCHANT_ACCOUNT";
/// An operation, and the payment that it is about, as in Adyen's examples.
const OPERATION: &str = "QFQTPCQ8HXSKGK82";
const PAYMENT: &str = "9913140798220028";

/// The item of one of Adyen's own examples, by its event code.
macro_rules! fixture {
    ($kind:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/payloads/adyen-",
            $kind,
            ".json"
        )))
        .unwrap()["notificationItems"][0]["NotificationRequestItem"]
            .clone()
    };
}
use fixture;

fn now() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(work)
}

/// An endpoint of the test environment.
fn adyen(captures: Captures) -> Webhook {
    with_keys(KEY, captures)
}

fn with_keys(keys: &str, captures: Captures) -> Webhook {
    Webhook::new(Secret::fixed("ADYEN_HMAC_KEYS", keys), false, ACCOUNT, captures)
}

fn manual() -> Webhook {
    adyen(Captures::manual())
}

/// An item of an event about a payment.
fn item(kind: &str, fields: &Value) -> Value {
    let item = json!({
        "amount": {"currency": "EUR", "value": 1000},
        "eventCode": kind,
        "eventDate": "2025-11-24T17:00:00+01:00",
        "merchantAccountCode": ACCOUNT,
        "merchantReference": "",
        "originalReference": PAYMENT,
        "paymentMethod": "visa",
        "pspReference": OPERATION,
        "success": "true",
    });
    with(item, fields)
}

/// The item with some fields replaced.
fn with(mut item: Value, fields: &Value) -> Value {
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    item
}

fn signed_item(mut item: Value, key: &str) -> Value {
    let signature = signature::sign(&item, &HmacKey::new(key).unwrap()).unwrap();
    item["additionalData"]["hmacSignature"] = json!(signature);
    item
}

fn delivery(items: &[Value]) -> Request {
    let items: Vec<Value> = items.iter().map(|item| json!({"NotificationRequestItem": item})).collect();
    let body = json!({"live": "false", "notificationItems": items}).to_string().into_bytes();
    Request { body, ..Request::default() }
}

/// What a webhook says to a signed item.
fn said(webhook: &Webhook, item: &Value) -> Result<Said, Error> {
    block_on(async {
        let genuine = webhook.verify(&delivery(&[signed_item(item.clone(), KEY)]), now()).await?;
        let [part] = genuine.as_slice() else { panic!("{genuine:?}") };
        webhook.understand(part, now()).await
    })
}

fn reported(webhook: &Webhook, item: &Value) -> Vec<ReportedEvent> {
    match said(webhook, item) {
        Ok(Said::Facts(facts)) => facts,
        other => panic!("{item}: {other:?}"),
    }
}

fn facts(webhook: &Webhook, item: &Value) -> Vec<MoneyFact> {
    reported(webhook, item).into_iter().map(|reported| reported.event.fact).collect()
}

fn payment(id: &str) -> domain::ids::PaymentId {
    format!("adyen_{id}").parse().unwrap()
}

/// The status, the name and the detail of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String, String) {
    match outcome {
        Err(Error::Problem(problem)) => {
            (problem.status, problem.kind.replace("urn:orderly:problem:", ""), problem.detail)
        }
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[test]
fn the_answer_is_the_word_that_adyen_waits_for() {
    for outcomes in [&[][..], &[Outcome::Recorded], &[Outcome::Kept, Outcome::Known]] {
        let answer = manual().answer(outcomes);
        assert_eq!(
            (answer.status, answer.content_type(), answer.body.as_slice()),
            (200, "text/plain", &b"[accepted]"[..])
        );
    }
}

#[test]
fn the_described_example_is_one_that_is_recorded() {
    let example = description();
    let item = &example.example["notificationItems"][0]["NotificationRequestItem"];
    let webhook = Webhook::new(Secret::fixed("ADYEN_HMAC_KEYS", KEY), true, "ExampleShop", Captures::manual());
    let mut body = example.example.clone();
    body["notificationItems"][0]["NotificationRequestItem"] = signed_item(item.clone(), KEY);
    let request = Request { body: body.to_string().into_bytes(), ..Request::default() };
    let reading = block_on(crate::Webhook::from(webhook).read(&request, now())).unwrap();
    let [told] = reading.facts.as_slice() else { panic!("{reading:?}") };
    assert_eq!(told.event.payment, example.payment);
    assert!(matches!(told.event.fact, MoneyFact::Authorized { amount: 4990, .. }), "{told:?}");
    assert!(told.named.order.is_some() && told.named.channel.is_some());
}
