#![allow(clippy::unwrap_used)]

mod any_order;
mod hostile_events;
mod secrets;
mod whose;

use super::*;
use crate::{
    square::description,
    testing::{is_made_of, listed},
    webhook::ReportedEvent,
};
use domain::{
    ids::{OrderId, PaymentId},
    ledger::{Case, DisputeStatus, MoneyFact, OurRefund, RefundStatus},
    payment_record::Named,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

const KEY: &str = "qfjakbt2uWB8DKAMECF-EA";
const URL: &str = "https://api.example.com/webhooks/payments/square";
const PAYMENT: &str = "wJ3kTq8vZpY5rN1cXb7MfD2eHgPZY";
const REFUND: &str = "wJ3kTq8vZpY5rN1cXb7MfD2eHgPZY_Kq1vD8xR2tYbN6mW0sCjE4uLhA7oPfGzI3rT5wXyV9d";
const DISPUTE: &str = "dEXAMPLEdispute000001";

/// One of the sample events, by its name.
macro_rules! sample {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/payloads/square-",
            $name,
            ".json"
        )))
        .unwrap()
    };
}
use sample;

fn samples() -> Vec<Value> {
    vec![
        sample!("payment.created-approved"),
        sample!("payment.created-pending"),
        sample!("payment.updated-completed"),
        sample!("payment.updated-canceled"),
        sample!("payment.updated-failed"),
        sample!("refund.created"),
        sample!("refund.updated"),
        sample!("dispute.created"),
        sample!("dispute.state.updated"),
    ]
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-29T12:00:00Z")
}

fn square() -> Webhook {
    with_keys(KEY)
}

fn with_keys(keys: &str) -> Webhook {
    Webhook::new(Secret::fixed("SQUARE_WEBHOOK_SECRET", keys), URL, true)
}

fn signed(body: &str) -> Request {
    signed_by(KEY, body.as_bytes().to_vec())
}

fn signed_by(key: &str, body: Vec<u8>) -> Request {
    let signature = signature::sign(URL, &body, &SignatureKey::new(key).unwrap());
    Request { headers: [(HEADER.to_owned(), signature)].into(), body, ..Request::default() }
}

/// What a request says.
fn said(webhook: &Webhook, request: &Request) -> Result<Said, Error> {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(async {
        let parts = webhook.verify(request, now()).await?;
        assert_eq!(parts, std::slice::from_ref(&request.body), "one request is one event, as it was sent");
        webhook.understand(&parts[0], now()).await
    })
}

/// The facts that a signed event reports.
fn reported(event: &Value) -> Result<Vec<ReportedEvent>, Error> {
    Ok(match said(&square(), &signed(&event.to_string()))? {
        Said::Facts(facts) => facts,
        Said::Nothing(_) => Vec::new(),
    })
}

fn facts(event: &Value) -> Vec<MoneyFact> {
    reported(event).unwrap().into_iter().map(|reported| reported.event.fact).collect()
}

/// The status and name of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Err(Error::Problem(problem)) => (problem.status, problem.kind.replace("urn:orderly:problem:", "")),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

/// The event with some fields of its object replaced.
fn with(mut event: Value, fields: &Value) -> Value {
    let object = event["data"]["object"].as_object_mut().unwrap().values_mut().next().unwrap();
    for (name, value) in fields.as_object().unwrap() {
        object[name] = value.clone();
    }
    event
}

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn of_the_shop() -> Named {
    let channel: domain::ids::ChannelId = "web".parse().unwrap();
    Named { order: Some(OrderId::derive(&channel, "1001")), channel: Some(channel) }
}

