#![allow(clippy::unwrap_used)]

mod hostile_events;
mod merging;

use super::*;
use crate::standard::{
    NAME, description, schema,
    webhook::tests::{now, refusal, said, told},
};
use domain::money::MAX_AMOUNT;
use serde_json::json;

fn event(kind: &str, data: &Value) -> Value {
    json!({ "type": kind, "timestamp": "2026-11-29T10:00:00Z", "data": data })
}

/// An event of a type, with some fields of its example replaced. A field that becomes null is absent.
fn with(kind: &str, fields: &Value) -> Value {
    let mut event = schema::examples().find(|event| event["type"] == kind).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        event["data"][name] = value.clone();
    }
    event
}

fn fact(kind: &str, fields: &Value) -> MoneyFact {
    told(&with(kind, fields)).event.fact
}

/// Why an event is not understood.
fn why(event: &Value) -> String {
    let (status, code, why) = refusal(said(event.to_string().as_bytes()));
    assert_eq!((status, code.as_str()), (422, "malformed-event"), "{event}");
    why
}

#[test]
fn every_type_of_event_is_one_kind_of_fact() {
    let until = "2026-12-06T10:00:00Z".parse().ok();
    let ours = Some(OurRefund { id: "return-01".parse().unwrap(), attempt: 1 });
    let table = [
        ("payment.pending", MoneyFact::Pending { until }, None),
        ("payment.authorized", MoneyFact::Authorized { amount: 4990, until, several: false }, Some("EUR")),
        ("payment.captured", MoneyFact::Captured(4990), Some("EUR")),
        ("payment.failed", MoneyFact::Failed("card_declined".into()), None),
        ("payment.voided", MoneyFact::Voided, None),
        ("payment.released", MoneyFact::Released(1000), Some("EUR")),
        ("payment.refunded", MoneyFact::RefundedInTotal(1450), Some("EUR")),
        (
            "refund.updated",
            MoneyFact::Refund { ours, id: "re_58".into(), amount: 1450, status: RefundStatus::Succeeded },
            Some("EUR"),
        ),
        (
            "capture.updated",
            MoneyFact::CapturePart { id: "cap_7".into(), amount: 4990, status: PartStatus::Succeeded },
            Some("EUR"),
        ),
        (
            "dispute.updated",
            MoneyFact::Dispute {
                id: "dp_3".into(),
                amount: 4990,
                status: DisputeStatus::Open,
                case: Case {
                    due_by: "2026-12-20T23:59:59Z".parse().ok(),
                    answered: false,
                    reason: Some("not_received".to_owned()),
                },
            },
            Some("EUR"),
        ),
    ];
    assert_eq!(table.len(), schema::examples().count());
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    for (kind, fact, currency) in table {
        let ReportedEvent { named, event } = told(&with(kind, &json!({})));
        let expected = MoneyEvent {
            payment: format!("{NAME}_pay_1001").parse().unwrap(),
            at: "2026-11-29T10:00:00Z".parse().unwrap(),
            event: "msg_1".to_owned(),
            currency: currency.map(|code| code.parse().unwrap()),
            step: 1,
            fact,
        };
        assert_eq!(event, expected, "{kind}");
        assert_eq!(named, Named { order: Some(order.clone()), channel: "web".parse().ok() }, "{kind}");
    }
}

#[test]
fn what_is_not_known_may_be_left_out() {
    for absent in [json!({ "until": null }), json!({ "until": null, "code": null, "currency": "JPY" })] {
        assert_eq!(fact("payment.pending", &absent), MoneyFact::Pending { until: None });
    }
    let bare = json!({ "until": null, "several_captures": null });
    assert_eq!(fact("payment.authorized", &bare), MoneyFact::authorized(4990));
    assert_eq!(fact("payment.failed", &json!({ "code": null })), MoneyFact::Failed("unknown".into()));
    let minimal = event("payment.voided", &json!({ "payment": "p" }));
    let ReportedEvent { named, event } = told(&minimal);
    assert_eq!((named, event.currency, event.fact), (Named::default(), None, MoneyFact::Voided));
    let yen = told(&with("payment.failed", &json!({ "currency": "JPY" }))).event.currency;
    assert_eq!(yen, "JPY".parse().ok(), "an event without an amount may tell its currency");
}

