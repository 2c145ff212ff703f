//! Secrets Manager: the template's secrets, with the caller's values.

use super::answer::{AwsError, parse};
use crate::template;
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// The secrets and their current values. Cheap to clone.
#[derive(Clone)]
pub struct Secrets {
    known: Arc<Mutex<BTreeMap<String, Secret>>>,
    /// Who wants to hear of values that are put.
    watchers: Arc<Mutex<Vec<Watcher>>>,
}

/// Is told the secret's name and its new value.
type Watcher = Box<dyn Fn(&str, &str) + Send + Sync>;

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Secrets").field(&*self.lock()).finish()
    }
}

struct Secret {
    arn: String,
    current: Option<Version>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The value must not appear in logs and panics.
        formatter.debug_struct("Secret").field("arn", &self.arn).finish_non_exhaustive()
    }
}

struct Version {
    id: String,
    created: Timestamp,
    value: String,
}

impl Version {
    fn new(value: String) -> Self {
        Self { id: Uuid::new_v4().to_string(), created: Timestamp::now(), value }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSecretValue {
    secret_id: String,
    secret_string: String,
}

impl Secrets {
    /// Fails with a name in `values` that the template does not declare.
    pub(super) fn new(declared: &[template::Secret], mut values: BTreeMap<String, String>) -> Result<Self, String> {
        let secrets = declared.iter().map(|secret| {
            let current = values.remove(&secret.name).map(Version::new);
            (secret.name.clone(), Secret { arn: secret.arn.clone(), current })
        });
        let secrets = secrets.collect();
        match values.into_keys().next() {
            Some(unknown) => Err(unknown),
            None => Ok(Self { known: Arc::new(Mutex::new(secrets)), watchers: Arc::default() }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current value of the secret with this logical id.
    pub fn get(&self, name: &str) -> Option<String> {
        self.lock().get(name)?.current.as_ref().map(|version| version.value.clone())
    }

    /// Calls `watcher` with each value that somebody puts from now on, as a person rolls a secret.
    pub(crate) fn watch(&self, watcher: impl Fn(&str, &str) + Send + Sync + 'static) {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(watcher));
    }

    /// Sets a new value of the secret and tells nobody; false if the template declares no such secret.
    pub fn set(&self, name: &str, value: impl Into<String>) -> bool {
        match self.lock().get_mut(name) {
            Some(secret) => {
                secret.current = Some(Version::new(value.into()));
                true
            }
            None => false,
        }
    }

    pub(super) fn handle(&self, operation: &str, body: &[u8]) -> Response {
        let answer = match operation {
            "GetSecretValue" => parse(body).and_then(|request| self.get_secret_value(&request)),
            "PutSecretValue" => parse(body).and_then(|request| self.put_secret_value(request)),
            _ => Err(AwsError::unsupported(&format!("secretsmanager.{operation}"))),
        };
        answer.map_or_else(AwsError::into_response, |answer| Json(answer).into_response())
    }

    fn get_secret_value(&self, request: &GetSecretValue) -> Result<Value, AwsError> {
        let mut secrets = self.lock();
        let (name, secret) = find(&mut secrets, &request.secret_id)?;
        let version = secret.current.as_ref().ok_or_else(|| {
            not_found("Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
        })?;
        Ok(json!({
            "ARN": secret.arn,
            "Name": name,
            "VersionId": version.id,
            "VersionStages": ["AWSCURRENT"],
            "SecretString": version.value,
            "CreatedDate": version.created.as_second(),
        }))
    }

    fn put_secret_value(&self, request: PutSecretValue) -> Result<Value, AwsError> {
        let mut secrets = self.lock();
        let (name, secret) = find(&mut secrets, &request.secret_id)?;
        let version = secret.current.insert(Version::new(request.secret_string));
        let watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.iter().for_each(|watcher| watcher(name, &version.value));
        Ok(json!({
            "ARN": secret.arn,
            "Name": name,
            "VersionId": version.id,
            "VersionStages": ["AWSCURRENT"],
        }))
    }
}

/// By ARN or by name.
fn find<'s>(secrets: &'s mut BTreeMap<String, Secret>, id: &str) -> Result<(&'s str, &'s mut Secret), AwsError> {
    let mut all = secrets.iter_mut().map(|(name, secret)| (name.as_str(), secret));
    let found = all.find(|(name, secret)| *name == id || secret.arn == id);
    found.ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}
