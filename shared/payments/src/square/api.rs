//! The client of Square's API: <https://developer.squareup.com/reference/square>.

use crate::client::Client;
use app::Error;
use http::{Method, Request, header};
use runtime::{Answer, Aws, Clock, ConfigError, Secret};
use serde_json::Value;

pub(super) use crate::client::json as body;

/// The version of the API that is understood here:
/// <https://developer.squareup.com/docs/build-basics/versioning-overview>.
const VERSION: &str = "2026-09-16";

/// The API of a Square account.
#[derive(Debug)]
pub struct Api(Client);

impl Api {
    /// Needs `SQUARE_API_URL` and `SQUARE_API_KEY`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "SQUARE_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("SQUARE_API_URL")?, key))
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self(Client::new("Square", aws, url, key))
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.0.ready().await
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.ask(&Method::GET, path, "").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Error> {
        self.ask(&Method::POST, path, &body.to_string()).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Answer, Error> {
        self.ask(&Method::PUT, path, &body.to_string()).await
    }

    async fn ask(&self, method: &Method, path: &str, body: &str) -> Result<Answer, Error> {
        let url = self.0.url(path);
        let request = |key: &str| {
            Request::builder()
                .method(method)
                .uri(&url)
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("square-version", VERSION)
        };
        self.0.ask(request, body).await
    }
}

#[cfg(test)]
pub(super) mod tests;
