//! The client of Adyen's Checkout API: <https://docs.adyen.com/api-explorer/Checkout/latest/overview>.

use super::MERCHANT_ACCOUNT;
use crate::{client::Client, listing::Page, webhook::ReportedEvent};
use app::Error;
use domain::{books::MovementKind, ids::ProviderId};
use http::request::Builder;
use jiff::Timestamp;
use runtime::{Answer, Aws, Clock, ConfigError, Secret};
use std::ops::Range;

/// The version that this code was written for.
const VERSION: &str = "v72";

/// The API of a merchant account at Adyen.
#[derive(Debug)]
pub struct Api {
    client: Client,
    pub(super) merchant_account: String,
}

impl Api {
    /// Needs `ADYEN_API_URL`, `ADYEN_API_KEY` and `ADYEN_MERCHANT_ACCOUNT`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "ADYEN_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("ADYEN_API_URL")?, key, &runtime::variable(MERCHANT_ACCOUNT)?))
    }

    /// `url` goes without the version: `https://checkout-test.adyen.com`, or
    /// `https://PREFIX-checkout-live.adyenpayments.com/checkout` with the prefix of the company account.
    pub fn new(aws: &Aws, url: &str, key: Secret, merchant_account: &str) -> Self {
        Self { client: Client::new("Adyen", aws, url, key), merchant_account: merchant_account.to_owned() }
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.client.ready().await
    }

    /// See [`ApiClient::payment`](crate::ApiClient::payment). Adyen shows no payment to a program: its webhook is the
    /// only word, and Adyen repeats it for 30 days until it is taken. So nothing is known here.
    #[allow(clippy::unused_async, clippy::unused_self)] // others ask
    pub async fn payment(&self, _: &ProviderId, _: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        Ok(Vec::new())
    }

    /// See [`ApiClient::lists`](crate::ApiClient::lists). Adyen has no list that a program can ask for: its settlement
    /// reports are files.
    #[allow(clippy::unused_self)] // others look at their settings
    pub fn lists(&self) -> &'static [MovementKind] {
        &[]
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). There is no list.
    #[allow(clippy::unused_async, clippy::unused_self)] // others ask
    pub async fn listed(&self, _: &Range<Timestamp>, _: Option<&str>) -> Result<Page, Error> {
        Ok(Page::default())
    }

    /// The URL of an operation on a payment.
    pub(super) fn url(&self, payment: &ProviderId, operation: &str) -> String {
        self.client.url(&format!("/{VERSION}/payments/{payment}/{operation}"))
    }

    pub(super) async fn ask(&self, request: impl Fn() -> Builder, body: &str) -> Result<Answer, Error> {
        self.client.ask(|key| request().header("X-API-Key", key), body).await
    }
}