#[test]
fn the_samples_are_understood() {
    use MoneyFact::{Authorized, Captured, Dispute, Failed, Pending, Refund, RefundedInTotal, Released, Voided};
    let ours = Some(OurRefund { id: "return-01".parse().unwrap(), attempt: 2 });
    let refund = |status| Refund { ours: ours.clone(), id: REFUND.into(), amount: 1450, status };
    let reason = Some("NOT_RECEIVED".to_owned());
    let case = Case { due_by: Some(at("2026-12-15T00:00:00Z")), answered: false, reason };
    let dispute = |status| Dispute { id: DISPUTE.into(), amount: 2900, status, case: case.clone() };
    let table = [
        (
            sample!("payment.created-approved"),
            "2026-11-20T09:15:02.34Z",
            vec![Authorized { amount: 3390, until: Some(at("2026-11-27T09:15:02.12Z")), several: false }],
        ),
        (
            sample!("payment.created-pending"),
            "2026-11-20T09:15:02.12Z",
            vec![Pending { until: Some(at("2026-11-29T09:15:02.12Z")) }],
        ),
        (
            sample!("payment.updated-completed"),
            "2026-11-22T16:40:11.02Z",
            vec![Captured(2900), Released(490), RefundedInTotal(1450)],
        ),
        (sample!("payment.updated-canceled"), "2026-11-27T09:15:02.9Z", vec![Voided]),
        (sample!("payment.updated-failed"), "2026-11-20T09:15:02.7Z", vec![Failed("CVV_FAILURE".into())]),
        (sample!("refund.created"), "2026-11-22T16:40:10.95Z", vec![refund(RefundStatus::Pending)]),
        (sample!("refund.updated"), "2026-11-22T16:55:31.05Z", vec![refund(RefundStatus::Succeeded)]),
        (sample!("dispute.created"), "2026-12-01T08:00:00.1Z", vec![dispute(DisputeStatus::Open)]),
        (sample!("dispute.state.updated"), "2026-12-20T11:30:00Z", vec![dispute(DisputeStatus::Lost)]),
    ];
    for (event, time, facts) in table {
        let told = reported(&event).unwrap();
        assert_eq!(told.len(), facts.len(), "{event}");
        let is_payment = event["data"]["type"] == "payment";
        for (ReportedEvent { named, event: told }, fact) in told.into_iter().zip(facts) {
            assert_eq!(named, if is_payment { of_the_shop() } else { Named::default() });
            assert_eq!(told.payment, format!("square_{PAYMENT}").parse::<PaymentId>().unwrap());
            assert_eq!((told.event.as_str(), told.at), (event["event_id"].as_str().unwrap(), at(time)));
            assert_eq!((told.currency, told.step, told.fact), ("USD".parse().ok(), 1, fact));
        }
    }
}

#[test]
fn created_and_updated_tell_the_same() {
    let pairs = [
        ("payment", ["payment.created", "payment.updated"]),
        ("refund", ["refund.created", "refund.updated"]),
        ("dispute", ["dispute.created", "dispute.state.updated"]),
        ("dispute", ["dispute.state.changed", "dispute.state.updated"]),
    ];
    for sample in samples() {
        for (object, kinds) in pairs {
            if sample["data"]["type"] == object {
                let of = |kind: &str| {
                    let mut event = sample.clone();
                    event["type"] = json!(kind);
                    facts(&event)
                };
                assert_eq!(of(kinds[0]), of(kinds[1]), "{kinds:?}");
                assert!(!of(kinds[0]).is_empty());
            }
        }
    }
}

#[test]
fn an_authorization_that_square_captures_itself_does_not_end() {
    let approved = |fields: &Value| facts(&with(sample!("payment.created-approved"), fields)).remove(0);
    let until = |until: Option<&str>| MoneyFact::Authorized { amount: 3390, until: until.map(at), several: false };
    let week = "2026-11-27T09:15:02.12Z";
    let table = [
        (json!({"delay_action": "CANCEL"}), until(Some(week))),
        (json!({"delay_action": null}), until(Some(week))),
        (json!({"delay_action": "COMPLETE"}), until(None)),
        (json!({"delayed_until": null}), until(None)),
        (json!({"delayed_until": "2026-11-27T01:15:02.12-08:00"}), until(Some(week))),
    ];
    for (fields, fact) in table {
        assert_eq!(approved(&fields), fact, "{fields}");
    }
    assert_eq!(approved(&json!({"total_money": usd(600)})), {
        MoneyFact::Authorized { amount: 600, until: Some(at(week)), several: false }
    });
}

