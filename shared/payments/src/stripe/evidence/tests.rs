#![allow(clippy::unwrap_used)]

use super::*;
use domain::{
    fixtures::{at, completed, event, with_state},
    ids::{OrderId, ProviderId},
    ledger::{Attempt, Case, DisputeStatus, MoneyFact, RequestName},
};
use serde_json::json;
use std::collections::BTreeMap;

fn dispute() -> ProviderId {
    "dp_1".parse().unwrap()
}

fn gathered() -> GatheredEvidence {
    let fact =
        MoneyFact::Dispute { id: dispute().into(), amount: 3700, status: DisputeStatus::Open, case: Case::default() };
    let order = with_state(completed(), |state| state.record(&event("stripe_pi_1", fact), at(1_000)));
    order.evidence(&dispute(), &BTreeMap::new()).unwrap()
}

#[test]
fn every_field_has_its_name_at_stripe_and_nothing_empty_is_sent() {
    let fields: BTreeMap<String, String> = fields(&gathered()).into_iter().collect();
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "evidence[customer_email_address]",
            "evidence[customer_name]",
            "evidence[product_description]",
            "evidence[shipping_address]",
            "evidence[shipping_carrier]",
            "evidence[shipping_date]",
            "evidence[shipping_tracking_number]",
            "evidence[uncategorized_text]",
            "submit",
        ]
    );
    assert_eq!(fields["evidence[shipping_address]"], "Ada\n1 Main St\nLondon\nN1\nUnited Kingdom");
    assert_eq!(fields["submit"], "true");
}

#[test]
fn all_fields_together_fit_what_stripe_takes() {
    let mut evidence = gathered();
    evidence.items = vec![evidence.items[0].clone(); 2_000];
    evidence.parcels = vec![evidence.parcels[0].clone(); 200];
    let fields = fields(&evidence);
    assert!(fields.iter().map(|(_, text)| text.chars().count()).sum::<usize>() < 150_000);
    let tracking = fields.iter().find(|(name, _)| name == "evidence[shipping_tracking_number]").unwrap();
    assert_eq!((tracking.1.chars().count(), tracking.1.ends_with('…')), (MAX_TRACKING, true));
}

#[test]
fn a_dispute_says_whether_it_was_answered() {
    let (order, attempt): (OrderId, _) =
        ("ord_1".parse().unwrap(), Attempt { name: RequestName::Evidence(dispute()), number: 2 });
    let evidence = gathered();
    let request = EvidenceRequest { order: &order, attempt: &attempt, evidence: &evidence };
    assert_eq!(request.idempotency_key(), "evidence:ord_1:dp_1:2");
    let begun = || Some(Outcome::Begun { id: "dp_1".to_owned() });
    let over = || Some(Outcome::Refused("the_dispute_is_over".to_owned()));
    let table = [
        ("needs_response", 0, None),
        // What answered the inquiry before does not answer the dispute.
        ("needs_response", 1, None),
        ("warning_needs_response", 0, None),
        ("under_review", 1, begun()),
        ("warning_under_review", 1, begun()),
        ("won", 1, begun()),
        ("lost", 0, over()),
        ("warning_closed", 0, over()),
    ];
    for (status, count, outcome) in table {
        let object = json!({ "status": status, "evidence_details": { "submission_count": count } });
        assert_eq!(found(&request, &object).unwrap(), outcome, "{status} {count}");
    }
    assert!(found(&request, &json!({})).is_err(), "no dispute proves nothing");
}
