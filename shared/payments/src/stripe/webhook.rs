//! Stripe's webhook: <https://docs.stripe.com/webhooks>.

use super::{
    events::{self, VerifiedEvent},
    signature::{self, HEADER, SigningSecret},
};
use crate::{
    config::flag,
    webhook::{Outcome, Received, Said},
};
use api::{Code, Error, Problem, Request, Response};
use jiff::Timestamp;
use runtime::{Aws, Clock, ConfigError, Secret, SecretValue};
use webhooks::{SignatureError, signed};

/// Stripe's events are a few kilobytes, or about ten if a checkout has many lines.
const MAX_BODY: usize = 1024 * 1024;

/// One endpoint of a Stripe account.
#[derive(Debug)]
pub struct Webhook {
    /// The endpoint's signing secrets, one per line. There are two while one is rolled.
    secret: Secret,
    livemode: bool,
    sources: Sources,
}

/// Whose word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Whether a checkout's `client_reference_id` names its order. A payment link takes it from its address, where any
    /// buyer can write it.
    pub client_references: bool,
    /// The connected accounts whose payments are the shop's.
    pub accounts: Vec<String>,
}

impl Webhook {
    /// Needs `STRIPE_WEBHOOK_SECRET` and `STRIPE_LIVEMODE`. Takes `STRIPE_CLIENT_REFERENCES` and `STRIPE_ACCOUNTS`.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let secret = Secret::new(aws, clock, "STRIPE_WEBHOOK_SECRET")?;
        let livemode = flag("STRIPE_LIVEMODE", &runtime::variable("STRIPE_LIVEMODE")?)?;
        Ok(Self { sources: Sources::from_env()?, ..Self::new(secret, livemode) })
    }

    /// Counts only metadata, and only events of the endpoint's own account.
    pub fn new(secret: Secret, livemode: bool) -> Self {
        Self { secret, livemode, sources: Sources::default() }
    }

    pub fn with(self, sources: Sources) -> Self {
        Self { sources, ..self }
    }

    /// See [`Webhook::verify`](crate::Webhook::verify).
    pub async fn verify(&self, request: &Request, now: Timestamp) -> Result<Vec<Vec<u8>>, Error> {
        request.at_most(MAX_BODY)?;
        self.check_signature(request, now).await?;
        // A body that is no JSON is of no mode. It is genuine, so it is kept.
        let is_of_other_mode = |event: VerifiedEvent| event.livemode() != Some(self.livemode);
        if VerifiedEvent::parse(&request.body).is_ok_and(is_of_other_mode) {
            let mode = if self.livemode { "live" } else { "test" };
            return Err(Problem::new(Code::WrongMode, format!("this endpoint takes {mode} events only")).into());
        }
        Ok(vec![request.body.clone()])
    }

    /// See [`Webhook::understand`](crate::Webhook::understand).
    #[allow(clippy::unused_async)] // others have to ask
    pub async fn understand(&self, genuine: &[u8], _: Timestamp) -> Result<Said, Error> {
        let event = VerifiedEvent::parse(genuine)?;
        match event.account() {
            Some((account, id)) if !self.sources.accounts.iter().any(|known| known == account) => {
                let account = account.escape_default();
                tracing::warn!(%account, event = %id.escape_default(), "ignored: STRIPE_ACCOUNTS does not name its account");
                Ok(Said::Nothing("of an unknown account".to_owned()))
            }
            _ => events::read(&event, self.sources.client_references),
        }
    }

    /// Stripe reads only the status of an answer. The body is for people, in its dashboard.
    #[allow(clippy::unused_self)] // other providers' answers depend on their configuration
    pub fn answer(&self, outcomes: &[Outcome]) -> Response {
        Received::answer(outcomes)
    }

    async fn check_signature(&self, request: &Request, now: Timestamp) -> Result<(), Error> {
        let header = request.header(HEADER);
        if header.is_none() {
            return Err(signed::refused(SignatureError::Missing("Stripe-Signature"))); // before any secret is read
        }
        signed::check(&self.secret, |value| signature::verify(header, &request.body, &signing_secrets(value)?, now))
            .await
    }
}

fn signing_secrets(value: &SecretValue) -> Result<Vec<SigningSecret>, SignatureError> {
    signed::lines(value).map(SigningSecret::new).collect()
}

impl Sources {
    fn from_env() -> Result<Self, ConfigError> {
        const REFERENCES: &str = "STRIPE_CLIENT_REFERENCES";
        let references = runtime::optional(REFERENCES).map(|text| flag(REFERENCES, &text)).transpose()?;
        let accounts = accounts(&runtime::optional("STRIPE_ACCOUNTS").unwrap_or_default())?;
        Ok(Self { client_references: references.unwrap_or_default(), accounts })
    }
}

/// Ids of accounts, separated by commas.
fn accounts(text: &str) -> Result<Vec<String>, ConfigError> {
    let ids: Vec<String> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    match ids.iter().find(|id| !id.starts_with("acct_")) {
        Some(wrong) => {
            let problem = format!("{wrong:?} is no account, which begins with acct_");
            Err(ConfigError::Invalid { name: "STRIPE_ACCOUNTS", problem })
        }
        None => Ok(ids),
    }
}

#[cfg(test)]
pub(super) mod tests;
