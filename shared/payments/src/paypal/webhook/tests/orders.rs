//! Events come doubled, late and out of order.

use super::*;
use domain::ledger::{Ledger, MoneyEvent};
use proptest::prelude::*;

/// The life of an authorization, its capture, refunds and a dispute.
fn life() -> Vec<MoneyEvent> {
    let authorized = json!({"supplementary_data": {"related_ids": {"authorization_id": AUTHORIZATION}}});
    let refunded = "PAYMENT.CAPTURE.REFUNDED";
    let another = json!({"id": "2Y", "seller_payable_breakdown": {"total_refunded_amount": money("1.98", "USD")}});
    let at = |mut event: Value, minute: u32| {
        event["create_time"] = json!(format!("2026-11-28T10:{minute:02}:00Z"));
        event["id"] = json!(format!("WH-{minute}"));
        event
    };
    let events = [
        at(authorization("PAYMENT.AUTHORIZATION.CREATED", "PENDING"), 0),
        at(authorization("PAYMENT.AUTHORIZATION.CREATED", "CREATED"), 1),
        at(capture("PENDING", &authorized), 2),
        at(capture("COMPLETED", &authorized), 3),
        at(refund(refunded, "PENDING", &json!({})), 4),
        at(refund(refunded, "COMPLETED", &json!({})), 5),
        at(refund(refunded, "COMPLETED", &another), 6),
        at(refund("PAYMENT.REFUND.FAILED", "FAILED", &json!({})), 7),
        at(dispute("INQUIRY", "OPEN", None), 8),
        at(dispute("CHARGEBACK", "OPEN", None), 9),
        at(dispute("CHARGEBACK", "RESOLVED", Some("RESOLVED_SELLER_FAVOUR")), 10),
        at(refund("PAYMENT.CAPTURE.REVERSED", "COMPLETED", &json!({"id": "3Y"})), 11),
        at(authorization("PAYMENT.AUTHORIZATION.VOIDED", "VOIDED"), 12),
    ];
    events.iter().flat_map(reported).map(|reported| reported.event).collect()
}

fn ledger(events: &[MoneyEvent]) -> Ledger {
    let mut ledger = Ledger::default();
    for event in events {
        ledger.record(event);
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn in_any_order_and_told_twice_they_give_the_same_ledger(
        shuffled in Just(life()).prop_shuffle(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let repeated = again.iter().map(|index| shuffled[index.index(shuffled.len())].clone());
        let told: Vec<_> = shuffled.iter().cloned().chain(repeated).collect();
        prop_assert_eq!(ledger(&told), ledger(&life()));
    }
}

#[test]
fn a_whole_life_ends_with_what_is_so() {
    let ledger = ledger(&life());
    let usd = "USD".parse().unwrap();
    assert_eq!(ledger.captured(usd), 3000, "once: the authorization's own payment captured nothing");
    assert_eq!(ledger.refunded(usd), 99, "one of two refunds failed");
}
