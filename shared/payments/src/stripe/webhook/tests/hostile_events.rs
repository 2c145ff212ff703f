//! Genuine events with anything in them.

use super::*;
use crate::testing::fits_a_ledger;

/// Events with the fields that are read, one for each kind of fact.
fn events_of_an_order() -> Vec<Value> {
    let metadata = json!({"order_id": "1001", "channel": "web", "orderly_refund": "cancel", "orderly_attempt": "1"});
    let events = [
        ("payment_intent.succeeded", json!({"id": INTENT, "amount_received": 1099, "currency": "eur"})),
        ("payment_intent.succeeded", json!({"id": INTENT, "amount_received": 5, "currency": "mga"})),
        (
            "payment_intent.succeeded",
            json!({"id": INTENT, "amount": 9, "amount_received": 5, "amount_capturable": 0, "currency": "eur"}),
        ),
        (
            "payment_intent.processing",
            json!({"id": INTENT, "payment_method_types": ["boleto"], "payment_method_options": {"boleto": {"expires_after_days": 3}}}),
        ),
        (
            "payment_intent.requires_action",
            json!({"id": INTENT, "next_action": {"oxxo_display_details": {"expires_after": 1_764_000_000}}}),
        ),
        ("payment_intent.amount_capturable_updated", json!({"id": INTENT, "amount_capturable": 9, "currency": "isk"})),
        ("payment_intent.payment_failed", json!({"id": INTENT, "last_payment_error": {"code": "card_declined"}})),
        ("payment_intent.canceled", json!({"id": INTENT, "metadata": {"order_id": "ord_7pn7eajnquvjilq3ggx3th55aq"}})),
        (
            "checkout.session.completed",
            json!({"payment_intent": INTENT, "payment_status": "paid", "amount_total": 5, "currency": "eur", "client_reference_id": "1"}),
        ),
        ("charge.refunded", json!({"payment_intent": {"id": INTENT}, "amount_refunded": 5, "currency": "eur"})),
        (
            "charge.refunded",
            json!({"payment_intent": INTENT, "captured": true, "amount": 9, "amount_captured": 6, "amount_refunded": 5, "currency": "eur"}),
        ),
        (
            "refund.updated",
            json!({"id": "re_1", "charge": CHARGE, "amount": 5, "currency": "eur", "status": "succeeded", "metadata": metadata}),
        ),
        (
            "charge.dispute.created",
            json!({"id": "dp_1", "charge": CHARGE, "amount": 5, "currency": "eur", "status": "lost"}),
        ),
    ];
    events.iter().map(|(kind, object)| event(kind, object)).collect()
}

/// Stripe's own events.
fn fixtures() -> Vec<Value> {
    vec![
        fixture!("payment_intent.succeeded"),
        fixture!("payment_intent.amount_capturable_updated"),
        fixture!("payment_intent.payment_failed"),
        fixture!("payment_intent.canceled"),
        fixture!("checkout.session.completed"),
        fixture!("charge.refunded"),
        fixture!("refund.updated"),
        fixture!("charge.dispute.created"),
    ]
}

/// Reads an event that Stripe has signed. It must be a fact that fits a ledger, or a refusal with a reason.
fn judge(body: Vec<u8>) -> Result<(), String> {
    match all_at(&stripe(false), &signed_bytes(body, SECRET, now()), now()) {
        Ok(events) if events.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |event: &MoneyEvent| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).ok();
            let changed = events.iter().find(|reported| kept(&reported.event).as_ref() != Some(&reported.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 413 | 422) && !problem.detail.is_empty() => {
            Ok(())
        }
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_a_fact_that_fits_a_ledger_or_refused() {
    for event in events_of_an_order() {
        for body in hostile::each_edit(&event) {
            judge(body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_a_fact_that_fits_a_ledger_or_refused(body in hostile::json([fixtures(), events_of_an_order()].concat())) {
        let judged = judge(body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
