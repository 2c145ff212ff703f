//! The client of Stripe's API: <https://docs.stripe.com/api>.

use app::Error;
use http::{StatusCode, header, request::Builder};
use runtime::{Answer, Aws, Clock, ConfigError, Secret, SecretValue, Web};
use serde_json::Value;
use std::time::Duration;

/// Stripe's own libraries wait 80 s. Five refunds in a row must fit the function's 60 s.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The API of a Stripe account.
#[derive(Debug)]
pub struct Api {
    web: Web,
    url: String,
    key: Secret,
}

impl Api {
    /// Needs `STRIPE_API_URL` and `STRIPE_API_KEY`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "STRIPE_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("STRIPE_API_URL")?, key))
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { web: aws.web(TIMEOUT), url: url.trim_end_matches('/').to_owned(), key }
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.known_key().await.map(drop)
    }

    async fn known_key(&self) -> Result<SecretValue, Error> {
        self.key.value().await.map_err(|e| Error::Outside(format!("Stripe's API key is not known: {e}")))
    }

    /// The URL of a path, which may have a query.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks with the known key. If Stripe rejects it, the key may have been rolled, so a newer one is tried once.
    pub(super) async fn ask(&self, request: impl Fn() -> Builder, body: String) -> Result<Answer, Error> {
        let key = self.known_key().await?;
        let answer = self.ask_with(&key, request(), &body).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Ok(Some(newer)) = self.key.renewed(&key).await
        {
            return self.ask_with(&newer, request(), &body).await;
        }
        Ok(answer)
    }

    async fn ask_with(&self, key: &SecretValue, request: Builder, body: &str) -> Result<Answer, Error> {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", key.expose()));
        let unmade =
            |_| Error::Outside("no request to Stripe can be made: STRIPE_API_URL or its key is malformed".into());
        let request = request.body(body.to_owned().into_bytes()).map_err(unmade)?;
        self.web.send(request).await.map_err(|e| Error::Outside(format!("Stripe: {e}")))
    }
}

/// The answer's JSON. Null if it has none.
pub(super) fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests;
