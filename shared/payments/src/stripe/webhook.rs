//! Stripe's webhook: <https://docs.stripe.com/webhooks>.

use super::{
    events::{self, VerifiedEvent},
    signature::{self, HEADER, SigningSecret},
};
use crate::webhook::{Received, ReportedEvent};
use api::{Code, Error, Problem, Request, Response};
use app::payments::Recorded;
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use webhooks::SignatureError;

/// Stripe's events are a few kilobytes, or about ten if a checkout has many lines.
const MAX_BODY: usize = 1024 * 1024;

/// One endpoint of a Stripe account.
#[derive(Debug)]
pub struct Webhook {
    /// The endpoint's signing secrets, one per line. There are two while one is rolled.
    secret: Secret,
    livemode: bool,
}

impl Webhook {
    /// Needs `STRIPE_WEBHOOK_SECRET` and `STRIPE_LIVEMODE`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let secret = Secret::new(aws, clock, "STRIPE_WEBHOOK_SECRET")?;
        Ok(Self::new(secret, livemode(&runtime::variable("STRIPE_LIVEMODE")?)?))
    }

    pub fn new(secret: Secret, livemode: bool) -> Self {
        Self { secret, livemode }
    }

    /// See [`Webhook::read`](crate::Webhook::read).
    pub async fn read(&self, request: &Request, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        let event = self.verify(request, now).await?;
        events::read(&event)
    }

    /// Stripe reads only the status of an answer. The body is for people, in its dashboard.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, recorded: &[Recorded]) -> Response {
        Received::answer(recorded)
    }

    /// Checks the signature on the raw bytes, then the mode. A request that fails is refused and not recorded.
    async fn verify(&self, request: &Request, now: Timestamp) -> Result<VerifiedEvent, Error> {
        request.at_most(MAX_BODY)?;
        self.check_signature(request, now).await?;
        let event = VerifiedEvent::parse(&request.body)?;
        if event.livemode() != Some(self.livemode) {
            let mode = if self.livemode { "live" } else { "test" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(event)
    }

    /// Checks the signature. One that no secret matches may have been made with a new secret, so the secret is read
    /// once more.
    async fn check_signature(&self, request: &Request, now: Timestamp) -> Result<(), Error> {
        let header = request.header(HEADER);
        if header.is_none() {
            return Err(refused(SignatureError::Missing("Stripe-Signature"))); // before any secret is read
        }
        let check = |value: &SecretValue| signature::verify(header, &request.body, &signing_secrets(value)?, now);
        let unreadable = |error: ConfigError| Error::Internal(error.to_string());
        let known = self.secret.value().await.map_err(unreadable)?;
        match check(&known) {
            Err(SignatureError::NoMatch) => match self.secret.renewed(&known).await.map_err(unreadable)? {
                Some(newer) => check(&newer).map_err(refused),
                None => Err(refused(SignatureError::NoMatch)),
            },
            checked => checked.map_err(refused),
        }
    }
}

fn signing_secrets(value: &SecretValue) -> Result<Vec<SigningSecret>, SignatureError> {
    let lines = value.expose().lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(SigningSecret::new).collect()
}

fn refused(error: SignatureError) -> Error {
    match error {
        SignatureError::NoSecret | SignatureError::MalformedSecret => Error::Internal(error.to_string()),
        refused => Problem::new(Code::BadSignature, refused.to_string()).into(),
    }
}

fn livemode(text: &str) -> Result<bool, ConfigError> {
    let problem = || "must be true or false".to_owned();
    text.parse().map_err(|_| ConfigError::Invalid { name: "STRIPE_LIVEMODE", problem: problem() })
}

#[cfg(test)]
pub(super) mod tests;
