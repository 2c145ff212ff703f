#![allow(clippy::unwrap_used)]

mod classic;
mod hostile_events;
mod signed;

use super::*;
use crate::{
    mollie::{
        api::tests::{PAYMENT, answer, error, paths, payment, serving, unknown_payment, with_key},
        description,
    },
    testing::{Answered, Calls, fits_a_ledger},
    webhook::{Outcome, ReportedEvent},
};
use domain::{ids::OrderId, ledger::MoneyFact};
use jiff::SignedDuration;
use serde_json::{Value, json};

const SECRET: &str = "whsec_test";

fn now() -> Timestamp {
    "2026-03-25T00:00:00Z".parse().unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::fixed("MOLLIE_WEBHOOK_SECRET", text)
}

/// A webhook of test payments beside a Mollie that always gives this answer.
async fn beside(status: u16, body: &Value) -> (Webhook, Calls) {
    with(Some(secret(SECRET)), answer(status, body)).await
}

async fn with(secret: Option<Secret>, answer: Answered) -> (Webhook, Calls) {
    let (api, calls) = serving(move |_| answer.clone()).await;
    (Webhook::new(api, secret, false), calls)
}

/// A webhook whose Mollie cannot be reached.
fn alone(secret: Option<Secret>, live: bool) -> Webhook {
    Webhook::new(with_key("http://127.0.0.1:1", "test_1"), secret, live)
}

fn paid() -> Value {
    payment(&json!({"status": "paid"}))
}

fn form(body: &str) -> Request {
    let headers = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    Request { headers: headers.into(), body: body.as_bytes().to_vec(), ..Request::default() }
}

fn signed_with(body: &str, secret: &str) -> Request {
    let signature = signature::sign(body.as_bytes(), &SigningSecret::new(secret).unwrap());
    Request { headers: [(HEADER.to_owned(), signature)].into(), body: body.into(), ..Request::default() }
}

fn event(kind: &str, entity: &Value) -> Value {
    json!({
        "resource": "event", "id": "event_GvJ8WHrp5isUdRub9CJyH", "type": kind, "entityId": entity["id"],
        "createdAt": "2026-03-24T15:59:04.0Z", "_embedded": {"entity": entity},
    })
}

/// What a request says: of one with a single part.
async fn said(webhook: &Webhook, request: &Request) -> Result<Said, Error> {
    let parts = webhook.verify(request, now()).await?;
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    webhook.understand(part, now()).await
}

fn facts(said: Said) -> Vec<MoneyFact> {
    let Said::Facts(reported) = said else { panic!("{said:?}") };
    reported.into_iter().map(|reported| reported.event.fact).collect()
}

/// The status and name of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Err(Error::Problem(problem)) => (problem.status, problem.kind.replace("urn:orderly:problem:", "")),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[tokio::test]
async fn the_answer_is_the_same_whatever_a_request_has_named() {
    let (webhook, _) = beside(200, &paid()).await;
    let answers = [&[][..], &[Outcome::Recorded], &[Outcome::Ignored], &[Outcome::Unmatched], &[Outcome::Kept]];
    for outcomes in answers {
        let answer = webhook.answer(outcomes);
        assert_eq!((answer.status, answer.body.as_slice()), (200, br#"{"outcome":"received"}"#.as_slice()));
    }
}

#[tokio::test]
async fn the_example_of_the_description_is_recorded() {
    let description = description();
    let (webhook, _) = beside(200, &paid()).await;
    let Said::Facts(reported) = said(&webhook, &signed_with(&description.example.to_string(), SECRET)).await.unwrap()
    else {
        panic!("no facts")
    };
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].event.payment, description.payment);
    assert_eq!(description.signature.unwrap().0, HEADER);
}

#[test]
fn a_setting_that_cannot_be_read_is_named() {
    assert!(flag("MOLLIE_LIVE", "yes").unwrap_err().to_string().contains("MOLLIE_LIVE"));
    assert!(!format!("{:?}", alone(Some(secret(SECRET)), true)).contains("whsec"), "a secret is never printed");
}
