//! A secret of Secrets Manager in a running function.

use super::{Aws, Clock, ConfigError, clock::has_passed, variable};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::{fmt, future::Future, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::timeout};

/// A value is read again at this age, on its next use. Secrets Manager takes 0.05 USD for 10,000 readings, so a sandbox
/// that is busy all the time costs 0.29 USD a month, and an idle one nothing.
const RENEW_AT: SignedDuration = SignedDuration::from_secs(45);
/// An older value is not used, even if it cannot be read again: it may have been revoked.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(60);
/// The minimum time between two readings. A flood of bad signatures must not become a flood of requests to Secrets
/// Manager. It is short enough that a flood cannot keep a new value away for long.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// How long a caller waits for a value. Every function has at least ten seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a caller waits for a newer value while the known one may still be used.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(2);

type Source = Box<dyn Fn() -> BoxFuture<'static, Result<String, ConfigError>> + Send + Sync>;

/// A secret that may be rolled while the function runs.
///
/// It is read on first use, again when its value is 45 seconds old or refused, and never more often than every ten
/// seconds. So nothing is used for more than a minute after it was replaced, and the new value works within ten seconds
/// of its first use. Ages are measured by the wall clock, because monotonic clocks stand still while Lambda freezes a
/// sandbox. Concurrent callers wait for the same reading.
pub struct Secret {
    name: &'static str,
    clock: Clock,
    source: Source,
    known: Mutex<Known>,
}

/// The text of a secret at one moment. It is never printed. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Arc<str>);

#[derive(Default)]
struct Known {
    value: Option<SecretValue>,
    read_at: Timestamp,
    /// When it was last requested, with or without success.
    asked_at: Option<Timestamp>,
    /// Why the last request failed.
    problem: Option<String>,
}

impl SecretValue {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(…)")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.name)
    }
}

impl Secret {
    /// The secret whose ARN the environment variable `name` holds. It is not read yet.
    pub fn new(aws: &Aws, clock: &Clock, name: &'static str) -> Result<Self, ConfigError> {
        let (aws, arn) = (aws.clone(), variable(name)?);
        Ok(Self::from_source(name, clock, move || {
            let (aws, arn) = (aws.clone(), arn.clone());
            async move { aws.secret(name, &arn).await }
        }))
    }

    /// A secret that `source` reads: for tests, and for stand-ins of Secrets Manager.
    pub fn from_source<F>(
        name: &'static str,
        clock: &Clock,
        source: impl Fn() -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, ConfigError>> + Send + 'static,
    {
        Self { name, clock: clock.clone(), source: Box::new(move || Box::pin(source())), known: Mutex::default() }
    }

    /// A secret that is always `value`: for programs without Secrets Manager.
    pub fn fixed(name: &'static str, value: &str) -> Self {
        let value = value.to_owned();
        Self::from_source(name, &Clock::system(), move || std::future::ready(Ok(value.clone())))
    }

    /// The environment variable that names the secret, for messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value, at most a minute old.
    pub async fn value(&self) -> Result<SecretValue, ConfigError> {
        self.in_time(async {
            let mut known = self.known.lock().await;
            let now = self.clock.now();
            let is_younger = |age| !has_passed(age, known.read_at, now);
            let usable = known.value.clone().filter(|_| is_younger(MAX_AGE));
            match usable {
                Some(value) if is_younger(RENEW_AT) || !known.may_be_read(now) => Ok(value),
                Some(value) => Ok(self.read(&mut known, REFRESH_TIMEOUT).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "an old value of a secret stays in use for now");
                    value
                })),
                None if known.may_be_read(now) => self.read(&mut known, READ_TIMEOUT).await,
                None => Err(self.unreadable(known.problem.as_deref().unwrap_or("it was read a moment ago"))),
            }
        })
        .await
    }

    /// A value other than `refused`, if there is one: the secret may have been rolled. If it was read within the last ten
    /// seconds, the result is None.
    pub async fn renewed(&self, refused: &SecretValue) -> Result<Option<SecretValue>, ConfigError> {
        self.in_time(async {
            let mut known = self.known.lock().await;
            let other = |value: &SecretValue| value != refused;
            if let Some(newer) = known.value.clone().filter(other) {
                return Ok(Some(newer)); // another caller was refused too, and has read it
            }
            if !known.may_be_read(self.clock.now()) {
                return Ok(None);
            }
            self.read(&mut known, READ_TIMEOUT).await.map(|newer| Some(newer).filter(other))
        })
        .await
    }

    async fn read(&self, known: &mut Known, limit: Duration) -> Result<SecretValue, ConfigError> {
        let now = self.clock.now();
        known.asked_at = Some(now);
        // Stays if the caller gives up meanwhile.
        known.problem = Some(late(limit));
        let outcome = match timeout(limit, (self.source)()).await {
            Err(_) => Err(self.unreadable(&late(limit))),
            Ok(Ok(text)) if text.trim().is_empty() => Err(self.unreadable("it is empty")),
            Ok(read) => read.map(|text| SecretValue(text.trim().into())),
        };
        known.problem = outcome.as_ref().err().map(|error| match error {
            ConfigError::Secret { problem, .. } => problem.clone(),
            other => other.to_string(),
        });
        if let Ok(value) = &outcome {
            known.value = Some(value.clone());
            known.read_at = now;
        }
        outcome
    }

    /// Gives up after the longest time of one reading, even if the time went into waiting for other callers.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T, ConfigError>>) -> Result<T, ConfigError> {
        timeout(READ_TIMEOUT, work).await.unwrap_or_else(|_| Err(self.unreadable(&late(READ_TIMEOUT))))
    }

    fn unreadable(&self, problem: &str) -> ConfigError {
        ConfigError::Secret { name: self.name, problem: problem.to_owned() }
    }
}

impl Known {
    fn may_be_read(&self, now: Timestamp) -> bool {
        self.asked_at.is_none_or(|at| has_passed(PAUSE, at, now))
    }
}

fn late(limit: Duration) -> String {
    format!("no answer in {} s", limit.as_secs())
}

#[cfg(test)]
mod tests;
