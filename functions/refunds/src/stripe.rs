//! Stripe's refunds: <https://docs.stripe.com/api/refunds/create>.

use app::Error;
use domain::{
    ids::{OrderId, ProviderId, RefundId},
    ledger::RefundStatus,
    money::Amount,
    safeguards::Safeguard,
};
use http::{StatusCode, header};
use runtime::{Answer, Aws, Web};
use serde_json::Value;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Stripe's own libraries wait 80 s; five refunds one after the other must fit the function's 60 s.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A Stripe account.
#[derive(Debug)]
pub struct Stripe {
    web: Web,
    url: String,
    /// None until it is read, and again when Stripe does not know it any more.
    key: Mutex<Option<ApiKey>>,
}

/// Never printed.
#[derive(Clone)]
pub(crate) struct ApiKey(String);

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// A refund to be made.
#[derive(Debug)]
pub(crate) struct RefundRequest<'a> {
    /// `pi_…`, or `ch_…` for a charge without an intent.
    pub payment: &'a str,
    /// As Stripe counts it.
    pub amount: Amount,
    pub refund: &'a RefundId,
    pub attempt: u32,
    pub order: &'a OrderId,
}

/// What became of it. An unknown outcome is an error: the same key is tried again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Made {
        id: String,
        status: RefundStatus,
    },
    /// Stripe will not make it, now or later, with the reason's code.
    Refused(String),
}

impl RefundRequest<'_> {
    /// Derived, so that every retry of this attempt is the same request to Stripe.
    fn idempotency_key(&self) -> String {
        format!("refund:{}:{}:{}", self.order, self.refund, self.attempt)
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        let payment = if self.payment.starts_with("ch_") { "charge" } else { "payment_intent" };
        vec![
            (payment, self.payment.to_owned()),
            ("amount", self.amount.to_string()),
            ("reason", "requested_by_customer".to_owned()),
            ("metadata[order_id]", self.order.to_string()),
            ("metadata[orderly_refund]", self.refund.to_string()),
            ("metadata[orderly_attempt]", self.attempt.to_string()),
        ]
    }
}

impl Stripe {
    pub fn new(aws: &Aws, url: &str) -> Self {
        Self { web: aws.web(TIMEOUT), url: url.trim_end_matches('/').to_owned(), key: Mutex::default() }
    }

    fn key(&self) -> MutexGuard<'_, Option<ApiKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has a key that Stripe has not refused.
    pub(crate) fn has_key(&self) -> bool {
        self.key().is_some()
    }

    /// The key, for those who cannot go on without.
    pub(crate) fn known_key(&self) -> Result<ApiKey, Error> {
        self.key().clone().ok_or_else(|| Error::Outside("Stripe's API key is not known".into()))
    }

    pub fn use_key(&self, key: &str) {
        *self.key() = Some(ApiKey(key.to_owned()));
    }

    /// Asks for the refund.
    pub(crate) async fn refund(&self, request: &RefundRequest<'_>) -> Result<Outcome, Error> {
        let post = http::Request::post(format!("{}/v1/refunds", self.url))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(idempotency_header(), request.idempotency_key());
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(request.form()).finish();
        let (status, answer) = self.ask(post, form).await?;
        if status.is_success() {
            return outcome(&answer);
        }
        let code = answer["error"]["code"].as_str().or_else(|| answer["error"]["type"].as_str()).unwrap_or("unknown");
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
        match status {
            // The key is being worked on by another request, or there are too many; 401 and 403 say that our API
            // key is wrong, which an operator mends. None of these decides about the refund.
            StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Error::Outside(format!("Stripe answered {status} ({code})")))
            }
            // The key was used before, with other parameters (another version of this function?): what was made
            // under it counts, and nothing may be made beside it.
            _ if answer["error"]["type"] == "idempotency_error" => match self.find(request).await? {
                Some(found) => Ok(found),
                None => Err(Error::Outside("Stripe knows the key, and no such refund".to_owned())),
            },
            _ if status.is_client_error() => Ok(Outcome::Refused(code)),
            _ => Err(Error::Outside(format!("Stripe answered {status}"))),
        }
    }

    /// Looks for the refund among those of the payment.
    pub(crate) async fn find(&self, request: &RefundRequest<'_>) -> Result<Option<Outcome>, Error> {
        let (field, value) = request.form().swap_remove(0);
        let get = http::Request::get(format!("{}/v1/refunds?{field}={value}&limit=100", self.url));
        let (status, answer) = self.ask(get, String::new()).await?;
        if !status.is_success() {
            return Err(Error::Outside(format!("Stripe answered {status} when asked for refunds")));
        }
        let is_ours = |refund: &&Value| {
            let metadata = |name: &str| refund["metadata"][name].as_str();
            metadata("orderly_refund") == Some(request.refund.as_str())
                && metadata("orderly_attempt") == Some(&request.attempt.to_string())
                && metadata("order_id") == Some(request.order.as_str())
        };
        // Only a whole list without it says that there is none; asking again would refund twice.
        let partly = || Error::Outside("Stripe's answer is no whole list of refunds".into());
        let refunds = answer["data"].as_array().ok_or_else(partly)?;
        match refunds.iter().find(is_ours) {
            Some(found) => outcome(found).map(Some),
            None if answer["has_more"] == true => Err(partly()),
            None => Ok(None),
        }
    }

    async fn ask(&self, request: http::request::Builder, body: String) -> Result<(StatusCode, Value), Error> {
        let ApiKey(key) = self.known_key()?;
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}")).body(body.into_bytes());
        let unmade =
            |_| Error::Outside("no request to Stripe can be made: STRIPE_API_URL or its key is malformed".into());
        let request = request.map_err(unmade)?;
        let answer = self.web.send(request).await;
        let Answer { status, body } = answer.map_err(|e| Error::Outside(format!("Stripe: {e}")))?;
        if status == StatusCode::UNAUTHORIZED {
            *self.key() = None; // it was rolled
        }
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

fn idempotency_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "Idempotency-Key" }
}

fn outcome(refund: &Value) -> Result<Outcome, Error> {
    let unreadable = || Error::Outside("Stripe's answer is no refund".into());
    let id: ProviderId = refund["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let status = match refund["status"].as_str().ok_or_else(unreadable)? {
        "succeeded" => RefundStatus::Succeeded,
        "failed" | "canceled" => RefundStatus::Failed,
        _ => RefundStatus::Pending,
    };
    Ok(Outcome::Made { id: id.into(), status })
}

#[cfg(test)]
mod tests;
