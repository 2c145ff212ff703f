//! What became of a refund: <https://docs.stripe.com/api/refunds/list>.

use super::{
    api::{Api, body},
    is_charge, metadata, refund_status,
};
use crate::request::{Action, MoneyRequest, Outcome};
use app::Error;
use domain::ids::ProviderId;
use serde_json::Value;

/// A payment with more refunds than this many pages of 100 cannot be looked through in the function's time.
const MAX_PAGES: usize = 20;

impl Api {
    /// Looks for a refund among all those of its payment.
    pub(super) async fn find_refund(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let Action::Refund(ours) = request.action() else { return Ok(None) };
        let (field, value) = payment(request.payment);
        let first = self.url(&format!("/v1/refunds?{field}={value}&limit=100"));
        let mut url = first.clone();
        let is_ours = |refund: &&Value| metadata::is_of(refund, request.order, &ours);
        // Only a complete list without the refund proves that there is none. A wrong guess would refund twice.
        let partly = || Error::Outside("Stripe's answer is no whole list of refunds".into());
        for _ in 0..MAX_PAGES {
            let page = self.ask(|| http::Request::get(&url), String::new()).await?;
            if !page.status.is_success() {
                return Err(Error::Outside(format!("Stripe answered {} when asked for refunds", page.status)));
            }
            let page = body(&page);
            let refunds = page["data"].as_array().ok_or_else(partly)?;
            if let Some(found) = refunds.iter().find(is_ours) {
                return outcome(request, found).map(Some);
            }
            if page["has_more"] != true {
                return Ok(None);
            }
            let last = refunds.last().and_then(|refund| refund["id"].as_str()?.parse::<ProviderId>().ok());
            let last = last.ok_or_else(partly)?;
            url = format!("{first}&starting_after={last}");
        }
        Err(partly())
    }
}

/// The field that names a payment: its intent, or a charge without one.
pub(super) fn payment(id: &ProviderId) -> (&'static str, &str) {
    (if is_charge(id) { "charge" } else { "payment_intent" }, id.as_str())
}

/// What a refund says of itself.
pub(super) fn outcome(request: &MoneyRequest<'_>, refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Stripe's answer is no refund".into());
    let id: ProviderId = refund["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let status = refund_status(refund["status"].as_str().ok_or_else(unreadable)?);
    request.refund_made(id.into(), request.amount, status).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests;
