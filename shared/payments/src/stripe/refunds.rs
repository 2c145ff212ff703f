//! Stripe's refunds: <https://docs.stripe.com/api/refunds/create>.

use super::{
    api::{Api, body},
    is_charge, metadata, refund_status, units,
};
use crate::refund::{Outcome, RefundRequest, Reply};
use app::Error;
use domain::{ids::ProviderId, money::Amount, safeguards::Safeguard};
use http::{StatusCode, header};
use serde_json::Value;

/// Stripe marks an answer that it has stored for a key: <https://docs.stripe.com/api/idempotent_requests>.
const REPLAYED: &str = "idempotent-replayed";

/// A payment with more refunds than this many pages of 100 cannot be looked through in the function's time.
const MAX_PAGES: usize = 20;

impl Api {
    /// See [`ApiClient::refund`](crate::ApiClient::refund).
    pub async fn refund(&self, request: &RefundRequest<'_>) -> Result<Reply, Error> {
        let Some(amount) = units(request.currency).to_provider(request.amount) else {
            return Ok(RefundRequest::too_precise());
        };
        let url = self.url("/v1/refunds");
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form(request, amount)).finish();
        let post = || {
            http::Request::post(&url)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(idempotency_header(), request.idempotency_key())
        };
        let reply = self.ask(post, form).await?;
        let (status, answer) = (reply.status, body(&reply));
        if status.is_success() {
            return outcome(&answer).map(Reply::Decided);
        }
        let code = answer["error"]["code"].as_str().or_else(|| answer["error"]["type"].as_str()).unwrap_or("unknown");
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
        match status {
            // Another request is using the key, or there are too many requests. 401 and 403 mean that our API key is
            // wrong, which an operator can fix. None of these decides about the refund.
            StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Error::Outside(format!("Stripe answered {status} ({code})")))
            }
            // The key was used before with other parameters, perhaps by another version of this function. The refund
            // made under it counts, and this request will never be answered otherwise.
            _ if answer["error"]["type"] == "idempotency_error" => {
                Ok(Reply::Failed { why: "Stripe knows the key with other parameters".to_owned(), for_good: true })
            }
            _ if status.is_client_error() => Ok(Reply::Decided(Outcome::Refused(code))),
            _ if status.is_server_error() => {
                let for_good = reply.header(REPLAYED) == Some("true");
                Ok(Reply::Failed { why: format!("Stripe answered {status}"), for_good })
            }
            _ => Err(Error::Outside(format!("Stripe answered {status}"))),
        }
    }

    /// See [`ApiClient::find`](crate::ApiClient::find).
    pub async fn find(&self, request: &RefundRequest<'_>) -> Result<Option<Outcome>, Error> {
        let (field, value) = payment(request.payment);
        let first = self.url(&format!("/v1/refunds?{field}={value}&limit=100"));
        let mut url = first.clone();
        let is_ours = |refund: &&Value| metadata::is_of(refund, request);
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
                return outcome(found).map(Some);
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

fn idempotency_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "Idempotency-Key" }
}

/// The field that names a payment: its intent, or a charge without one.
fn payment(id: &ProviderId) -> (&'static str, &str) {
    (if is_charge(id) { "charge" } else { "payment_intent" }, id.as_str())
}

/// The parameters of a refund. `amount` is in Stripe's units.
fn form(request: &RefundRequest<'_>, amount: Amount) -> Vec<(String, String)> {
    let (field, id) = payment(request.payment);
    let fields = [(field, id), ("amount", &amount.to_string()), ("reason", "requested_by_customer")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    fields.into_iter().chain(metadata::form(request)).collect()
}

fn outcome(refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Stripe's answer is no refund".into());
    let id: ProviderId = refund["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let status = refund_status(refund["status"].as_str().ok_or_else(unreadable)?);
    Ok(Outcome::Made { id: id.into(), status })
}

#[cfg(test)]
mod tests;
