//! Genuine events with anything in them.

use super::*;
use crate::testing::fits_a_ledger;
use api::Error;
use proptest::prelude::*;

fn good_events() -> Vec<Value> {
    let more = json!({ "order_id": "ord_7pn7eajnquvjilq3ggx3th55aq", "channel": null, "livemode": true });
    let other_order = schema::examples().map(|event| with(event["type"].as_str().unwrap(), &more));
    schema::examples().chain(other_order).collect()
}

/// It must be a fact that fits a ledger, or a refusal with a reason.
fn judge(body: &[u8]) -> Result<(), String> {
    match said(body) {
        Ok(Said::Facts(facts)) if facts.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |event: &MoneyEvent| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).ok();
            let changed = facts.iter().find(|reported| kept(&reported.event).as_ref() != Some(&reported.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Ok(Said::Nothing(name)) if name.len() <= MAX_NAME => Ok(()),
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 413 | 422) => {
            let why = &problem.detail;
            let is_told = !why.is_empty() && why.len() < 300 && !why.contains(char::is_control);
            if is_told { Ok(()) } else { Err(format!("told as {why:?}")) }
        }
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_a_fact_that_fits_a_ledger_or_refused() {
    for event in good_events() {
        for body in hostile::each_edit(&event) {
            judge(&body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_a_fact_that_fits_a_ledger_or_refused(body in hostile::json(good_events())) {
        let judged = judge(&body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
