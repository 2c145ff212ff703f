//! Who may do what. A function is held to its role in the template as IAM would hold it, so that a missing permission
//! fails on a developer's machine and not after deployment.
//!
//! Callers are told apart by the access key id in their signature. Each function process has its function's name for
//! one ([`crate::lambda`]). Any other key may do everything, and so may a request without a signature: developers'
//! tools, tests, the seed. The signature itself is not verified. What stands beyond IAM policies is not looked at
//! either: policies of resources, sessions and organizations.

mod needs;
mod refusal;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, header::AUTHORIZATION};

pub use self::refusal::Refusal;
use super::Service;
use crate::template::{Permissions, Secret, System};

/// The permissions of every function, and what was refused by them.
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

    /// The first thing that the request needs and its sender may not. A body that is no request needs nothing: the
    /// service says what is wrong with it.
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

    /// Everything that was refused, each once.
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
