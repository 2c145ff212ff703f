//! The client of Adyen's Checkout API: <https://docs.adyen.com/api-explorer/Checkout/latest/overview>.

use super::{MERCHANT_ACCOUNT, captures::Captures, reports::Reports};
use crate::webhook::ReportedEvent;
use app::Error;
use domain::ids::ProviderId;
use http::request::Builder;
use jiff::Timestamp;
use runtime::{Answer, Aws, Clock, ConfigError, Secret, client::Client};

/// The version that this code was written for.
const VERSION: &str = "v72";

/// The API of a merchant account at Adyen.
#[derive(Debug)]
pub struct Api {
    client: Client,
    pub(super) merchant_account: String,
    /// None: the books are not compared. (In a box, since few shops have reports.)
    pub(super) reports: Option<Box<Reports>>,
}

impl Api {
    /// Needs `ADYEN_API_URL`, `ADYEN_API_KEY` and `ADYEN_MERCHANT_ACCOUNT`. Takes `ADYEN_REPORTS_URL`, which needs
    /// `ADYEN_REPORT_KEY` and `ADYEN_CAPTURES`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "ADYEN_API_KEY")?;
        let own = Self::new(aws, &runtime::variable("ADYEN_API_URL")?, key, &runtime::variable(MERCHANT_ACCOUNT)?);
        let Some(url) = runtime::optional("ADYEN_REPORTS_URL") else { return Ok(own) };
        // Nobody but Adyen could have written a report, so its payment methods are proven.
        let (key, captures) = (Secret::new(aws, clock, "ADYEN_REPORT_KEY")?, Captures::from_env(true)?);
        Ok(own.with_reports(aws, &url, key, captures))
    }

    /// `url` goes without the version: `https://checkout-test.adyen.com`, or
    /// `https://PREFIX-checkout-live.adyenpayments.com/checkout` with the prefix of the company account.
    pub fn new(aws: &Aws, url: &str, key: Secret, merchant_account: &str) -> Self {
        let client = Client::new("Adyen", aws, url, key);
        Self { client, merchant_account: merchant_account.to_owned(), reports: None }
    }

    /// The same, with reports that the books are compared with. `url` is `https://ca-test.adyen.com` or
    /// `https://ca-live.adyen.com`, and `key` the report user's.
    pub fn with_reports(self, aws: &Aws, url: &str, key: Secret, captures: Captures) -> Self {
        let reports = Reports::new(aws, url, key, &self.merchant_account, captures);
        Self { reports: Some(Box::new(reports)), ..self }
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

    /// The URL of an operation on a payment.
    pub(super) fn url(&self, payment: &ProviderId, operation: &str) -> String {
        self.client.url(&format!("/{VERSION}/payments/{payment}/{operation}"))
    }

    pub(super) async fn ask(&self, request: impl Fn() -> Builder, body: &str) -> Result<Answer, Error> {
        self.client.ask(|key| request().header("X-API-Key", key), body).await
    }
}
