//! What Adyen's events say about disputes: <https://docs.adyen.com/risk-management/disputes-api/dispute-notifications>.

use crate::fields::{self, told_time};
use domain::ledger::{Case, DisputeStatus};
use serde_json::Value;

/// The status that an event gives to its dispute. None: it changes nothing about the money.
///
/// `stage` is the event's own `disputeStatus`. It is not signed, so it only tells apart what takes the money alike.
pub(super) fn status(event: &str, stage: &str) -> Option<DisputeStatus> {
    Some(match event {
        "REQUEST_FOR_INFORMATION" => DisputeStatus::Inquiry,
        // Nothing is taken yet, but a chargeback follows: money that is refunded now would be lost twice. The same
        // holds while a bank does not give in.
        "NOTIFICATION_OF_CHARGEBACK"
        | "DISPUTE_OPENED_WITH_CHARGEBACK"
        | "PREARBITRATION_OPEN"
        | "PREARBITRATION_DECLINED"
        | "SCHEME_ARBITRATION" => DisputeStatus::Open,
        "CHARGEBACK" => match stage {
            "Lost" | "Accepted" => DisputeStatus::Lost,
            _ => DisputeStatus::Open, // Undefended, Pending
        },
        // The bank may come back to it, with a second chargeback.
        "CHARGEBACK_REVERSED"
        | "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"
        | "PREARBITRATION_WON"
        | "PREARBITRATION_ISSUER_WITHDRAWN"
        | "SCHEME_ARBITRATION_WON" => DisputeStatus::Won,
        // What was only asked for expires too. Whether a chargeback comes of it is told then.
        "DISPUTE_DEFENSE_PERIOD_ENDED" if stage == "Expired" => return None,
        "SECOND_CHARGEBACK"
        | "DISPUTE_DEFENSE_PERIOD_ENDED"
        | "PREARBITRATION_LOST"
        | "PREARBITRATION_ACCEPTED"
        | "SCHEME_ARBITRATION_LOST" => DisputeStatus::Lost,
        _ => return None, // INFORMATION_SUPPLIED, ISSUER_COMMENTS, NOTIFICATION_OF_FRAUD
    })
}

/// What is told for people. None of it is signed, and no money depends on it.
pub(super) fn case(additional: &Value) -> Case {
    let answered = matches!(additional["disputeStatus"].as_str(), Some("Pending" | "Responded"));
    let due_by = told_time(&additional["defensePeriodEndsAt"]).filter(|_| additional["defendable"] != "false");
    let reasons = ["chargebackReasonCode", "rfiReasonCode"].map(|name| &additional[name]);
    fields::case(reasons.into_iter().find(|reason| reason.is_string()).unwrap_or(&Value::Null), due_by, answered)
}
