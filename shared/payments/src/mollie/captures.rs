//! What became of a capture (<https://docs.mollie.com/reference/list-captures>) or of a void.

use super::{api::Api, metadata};
use crate::request::{Action, MoneyRequest, Outcome};
use app::Error;
use domain::{
    ids::ProviderId,
    ledger::{MoneyFact, PartStatus},
};
use serde_json::Value;

impl Api {
    /// Looks for a capture among all those of its payment. If somebody else has captured the payment, or given it up, that
    /// is the outcome as well.
    pub(super) async fn find_capture(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        if let Action::Capture(_) = request.action() {
            let path = format!("/v2/payments/{}/captures", request.payment);
            let found = self.find_in(&path, "captures", |capture| metadata::is_of(capture, request)).await?;
            if let Some(capture) = found {
                return self.capture_outcome(request, &capture).await.map(Some);
            }
        }
        let facts = self.facts_of(request.payment).await?;
        Ok(facts.iter().any(is_over).then(|| Outcome::Made { id: request.payment.to_string(), facts }))
    }

    /// What a capture says of itself.
    pub(super) async fn capture_outcome(&self, request: &MoneyRequest<'_>, capture: &Value) -> Result<Outcome, Error> {
        let unreadable = || Error::Outside("Mollie's answer is no capture".into());
        let id: ProviderId = capture["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
        let id = String::from(id);
        match capture["status"].as_str() {
            Some("succeeded") => {
                self.release_rest(request).await;
                let status = PartStatus::Succeeded;
                let fact = MoneyFact::CapturePart { id: id.clone(), amount: request.amount, status };
                Ok(Outcome::Made { id, facts: vec![fact] })
            }
            Some("failed") => Ok(Outcome::Refused("capture_failed".to_owned())),
            _ => Ok(Outcome::Begun { id }),
        }
    }

    /// What became of a void that Mollie has accepted. It asks the customer's bank, and the payment tells the answer.
    pub(super) async fn void_outcome(&self, request: &MoneyRequest<'_>) -> Outcome {
        let id = request.payment.to_string();
        match self.facts_of(request.payment).await {
            Ok(facts) if facts.iter().any(is_over) => Outcome::Made { id, facts },
            _ => Outcome::Begun { id },
        }
    }

    /// Gives up what a capture has left. With some methods Mollie would let it be captured later, and the customer's bank
    /// would hold it until then. If this fails, the hold ends by itself.
    async fn release_rest(&self, request: &MoneyRequest<'_>) {
        let release = async {
            let payment = self.fetch(request.payment).await?;
            if payment.is_some_and(|payment| payment["status"] == "authorized") {
                let answer = self.release(request).await?;
                if !answer.status.is_success() {
                    return Err(Error::Outside(format!("Mollie answered {}", answer.status)));
                }
            }
            Ok(())
        };
        if let Err(error) = release.await {
            tracing::warn!(payment = %request.payment, %error, "the rest of an authorization is held until it ends");
        }
    }
}

/// Whether the payment is captured, or given up.
fn is_over(fact: &MoneyFact) -> bool {
    matches!(fact, MoneyFact::Voided) || fact.is_capture()
}

#[cfg(test)]
mod tests;
