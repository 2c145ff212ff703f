//! What became of a refund: <https://developer.paypal.com/docs/api/payments/v2/#captures_refund>.

use super::{
    api::Api,
    custom_id,
    fields::{money, up},
    order, refund_status,
};
use crate::request::{Action, MoneyRequest, Outcome};
use app::Error;
use serde_json::{Value, json};

impl Api {
    /// Looks for a refund among all those of its capture.
    pub(super) async fn find_refund(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        let Action::Refund(ours) = request.action() else { return Ok(None) };
        let Some(capture) = self.get("/v2/payments/captures/", request.payment).await? else {
            return match self.get("/v2/payments/authorizations/", request.payment).await? {
                Some(_) => Ok(None), // an authorization has no refunds
                None => {
                    Err(order::unknown(&json!({ "id": request.payment.as_str() }), "PayPal does not show the payment"))
                }
            };
        };
        let order = self.order_of(&capture).await?;
        let written = custom_id::of_refund(request.order, &ours);
        let refunds = order::all_of(&order, "refunds")?;
        let is_written = |refund: &&&Value| written.is_some() && refund["custom_id"].as_str() == written.as_deref();
        if let Some(found) = refunds.iter().find(is_written) {
            return outcome(request, found).map(Some);
        }
        // Only a complete list without the refund proves that there is none. A wrong guess would refund twice.
        let of_others = |refund: &&&Value| {
            let is_named = refund["custom_id"].as_str().is_some_and(|text| !text.is_empty());
            let other = money(refund, "amount").is_ok_and(|money| money.amount != request.amount);
            is_named || other
        };
        let own: Vec<_> = refunds
            .iter()
            .filter(|refund| up(refund, "v2/payments/captures").is_none_or(|id| id == *request.payment))
            .collect();
        if own.iter().any(|refund| !of_others(refund)) {
            return Err(order::unknown(
                &capture,
                "PayPal shows a refund of this amount that does not tell whose it is",
            ));
        }
        match capture["status"].as_str() {
            Some("PARTIALLY_REFUNDED" | "REFUNDED") if own.is_empty() => {
                Err(order::unknown(&capture, "PayPal does not show all its refunds"))
            }
            Some("PARTIALLY_REFUNDED" | "REFUNDED" | "COMPLETED" | "PENDING" | "DECLINED" | "FAILED") => Ok(None),
            _ => Err(order::unknown(&capture, "PayPal's answer is no capture")),
        }
    }
}

/// What a refund says of itself.
pub(super) fn outcome(request: &MoneyRequest<'_>, refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("PayPal's answer is no refund".into());
    let id = super::fields::id(refund, "id").map_err(|_| unreadable())?;
    let status = refund["status"].as_str().and_then(refund_status).ok_or_else(unreadable)?;
    request.refund_made(id.into(), request.amount, status).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests;
