//! Stripe's refunds: <https://docs.stripe.com/api/refunds/create>.

use super::{metadata, refund_status, units};
use crate::refund::{Outcome, RefundRequest};
use app::Error;
use domain::{ids::ProviderId, money::Amount, safeguards::Safeguard};
use http::{StatusCode, header};
use runtime::{Answer, Aws, Clock, ConfigError, Secret, SecretValue, Web};
use serde_json::Value;
use std::time::Duration;

/// Stripe's own libraries wait 80 s. Five refunds in a row must fit the function's 60 s.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The refunds of a Stripe account.
#[derive(Debug)]
pub struct Refunds {
    web: Web,
    url: String,
    key: Secret,
}

impl Refunds {
    /// Needs `STRIPE_API_URL` and `STRIPE_API_KEY`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "STRIPE_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("STRIPE_API_URL")?, key))
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { web: aws.web(TIMEOUT), url: url.trim_end_matches('/').to_owned(), key }
    }

    /// See [`RefundClient::ready`](crate::RefundClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.known_key().await.map(drop)
    }

    async fn known_key(&self) -> Result<SecretValue, Error> {
        self.key.value().await.map_err(|e| Error::Outside(format!("Stripe's API key is not known: {e}")))
    }

    /// See [`RefundClient::refund`](crate::RefundClient::refund).
    pub async fn refund(&self, request: &RefundRequest<'_>) -> Result<Outcome, Error> {
        let Some(amount) = units(request.currency).to_provider(request.amount) else {
            return Ok(RefundRequest::too_precise());
        };
        let url = format!("{}/v1/refunds", self.url);
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form(request, amount)).finish();
        let post = || {
            http::Request::post(&url)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(idempotency_header(), request.idempotency_key())
        };
        let (status, answer) = self.ask(post, form).await?;
        if status.is_success() {
            return outcome(&answer);
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
            // made under it counts, and no second one may be made.
            _ if answer["error"]["type"] == "idempotency_error" => match self.find(request).await? {
                Some(found) => Ok(found),
                None => Err(Error::Outside("Stripe knows the key, and no such refund".to_owned())),
            },
            _ if status.is_client_error() => Ok(Outcome::Refused(code)),
            _ => Err(Error::Outside(format!("Stripe answered {status}"))),
        }
    }

    /// See [`RefundClient::find`](crate::RefundClient::find).
    pub async fn find(&self, request: &RefundRequest<'_>) -> Result<Option<Outcome>, Error> {
        let (field, value) = payment(request.payment);
        let url = format!("{}/v1/refunds?{field}={value}&limit=100", self.url);
        let get = || http::Request::get(&url);
        let (status, answer) = self.ask(get, String::new()).await?;
        if !status.is_success() {
            return Err(Error::Outside(format!("Stripe answered {status} when asked for refunds")));
        }
        let is_ours = |refund: &&Value| metadata::is_of(refund, request);
        // Only a complete list without the refund proves that there is none. A wrong guess would refund twice.
        let partly = || Error::Outside("Stripe's answer is no whole list of refunds".into());
        let refunds = answer["data"].as_array().ok_or_else(partly)?;
        match refunds.iter().find(is_ours) {
            Some(found) => outcome(found).map(Some),
            None if answer["has_more"] == true => Err(partly()),
            None => Ok(None),
        }
    }

    /// Asks with the known key. If Stripe rejects it, the key may have been rolled, so a newer one is tried once.
    async fn ask(
        &self,
        request: impl Fn() -> http::request::Builder,
        body: String,
    ) -> Result<(StatusCode, Value), Error> {
        let key = self.known_key().await?;
        let answer = self.ask_with(&key, request(), &body).await?;
        if answer.0 == StatusCode::UNAUTHORIZED
            && let Ok(Some(newer)) = self.key.renewed(&key).await
        {
            return self.ask_with(&newer, request(), &body).await;
        }
        Ok(answer)
    }

    async fn ask_with(
        &self,
        key: &SecretValue,
        request: http::request::Builder,
        body: &str,
    ) -> Result<(StatusCode, Value), Error> {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", key.expose()));
        let unmade =
            |_| Error::Outside("no request to Stripe can be made: STRIPE_API_URL or its key is malformed".into());
        let request = request.body(body.to_owned().into_bytes()).map_err(unmade)?;
        let answer = self.web.send(request).await;
        let Answer { status, body } = answer.map_err(|e| Error::Outside(format!("Stripe: {e}")))?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

fn idempotency_header() -> &'static str {
    if Safeguard::RefundIdempotencyKey.is_off() { "X-None" } else { "Idempotency-Key" }
}

/// The field that names a payment: `pi_…`, or `ch_…` for a charge without an intent.
fn payment(id: &ProviderId) -> (&'static str, &str) {
    (if id.as_str().starts_with("ch_") { "charge" } else { "payment_intent" }, id.as_str())
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
