//! The webhook: verifies Standard Webhooks' signatures, and keeps an event's id with it.

use super::events;
use crate::{
    config::flag,
    webhook::{Outcome, Received, Said},
};
use api::{Code, Error, Problem, Request, Response};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use webhooks::{
    SignatureError, signed,
    standard_webhooks::{Headers, ID_HEADER, SIGNATURE_HEADER, SenderKey, TIMESTAMP_HEADER, verify_with},
};

/// An event is less than a kilobyte, and its sender may add fields of its own.
const MAX_BODY: usize = 64 * 1024;

/// The endpoint of one sender, or of several that trust each other.
#[derive(Debug)]
pub struct Webhook {
    /// The keys that verify events, one per line: `whsec_…` and `whpk_…`. There are several while one is rolled.
    keys: Secret,
    live: bool,
}

impl Webhook {
    /// Needs `STANDARD_WEBHOOK_SECRET` and `STANDARD_LIVE`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        const LIVE: &str = "STANDARD_LIVE";
        let keys = Secret::new(aws, clock, "STANDARD_WEBHOOK_SECRET")?;
        Ok(Self::new(keys, flag(LIVE, &runtime::variable(LIVE)?)?))
    }

    /// `live`: it takes events about real money, and no others.
    pub fn new(keys: Secret, live: bool) -> Self {
        Self { keys, live }
    }

    /// See [`Webhook::verify`](crate::Webhook::verify).
    pub async fn verify(&self, request: &Request, now: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        request.at_most(MAX_BODY)?;
        let id = self.check_signature(request, now).await?;
        // A body that does not tell its mode in the right way is of no mode. It is genuine, so it is kept.
        if events::mode(&request.body).is_some_and(|live| live != self.live) {
            let why = if self.live {
                "this endpoint takes live events only, and data.livemode is false"
            } else {
                "this endpoint takes test events only, whose data.livemode is false"
            };
            return Err(Problem::new(Code::WrongMode, why).into());
        }
        Ok(vec![with_id(id, &request.body)])
    }

    /// See [`Webhook::understand`](crate::Webhook::understand).
    #[allow(clippy::unused_async)] // others have to ask
    pub async fn understand(&self, genuine: &[u8], now: Timestamp) -> Result<Said, Error> {
        let (id, body) = without_id(genuine);
        events::read(id, body, now)
    }

    /// The outcome, for the sender's developers. Standard Webhooks asks for no more than the status.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, outcomes: &[Outcome]) -> Response {
        Received::answer(outcomes)
    }

    /// Returns the event's id.
    async fn check_signature<'a>(&self, request: &'a Request, now: Timestamp) -> Result<&'a str, Error> {
        let headers = Headers {
            id: request.header(ID_HEADER),
            timestamp: request.header(TIMESTAMP_HEADER),
            signature: request.header(SIGNATURE_HEADER),
        };
        let named =
            [(headers.id, ID_HEADER), (headers.timestamp, TIMESTAMP_HEADER), (headers.signature, SIGNATURE_HEADER)];
        if let Some((_, missing)) = named.into_iter().find(|(value, _)| value.is_none()) {
            return Err(signed::refused(SignatureError::Missing(missing))); // before any secret is read
        }
        signed::check(&self.keys, |value| verify_with(&headers, &request.body, &keys(value)?, now)).await?;
        Ok(headers.id.unwrap_or_default())
    }
}

fn keys(value: &SecretValue) -> Result<Vec<SenderKey>, SignatureError> {
    signed::lines(value).map(SenderKey::new).collect()
}

/// The event as it came, without the headers that it is not known by. The id is a header and the body is bytes, so they are
/// put together as in the request: `webhook-id: msg_1`, an empty line, and the body.
fn with_id(id: &str, body: &[u8]) -> Vec<u8> {
    [ID_HEADER.as_bytes(), b": ", id.as_bytes(), b"\n\n", body].concat()
}

/// The id and the body. Without an id, all of it is the body.
fn without_id(genuine: &[u8]) -> (&str, &[u8]) {
    let read = || {
        let rest = genuine.strip_prefix(ID_HEADER.as_bytes())?.strip_prefix(b": ")?;
        let end = rest.windows(2).position(|two| two == b"\n\n")?;
        Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 2..]))
    };
    read().unwrap_or(("", genuine))
}

#[cfg(test)]
pub(super) mod tests;
