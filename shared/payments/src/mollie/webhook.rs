//! Mollie's webhooks: classic ones (<https://docs.mollie.com/reference/webhooks>) and next-gen ones
//! (<https://docs.mollie.com/reference/webhooks-new>).

use super::{
    api::Api,
    classic,
    events::{About, VerifiedEvent},
    limiter::Limiter,
    payment,
    signature::{self, HEADER, SigningSecret},
};
use crate::{
    config::flag,
    webhook::{Outcome, Said},
};
use api::{Code, Error, Problem, Request, Response};
use domain::ids::ProviderId;
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use serde_json::json;
use webhooks::{SignatureError, signed};

/// Signed events hold one object, of a few kilobytes.
const MAX_BODY: usize = 1024 * 1024;

/// The webhooks of a profile at Mollie.
#[derive(Debug)]
pub struct Webhook {
    /// What is so is asked here.
    api: Box<Api>,
    /// The signing secrets of next-gen webhooks, one per line. None: there are only classic ones.
    secret: Option<Secret>,
    live: bool,
    limiter: Limiter,
}

impl Webhook {
    /// Needs `MOLLIE_API_KEY`, `MOLLIE_API_URL` and `MOLLIE_LIVE`. Takes `MOLLIE_WEBHOOK_SECRET`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        const SECRET: &str = "MOLLIE_WEBHOOK_SECRET";
        let secret = runtime::optional(SECRET).map(|_| Secret::new(aws, clock, SECRET)).transpose()?;
        let live = flag("MOLLIE_LIVE", &runtime::variable("MOLLIE_LIVE")?)?;
        Ok(Self::new(Api::from_env(aws, clock)?, secret, live))
    }

    pub fn new(api: Api, secret: Option<Secret>, live: bool) -> Self {
        Self { api: Box::new(api), secret, live, limiter: Limiter::default() }
    }

    /// See [`Webhook::verify`](crate::Webhook::verify). A classic webhook is genuine in so far as it claims nothing. Of one,
    /// only the id of the payment is kept.
    pub async fn verify(&self, request: &Request, now: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        // A request that is signed, however badly, is never taken for a classic one.
        if let Some(header) = request.header(HEADER) {
            request.at_most(MAX_BODY)?;
            self.check_signature(header, &request.body).await?;
            self.check_mode(&request.body)?;
            return Ok(vec![request.body.clone()]);
        }
        request.at_most(classic::MAX_BODY)?;
        let unsigned = || signed::refused(SignatureError::Missing("X-Mollie-Signature"));
        let named = classic::parse(&request.body).ok_or_else(unsigned)?;
        if let classic::Named::Payment(id) = &named
            && !self.limiter.admits(id, now)
        {
            let detail = "too many webhooks without a signature named no payment; try again in a minute";
            return Err(Problem::new(Code::Busy, detail).into());
        }
        Ok(vec![classic::genuine(&named)])
    }

    /// See [`Webhook::understand`](crate::Webhook::understand). Asks Mollie for the payment, so what was kept may say more
    /// later.
    pub async fn understand(&self, genuine: &[u8], _: Timestamp) -> Result<Said, Error> {
        match classic::parse_genuine(genuine) {
            Some(classic::Named::Payment(id)) => {
                let said = self.said_of(&id).await;
                if !matches!(said, Ok(Said::Facts(_))) {
                    self.limiter.was_fruitless();
                }
                said
            }
            Some(classic::Named::Other(kind)) => Ok(Said::Nothing(kind.to_owned())),
            None => match VerifiedEvent::parse(genuine)?.about()? {
                About::Payment(id) => self.said_of(&id).await,
                About::Nothing(kind) => Ok(Said::Nothing(kind)),
            },
        }
    }

    /// Mollie reads only the status of an answer. It is the same whatever a request has named, as Mollie asks, so that
    /// nobody can find out which payments exist.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, _: &[Outcome]) -> Response {
        Response::json(200, &json!({ "outcome": "received" }))
    }

    /// What Mollie knows of a payment.
    async fn said_of(&self, id: &ProviderId) -> Result<Said, Error> {
        let Some(payment) = self.api.fetch(id).await? else {
            return Ok(Said::Nothing("an unknown payment".to_owned()));
        };
        match payment["mode"].as_str() {
            Some(mode) if (mode == "live") != self.live => {
                // Mollie shows a key only payments of its own mode.
                Err(Error::Internal(format!("MOLLIE_API_KEY is a key of the {mode} mode, unlike MOLLIE_LIVE")))
            }
            _ => payment::read(&payment).map(Said::Facts),
        }
    }

    fn check_mode(&self, body: &[u8]) -> Result<(), Error> {
        // A body that is no JSON is of no mode. It is genuine, so it is kept.
        let is_of_other_mode = |event: VerifiedEvent| event.is_live().is_some_and(|live| live != self.live);
        if VerifiedEvent::parse(body).is_ok_and(is_of_other_mode) {
            let mode = if self.live { "live" } else { "test" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(())
    }

    async fn check_signature(&self, header: &str, body: &[u8]) -> Result<(), Error> {
        let Some(secret) = &self.secret else {
            let detail = "signed webhooks are not expected: MOLLIE_WEBHOOK_SECRET is not set";
            return Err(Problem::new(Code::BadSignature, detail).into());
        };
        signed::check(secret, |value| signature::verify(header, body, &signing_secrets(value)?)).await
    }
}

fn signing_secrets(value: &SecretValue) -> Result<Vec<SigningSecret>, SignatureError> {
    signed::lines(value).map(SigningSecret::new).collect()
}

#[cfg(test)]
mod tests;