#[test]
fn an_authorization_may_be_captured_in_parts_if_its_sender_says_so() {
    let several = json!({ "until": null, "several_captures": true });
    let expected = MoneyFact::Authorized { amount: 4990, until: None, several: true };
    assert_eq!(fact("payment.authorized", &several), expected);
    let odd = with("payment.authorized", &json!({ "several_captures": "yes" }));
    assert_eq!(why(&odd), "data.several_captures is a text; it must be true or false");
}

#[test]
fn every_status_has_its_meaning() {
    use DisputeStatus::{Inquiry, InquiryClosed, Lost, Open, Won};
    let statuses = |kind: &str, words: &[&str]| -> Vec<MoneyFact> {
        words
            .iter()
            .map(|word| {
                fact(
                    kind,
                    &json!({ "status": word, "orderly_refund": null, "attempt": null, "reason": null, "due_by": null }),
                )
            })
            .collect()
    };
    let refund = |status| MoneyFact::Refund { ours: None, id: "re_58".into(), amount: 1450, status };
    let refunds = [RefundStatus::Pending, RefundStatus::Succeeded, RefundStatus::Failed].map(refund);
    assert_eq!(statuses("refund.updated", &["pending", "succeeded", "failed"]), refunds);
    let part = |status| MoneyFact::CapturePart { id: "cap_7".into(), amount: 4990, status };
    let parts = [PartStatus::Succeeded, PartStatus::Failed].map(part);
    assert_eq!(statuses("capture.updated", &["succeeded", "failed"]), parts);
    let dispute = |status| MoneyFact::Dispute { id: "dp_3".into(), amount: 4990, status, case: Case::default() };
    let disputes = [Inquiry, InquiryClosed, Open, Won, Lost].map(dispute);
    assert_eq!(statuses("dispute.updated", &["inquiry", "inquiry_closed", "open", "won", "lost"]), disputes);
}

#[test]
fn amounts_are_taken_in_the_minor_units_of_any_currency() {
    for (currency, amount) in [("EUR", 0), ("JPY", 500), ("KWD", 12_345), ("ISK", 7), ("MGA", 3), ("USD", MAX_AMOUNT)] {
        let event = told(&with("payment.captured", &json!({ "amount": amount, "currency": currency }))).event;
        assert_eq!((event.fact, event.step), (MoneyFact::Captured(amount), 1), "{currency}");
        assert_eq!(event.currency, currency.parse().ok());
    }
}

#[test]
fn a_refund_that_orderly_asked_for_is_known_by_its_name_and_attempt_together() {
    let ours = |fields: Value| match fact("refund.updated", &fields) {
        MoneyFact::Refund { ours, .. } => ours.map(|ours| (ours.id.to_string(), ours.attempt)),
        other => panic!("{other:?}"),
    };
    assert_eq!(ours(json!({ "orderly_refund": "return-01.2", "attempt": 3 })), Some(("return-01.2".to_owned(), 3)));
    assert_eq!(ours(json!({ "orderly_refund": null, "attempt": null })), None);
    for fields in [json!({ "attempt": null }), json!({ "orderly_refund": null })] {
        assert!(why(&with("refund.updated", &fields)).contains("data.orderly_refund and data.attempt"), "{fields}");
    }
    for attempt in [json!(0), json!(-1), json!(1.5), json!("1"), json!(4_294_967_296_i64), json!(true)] {
        let why = why(&with("refund.updated", &json!({ "attempt": attempt })));
        assert!(why.starts_with("data.attempt is "), "{why}");
    }
    let why = why(&with("refund.updated", &json!({ "orderly_refund": "return 01" })));
    assert!(why.starts_with("data.orderly_refund is a text; it must be the name that Orderly gave"), "{why}");
}

