//! Genuine events with anything in them.

use super::*;
use crate::testing::fits_a_ledger;
use domain::ledger::MoneyEvent;
use proptest::prelude::*;

/// Events with the fields that are read, one for each kind of fact.
fn events_of_an_order() -> Vec<Value> {
    let related = json!({"supplementary_data": {"related_ids": {"authorization_id": AUTHORIZATION}}});
    let written = json!({"custom_id": "ord_7pn7eajnquvjilq3ggx3th55aq,return-01,2",
        "seller_payable_breakdown": {"total_refunded_amount": money("9.99", "USD")}});
    vec![
        capture("COMPLETED", &related),
        capture("DECLINED", &related),
        capture("PENDING", &json!({"amount": money("500", "HUF")})),
        authorization("PAYMENT.AUTHORIZATION.CREATED", "CREATED"),
        refund("PAYMENT.CAPTURE.REFUNDED", "COMPLETED", &written),
        refund("PAYMENT.CAPTURE.REVERSED", "COMPLETED", &json!({})),
        dispute("CHARGEBACK", "RESOLVED", Some("RESOLVED_BUYER_FAVOUR")),
    ]
}

/// PayPal's own events.
fn fixtures() -> Vec<Value> {
    vec![
        fixture!("PAYMENT.CAPTURE.COMPLETED.sim-capture-completed"),
        fixture!("PAYMENT.CAPTURE.REFUNDED.sim-capture-refunded"),
        fixture!("PAYMENT.CAPTURE.DENIED"),
        fixture!("PAYMENT.AUTHORIZATION.VOIDED"),
        fixture!("CUSTOMER.DISPUTE.CREATED"),
        fixture!("CUSTOMER.DISPUTE.RESOLVED"),
    ]
}

/// Reads an event that PayPal has signed. It must be facts that fit a ledger, or a refusal with a reason.
fn judge(body: &[u8]) -> Result<(), String> {
    match crate::paypal::events::read(body) {
        Ok(Said::Nothing(_)) => Ok(()),
        Ok(Said::Facts(events)) if events.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |event: &MoneyEvent| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).ok();
            let changed = events.iter().find(|reported| kept(&reported.event).as_ref() != Some(&reported.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 422) && !problem.detail.is_empty() => Ok(()),
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_facts_that_fit_a_ledger_or_refused() {
    for event in events_of_an_order() {
        for body in hostile::each_edit(&event) {
            judge(&body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_facts_that_fit_a_ledger_or_refused(body in hostile::json([fixtures(), events_of_an_order()].concat())) {
        let judged = judge(&body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
