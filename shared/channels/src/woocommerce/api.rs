//! A shop's API, and how it is asked: over TLS with key and secret, otherwise with a signature.

use super::{
    answers::{self, Fault, Said},
    oauth::{self, Signer},
};
use crate::seam::Credentials;
use data_encoding::{BASE64, HEXLOWER};
use http::{Method, Request, header};
use runtime::{Aws, Clock, Web};
use serde_json::Value;
use std::time::Duration;

/// A page of orders takes seconds on a small host. Four requests in a row fit a minute.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A page has 50 orders at most. An order is a few kilobytes, and some plugins write a hundred more into each.
const MAX_BODY: usize = 10 * 1024 * 1024;
const API: &str = "/wp-json/wc/v3";

/// The API of a shop. Each file of this folder that asks it has its methods for that.
#[derive(Debug)]
pub struct Api {
    web: Web,
    /// Of the WordPress, without a slash at its end.
    url: String,
    credentials: Credentials,
    clock: Clock,
}

impl Api {
    pub(crate) fn new(aws: &Aws, clock: &Clock, url: &str, credentials: Credentials) -> Self {
        let url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
        Self { web: aws.web(TIMEOUT).reading(MAX_BODY), url, credentials, clock: clock.clone() }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.starts_with("https://")
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Said, Fault> {
        self.ask(Method::GET, path, query, None).await
    }

    pub(super) async fn post(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Result<Said, Fault> {
        self.ask(Method::POST, path, query, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Said, Fault> {
        self.ask(Method::PUT, path, &[], Some(body)).await
    }

    /// `path`: below the API's address, from its slash on.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Said, Fault> {
        self.ask_at(method, &format!("{}{API}{path}", self.url), query, body).await
    }

    /// Reads a path of the API as shops know it that have no addresses for it.
    pub(super) async fn get_without_permalinks(&self, path: &str) -> Result<Said, Fault> {
        let route = format!("/wc/v3{path}");
        self.ask_at(Method::GET, &format!("{}/", self.url), &[("rest_route", &route)], None).await
    }

    async fn ask_at(
        &self,
        method: Method,
        url: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Said, Fault> {
        let query = self.query(&method, url, query)?;
        let uri = if query.is_empty() { url.to_owned() } else { format!("{url}?{query}") };
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::ACCEPT, "application/json")
            .header(header::CACHE_CONTROL, "no-cache")
            .header(header::USER_AGENT, "Orderly"); // some firewalls refuse requests without one
        if self.is_encrypted() {
            request = request.header(header::AUTHORIZATION, self.basic());
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let unmade =
            |_| Fault::Locked("no request to the shop can be made: its address or its key is malformed".into());
        let answer = self.web.send(request.body(body).map_err(unmade)?).await;
        answers::read(&answer.map_err(|e| Fault::Unknown(format!("the shop: {e}")))?, MAX_BODY)
    }

    fn basic(&self) -> String {
        format!("Basic {}", BASE64.encode(format!("{}:{}", self.credentials.key, self.credentials.secret).as_bytes()))
    }

    /// The query as it is sent.
    fn query(&self, method: &Method, url: &str, query: &[(&str, &str)]) -> Result<String, Fault> {
        if self.is_encrypted() {
            return Ok(oauth::joined(query.iter().copied()));
        }
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|e| Fault::Unknown(format!("no random bytes: {e}")))?;
        let (key, secret) = (self.credentials.key.as_str(), self.credentials.secret.as_str());
        let signer = Signer { key, secret, at: self.clock.now(), nonce: &HEXLOWER.encode(&random) };
        oauth::signed(method, url, query, signer).map_err(|e| Fault::Locked(format!("the channel's secret: {e}")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
