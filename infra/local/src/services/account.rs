//! What the services say of the account: whether SES sends and for whom, who is told of alarms, how many functions may run. All is
//! well, until a test changes it.

use super::{
    answer::AwsError,
    query::{self, Xml},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Account(Arc<Mutex<Condition>>);

/// How the account is.
#[derive(Debug, Clone)]
pub struct Condition {
    pub sends_mail: bool,
    /// Whether SES sends only to verified recipients.
    pub is_in_sandbox: bool,
    /// SES's verdict on the sender: `HEALTHY`.
    pub enforcement: String,
    /// Addresses and domains, and whether they are verified.
    pub identities: BTreeMap<String, bool>,
    /// Who is told of alarms, and whether they have confirmed.
    pub subscriptions: BTreeMap<String, bool>,
    /// How many functions may run at once.
    pub concurrency: u32,
}

impl Account {
    /// An account whose sender is verified.
    pub(super) fn of(sender: Option<&String>) -> Self {
        Self(Arc::new(Mutex::new(Condition {
            sends_mail: true,
            is_in_sandbox: false,
            enforcement: "HEALTHY".to_owned(),
            identities: sender.into_iter().map(|sender| (sender.clone(), true)).collect(),
            subscriptions: BTreeMap::from([("alarms@example.com".to_owned(), true)]),
            concurrency: 1_000,
        })))
    }

    /// Changes how the account is. For tests.
    pub fn change(&self, change: impl FnOnce(&mut Condition)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Condition> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// SES's `GetAccount`.
    pub(super) fn mail(&self) -> Response {
        let Condition { sends_mail, is_in_sandbox, enforcement, .. } = &*self.lock();
        Json(json!({
            "SendingEnabled": sends_mail,
            "ProductionAccessEnabled": !is_in_sandbox,
            "EnforcementStatus": enforcement,
            "DedicatedIpAutoWarmupEnabled": false,
            "SendQuota": { "Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0 },
            "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
        }))
        .into_response()
    }

    /// SES's `GetEmailIdentity`. `name` is as the path has it.
    pub(super) fn identity(&self, name: &str) -> Response {
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        let Some(is_verified) = self.lock().identities.get(&*name).copied() else {
            let message = format!("Email identity <{name}> does not exist.");
            return AwsError::new("NotFoundException", message).with_status(StatusCode::NOT_FOUND).into_response();
        };
        let dkim = if is_verified { "SUCCESS" } else { "PENDING" };
        Json(json!({
            "IdentityType": if name.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" },
            "FeedbackForwardingStatus": true,
            "VerifiedForSendingStatus": is_verified,
            "DkimAttributes": { "SigningEnabled": true, "Status": dkim },
        }))
        .into_response()
    }

    /// SNS's `ListSubscriptionsByTopic`, for the one topic that there is.
    pub(super) fn subscriptions(&self, operation: &str, body: &[u8]) -> Response {
        let topic = query::fields(body).remove("TopicArn").unwrap_or_default();
        let told = self.lock().subscriptions.clone().into_iter().map(|(endpoint, is_confirmed)| {
            let arn = if is_confirmed { format!("{topic}:of-{endpoint}") } else { "PendingConfirmation".to_owned() };
            Xml::Elements(vec![
                ("TopicArn", Xml::text(topic.as_str())),
                ("Protocol", Xml::text("email")),
                ("Endpoint", Xml::text(endpoint)),
                ("SubscriptionArn", Xml::text(arn)),
            ])
        });
        query::answer(operation, &Xml::Elements(vec![("Subscriptions", Xml::list(told))]))
    }

    /// Lambda's `GetAccountSettings`.
    pub(super) fn functions(&self) -> Response {
        let limit = self.lock().concurrency;
        Json(json!({
            "AccountLimit": { "ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit },
            "AccountUsage": { "FunctionCount": 0, "TotalCodeSize": 0 },
        }))
        .into_response()
    }
}
