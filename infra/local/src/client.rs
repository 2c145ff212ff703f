//! Orderly's HTTP API, for the seed, the demo and the tests.

use reqwest::{Method, StatusCode};
use serde_json::Value;

/// A client with one API key. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: String,
    key: String,
}

/// The API's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    /// The media type without its parameters.
    pub content_type: String,
    /// Null if it is not JSON.
    pub body: Value,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the API does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("{request} was answered {}: {}", answer.status, answer.explanation())]
    Refused { request: String, answer: Answer },
}

impl Answer {
    /// The problem's detail, followed by every wrong field.
    pub fn explanation(&self) -> String {
        let field = |error: &Value| Some(format!("; {} {}", error["field"].as_str()?, error["detail"].as_str()?));
        let fields: String = self.body["errors"].as_array().into_iter().flatten().filter_map(field).collect();
        match self.body["detail"].as_str() {
            Some(detail) => format!("{detail}{fields}"),
            None => self.body.to_string(),
        }
    }
}

impl Client {
    /// `api_url` has no final slash.
    pub fn new(api_url: &str, key: &str) -> Self {
        Self { http: crate::http_client(), api_url: api_url.to_owned(), key: key.to_owned() }
    }

    /// Starts a request with the API key, for callers that add to it.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.api_url)).bearer_auth(&self.key)
    }

    /// Sends a request and returns the answer, whatever its status.
    pub async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Answer, ClientError> {
        let answer = request.send().await?;
        let status = answer.status();
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        let body = answer.bytes().await?;
        Ok(Answer { status, content_type, body: serde_json::from_slice(&body).unwrap_or_default() })
    }

    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.demand(Method::GET, path, None, None).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.demand(Method::PUT, path, None, Some(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.demand(Method::POST, path, None, Some(body)).await
    }

    /// Posts with an idempotency key: repeating the call has no further effect.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Value, ClientError> {
        self.demand(Method::POST, path, Some(key), Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Result<Value, ClientError> {
        self.demand(Method::DELETE, path, None, None).await
    }

    /// Sends a request that must succeed.
    async fn demand(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Value, ClientError> {
        let mut request = self.request(method.clone(), path);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.ask(request).await?;
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        Err(ClientError::Refused { request: format!("{method} {path}"), answer })
    }
}