#[test]
fn the_order_is_named_by_orderly_s_id_or_by_a_channel_and_its_own() {
    let id = OrderId::derive(&"web".parse().unwrap(), "1001");
    let named = |order: Value, channel: Value| {
        told(&with("payment.captured", &json!({ "order_id": order, "channel": channel }))).named
    };
    assert_eq!(named(json!(id), json!(null)), Named::from(id.clone()));
    assert_eq!(named(json!(null), json!(null)), Named::default());
    assert_eq!(named(json!(null), json!("web")), Named { order: None, channel: "web".parse().ok() });
    let own = "Bestellung №1001/a".to_owned();
    let of_shop = Some(OrderId::derive(&"web".parse().unwrap(), &own));
    assert_eq!(named(json!(own), json!("web")), Named { order: of_shop, channel: "web".parse().ok() });

    let refused = [
        (json!("1001"), json!(null), "data.order_id is not Orderly's own id of an order (ord_…)"),
        (json!("ord_ a"), json!(null), "data.order_id is not Orderly's own id of an order (ord_…)"),
        (json!(1001), json!("web"), "data.order_id is a number; it must be the id of an order"),
        (json!(""), json!("web"), "data.order_id is a text; it must be the id of an order"),
        (json!("1".repeat(129)), json!("web"), "data.order_id is a text; it must be the id of an order"),
        (json!("1001"), json!("a b"), "data.channel is a text; it must be the id of a channel"),
        (json!("1001"), json!(7), "data.channel is a number; it must be the id of a channel"),
    ];
    for (order, channel, expected) in refused {
        let why = why(&with("payment.captured", &json!({ "order_id": order, "channel": channel })));
        assert!(why.starts_with(expected), "{why}");
    }
}

#[test]
fn each_field_that_a_type_must_have_is_named_when_it_is_missing_or_wrong() {
    let amount = "it must be a whole number of minor units from 0 to 1000000000000000, such as 2900 for 29.00 EUR";
    let currency = "it must be an active ISO 4217 code in upper case, such as EUR";
    let id = "it must be an id of 1 to 128 letters, digits, _ and -";
    let with_amount = [
        "payment.authorized",
        "payment.captured",
        "payment.released",
        "payment.refunded",
        "refund.updated",
        "capture.updated",
        "dispute.updated",
    ];
    let mut wrong: Vec<(&str, &str, Value, &str, &str)> = Vec::new();
    for kind in schema::examples().map(|event| event["type"].as_str().unwrap().to_owned()) {
        let kind: &'static str = kind.leak();
        for (value, found) in [(json!(null), "missing"), (json!(7), "a number"), (json!("a b"), "a text")] {
            wrong.push((kind, "payment", value, found, id));
        }
        wrong.push((kind, "payment", json!("p".repeat(129)), "a text", id));
        wrong.push((kind, "payment", json!({"id": "p"}), "an object", id));
        if with_amount.contains(&kind) {
            wrong.push((kind, "amount", json!(null), "missing", amount));
            wrong.push((kind, "amount", json!("4990"), "a text", amount));
            for value in [json!(-1), json!(49.9), json!(4990.0), json!(MAX_AMOUNT + 1), json!(u64::MAX)] {
                wrong.push((kind, "amount", value, "a number", amount));
            }
            wrong.push((kind, "currency", json!(null), "missing", currency));
        }
        for value in [json!("eur"), json!("XXX"), json!("EURO")] {
            wrong.push((kind, "currency", value, "a text", currency));
        }
    }
    for (kind, field) in [("refund.updated", "refund"), ("capture.updated", "capture"), ("dispute.updated", "dispute")]
    {
        for (value, found) in [(json!(null), "missing"), (json!("a.b"), "a text"), (json!([]), "a list")] {
            wrong.push((kind, field, value, found, id));
        }
    }
    let time = "it must be a time with an offset, such as 2026-11-29T10:00:00Z (RFC 3339)";
    for kind in ["payment.pending", "payment.authorized"] {
        for value in [json!("tomorrow"), json!("2026-12-06"), json!("2026-12-06T10:00:00")] {
            wrong.push((kind, "until", value, "a text", time));
        }
        wrong.push((kind, "until", json!(1_795_442_400), "a number", time));
    }
    for (kind, words) in [
        ("refund.updated", "it must be one of pending, succeeded, failed"),
        ("capture.updated", "it must be one of succeeded, failed"),
        ("dispute.updated", "it must be one of inquiry, inquiry_closed, open, won, lost"),
    ] {
        wrong.push((kind, "status", json!(null), "missing", words));
        wrong.push((kind, "status", json!("Succeeded"), "a text", words));
        wrong.push((kind, "status", json!(true), "true or false", words));
    }
    let code = "it must be a code of 1 to 64 letters, digits, _ and -, such as card_declined";
    for value in ["", "Ada's card was declined.", "a\n", &"c".repeat(65)] {
        wrong.push(("payment.failed", "code", json!(value), "a text", code));
    }
    for (kind, field, value, found, expected) in wrong {
        let event = with(kind, &json!({ field: value }));
        assert_eq!(why(&event), format!("data.{field} is {found}; {expected}"), "{kind}: {value}");
    }
}

