//! Genuine items and deliveries with anything in them.

use super::*;
use crate::testing::fits_a_ledger;
use proptest::prelude::*;

/// Items with the fields that are read, one for each kind of fact.
fn items() -> Vec<Value> {
    let reference = json!({"merchantReference": "ord_7pn7eajnquvjilq3ggx3th55aq/return-01/2"});
    vec![
        item("AUTHORISATION", &json!({"merchantReference": "web/1001"})),
        item("AUTHORISATION", &json!({"success": "false", "reason": "Refused"})),
        item("PENDING", &json!({})),
        item("OFFER_CLOSED", &json!({})),
        item("AUTHORISATION_ADJUSTMENT", &json!({"amount": {"currency": "ISK", "value": 5}})),
        item("CAPTURE", &json!({"amount": {"currency": "IDR", "value": "5"}})),
        item("CAPTURE_FAILED", &json!({})),
        item("CANCELLATION", &json!({"success": "false"})),
        item("EXPIRE", &json!({"originalReference": ""})),
        item("CANCEL_OR_REFUND", &json!({"additionalData": {"modification.action": "cancel"}})),
        item("REFUND", &reference),
        item("DISPUTE_DEFENSE_PERIOD_ENDED", &json!({"additionalData": {"disputeStatus": "Lost"}})),
        fixture!("AUTHORISATION"),
        fixture!("CAPTURE"),
        fixture!("CAPTURE_FAILED"),
        fixture!("CHARGEBACK"),
        fixture!("REFUND"),
        fixture!("REFUND_FAILED"),
    ]
}

fn signed_delivery(items: &[Value]) -> Value {
    let items: Vec<Value> = items.iter().map(|item| signed_item(item.clone(), KEY)).collect();
    serde_json::from_slice(&delivery(&items).body).unwrap()
}

/// Reads an item that is taken to be genuine. It must say nothing, or a fact that fits a ledger, or be refused with a
/// reason.
fn judge(item: &[u8], captures: Captures) -> Result<(), String> {
    match block_on(adyen(captures).understand(item, now())) {
        Ok(Said::Nothing(_)) => Ok(()),
        Ok(Said::Facts(told)) if told.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |told: &ReportedEvent| serde_json::from_slice(&serde_json::to_vec(&told.event).unwrap()).ok();
            let changed = told.iter().find(|told| kept(told).as_ref() != Some(&told.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 422) && !problem.detail.is_empty() => Ok(()),
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_item_with_any_one_value_hostile_is_a_fact_that_fits_a_ledger_or_refused() {
    for item in items() {
        for body in hostile::each_edit(&item) {
            for captures in [Captures::manual(), Captures::automatic()] {
                judge(&body, captures).unwrap();
            }
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_item_is_a_fact_that_fits_a_ledger_or_refused(body in hostile::json(items()), automatic: bool) {
        let judged = judge(&body, if automatic { Captures::automatic() } else { Captures::manual() });
        prop_assert!(judged.is_ok(), "{judged:?}");
    }

    /// Whatever was done to a delivery, what is left of it as genuine has the signed fields of one of its items.
    #[test]
    fn a_hostile_delivery_tells_only_what_was_signed(
        body in hostile::json(vec![signed_delivery(&items()[..1]), signed_delivery(&items())]),
    ) {
        let signed = |item: &Value| signature::sign(item, &HmacKey::new(KEY).unwrap());
        let known: Vec<_> = items().iter().map(signed).collect();
        let request = Request { body, ..Request::default() };
        match block_on(manual().verify(&request, now())) {
            Ok(genuine) => {
                prop_assert!(!genuine.is_empty());
                for item in genuine {
                    prop_assert!(known.contains(&signed(&serde_json::from_slice(&item).unwrap())));
                }
            }
            Err(Error::Problem(problem)) => prop_assert!(matches!(problem.status, 400 | 401), "{problem:?}"),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
