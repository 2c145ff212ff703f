//! The client of Stripe's API: <https://docs.stripe.com/api>.

use app::Error;
use http::{header, request::Builder};
use runtime::{Answer, Aws, Clock, ConfigError, Secret, client::Client};

pub(super) use runtime::client::json as body;

/// The API of a Stripe account.
#[derive(Debug)]
pub struct Api {
    client: Client,
    /// Whether payments of connected accounts are taken too.
    has_accounts: bool,
}

impl Api {
    /// Needs `STRIPE_API_URL` and `STRIPE_API_KEY`, and takes `STRIPE_ACCOUNTS`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "STRIPE_API_KEY")?;
        let has_accounts = runtime::optional("STRIPE_ACCOUNTS").is_some_and(|accounts| !accounts.trim().is_empty());
        Ok(Self { has_accounts, ..Self::new(aws, &runtime::variable("STRIPE_API_URL")?, key) })
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self { client: Client::new("Stripe", aws, url, key), has_accounts: false }
    }

    pub(super) fn has_accounts(&self) -> bool {
        self.has_accounts
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.client.ready().await
    }

    /// The URL of a path, which may have a query.
    pub(super) fn url(&self, path: &str) -> String {
        self.client.url(path)
    }

    pub(super) async fn ask(&self, request: impl Fn() -> Builder, body: String) -> Result<Answer, Error> {
        self.client.ask(|key| request().header(header::AUTHORIZATION, format!("Bearer {key}")), &body).await
    }
}

#[cfg(test)]
pub(super) mod tests;
