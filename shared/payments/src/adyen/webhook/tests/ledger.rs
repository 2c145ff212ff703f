//! What a ledger makes of a payment's events.

use super::*;
use domain::ledger::{Ledger, RequestState};
use proptest::{prelude::*, sample::Index};

const MODES: [fn() -> Captures; 2] = [Captures::manual, Captures::automatic];

/// The events of one payment, all that may come, each with a time of its own.
fn life() -> Vec<Value> {
    let own = |kind: &str, fields: &Value| {
        with(item(kind, fields), &json!({"pspReference": PAYMENT, "originalReference": null}))
    };
    let of = |kind: &str, operation: &str, success: &str| {
        item(kind, &json!({"pspReference": operation, "success": success}))
    };
    let events = vec![
        own("AUTHORISATION", &json!({"success": "false", "reason": "Refused"})),
        own("PENDING", &json!({})),
        own("AUTHORISATION", &json!({})),
        of("AUTHORISATION_ADJUSTMENT", "ADJUSTMENT", "true"),
        of("CAPTURE", "CAPTURE1", "true"),
        of("CAPTURE_FAILED", "CAPTURE1", "true"),
        of("CAPTURE", "CAPTURE2", "true"),
        of("CAPTURE", "CAPTURE3", "false"),
        of("CANCELLATION", "CANCEL1", "false"),
        of("CANCELLATION", "CANCEL2", "true"),
        of("EXPIRE", "EXPIRE1", "true"),
        of("POSTPONED_REFUND", "REFUND1", "true"),
        of("REFUND", "REFUND1", "true"),
        of("REFUND", "REFUND2", "true"),
        of("REFUND_FAILED", "REFUND2", "true"),
        of("REFUND", "REFUND3", "false"),
        of("REQUEST_FOR_INFORMATION", "DISPUTE1", "true"),
        of("NOTIFICATION_OF_CHARGEBACK", "DISPUTE1", "true"),
        of("CHARGEBACK", "DISPUTE1", "true"),
        of("CHARGEBACK_REVERSED", "DISPUTE1", "true"),
        of("SECOND_CHARGEBACK", "DISPUTE1", "true"),
    ];
    let dated = |(n, event): (usize, Value)| with(event, &json!({"eventDate": format!("2025-11-24T17:00:{n:02}Z")}));
    events.into_iter().enumerate().map(dated).collect()
}

fn recorded(ledger: &mut Ledger, webhook: &Webhook, item: &Value) {
    for told in reported(webhook, item) {
        ledger.record(&told.event);
    }
}

fn ledger(webhook: &Webhook, items: &[Value]) -> Ledger {
    let mut ledger = Ledger::default();
    for item in items {
        recorded(&mut ledger, webhook, item);
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn events_in_any_order_and_any_number_give_the_same_ledger(
        mode in prop::sample::select(MODES.to_vec()),
        chosen in prop::collection::vec(any::<bool>(), 21),
        order in Just((0..21_usize).collect::<Vec<_>>()).prop_shuffle(),
        repeated in prop::collection::vec(any::<Index>(), 0..10),
    ) {
        let (webhook, life) = (adyen(mode()), life());
        prop_assert_eq!(life.len(), chosen.len());
        let is_told = |n: &usize| chosen[*n];
        let told: Vec<Value> = (0..life.len()).filter(is_told).map(|n| life[n].clone()).collect();
        let mut shuffled: Vec<Value> = order.into_iter().filter(is_told).map(|n| life[n].clone()).collect();
        let again = repeated.iter().filter(|_| !told.is_empty()).map(|index| told[index.index(told.len())].clone());
        shuffled.extend(again.collect::<Vec<_>>());
        prop_assert_eq!(ledger(&webhook, &told), ledger(&webhook, &shuffled));
    }
}

#[test]
fn money_is_captured_once_however_often_it_is_told() {
    let own = with(item("AUTHORISATION", &json!({})), &json!({"pspReference": PAYMENT, "originalReference": null}));
    let captured = item("CAPTURE", &json!({}));
    let failed = item("CAPTURE_FAILED", &json!({}));
    let cancelled = item("CANCELLATION", &json!({"pspReference": "CANCEL1"}));
    let eur = "EUR".parse().unwrap();
    let (manual, automatic) = (Captures::manual(), Captures::automatic());
    let table = [
        (&manual, vec![&own], 0),
        (&manual, vec![&own, &captured], 1000),
        (&manual, vec![&own, &captured, &failed], 0),
        (&manual, vec![&own, &cancelled], 0),
        (&automatic, vec![&own], 1000),
        (&automatic, vec![&own, &captured], 1000),
        (&automatic, vec![&own, &captured, &failed], 0),
        (&automatic, vec![&own, &failed], 0),
        (&automatic, vec![&own, &cancelled], 0),
    ];
    for (captures, events, expected) in table {
        let events: Vec<Value> = events.into_iter().cloned().collect();
        let ledger = ledger(&adyen(captures.clone()), &events);
        assert_eq!(ledger.captured(eur), expected, "{captures:?} {events:?}");
    }
}

#[test]
fn a_refund_that_orderly_decided_on_follows_its_events() {
    let (webhook, eur) = (manual(), "EUR".parse().unwrap());
    let mut ledger = ledger(&webhook, &[item("CAPTURE", &json!({}))]);
    assert_eq!(ledger.intend_refund("return-01", 400, eur), 400);
    let told = |kind: &str| {
        let reference = "ord_7pn7eajnquvjilq3ggx3th55aq/return-01/1";
        let amount = json!({"currency": "EUR", "value": 400});
        item(kind, &json!({"merchantReference": reference, "pspReference": "REFUND1", "amount": amount}))
    };
    let state = |ledger: &Ledger| {
        assert_eq!(ledger.refunds.len(), 1, "it is no other refund");
        ledger.refunds["return-01"].state.clone()
    };
    recorded(&mut ledger, &webhook, &told("REFUND"));
    assert_eq!(state(&ledger), RequestState::Succeeded { provider_id: "REFUND1".into() });
    recorded(&mut ledger, &webhook, &told("REFUND_FAILED"));
    assert!(matches!(state(&ledger), RequestState::Failed { refused: false, .. }));
    recorded(&mut ledger, &webhook, &told("REFUND"));
    assert!(matches!(state(&ledger), RequestState::Failed { .. }), "a failure is final");
}
