//! The client of Mollie's API: <https://docs.mollie.com/reference/overview>.

use app::Error;
use domain::ids::ProviderId;
use http::{StatusCode, header};
use runtime::{
    Answer, Aws, Clock, ConfigError, Secret,
    client::{Client, json},
};
use serde_json::Value;

/// What is fetched with a payment: <https://docs.mollie.com/reference/get-payment>.
const EMBED: &str = "embed=captures,refunds,chargebacks";

/// The API of a profile at Mollie.
#[derive(Debug)]
pub struct Api(Client);

impl Api {
    /// Needs `MOLLIE_API_URL` and `MOLLIE_API_KEY`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "MOLLIE_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("MOLLIE_API_URL")?, key))
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self(Client::new("Mollie", aws, url, key))
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.0.ready().await
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, Error> {
        let url = self.0.url(path);
        let get = |key: &str| http::Request::get(&url).header(header::AUTHORIZATION, format!("Bearer {key}"));
        self.0.ask(get, "").await
    }

    /// Posts JSON, or nothing, once per idempotency key: <https://docs.mollie.com/reference/api-idempotency>.
    pub(super) async fn post(&self, path: &str, idempotency_key: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let url = self.0.url(path);
        let post = |key: &str| {
            let request = http::Request::post(&url)
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header("Idempotency-Key", idempotency_key);
            if body.is_some() { request.header(header::CONTENT_TYPE, "application/json") } else { request }
        };
        self.0.ask(post, &body.map(Value::to_string).unwrap_or_default()).await
    }

    /// A payment, with what was done with its money. None: Mollie does not know it.
    pub(super) async fn fetch(&self, id: &ProviderId) -> Result<Option<Value>, Error> {
        let answer = self.get(&format!("/v2/payments/{id}?{EMBED}")).await?;
        let object = json(&answer);
        match answer.status {
            StatusCode::OK if object["id"] == id.as_str() => Ok(Some(object)),
            StatusCode::OK => Err(Error::Outside("Mollie's answer is not the payment that was asked for".to_owned())),
            status if matches!(status.as_u16(), 404 | 410) && is_mollie_s(&answer) => Ok(None),
            status => Err(Error::Outside(format!("Mollie answered {status} when asked for a payment"))),
        }
    }
}

/// Whether Mollie itself has given an answer that is an error, and not something on the way to it. Mollie repeats the
/// status in the body: <https://docs.mollie.com/reference/handling-errors>.
pub(super) fn is_mollie_s(answer: &Answer) -> bool {
    json(answer)["status"] == answer.status.as_u16()
}

#[cfg(test)]
pub(super) mod tests;