#[test]
fn the_fields_around_the_data_are_named_too() {
    let good = with("payment.captured", &json!({}));
    let edited = |field: &str, value: Value| {
        let mut event = good.clone();
        event[field] = value;
        why(&event)
    };
    let kind = "it must be the type of the event, such as payment.captured";
    assert_eq!(edited("type", json!(null)), format!("type is missing; {kind}"));
    assert_eq!(edited("type", json!(["payment.captured"])), format!("type is a list; {kind}"));
    let time = "it must be a time with an offset, such as 2026-11-29T10:00:00Z (RFC 3339)";
    assert_eq!(edited("timestamp", json!(null)), format!("timestamp is missing; {time}"));
    assert_eq!(edited("timestamp", json!(1_795_442_400)), format!("timestamp is a number; {time}"));
    assert_eq!(edited("timestamp", json!("2026-11-29 10:00")), format!("timestamp is a text; {time}"));
    let data = "it must be an object with the fields of the event's type";
    assert_eq!(edited("data", json!(null)), format!("data is missing; {data}"));
    assert_eq!(edited("data", json!([])), format!("data is a list; {data}"));
    for (body, found) in [("[]", "a list"), ("7", "a number"), ("\"x\"", "a text"), ("null", "missing")] {
        let (_, _, why) = refusal(said(body.as_bytes()));
        assert_eq!(why, format!("the event is {found}; it must be an object with type, timestamp and data"));
    }
}

#[test]
fn nothing_is_told_before_it_happens() {
    let at = |offset: i64| {
        let mut event = with("payment.captured", &json!({}));
        event["timestamp"] = json!((now() + jiff::SignedDuration::from_secs(offset)).to_string());
        event
    };
    for offset in [-100_000_000, -1, 0, 300] {
        assert_eq!(told(&at(offset)).event.at, now() + jiff::SignedDuration::from_secs(offset));
    }
    for offset in [301, 7200, 86_400_000] {
        assert!(why(&at(offset)).starts_with("timestamp is in the future"), "{offset}");
    }
    let mut with_offset = with("payment.captured", &json!({}));
    with_offset["timestamp"] = json!("2026-11-29T11:00:00+01:00");
    assert_eq!(told(&with_offset).event.at, "2026-11-29T10:00:00Z".parse().unwrap());
}

#[test]
fn events_of_other_types_say_nothing_and_are_counted_by_their_names() {
    let long = "x".repeat(300);
    let table = [
        ("webhook.test", "webhook.test"),
        ("payment.captured ", "payment.captured"),
        ("Payment.Captured", "Payment.Captured"),
        ("", ""),
        ("a\nb\u{1b}[31m\u{2028}ü", "ab[31m"),
        (&long, &long[..MAX_NAME]),
    ];
    for (kind, name) in table {
        let event = json!({ "type": kind });
        assert_eq!(said(event.to_string().as_bytes()).unwrap(), Said::Nothing(name.to_owned()), "{kind:?}");
    }
}

#[test]
fn a_sender_s_own_fields_are_no_concern_of_orderly_s() {
    let own = json!({ "metadata": { "shift": 3 }, "customer": { "email": "ada@example.com" }, "step": 100 });
    let mut event = with("payment.captured", &own);
    event["id"] = json!("evt_1");
    assert_eq!(told(&event), told(&with("payment.captured", &json!({}))));
}

#[test]
fn the_example_of_an_event_is_one_that_the_webhook_records() {
    let described = description();
    let ReportedEvent { named, event } = told(&described.example);
    assert!(named.order.is_some());
    assert_eq!((event.payment, event.fact), (described.payment, MoneyFact::Captured(4990)));
    assert_eq!(described.signature.unwrap().0, webhooks::standard_webhooks::SIGNATURE_HEADER);
}

#[test]
fn a_wrong_value_is_not_repeated_in_what_is_told_of_it() {
    for field in ["payment", "amount", "currency", "order_id", "channel", "livemode"] {
        let event = with("payment.captured", &json!({ field: "ada@example.com, 12 Hill St" }));
        if field == "order_id" {
            told(&event); // it is a channel's id of an order, which may be any text
        } else {
            assert!(!why(&event).contains("ada"), "{field}");
        }
    }
}
