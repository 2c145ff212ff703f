//! What became of a capture or a void: <https://developer.paypal.com/docs/api/payments/v2/#authorizations_capture>.

use super::{
    api::Api,
    facts::{self, Told},
    fields::code,
    order,
};
use crate::request::{MoneyRequest, Outcome};
use app::Error;
use domain::ledger::MoneyFact;
use serde_json::Value;

impl Api {
    /// Looks at the authorization, and at all captures of it.
    pub(super) async fn find_capture(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let Some(authorization) = self.get("/v2/payments/authorizations/", request.payment).await? else {
            return Ok(None); // a capture is captured already, and is never captured again
        };
        let order = self.order_of(&authorization).await?;
        let captures = captures_of(&order, request)?;
        // One that failed captured nothing, so another may be what was asked for.
        let is_done = |capture: &&&Value| !matches!(capture["status"].as_str(), Some("DECLINED" | "FAILED"));
        match (captures.iter().find(is_done), authorization["status"].as_str()) {
            (Some(capture), _) => outcome(capture).map(Some),
            (None, Some("VOIDED" | "EXPIRED")) => Ok(Some(voided(request))),
            (None, Some("CREATED" | "PENDING" | "DENIED")) => Ok(None),
            (None, _) => Err(order::unknown(&authorization, "PayPal does not show all its captures")),
        }
    }
}

/// The captures of the request's authorization in its order.
fn captures_of<'a>(order: &'a Value, request: &MoneyRequest<'_>) -> Result<Vec<&'a Value>, Error> {
    let mut captures = order::all_of(order, "captures")?;
    captures.retain(|capture| facts::authorization(capture).is_none_or(|id| id == *request.payment));
    Ok(captures)
}

/// The authorization was given up.
pub(super) fn voided(request: &MoneyRequest<'_>) -> Outcome {
    Outcome::Made { id: request.payment.to_string(), facts: vec![MoneyFact::Voided] }
}

/// What a capture says of itself. Its own payment is told by PayPal's webhook; here is told what it means for the
/// authorization.
pub(super) fn outcome(capture: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("PayPal's answer is no capture".to_owned());
    let told = facts::of_capture(capture).map_err(|_| unreadable())?;
    let Told { payment: id, fact, .. } = told.into_iter().next().ok_or_else(unreadable)?;
    match fact {
        MoneyFact::Captured(amount) => {
            let fact = MoneyFact::CapturedAs { id: id.to_string(), amount };
            Ok(Outcome::Made { id: id.into(), facts: vec![fact] })
        }
        MoneyFact::Pending { .. } => Ok(Outcome::Begun { id: id.into() }),
        MoneyFact::Failed(why) => Ok(Outcome::Refused(code(Some(&why)))),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests;
