//! What became of a capture or a void: <https://developer.paypal.com/docs/api/payments/v2/#authorizations_capture>.

use super::{
    api::Api,
    facts::{self, Told},
    fields::code,
    order,
};
use crate::request::{MoneyRequest, Outcome};
use app::Error;
use domain::{ledger::MoneyFact, money::Amount};
use serde_json::Value;

impl Api {
    /// Looks at the authorization, and at all captures of it.
    pub(super) async fn find_capture(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let Some(authorization) = self.get("/v2/payments/authorizations/", request.payment).await? else {
            return Ok(None); // a capture is captured already, and is never captured again
        };
        let order = self.order_of(&authorization).await?;
        let status = authorization["status"].as_str().unwrap_or_default();
        let Captured { total, pending, last, mut facts } = captured(&captures_of(&order, request)?)?;
        let found = last.unwrap_or_else(|| request.payment.to_string());
        if matches!(status, "VOIDED" | "EXPIRED") {
            facts.push(MoneyFact::Voided);
        }
        match (status, pending) {
            // Whoever did it. If another capture is pending, its own webhook tells what becomes of it.
            _ if request.is_captured_by(total) => Ok(Some(Outcome::Made { id: found, facts })),
            (_, Some(id)) => Ok(Some(Outcome::BegunAsPayment { id })),
            ("VOIDED" | "EXPIRED", None) => Ok(Some(Outcome::Made { id: found, facts })),
            ("CAPTURED", None) if total > 0 => Ok(Some(Outcome::Made { id: found, facts })),
            ("PARTIALLY_CAPTURED", None) if total > 0 => Ok(None),
            ("CREATED" | "PENDING" | "DENIED", None) => Ok(None),
            _ => Err(order::unknown(&authorization, "PayPal does not show all its captures")),
        }
    }
}

/// What was captured of an authorization.
#[derive(Default)]
struct Captured {
    total: Amount,
    /// A capture that PayPal is still at.
    pending: Option<String>,
    /// The last one that is done.
    last: Option<String>,
    facts: Vec<MoneyFact>,
}

fn captured(captures: &[&Value]) -> Result<Captured, Error> {
    let mut all = Captured::default();
    for capture in captures {
        match outcome(capture)? {
            Outcome::Made { id, facts } => {
                all.total += facts.iter().map(amount_of).sum::<Amount>();
                all.last = Some(id);
                all.facts.extend(facts);
            }
            Outcome::Begun { id } | Outcome::BegunAsPayment { id } => all.pending = Some(id),
            // It captured nothing, so another may be what was asked for.
            Outcome::Refused(_) | Outcome::NotMade(_) => {}
        }
    }
    Ok(all)
}

fn amount_of(fact: &MoneyFact) -> Amount {
    match fact {
        MoneyFact::CapturedAs { amount, .. } => *amount,
        _ => 0,
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
            let fact = facts::captured_as(capture, &id, amount);
            Ok(Outcome::Made { id: id.into(), facts: vec![fact] })
        }
        MoneyFact::Pending { .. } => Ok(Outcome::BegunAsPayment { id: id.into() }),
        MoneyFact::Failed(why) => Ok(Outcome::Refused(code(Some(&why)))),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests;
