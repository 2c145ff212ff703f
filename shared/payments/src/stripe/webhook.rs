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

    /// See [`Webhook::read`](crate::Webhook::read).
    pub async fn read(&self, request: &Request, now: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
        let event = self.verify(request, now).await?;
        match event.account() {
            Some((account, id)) if !self.sources.accounts.iter().any(|known| known == account) => {
                let account = account.escape_default();
                tracing::warn!(%account, event = %id.escape_default(), "ignored: STRIPE_ACCOUNTS does not name its account");
                Ok(Vec::new())
            }
            _ => events::read(&event, self.sources.client_references),
        }
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

fn flag(name: &'static str, text: &str) -> Result<bool, ConfigError> {
    text.parse().map_err(|_| ConfigError::Invalid { name, problem: "must be true or false".to_owned() })
}

#[cfg(test)]
pub(super) mod tests;
