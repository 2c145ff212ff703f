//! What became of a refund: <https://docs.mollie.com/reference/list-refunds>.

use super::{api::Api, metadata, refund_status};
use crate::request::{MoneyRequest, Outcome};
use app::Error;
use domain::ids::ProviderId;
use serde_json::Value;

impl Api {
    /// Looks for a refund among all those of its payment.
    pub(super) async fn find_refund(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let path = format!("/v2/payments/{}/refunds", request.payment);
        let found = self.find_in(&path, "refunds", |refund| metadata::is_of(refund, request)).await?;
        found.map(|refund| outcome(request, &refund)).transpose()
    }
}

/// What a refund says of itself.
pub(super) fn outcome(request: &MoneyRequest<'_>, refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Mollie's answer is no refund".into());
    let id: ProviderId = refund["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let status = refund_status(refund["status"].as_str().ok_or_else(unreadable)?);
    request.refund_made(id.into(), request.amount, status).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests;
