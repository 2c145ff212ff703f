//! Square's webhook: <https://developer.squareup.com/docs/webhooks/overview>.

use super::{
    events,
    signature::{self, HEADER, SignatureKey},
    sources::Sources,
};
use crate::{
    config::flag,
    webhook::{Outcome, Received, Said},
};
use api::{Code, Error, Problem, Request, Response};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use webhooks::{SignatureError, signed};

/// Square's events are a few kilobytes.
const MAX_BODY: usize = 1024 * 1024;

/// The environment that an event comes from: `Production` or `Sandbox`. It is not signed. What keeps the two apart is
/// that each has signature keys of its own; the header makes a mix-up visible.
/// <https://developer.squareup.com/docs/webhooks/step2subscribe#format-of-an-event-notification>
const ENVIRONMENT: &str = "square-environment";

/// One webhook subscription of a Square application.
#[derive(Debug)]
pub struct Webhook {
    /// The subscription's signature keys, one per line. There are two while one is replaced.
    secret: Secret,
    /// Where Square posts to, as it is entered there.
    url: String,
    live: bool,
    sources: Sources,
}

impl Webhook {
    /// Needs `SQUARE_WEBHOOK_SECRET`, `SQUARE_NOTIFICATION_URL` and `SQUARE_LIVE`. Takes `SQUARE_MERCHANTS` and
    /// `SQUARE_LOCATIONS`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let secret = Secret::new(aws, clock, "SQUARE_WEBHOOK_SECRET")?;
        let url = notification_url(&runtime::variable("SQUARE_NOTIFICATION_URL")?)?;
        let live = flag("SQUARE_LIVE", &runtime::variable("SQUARE_LIVE")?)?;
        Ok(Self { sources: Sources::from_env()?, ..Self::new(secret, &url, live) })
    }

    /// Counts the events of all sellers and locations of the application.
    pub fn new(secret: Secret, url: &str, live: bool) -> Self {
        Self { secret, url: url.to_owned(), live, sources: Sources::default() }
    }

    pub fn with(self, sources: Sources) -> Self {
        Self { sources, ..self }
    }

    /// See [`Webhook::verify`](crate::Webhook::verify). A signature holds no time: see [`signature`].
    pub async fn verify(&self, request: &Request, _: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        request.at_most(MAX_BODY)?;
        self.check_signature(request).await?;
        let other = if self.live { "Sandbox" } else { "Production" };
        if request.header(ENVIRONMENT).is_some_and(|told| told.trim().eq_ignore_ascii_case(other)) {
            let mode = if self.live { "Production" } else { "Sandbox" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(vec![request.body.clone()])
    }

    /// See [`Webhook::understand`](crate::Webhook::understand).
    #[allow(clippy::unused_async)] // others have to ask
    pub async fn understand(&self, genuine: &[u8], _: Timestamp) -> Result<Said, Error> {
        events::read(&events::parse(genuine)?, &self.sources)
    }

    /// Square reads only the status of an answer. The body is for people, in its log of events.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, outcomes: &[Outcome]) -> Response {
        Received::answer(outcomes)
    }

    async fn check_signature(&self, request: &Request) -> Result<(), Error> {
        let header = request.header(HEADER);
        if header.is_none() {
            return Err(signed::refused(SignatureError::Missing(HEADER))); // before any secret is read
        }
        let verify = |value: &SecretValue| signature::verify(header, &self.url, &request.body, &keys(value)?);
        signed::check(&self.secret, verify).await
    }
}

fn keys(value: &SecretValue) -> Result<Vec<SignatureKey>, SignatureError> {
    signed::lines(value).map(SignatureKey::new).collect()
}

/// Square signs the URL as it is entered there, so it is not changed here.
fn notification_url(text: &str) -> Result<String, ConfigError> {
    if text.starts_with("https://") && !text.contains(char::is_whitespace) {
        return Ok(text.to_owned());
    }
    let problem = "must be the notification URL as it is entered at Square: https://…".to_owned();
    Err(ConfigError::Invalid { name: "SQUARE_NOTIFICATION_URL", problem })
}

#[cfg(test)]
mod tests;
