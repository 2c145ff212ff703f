//! The events of a payment in any order, and more than once.

use super::*;
use domain::ledger::{Ledger, RequestState};
use proptest::prelude::*;

/// Any event of a payment, as a system sends it that tells captures by their total. What a refund, a dispute or an attempt
/// is called and how much it is about does not change; all else may.
fn any_event() -> impl Strategy<Value = Value> {
    let status = |words: &'static [&'static str]| prop::sample::select(words);
    let event = prop_oneof![
        (0..3_u8).prop_map(move |day| with("payment.pending", &json!({ "until": format!("2026-12-0{}T00:00:00Z", day + 1) }))),
        (1..200_i64, prop::bool::ANY).prop_map(move |(amount, several)| {
            with("payment.authorized", &json!({ "amount": amount, "several_captures": several }))
        }),
        (0..200_i64).prop_map(move |amount| with("payment.captured", &json!({ "amount": amount }))),
        "[a-c]".prop_map(move |code| with("payment.failed", &json!({ "code": code }))),
        Just(with("payment.voided", &json!({}))),
        (1..60_i64).prop_map(move |amount| with("payment.released", &json!({ "amount": amount }))),
        (0..200_i64).prop_map(move |amount| with("payment.refunded", &json!({ "amount": amount }))),
        (1..4_i64, status(&["pending", "succeeded", "failed"])).prop_map(move |(n, status)| {
            let other = json!({ "refund": format!("re_{n}"), "amount": 20 * n, "status": status, "orderly_refund": null, "attempt": null });
            with("refund.updated", &other)
        }),
        status(&["pending", "succeeded", "failed"]).prop_map(move |status| with("refund.updated", &json!({ "status": status }))),
        (1..200_i64, status(&["inquiry", "inquiry_closed", "open", "won", "lost"])).prop_map(move |(amount, status)| {
            with("dispute.updated", &json!({ "amount": amount, "status": status }))
        }),
    ];
    (event, 0..9_u8).prop_map(|(mut event, second)| {
        event["timestamp"] = json!(format!("2026-11-29T10:00:0{second}Z"));
        event
    })
}

/// The events of a system that tells of each capture, and what else may come with them.
fn any_event_with_parts() -> impl Strategy<Value = Value> {
    let part = (1..4_i64, prop::bool::ANY).prop_map(|(n, is_done)| {
        let status = if is_done { "succeeded" } else { "failed" };
        with("capture.updated", &json!({ "capture": format!("cap_{n}"), "amount": 30 * n, "status": status }))
    });
    let other = any_event().prop_filter("tells the total", |event| event["type"] != "payment.captured");
    prop_oneof![part, other]
}

fn ledger(events: &[Value]) -> Ledger {
    let mut ledger = Ledger::default();
    let refund = json!({ "payment": "standard_pay_1001", "amount": 1450, "attempt": 1, "state": "intended" });
    let refund: domain::ledger::Refund = serde_json::from_value(refund).unwrap();
    assert_eq!(refund.state, RequestState::Intended);
    ledger.refunds.insert("return-01".parse().unwrap(), refund);
    for event in events {
        ledger.record(&told(event).event);
    }
    ledger
}

fn doubled_and_shuffled(event: impl Strategy<Value = Value>) -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    prop::collection::vec(event, 0..10).prop_flat_map(|events| {
        let doubled: Vec<Value> = events.iter().chain(&events).cloned().collect();
        (Just(events), Just(doubled).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_and_repetitions_do_not_matter((events, shuffled) in doubled_and_shuffled(any_event())) {
        prop_assert_eq!(ledger(&events), ledger(&shuffled));
    }

    #[test]
    fn nor_do_they_where_each_capture_is_told((events, shuffled) in doubled_and_shuffled(any_event_with_parts())) {
        prop_assert_eq!(ledger(&events), ledger(&shuffled));
    }
}

/// A ledger whose capture or void the merchant's system has taken on under this id.
fn with_begun(amount: i64, id: &str) -> Ledger {
    let authorized = with("payment.authorized", &json!({}));
    let mut ledger = ledger(&[authorized]);
    let capture = json!({
        "payment": "standard_pay_1001", "amount": amount, "attempt": 1, "state": "pending", "provider_id": id,
    });
    ledger.captures.insert("capture-1".parse().unwrap(), serde_json::from_value(capture).unwrap());
    ledger
}

#[test]
fn a_capture_or_void_that_was_taken_on_ends_as_an_event_tells() {
    let part = |id: &str, amount: i64, status: &str| {
        with("capture.updated", &json!({ "capture": id, "amount": amount, "status": status }))
    };
    let table = [
        (4990, with("payment.captured", &json!({})), Some(true)),
        (4990, part("capture_0f", 4990, "succeeded"), Some(true)),
        (4990, part("capture_0f", 4990, "failed"), Some(false)),
        (4990, part("another", 4990, "failed"), None),
        (4990, with("payment.voided", &json!({})), Some(false)),
        (0, with("payment.voided", &json!({})), Some(true)),
        (0, part("capture_0f", 0, "failed"), Some(false)),
        (0, with("payment.captured", &json!({})), Some(false)),
    ];
    for (amount, event, expected) in table {
        let mut ledger = with_begun(amount, "capture_0f");
        for _ in 0..2 {
            ledger.record(&told(&event).event);
            let done = match ledger.captures["capture-1"].state {
                RequestState::Succeeded { .. } => Some(true),
                RequestState::Failed { .. } => Some(false),
                _ => None,
            };
            assert_eq!(done, expected, "{amount} {event}");
        }
    }
}

#[test]
fn each_of_several_captures_ends_as_its_own_event_tells() {
    let authorized = with("payment.authorized", &json!({ "several_captures": true }));
    let part = |n: u32, status: &str| {
        with("capture.updated", &json!({ "capture": format!("cap_{n}"), "amount": 1000 * n, "status": status }))
    };
    let mut ledger = ledger(&[authorized]);
    for (n, after) in [(1, 0), (2, 1000)] {
        let capture = json!({
            "payment": "standard_pay_1001", "amount": 1000 * n, "after": after, "keeps_rest": true, "attempt": 1,
            "state": "pending", "provider_id": format!("cap_{n}"),
        });
        ledger.captures.insert(format!("capture-{n}").parse().unwrap(), serde_json::from_value(capture).unwrap());
    }
    let states = |ledger: &Ledger| ["capture-1", "capture-2"].map(|name| ledger.captures[name].state.clone());
    ledger.record(&told(&part(1, "succeeded")).event);
    let [RequestState::Succeeded { .. }, RequestState::Pending { .. }] = states(&ledger) else { panic!("{ledger:?}") };
    let mut failed = ledger.clone();
    failed.record(&told(&part(2, "failed")).event);
    let [RequestState::Succeeded { .. }, RequestState::Failed { .. }] = states(&failed) else { panic!("{failed:?}") };
    ledger.record(&told(&part(2, "succeeded")).event);
    let [RequestState::Succeeded { .. }, RequestState::Succeeded { .. }] = states(&ledger) else {
        panic!("{ledger:?}")
    };
    assert_eq!(ledger.captured("EUR".parse().unwrap()), 3000);
}
