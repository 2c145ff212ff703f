//! The client of PayPal's API: <https://developer.paypal.com/api/rest/requests/>.

use super::fields::code;
use app::Error;
use data_encoding::BASE64;
use domain::ids::ProviderId;
use http::{StatusCode, header, request::Builder};
use jiff::{SignedDuration, Timestamp};
use runtime::{
    Answer, Aws, Clock, ConfigError, Secret,
    client::{Client, json},
};
use serde_json::Value;
use std::fmt;
use tokio::sync::Mutex;

const CLIENT: &str = "PAYPAL_CREDENTIALS";

/// A token that ends within this time is not used any more: a request may take as long.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);
/// PayPal's tokens live for nine hours. One that claims to live longer than a day is not believed.
const MAX_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The API of a PayPal account.
pub struct Api {
    client: Client,
    clock: Clock,
    token: Mutex<Option<Token>>,
}

/// An access token: <https://developer.paypal.com/api/rest/authentication/>.
#[derive(Clone)]
struct Token {
    text: String,
    until: Timestamp,
}

impl Api {
    /// Needs `PAYPAL_API_URL` and `PAYPAL_CREDENTIALS`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let secret = Secret::new(aws, clock, CLIENT)?;
        Ok(Self::new(aws, clock, &runtime::variable("PAYPAL_API_URL")?, secret))
    }

    /// `secret` is `client-id:client-secret` of a REST app.
    pub fn new(aws: &Aws, clock: &Clock, url: &str, secret: Secret) -> Self {
        Self { client: Client::new("PayPal", aws, url, secret), clock: clock.clone(), token: Mutex::default() }
    }

    /// See [`ApiClient::ready`](crate::ApiClient::ready).
    pub async fn ready(&self) -> Result<(), Error> {
        self.client.ready().await
    }

    /// The URL of a path.
    pub(super) fn url(&self, path: &str) -> String {
        self.client.url(path)
    }

    /// Asks with the known token. PayPal may have taken it back, so a newer one is tried once.
    pub(super) async fn ask(&self, request: impl Fn() -> Builder, body: &str) -> Result<Answer, Error> {
        let send = |token: &Token| {
            let request = request().header(header::AUTHORIZATION, format!("Bearer {}", token.text));
            self.client.send(request, body)
        };
        let token = self.token(None).await?;
        let answer = send(&token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        send(&self.token(Some(&token)).await?).await
    }

    /// The object at a path. None: there is none.
    pub(super) async fn get(&self, path: &str, id: &ProviderId) -> Result<Option<Value>, Error> {
        let url = self.url(&format!("{path}{id}"));
        let answer = self.ask(|| http::Request::get(&url), "").await?;
        let object = json(&answer);
        match answer.status {
            StatusCode::OK if object["id"] == id.as_str() => Ok(Some(object)),
            StatusCode::OK => Err(Error::Outside(format!("PayPal's answer is not the object {id}"))),
            StatusCode::NOT_FOUND if is_missing(&object) => Ok(None),
            status => Err(Error::Outside(format!("PayPal answered {status} when asked for {id}"))),
        }
    }

    /// A token that lives, and is not `refused`. Concurrent callers wait for the same one.
    async fn token(&self, refused: Option<&Token>) -> Result<Token, Error> {
        let mut known = self.token.lock().await;
        let lives = |token: &&Token| self.clock.now() + MARGIN < token.until;
        let is_other = |token: &&Token| refused.is_none_or(|refused| refused.text != token.text);
        if let Some(token) = known.as_ref().filter(lives).filter(is_other) {
            return Ok(token.clone());
        }
        *known = None;
        let token = self.new_token().await?;
        *known = Some(token.clone());
        Ok(token)
    }

    async fn new_token(&self) -> Result<Token, Error> {
        let url = self.url("/v1/oauth2/token");
        let asked_at = self.clock.now();
        let request = |client: &str| {
            http::Request::post(&url)
                .header(header::AUTHORIZATION, format!("Basic {}", BASE64.encode(client.as_bytes())))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        };
        let answer = self.client.ask(request, "grant_type=client_credentials").await?;
        let object = json(&answer);
        if answer.status != StatusCode::OK {
            let (status, code) = (answer.status, code(object["error"].as_str()));
            return Err(Error::Outside(format!(
                "PayPal answered {status} ({code}) when asked for a token for {CLIENT}"
            )));
        }
        let read = || {
            let life = SignedDuration::from_secs(object["expires_in"].as_i64()?.max(0)).min(MAX_LIFE);
            let text = object["access_token"].as_str().filter(|text| !text.is_empty())?.to_owned();
            Some(Token { text, until: asked_at.checked_add(life).ok()? })
        };
        read().ok_or_else(|| Error::Outside("PayPal's answer is no token".to_owned()))
    }
}

/// Whether a 404 is PayPal's word that there is no such object, and not some proxy's.
fn is_missing(object: &Value) -> bool {
    object["name"] == "RESOURCE_NOT_FOUND"
        || object["details"].as_array().is_some_and(|all| all.iter().any(|one| one["issue"] == "INVALID_RESOURCE_ID"))
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Api({:?})", self.client)
    }
}

#[cfg(test)]
pub(super) mod tests;