#[test]
fn a_captured_payment_tells_its_total_with_the_tip_and_what_the_bank_need_not_hold_any_more() {
    use MoneyFact::{Captured, RefundedInTotal, Released};
    let completed = |fields: &Value| facts(&with(sample!("payment.updated-completed"), fields));
    let tipped = json!({"amount_money": usd(2900), "tip_money": usd(490), "total_money": usd(3390)});
    assert_eq!(completed(&tipped), [Captured(3390), RefundedInTotal(1450)]);
    let table = [
        (json!({"approved_money": null, "refunded_money": null}), vec![Captured(2900)]),
        (json!({"approved_money": usd(2900), "refunded_money": usd(0)}), vec![Captured(2900), RefundedInTotal(0)]),
        (json!({"approved_money": usd(2000), "refunded_money": null}), vec![Captured(2900)]),
        (json!({"approved_money": usd(3390), "refunded_money": null}), vec![Captured(2900), Released(490)]),
        (json!({"approved_money": usd(3390), "total_money": usd(0), "refunded_money": null}), vec![Captured(0)]),
    ];
    for (fields, facts) in table {
        assert_eq!(completed(&fields), facts, "{fields}");
    }
}

#[test]
fn a_failed_payment_keeps_a_word_of_square_s_and_gives_an_authorization_up() {
    use MoneyFact::{Failed, Voided};
    let failed = |fields: &Value| facts(&with(sample!("payment.updated-failed"), fields));
    let of = |code: &str| Failed(code.to_owned());
    let errors = |code: Value| json!({"errors": [{"code": code, "detail": "Ada's card"}]});
    let authorized = json!({"card_payment_timeline": {"authorized_at": "2026-11-20T09:15:02.34Z"}});
    let bank = json!({"card_details": null, "bank_account_details": errors(json!("INSUFFICIENT_FUNDS"))});
    let table = [
        (json!({"card_details": errors(json!("GENERIC_DECLINE"))}), vec![of("GENERIC_DECLINE")]),
        (bank, vec![of("INSUFFICIENT_FUNDS")]),
        (json!({"card_details": errors(json!("A\nb@example.com"))}), vec![of("Abexamplecom")]),
        (json!({"card_details": errors(json!(7))}), vec![of("unknown")]),
        (json!({"card_details": {"errors": []}}), vec![of("unknown")]),
        (json!({"card_details": null}), vec![of("unknown")]),
        (json!({"approved_money": usd(3390)}), vec![of("CVV_FAILURE"), Voided]),
        (json!({"approved_money": null}), vec![of("CVV_FAILURE")]),
        (json!({"card_details": authorized}), vec![of("unknown"), Voided]),
    ];
    for (fields, facts) in table {
        assert_eq!(failed(&fields), facts, "{fields}");
    }
}

