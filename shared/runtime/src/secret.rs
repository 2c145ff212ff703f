//! A secret of Secrets Manager in a running function.

use super::{Aws, Clock, ConfigError, variable};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::{fmt, future::Future, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::timeout};

/// A value is read again after this time even if nobody refuses it, so that a withdrawn secret stops working.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(10);
/// The minimum time between two readings of a known value. A flood of bad signatures must not become a flood of
/// requests to Secrets Manager.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How long a caller waits for the first value. Every function has at least ten seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a caller waits for a newer value while the known one may still work.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(2);

type Source = Box<dyn Fn() -> BoxFuture<'static, Result<String, ConfigError>> + Send + Sync>;

/// A secret that may be rolled while the function runs.
///
/// It is read on first use, again after ten minutes, and again when its value is refused. Concurrent callers wait for
/// the same reading.
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
    asked_at: Timestamp,
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

    /// The value. It is read now if it is unknown or older than ten minutes. If Secrets Manager fails, an old value
    /// stays in use.
    pub async fn value(&self) -> Result<SecretValue, ConfigError> {
        self.in_time(async {
            let mut known = self.known.lock().await;
            let now = self.clock.now();
            let Some(value) = known.value.clone() else { return self.read(&mut known, READ_TIMEOUT).await };
            if !has_passed(MAX_AGE, known.read_at, now) || !has_passed(PAUSE, known.asked_at, now) {
                return Ok(value);
            }
            let newer = self.read(&mut known, REFRESH_TIMEOUT).await;
            Ok(newer.unwrap_or_else(|error| {
                tracing::warn!(%error, "an old value of a secret stays in use");
                value
            }))
        })
        .await
    }

    /// A value other than `refused`, if there is one: the secret may have been rolled. It is read again at most once in
    /// 30 seconds; until then the result is None.
    pub async fn renewed(&self, refused: &SecretValue) -> Result<Option<SecretValue>, ConfigError> {
        self.in_time(async {
            let mut known = self.known.lock().await;
            let other = |value: &SecretValue| value != refused;
            if let Some(newer) = known.value.clone().filter(other) {
                return Ok(Some(newer)); // another caller was refused too, and has read it
            }
            if !has_passed(PAUSE, known.asked_at, self.clock.now()) {
                return Ok(None);
            }
            self.read(&mut known, READ_TIMEOUT).await.map(|newer| Some(newer).filter(other))
        })
        .await
    }

    async fn read(&self, known: &mut Known, limit: Duration) -> Result<SecretValue, ConfigError> {
        known.asked_at = self.clock.now();
        let text = timeout(limit, (self.source)()).await.map_err(|_| self.late(limit))??;
        let text = text.trim();
        if text.is_empty() {
            return Err(ConfigError::Secret { name: self.name, problem: "it is empty".to_owned() });
        }
        let value = SecretValue(text.into());
        known.value = Some(value.clone());
        known.read_at = known.asked_at;
        Ok(value)
    }

    /// Gives up after the longest time of one reading, even if the time went into waiting for other callers.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T, ConfigError>>) -> Result<T, ConfigError> {
        timeout(READ_TIMEOUT, work).await.unwrap_or_else(|_| Err(self.late(READ_TIMEOUT)))
    }

    fn late(&self, limit: Duration) -> ConfigError {
        ConfigError::Secret { name: self.name, problem: format!("no answer in {} s", limit.as_secs()) }
    }
}

/// Whether `now` is at least this far from `since`. A clock that was set back counts too, or it would stop all
/// readings.
fn has_passed(time: SignedDuration, since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since).abs() >= time
}

#[cfg(test)]
mod tests;
