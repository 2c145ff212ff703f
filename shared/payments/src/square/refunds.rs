//! Refunds: <https://developer.squareup.com/docs/payments-api/refund-payments>.

use super::{
    answer::refusal,
    api::{Api, body},
    fields::{amount, optional_amount},
    key, reason, refund_status,
};
use crate::request::{MoneyRequest, Outcome, Reply};
use app::Error;
use domain::{
    ids::{OrderId, ProviderId},
    ledger::OurRefund,
};
use http::StatusCode;
use serde_json::{Value, json};

/// Square makes at most 20 refunds of a payment. More than twice as many cannot be looked at in the function's time.
const MAX_REFUNDS: usize = 50;

impl Api {
    pub(super) async fn refund(&self, request: &MoneyRequest<'_>, ours: &OurRefund) -> Result<Reply, Error> {
        let asked = json!({
            "idempotency_key": key::of(request),
            "payment_id": request.payment,
            "amount_money": { "amount": request.amount, "currency": request.currency },
            "reason": reason::write(request.order, ours),
        });
        let answer = self.post("/v2/refunds", &asked).await?;
        if !answer.status.is_success() {
            return refusal(&answer);
        }
        outcome(request, &body(&answer)["refund"]).map(Reply::Decided)
    }

    /// Looks for a refund among all those of its payment. The list of all refunds would hold those of the whole
    /// account.
    pub(super) async fn find_refund(
        &self,
        request: &MoneyRequest<'_>,
        ours: &OurRefund,
    ) -> Result<Option<Outcome>, Error> {
        let payment = self.known_payment(request.payment).await?;
        // Only a complete list without the refund proves that there is none. A wrong guess would refund twice.
        let partly = || Error::Outside("Square's answer is no whole list of refunds".into());
        let refunds = match &payment["refund_ids"] {
            Value::Null => &[],
            Value::Array(ids) => ids.as_slice(),
            _ => return Err(partly()),
        };
        if refunds.len() > MAX_REFUNDS {
            return Err(partly());
        }
        let mut listed = 0;
        for id in refunds {
            let id: ProviderId = id.as_str().and_then(|id| id.parse().ok()).ok_or_else(partly)?;
            let refund = self.known_refund(&id).await?;
            if is_of(&refund, request.order, ours) {
                return outcome(request, &refund).map(Some);
            }
            listed += amount(&refund, "amount_money").map_err(|_| partly())?;
        }
        let refunded = optional_amount(&payment, "refunded_money").map_err(|_| partly())?.unwrap_or(0);
        if refunded > listed { Err(partly()) } else { Ok(None) }
    }

    async fn known_refund(&self, id: &ProviderId) -> Result<Value, Error> {
        let answer = self.get(&format!("/v2/refunds/{id}")).await?;
        let refund = body(&answer)["refund"].clone();
        match answer.status {
            StatusCode::OK if refund["id"] == id.as_str() => Ok(refund),
            StatusCode::OK => Err(Error::Outside("Square's answer is another refund".to_owned())),
            status => Err(Error::Outside(format!("Square answered {status} when asked for a refund"))),
        }
    }
}

/// Whether a refund is this attempt at Orderly's.
fn is_of(refund: &Value, order: Option<&OrderId>, ours: &OurRefund) -> bool {
    refund["reason"] == reason::write(order, ours)
}

/// What a refund says of itself.
fn outcome(request: &MoneyRequest<'_>, refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Square's answer is no refund of this payment".into());
    if refund["payment_id"] != request.payment.as_str() {
        return Err(unreadable());
    }
    let id: ProviderId = refund["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let status = refund["status"].as_str().and_then(refund_status).ok_or_else(unreadable)?;
    request.refund_made(id.into(), request.amount, status).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests;
