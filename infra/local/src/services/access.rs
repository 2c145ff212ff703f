//! Permissions of callers. A function is held to its role in the template as IAM would hold it, so that a missing
//! permission fails on a developer's machine and not after deployment.
//!
//! A caller is identified by the access key id in its signature. Each function process uses its function's name
//! ([`crate::lambda`]). Any other key may do everything, and so may a request without a signature: developers' tools,
//! tests, the seed. The signature itself is not verified. Only IAM policies of roles are checked, not those of
//! resources, sessions or organizations.

mod needs;
mod refusal;

use axum::http::{HeaderMap, header::AUTHORIZATION};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

pub use self::refusal::Refusal;
use super::Service;
use crate::template::{Permissions, Secret, System};

/// Every function's permissions, and the requests that they refused.
#[derive(Debug)]
pub(super) struct Access {
    /// By access key id, which is the function's name.
    callers: BTreeMap<String, Permissions>,
    secrets: Vec<Secret>,
    refusals: Mutex<BTreeSet<Refusal>>,
}

impl Access {
    pub(super) fn new(system: &System) -> Self {
        let functions = system.functions.values();
        Self {
            callers: functions.map(|function| (function.name.clone(), function.permissions.clone())).collect(),
            secrets: system.secrets.clone(),
            refusals: Mutex::default(),
        }
    }

    /// The first permission that the request needs and its sender lacks. A malformed body needs none: the service
    /// answers with the error.
    pub(super) fn refuse(
        &self,
        headers: &HeaderMap,
        service: Service,
        operation: &str,
        body: &[u8],
    ) -> Option<Refusal> {
        let (function, permissions) = self.callers.get_key_value(access_key(headers)?)?;
        let request = serde_json::from_slice(body).ok()?;
        let needs = needs::needs(service, operation, &request, &self.secrets);
        let missing = needs.into_iter().find(|need| !permissions.allow(need))?;
        let refusal = Refusal {
            function: function.clone(),
            action: missing.action,
            resource: missing.resource,
            role: permissions.role.clone(),
        };
        if self.lock().insert(refusal.clone()) {
            tracing::error!("{refusal}");
        }
        Some(refusal)
    }

    /// The function that a request comes from, if it is one.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Option<&str> {
        self.callers.get_key_value(access_key(headers)?).map(|(function, _)| function.as_str())
    }

    /// All refusals, each once.
    pub(super) fn refusals(&self) -> Vec<Refusal> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Refusal>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `order-intake` of `AWS4-HMAC-SHA256 Credential=order-intake/20260101/us-east-1/sqs/aws4_request, …`.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split_once('/').map(|(key, _)| key)
}
