//! An account at a service, as all of them are asked: with its key in a header, in JSON.

use app::Error;
use http::{Request, header, request::Builder};
use runtime::{Answer, client::Client};
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Account {
    client: Client,
    /// Puts the key into a request's headers, as the service wants it.
    with_key: fn(Builder, &str) -> Builder,
}

impl Account {
    pub(crate) fn new(client: Client, with_key: fn(Builder, &str) -> Builder) -> Self {
        Self { client, with_key }
    }

    /// The URL of a path, which may have a query.
    pub(crate) fn url(&self, path: &str) -> String {
        self.client.url(path)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Error> {
        let url = self.url(path);
        self.ask(|| Request::get(&url), "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Error> {
        let url = self.url(path);
        self.ask(|| Request::post(&url), &body.to_string()).await
    }

    async fn ask(&self, request: impl Fn() -> Builder, body: &str) -> Result<Answer, Error> {
        let with_key = |key: &str| (self.with_key)(request(), key).header(header::CONTENT_TYPE, "application/json");
        self.client.ask(with_key, body).await
    }

    /// Fetches a PDF with the key. The caller knows that the address is the service's own.
    pub(crate) async fn own_pdf(&self, url: &str) -> Result<Answer, Error> {
        let request = |key: &str| (self.with_key)(Request::get(url), key).header(header::ACCEPT, "application/pdf");
        self.client.ask(request, "").await
    }

    /// Fetches a PDF at an address that must not get the key.
    pub(crate) async fn public_pdf(&self, url: &str) -> Result<Answer, Error> {
        self.client.send(Request::get(url), "").await
    }
}
