//! The merchant's own system, which is asked by signed webhooks: <https://www.standardwebhooks.com>.

use crate::{listing::Page, webhook::ReportedEvent};
use app::Error;
use domain::{books::MovementKind, ids::ProviderId};
use http::request::Builder;
use jiff::Timestamp;
use runtime::{Answer, Aws, Clock, ConfigError, Secret, SecretValue, client::Client};
use std::ops::Range;
use webhooks::{
    SignatureError, signed,
    standard_webhooks::{self, Headers, ID_HEADER, SIGNATURE_HEADER, Secret as Signer, TIMESTAMP_HEADER},
};

const URL: &str = "STANDARD_REQUESTS_URL";
const SECRET: &str = "STANDARD_REQUESTS_SECRET";

/// Where requests are posted. Without an address, what is to be done stays owed.
#[derive(Debug)]
pub struct Api(Option<Receiver>);

#[derive(Debug)]
struct Receiver {
    client: Client,
    /// As it was entered: a `/` at its end may matter.
    url: String,
    clock: Clock,
}

impl Api {
    /// Takes `STANDARD_REQUESTS_URL`, and needs `STANDARD_REQUESTS_SECRET` with it.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let Some(url) = runtime::optional(URL) else { return Ok(Self::without_url()) };
        let url = checked(&url)?;
        Ok(Self::new(aws, clock, url, Secret::new(aws, clock, SECRET)?))
    }

    /// One that nobody can be asked by.
    pub fn without_url() -> Self {
        Self(None)
    }

    /// Each line of the secret signs.
    pub fn new(aws: &Aws, clock: &Clock, url: &str, secret: Secret) -> Self {
        let client = Client::new("the merchant's system", aws, url, secret);
        Self(Some(Receiver { client, url: url.to_owned(), clock: clock.clone() }))
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready). A secret that cannot sign is found before anything is marked as sent.
    pub async fn ready(&self) -> Result<(), Error> {
        let receiver = self.receiver()?;
        secrets(&receiver.client.known_key().await?).map(drop)
    }

    /// See [`ApiClient::payment`](crate::ApiClient::payment). There is no way to ask about a payment: its events tell all.
    #[allow(clippy::unused_async, clippy::unused_self)] // others have to ask
    pub async fn payment(&self, _: &ProviderId, _: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        Ok(Vec::new())
    }

    /// See [`ApiClient::lists`](crate::ApiClient::lists). The contract has no list: the merchant's own system is
    /// the books on its side.
    #[allow(clippy::unused_self)] // others look at their settings
    pub fn lists(&self) -> &'static [MovementKind] {
        &[]
    }

    /// See [`ApiClient::listed`](crate::ApiClient::listed). There is no list.
    #[allow(clippy::unused_async, clippy::unused_self)] // others have to ask
    pub async fn listed(&self, _: &Range<Timestamp>, _: Option<&str>) -> Result<Page, Error> {
        Ok(Page::default())
    }

    /// Posts a body under a `webhook-id`, signed now.
    pub(super) async fn post(&self, id: &str, body: &str) -> Result<Answer, Error> {
        let Receiver { client, url, clock } = self.receiver()?;
        client.ask_signed(|secret| signed_post(url, id, body, &secrets(secret)?, clock.now()), body).await
    }

    pub(super) fn now(&self) -> Result<Timestamp, Error> {
        self.receiver().map(|receiver| receiver.clock.now())
    }

    fn receiver(&self) -> Result<&Receiver, Error> {
        let why = || {
            Error::Outside(format!(
                "nobody can be asked to move this money: set {URL} to an address that takes requests, \
                 or move it by hand and post the event that tells of it"
            ))
        };
        self.0.as_ref().ok_or_else(why)
    }
}

/// A request that each of the secrets signs, so that its receiver may know the old one or the new one.
fn signed_post(url: &str, id: &str, body: &str, secrets: &[Signer], now: Timestamp) -> Result<Builder, Error> {
    let signed = secrets.iter().map(|secret| standard_webhooks::sign(id, body.as_bytes(), secret, now));
    let signed: Vec<Headers<String>> = signed.collect::<Result<_, _>>().map_err(|e| Error::Defect(e.to_string()))?;
    let signatures: Vec<&str> = signed.iter().map(|headers| headers.signature.as_str()).collect();
    Ok(http::Request::post(url)
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(ID_HEADER, id)
        .header(TIMESTAMP_HEADER, now.as_second().to_string())
        .header(SIGNATURE_HEADER, signatures.join(" ")))
}

/// The secrets that sign, one per line. There are two while one is rolled.
fn secrets(value: &SecretValue) -> Result<Vec<Signer>, Error> {
    let wrong = |e| Error::Outside(format!("the secret that {SECRET} names is wrong: {e}"));
    let secrets: Vec<Signer> = signed::lines(value).map(Signer::new).collect::<Result<_, _>>().map_err(wrong)?;
    if secrets.is_empty() { Err(wrong(SignatureError::NoSecret)) } else { Ok(secrets) }
}

/// An address that a request can be posted to.
fn checked(url: &str) -> Result<&str, ConfigError> {
    let is_address = |uri: &http::Uri| matches!(uri.scheme_str(), Some("https" | "http")) && uri.authority().is_some();
    if url.parse().is_ok_and(|uri| is_address(&uri)) {
        return Ok(url);
    }
    Err(ConfigError::Invalid { name: URL, problem: "must be an address that begins with https://".to_owned() })
}

#[cfg(test)]
mod tests;
