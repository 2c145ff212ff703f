//! What became of a capture or a void.

use super::{
    api::{Api, body},
    facts, is_charge,
};
use crate::request::{Action, MoneyRequest, Outcome};
use app::Error;
use domain::ledger::MoneyFact;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

impl Api {
    /// Looks at the payment: how much of it is captured, and whether it is given up.
    pub(super) async fn find_capture(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let objects = if is_charge(request.payment) { "charges" } else { "payment_intents" };
        let url = self.url(&format!("/v1/{objects}/{}", request.payment));
        let answer = self.ask(|| http::Request::get(&url), String::new()).await?;
        match answer.status {
            StatusCode::OK => outcome(request, &body(&answer)),
            status => Err(Error::Outside(format!("Stripe answered {status} when asked for a payment"))),
        }
    }
}

/// What an intent or a charge says of a capture or a void. None: nothing yet.
pub(super) fn outcome(request: &MoneyRequest<'_>, object: &Value) -> Result<Option<Outcome>, Error> {
    let unreadable = |_| Error::Outside("Stripe's answer is no payment".to_owned());
    let never = Timestamp::UNIX_EPOCH;
    let facts = match object["object"].as_str() {
        Some("charge") => facts::of_charge(object, never, never),
        // The refund of a charge that was not captured.
        Some("refund") => Ok(vec![(never, MoneyFact::Voided)]),
        _ => facts::of_intent(object, never, never),
    };
    let facts: Vec<MoneyFact> = facts.map_err(unreadable)?.into_iter().map(|(_, fact)| fact).collect();
    let is_open = object["status"] == "requires_capture";
    let is_decided = |fact: &MoneyFact| match fact {
        MoneyFact::Captured(total) => request.is_captured_by(*total) || (*total > 0 && !is_open),
        MoneyFact::Voided => true,
        _ => false,
    };
    debug_assert!(!matches!(request.action(), Action::Refund(_)));
    // Whichever of the two it is: the facts tell whether it is what was asked for.
    Ok(facts.iter().any(is_decided).then(|| Outcome::Made { id: request.payment.to_string(), facts }))
}

#[cfg(test)]
mod tests;
