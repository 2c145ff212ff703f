//! The API, asked as the person who has signed in.

use crate::trouble::{Problem, Trouble};
use http::{Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::{Answer, Web};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub struct Client<'c> {
    web: &'c Web,
    files: &'c Web,
    base: String,
    key: String,
}

/// A part of a path: everything but letters, digits and what addresses leave as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as a part of a path.
pub fn part(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, PART)
}

impl<'c> Client<'c> {
    pub fn new(web: &'c Web, files: &'c Web, base: String, key: String) -> Self {
        Self { web, files, base, key }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        read(&self.ask(self.web, Method::GET, path, None, None).await?)
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Trouble> {
        read(&self.ask(self.web, Method::POST, path, Some(body), None).await?)
    }

    /// A change that is answered with what has become of it. `key` makes it happen once, however often it is sent.
    pub async fn change<T: DeserializeOwned>(&self, path: &str, body: &Value, key: &str) -> Result<T, Trouble> {
        let key = Some(key).filter(|key| !key.is_empty());
        read(&self.ask(self.web, Method::POST, path, Some(body), key).await?)
    }

    /// A change. `key` makes it happen once, however often it is sent.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<(), Trouble> {
        self.ask(self.web, method, path, body, key).await.map(drop)
    }

    pub async fn file(&self, path: &str) -> Result<Answer, Trouble> {
        self.ask(self.files, Method::GET, path, None, None).await
    }

    async fn ask(
        &self,
        web: &Web,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        // What cannot stand in a header or an address came from the browser: no key and no page is like that.
        let request = request.body(bytes).map_err(|_| Trouble::Missing)?;
        let answer = web.send(request).await.map_err(|error| {
            tracing::warn!(%error, "the API does not answer");
            Trouble::Busy
        })?;
        judged(answer)
    }
}

/// The answer, if it is a good one.
fn judged(answer: Answer) -> Result<Answer, Trouble> {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return Ok(answer);
    }
    let is_told = answer.header("content-type").is_some_and(|media| media.starts_with("application/problem+json"));
    if !is_told {
        // API Gateway's own words: the key is none (any more), or there is too much of something.
        return Err(match status {
            401 | 403 => Trouble::SignedOut,
            429 => Trouble::Crowded,
            404 => Trouble::Missing,
            _ => Trouble::Busy,
        });
    }
    let problem: Problem = serde_json::from_slice(&answer.body).unwrap_or_default();
    Err(match status {
        401 => Trouble::SignedOut,
        500.. => Trouble::Busy,
        _ => Trouble::Told(Box::new(Problem { status, ..problem })),
    })
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        // Its text may quote a value, which may be a customer's.
        let (line, column) = (error.line(), error.column());
        tracing::error!(line, column, "an answer of the API is not what the console expects");
        Trouble::Busy
    })
}
