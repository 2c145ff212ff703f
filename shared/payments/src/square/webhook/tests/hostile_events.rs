//! Genuine events with anything in them.

use super::*;
use crate::testing::fits_a_ledger;
use domain::ledger::MoneyEvent;

/// The samples without most of what is not read.
fn lean() -> Vec<Value> {
    let unread = ["card", "risk_evaluation", "processing_fee", "application_details", "ach_details", "amount_money"];
    let mut events = samples();
    for object in events.iter_mut().flat_map(|event| event["data"]["object"].as_object_mut().unwrap().values_mut()) {
        let is_payment = !object["total_money"].is_null();
        for details in ["card_details", "bank_account_details"] {
            if let Some(details) = object[details].as_object_mut() {
                details.retain(|name, _| name == "errors");
            }
        }
        let object = object.as_object_mut().unwrap();
        object.retain(|name, _| !unread.contains(&name.as_str()) || (name == "amount_money" && !is_payment));
        object.retain(|_, value| !value.is_null());
    }
    events
}

/// Only Square can sign, but a fault of its own or a leaked key must not put a poisoned fact into a ledger.
fn judge(body: Vec<u8>) -> Result<(), String> {
    match said(&square(), &signed_by(KEY, body)) {
        Ok(Said::Facts(events)) if events.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |event: &MoneyEvent| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).ok();
            let changed = events.iter().find(|reported| kept(&reported.event).as_ref() != Some(&reported.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Ok(Said::Nothing(_)) => Ok(()),
        Err(Error::Problem(problem))
            if matches!(problem.status, 400 | 401 | 413 | 422) && !problem.detail.is_empty() =>
        {
            Ok(())
        }
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_facts_that_fit_a_ledger_or_refused() {
    for event in lean() {
        for body in hostile::each_edit(&event) {
            judge(body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_facts_that_fit_a_ledger_or_refused(body in hostile::json(samples())) {
        let judged = judge(body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
