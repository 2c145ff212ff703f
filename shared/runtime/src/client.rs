//! A client of an API outside AWS, as most of them are asked: with a key in a header, each request once.

use crate::{
    aws::Aws,
    secret::{Secret, SecretValue},
    web::{Answer, Web},
};
use app::Error;
use http::{StatusCode, request::Builder};
use serde_json::Value;
use std::time::Duration;

/// Five requests in a row must fit the function's 60 s. The providers' own libraries wait longer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The API of an account somewhere.
#[derive(Debug)]
pub struct Client {
    /// Whose it is, for messages.
    whose: &'static str,
    web: Web,
    url: String,
    key: Secret,
}

impl Client {
    pub fn new(whose: &'static str, aws: &Aws, url: &str, key: Secret) -> Self {
        Self { whose, web: aws.web(TIMEOUT), url: url.trim_end_matches('/').to_owned(), key }
    }

    /// The same, reading answers of up to so many bytes. What is longer is cut.
    pub fn reading(self, max_body: usize) -> Self {
        Self { web: self.web.reading(max_body), ..self }
    }

    /// Whether the key is there.
    pub async fn ready(&self) -> Result<(), Error> {
        self.known_key().await.map(drop)
    }

    /// The URL of a path, which may have a query.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks with the known key, which `request` puts into a header. If it is rejected, the key may have been rolled,
    /// so a newer one is tried once.
    pub async fn ask(&self, request: impl Fn(&str) -> Builder, body: &str) -> Result<Answer, Error> {
        self.ask_signed(|key| Ok(request(key.expose())), body).await
    }

    /// The same for a request that a key may be unable to sign.
    pub async fn ask_signed(
        &self,
        request: impl Fn(&SecretValue) -> Result<Builder, Error>,
        body: &str,
    ) -> Result<Answer, Error> {
        let key = self.known_key().await?;
        let answer = self.send(request(&key)?, body).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Ok(Some(newer)) = self.key.renewed(&key).await
        {
            return self.send(request(&newer)?, body).await;
        }
        Ok(answer)
    }

    /// Sends a request without the key.
    pub async fn send(&self, request: Builder, body: &str) -> Result<Answer, Error> {
        let whose = self.whose;
        let unmade = |_| {
            Error::Outside(format!("no request to {whose} can be made: the URL of its API or the key is malformed"))
        };
        let request = request.body(body.to_owned().into_bytes()).map_err(unmade)?;
        self.web.send(request).await.map_err(|e| Error::Outside(format!("{whose}: {e}")))
    }

    pub async fn known_key(&self) -> Result<SecretValue, Error> {
        self.key.value().await.map_err(|e| Error::Outside(format!("{}'s API key is not known: {e}", self.whose)))
    }
}

/// The answer's JSON. Null if it has none.
pub fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}