#[test]
fn every_status_of_a_refund_and_every_state_of_a_dispute_is_understood() {
    let statuses = [
        ("PENDING", RefundStatus::Pending),
        ("COMPLETED", RefundStatus::Succeeded),
        ("REJECTED", RefundStatus::Failed),
        ("FAILED", RefundStatus::Failed),
    ];
    for (name, expected) in statuses {
        match facts(&with(sample!("refund.updated"), &json!({"status": name}))).as_slice() {
            [MoneyFact::Refund { status, .. }] => assert_eq!(*status, expected, "{name}"),
            other => panic!("{other:?}"),
        }
    }
    let states = [
        ("INQUIRY_EVIDENCE_REQUIRED", DisputeStatus::Inquiry),
        ("INQUIRY_PROCESSING", DisputeStatus::Inquiry),
        ("INQUIRY_CLOSED", DisputeStatus::InquiryClosed),
        ("EVIDENCE_REQUIRED", DisputeStatus::Open),
        ("PROCESSING", DisputeStatus::Open),
        ("WON", DisputeStatus::Won),
        ("LOST", DisputeStatus::Lost),
        ("ACCEPTED", DisputeStatus::Lost),
    ];
    for (name, expected) in states {
        match facts(&with(sample!("dispute.state.updated"), &json!({"state": name}))).as_slice() {
            [MoneyFact::Dispute { status, case, .. }] => {
                assert_eq!((*status, case.answered), (expected, name.ends_with("PROCESSING")), "{name}");
            }
            other => panic!("{other:?}"),
        }
    }
    let older = json!({"id": null, "dispute_id": "d_2"});
    match facts(&with(sample!("dispute.created"), &older)).as_slice() {
        [MoneyFact::Dispute { id, .. }] => assert_eq!(id, "d_2"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refund_that_orderly_asked_for_is_known_by_its_reason() {
    let ours = |reason: Value| match facts(&with(sample!("refund.updated"), &json!({ "reason": reason }))).as_slice() {
        [MoneyFact::Refund { ours, .. }] => ours.as_ref().map(|ours| (ours.id.to_string(), ours.attempt)),
        other => panic!("{other:?}"),
    };
    assert_eq!(ours(json!("Orderly ord_x/cancel.2/3")), Some(("cancel.2".into(), 3)));
    assert_eq!(ours(json!("Orderly unclaimed/1")), Some(("unclaimed".into(), 1)));
    for reason in [json!(null), json!("Returned goods"), json!("cancel/1"), json!(["Orderly cancel/1"]), json!(1)] {
        assert_eq!(ours(reason.clone()), None, "{reason}");
    }
}

#[test]
fn a_refund_without_a_payment_is_no_order_s() {
    let unlinked = with(sample!("refund.updated"), &json!({"unlinked": true, "payment_id": null}));
    assert_eq!(facts(&unlinked), []);
    let linked = with(sample!("refund.updated"), &json!({"unlinked": null, "payment_id": null}));
    assert_eq!(refusal(reported(&linked)), (422, "malformed-event".to_owned()));
}

#[test]
fn a_fact_without_a_time_of_its_own_is_of_its_event_s() {
    for sample in [sample!("refund.updated"), sample!("dispute.created")] {
        let told = reported(&with(sample.clone(), &json!({"updated_at": null}))).unwrap().remove(0);
        assert_eq!(told.event.at, at(sample["created_at"].as_str().unwrap()));
    }
}

#[test]
fn amounts_are_counted_as_iso_4217_does() {
    for (currency, amount) in [("JPY", 500), ("USD", 1), ("EUR", 0), ("GBP", 1_000_000_000_000_000)] {
        let money = json!({"amount": amount, "currency": currency});
        let event = with(sample!("refund.updated"), &json!({"amount_money": money}));
        let told = reported(&event).unwrap().remove(0).event;
        assert_eq!((told.currency, told.step), (currency.parse().ok(), 1));
        assert!(matches!(told.fact, MoneyFact::Refund { amount: told, .. } if told == amount), "{currency}");
    }
}

#[test]
fn events_of_other_kinds_say_nothing_and_are_named() {
    let kinds = ["order.created", "payment", "dispute.evidence.created", "refund", "oauth.authorization.revoked", ""];
    for kind in kinds {
        let event = json!({"type": kind, "data": {"object": {}}});
        let told = said(&square(), &signed(&event.to_string())).unwrap();
        assert_eq!(told, Said::Nothing(kind.to_owned()));
    }
}

#[test]
fn a_genuine_event_without_what_its_kind_must_have_is_refused_with_the_field() {
    let malformed = (422, "malformed-event".to_owned());
    let money = || {
        json!([null, {}, -5, "5", {"amount": 5}, {"amount": 5, "currency": "usd"}, {"amount": 5, "currency": "XUS"},
        {"amount": -1, "currency": "USD"}, {"amount": 1.5, "currency": "USD"}, {"amount": "5", "currency": "USD"},
        {"amount": 1_000_000_000_000_001_i64, "currency": "USD"}])
    };
    let name = || json!([null, {}, -5, "", "a b\n", "x".repeat(129)]);
    let word = || json!([null, {}, 5, "", "PAID", "completed"]);
    let time = || json!([{}, 5, "", "yesterday", "2026-13-01T00:00:00Z"]);
    let table = [
        (sample!("payment.created-approved"), "total_money", money()),
        (sample!("payment.created-approved"), "id", name()),
        (sample!("payment.created-approved"), "status", word()),
        (sample!("payment.created-approved"), "updated_at", time()),
        (sample!("payment.created-approved"), "delayed_until", time()),
        (sample!("payment.created-pending"), "created_at", time()),
        (sample!("payment.created-pending"), "total_money", json!([null, {}, "5", {"amount": 5}, {"currency": "XUS"}])),
        (sample!("payment.updated-completed"), "total_money", money()),
        (sample!("payment.updated-canceled"), "updated_at", time()),
        (sample!("refund.created"), "amount_money", money()),
        (sample!("refund.created"), "id", name()),
        (sample!("refund.created"), "payment_id", name()),
        (sample!("refund.created"), "status", word()),
        (sample!("refund.created"), "updated_at", time()),
        (sample!("dispute.created"), "amount_money", money()),
        (sample!("dispute.created"), "id", name()),
        (sample!("dispute.created"), "state", word()),
        (sample!("dispute.created"), "disputed_payment", json!([null, {}, {"payment_id": "a b"}, "p"])),
        (sample!("dispute.created"), "updated_at", time()),
    ];
    for (sample, field, values) in table {
        for value in values.as_array().unwrap() {
            let broken = with(sample.clone(), &json!({field: value}));
            match reported(&broken) {
                Err(Error::Problem(problem)) => {
                    let is_malformed = problem.kind.ends_with(":malformed-event");
                    assert_eq!((problem.status, is_malformed), (422, true), "{field} {value}");
                    let named = if field == "disputed_payment" { "payment_id" } else { field };
                    assert!(problem.detail.contains(named), "{field} {value}: {}", problem.detail);
                }
                other => panic!("{field} {value}: {other:?}"),
            }
        }
    }
    for field in ["approved_money", "refunded_money"] {
        for value in [json!({}), json!("5"), json!({"amount": -1, "currency": "USD"})] {
            let broken = with(sample!("payment.updated-completed"), &json!({field: value}));
            assert_eq!(refusal(reported(&broken)), malformed, "{field} {value}");
        }
    }
    for sample in samples() {
        for event_id in [json!(null), json!(7), json!("a b")] {
            let mut event = sample.clone();
            event["event_id"] = event_id;
            assert_eq!(refusal(reported(&event)), malformed);
        }
        let mut empty = sample.clone();
        empty["data"] = json!({});
        assert_eq!(refusal(reported(&empty)), malformed);
    }
    assert_eq!(refusal(reported(&json!({"data": {}}))), malformed, "no kind");
}

#[test]
fn the_example_of_an_event_is_one_that_the_webhook_records() {
    let example = description();
    let ReportedEvent { named, event } = reported(&example.example).unwrap().remove(0);
    assert_eq!((named, event.payment), (of_the_shop(), example.payment));
    assert_eq!(event.fact, MoneyFact::Captured(4990));
    assert_eq!(example.signature.unwrap().0, HEADER);
}

#[test]
fn the_answer_says_what_became_of_the_event() {
    for (outcomes, body) in [
        (vec![], "ignored"),
        (vec![Outcome::Known, Outcome::Recorded], "recorded"),
        (vec![Outcome::Recorded, Outcome::Kept], "kept"),
    ] {
        let answer = square().answer(&outcomes);
        assert_eq!((answer.status, answer.content_type()), (200, "application/json"));
        assert_eq!(answer.body, json!({ "outcome": body }).to_string().into_bytes());
    }
}

#[test]
fn the_table_of_events_has_what_the_code_reads_and_each_is_read() {
    let is_name = |text: &str| is_made_of(text, |byte| byte.is_ascii_lowercase(), '.');
    for kind in listed(&description().events, &[include_str!("../events.rs")], is_name) {
        let mut event = match kind.split('.').next() {
            Some("payment") => sample!("payment.created-approved"),
            Some("refund") => sample!("refund.created"),
            _ => sample!("dispute.created"),
        };
        event["type"] = kind.into();
        assert!(!facts(&event).is_empty(), "{kind} says nothing");
    }
}
