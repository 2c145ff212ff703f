//! The client of Square's API: <https://developer.squareup.com/reference/square>.

use super::sources::Sources;
use app::Error;
use http::{Method, Request, header};
use runtime::{Answer, Aws, Clock, ConfigError, Secret, client::Client};
use serde_json::Value;

pub(super) use runtime::client::json as body;

/// The version of the API that is understood here:
/// <https://developer.squareup.com/docs/build-basics/versioning-overview>.
const VERSION: &str = "2026-09-16";

/// The API of a Square account, and the locations whose payments are the shop's; none stands for all.
#[derive(Debug)]
pub struct Api(Client, Vec<String>);

impl Api {
    /// Needs `SQUARE_API_URL` and `SQUARE_API_KEY`, and takes `SQUARE_LOCATIONS`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let key = Secret::new(aws, clock, "SQUARE_API_KEY")?;
        Ok(Self::new(aws, &runtime::variable("SQUARE_API_URL")?, key).of(Sources::from_env()?.locations))
    }

    pub fn new(aws: &Aws, url: &str, key: Secret) -> Self {
        Self(Client::new("Square", aws, url, key), Vec::new())
    }

    /// The same for these locations alone.
    pub(super) fn of(self, locations: Vec<String>) -> Self {
        Self(self.0, locations)
    }

    /// Whether a location's payments are the shop's.
    pub(super) fn is_own(&self, location: &str) -> bool {
        self.1.is_empty() || self.1.iter().any(|own| own == location)
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
