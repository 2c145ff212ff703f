#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    mollie::{
        api::tests::{PAYMENT, answer, error, paths, payment, serving, unknown_payment},
        requests::tests::{Kind, order, with_request},
    },
    request::Reply,
    testing::{Answered, Calls},
};
use serde_json::json;

fn capture(status: &str) -> Value {
    json!({
        "resource": "capture", "id": "cpt_1", "status": status, "amount": {"currency": "EUR", "value": "14.50"},
        "metadata": {"order_id": order().as_str(), "orderly_capture": "capture-1", "orderly_attempt": "2"},
    })
}

fn made() -> Outcome {
    let fact = MoneyFact::CapturePart { id: "cpt_1".into(), amount: 1450, status: PartStatus::Succeeded };
    Outcome::Made { id: "cpt_1".into(), facts: vec![fact] }
}

fn list(captures: &[Value]) -> Value {
    json!({"_embedded": {"captures": captures}, "_links": {"next": null}})
}

/// A Mollie with these answers to a request, to a look at the list of captures, and to a look at the payment.
async fn mollie(posted: Answered, listed: Answered, seen: Answered) -> (Api, Calls) {
    serving(move |call| match (call.method.as_str(), call.uri.path()) {
        ("POST", _) => posted.clone(),
        (_, path) if path.ends_with("/captures") => listed.clone(),
        _ => seen.clone(),
    })
    .await
}

async fn asked(kind: Kind, posted: Answered, seen: Answered) -> (Result<Reply, Error>, Vec<String>) {
    let (mollie, calls) = mollie(posted, answer(500, &json!({})), seen).await;
    let reply = with_request(kind, async |request| mollie.request(request).await).await;
    (reply, paths(&calls).into_iter().map(|path| path.split('?').next().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_capture_is_made_begun_or_refused_as_mollie_tells() {
    let paid = answer(200, &payment(&json!({"status": "paid"})));
    for (status, outcome) in [
        ("succeeded", made()),
        ("pending", Outcome::Begun { id: "cpt_1".into() }),
        ("of a later version", Outcome::Begun { id: "cpt_1".into() }),
        ("failed", Outcome::Refused("capture_failed".into())),
    ] {
        let (reply, _) = asked(Kind::Capture, answer(201, &capture(status)), paid.clone()).await;
        assert_eq!(reply.unwrap(), Reply::Decided(outcome), "{status}");
    }
}

#[tokio::test]
async fn what_a_capture_leaves_authorized_is_given_up_once_the_capture_is_made() {
    let (get, capture_path) = (format!("GET /v2/payments/{PAYMENT}"), format!("POST /v2/payments/{PAYMENT}/captures"));
    let release = format!("POST /v2/payments/{PAYMENT}/release-authorization");
    let table = [
        ("succeeded", "authorized", vec![capture_path.clone(), get.clone(), release]),
        ("succeeded", "paid", vec![capture_path.clone(), get]),
        // To give it up earlier could give up all of it.
        ("pending", "authorized", vec![capture_path]),
    ];
    for (status, of_payment, expected) in table {
        let seen = answer(200, &payment(&json!({"status": of_payment})));
        let (reply, paths) = asked(Kind::Capture, answer(201, &capture(status)), seen).await;
        assert!(reply.is_ok());
        assert_eq!(paths, expected, "{status} {of_payment}");
    }
}

#[tokio::test]
async fn a_capture_is_made_even_if_its_rest_cannot_be_given_up() {
    for seen in [answer(500, &json!({})), answer(200, &json!("garbage")), answer(404, &unknown_payment())] {
        let (reply, _) = asked(Kind::Capture, answer(201, &capture("succeeded")), seen).await;
        assert_eq!(reply.unwrap(), Reply::Decided(made()));
    }
}

#[tokio::test]
async fn a_void_is_made_once_the_payment_says_so_and_only_begun_before() {
    let accepted = answer(202, &json!({}));
    let canceled = answer(200, &payment(&json!({"status": "canceled"})));
    let (reply, _) = asked(Kind::Void, accepted.clone(), canceled).await;
    let expected = Outcome::Made { id: PAYMENT.into(), facts: vec![MoneyFact::Voided] };
    assert_eq!(reply.unwrap(), Reply::Decided(expected));
    for seen in [
        answer(200, &payment(&json!({"status": "authorized"}))),
        answer(500, &json!({})),
        answer(200, &json!("garbage")),
    ] {
        let (reply, _) = asked(Kind::Void, accepted.clone(), seen).await;
        assert_eq!(reply.unwrap(), Reply::Decided(Outcome::Begun { id: PAYMENT.into() }));
    }
}

async fn found(kind: Kind, listed: Answered, seen: Answered) -> Result<Option<Outcome>, Error> {
    let (mollie, _) = mollie(answer(202, &json!({})), listed, seen).await;
    with_request(kind, async |request| mollie.find(request).await).await
}

#[tokio::test]
async fn a_capture_is_found_among_those_of_its_payment() {
    let seen = answer(200, &payment(&json!({"status": "paid"})));
    for (status, outcome) in [
        ("succeeded", made()),
        ("pending", Outcome::Begun { id: "cpt_1".into() }),
        ("failed", Outcome::Refused("capture_failed".into())),
    ] {
        let listed = answer(200, &list(&[json!({"id": "cpt_0", "status": "failed"}), capture(status)]));
        assert_eq!(found(Kind::Capture, listed, seen.clone()).await.unwrap(), Some(outcome), "{status}");
    }
}

#[tokio::test]
async fn a_capture_or_void_that_is_not_listed_is_seen_at_the_payment() {
    let none = answer(200, &list(&[]));
    let voided = Outcome::Made { id: PAYMENT.into(), facts: vec![MoneyFact::Voided] };
    let captured = Outcome::Made { id: PAYMENT.into(), facts: vec![MoneyFact::Captured(3300)] };
    let table = [
        (json!({"status": "authorized"}), None),
        (json!({"status": "paid"}), Some(captured)),
        (json!({"status": "canceled"}), Some(voided)),
    ];
    for (fields, expected) in table {
        for kind in [Kind::Capture, Kind::Void] {
            let seen = answer(200, &payment(&fields));
            assert_eq!(found(kind, none.clone(), seen).await.unwrap(), expected, "{kind:?} {fields}");
        }
    }
    for kind in [Kind::Capture, Kind::Void] {
        for seen in [answer(500, &json!({})), answer(200, &json!("garbage")), answer(404, &json!({}))] {
            let unknown = found(kind, none.clone(), seen).await;
            assert!(matches!(unknown, Err(Error::Outside(_))), "{unknown:?}");
        }
    }
    let authorized = answer(200, &payment(&json!({"status": "authorized"})));
    for listed in [answer(500, &json!({})), answer(404, &error(404, "", "", None)), answer(200, &json!({}))] {
        let unknown = found(Kind::Capture, listed, authorized.clone()).await;
        assert!(matches!(unknown, Err(Error::Outside(_))), "{unknown:?}");
    }
}
