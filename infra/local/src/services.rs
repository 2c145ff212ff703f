//! The AWS services that the functions call, as the template declares them, on one local address: DynamoDB, SQS, SES
//! and Secrets Manager; and what `cargo run -- check` and `doctor` ask CloudFormation, SNS, Lambda and SES about a deployment. What SES tells of mails goes over the event bus, with the template's rules. Beside them is one service outside AWS: the receiver of the warehouse's webhook
//! ([`warehouse_hook`]).
//!
//! A function may do only what its role in the template allows. Any other caller may do everything.
//! [`Services::refusals`] lists the refused requests.

mod access;
mod account;
mod answer;
mod cloudformation;
mod dynamodb;
mod event_bus;
mod listener;
mod mailbox;
mod meter;
mod query;
mod secrets;
mod sqs;
pub mod warehouse_hook;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse as _, Response},
};
use runtime::Clock;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

pub(crate) use self::listener::Server;
use self::{
    access::Access,
    answer::AwsError,
    cloudformation::CloudFormation,
    dynamodb::DynamoDb,
    event_bus::EventBus,
    meter::{Counters, NOBODY},
};
pub use self::{
    access::Refusal,
    account::{Account, Condition},
    cloudformation::STACK,
    dynamodb::{Batch, Streams, TableError},
    listener::{BindError, Listener},
    mailbox::{Mail, Mailbox, MailboxError},
    meter::{Meter, Units},
    secrets::Secrets,
    sqs::{DeadLetter, Failure, Message, QueueDepth, QueueError, Sqs},
};
use crate::template::System;

/// The size limit of a request. DynamoDB accepts up to 16 MB, and no service here accepts more.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The services' settings, in addition to the template.
#[derive(Debug, Clone)]
pub struct ServicesConfig {
    /// The directory for tables and mails. Without one they are kept in memory. Queues are always in memory.
    pub data_dir: Option<PathBuf>,
    /// Secret values by logical id. A secret without one answers as AWS does before a value is set.
    pub secrets: BTreeMap<String, String>,
    /// How often expired items are removed; none keeps them. AWS promises days, which is too long for a developer.
    pub ttl_sweep: Option<Duration>,
    /// When mails are sent, and what becomes of them.
    pub clock: Clock,
    /// What the deployed stack says for these outputs of the template.
    pub outputs: BTreeMap<String, String>,
}

impl Default for ServicesConfig {
    fn default() -> Self {
        Self {
            data_dir: None,
            secrets: BTreeMap::new(),
            ttl_sweep: Some(Duration::from_secs(10)),
            clock: Clock::system(),
            outputs: BTreeMap::new(),
        }
    }
}

/// Why the services cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    #[error("cannot use the data directory {}", path.display())]
    DataDir {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error("the template declares no secret `{0}`")]
    UnknownSecret(String),
}

/// The running services. Cheap to clone; they stop with [`Services::shutdown`].
#[derive(Debug, Clone)]
pub struct Services {
    embedded: Embedded,
    server: Arc<Server>,
}

/// The services without an address. They answer callers in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Embedded(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    access: Access,
    /// Which tables are in use.
    table_suffix: String,
    account: Account,
    cloudformation: CloudFormation,
    dynamodb: DynamoDb,
    sqs: Sqs,
    mailbox: Mailbox,
    event_bus: EventBus,
    secrets: Secrets,
    counters: Counters,
}

impl Embedded {
    /// Creates the resources that the template declares and that do not exist yet. Queues have URLs at `port`.
    pub async fn start(port: u16, system: &System, config: ServicesConfig) -> Result<Self, ServicesError> {
        let counters = Counters::default();
        if let Some(path) = &config.data_dir {
            tokio::fs::create_dir_all(path)
                .await
                .map_err(|source| ServicesError::DataDir { path: path.clone(), source })?;
        }
        let data_dir = config.data_dir.as_deref();
        let sqs = Sqs::start(port, &system.queues, counters.clone()).await?;
        let mails = data_dir.map(|path| path.join("mail.jsonl"));
        let streams = Streams::new(&system.tables, &system.stream_readers(), config.clock.clone());
        Ok(Self(Arc::new(Shared {
            access: Access::new(system),
            table_suffix: system.table_in_use(""),
            account: Account::of(system.parameters.get("MailFrom")),
            cloudformation: CloudFormation::new(system, config.outputs),
            dynamodb: DynamoDb::open(data_dir, &system.tables, config.ttl_sweep, counters.clone(), streams)?,
            mailbox: Mailbox::open(mails.as_deref(), &system.configuration_sets, config.clock)?,
            event_bus: EventBus::new(&system.event_rules, &sqs),
            sqs,
            secrets: Secrets::new(&system.secrets, config.secrets).map_err(ServicesError::UnknownSecret)?,
            counters,
        })))
    }

    /// Answers a request on the caller's own thread. Its changes to the tables are complete when this returns.
    pub async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Response {
        let services = &self.0;
        match services.admit(method, uri, headers, &body) {
            Ok(Asked { caller, service: Service::DynamoDb, operation }) => {
                services.dynamodb.answer(caller, operation, &body)
            }
            Ok(asked) => services.handle(asked, body).await,
            Err(refused) => *refused,
        }
    }

    pub fn sqs(&self) -> &Sqs {
        &self.0.sqs
    }

    /// The changes of tables, for the functions that read them.
    pub fn streams(&self) -> &Streams {
        self.0.dynamodb.streams()
    }

    /// The name of a table of the template, by its logical id: after a restore another one is in use.
    pub fn table_in_use(&self, logical_id: &str) -> String {
        format!("{logical_id}{}", self.0.table_suffix)
    }

    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// What the services say of the account.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// The requests to the services since the start or the last reset.
    pub fn meter(&self) -> Meter {
        self.0.counters.read()
    }

    /// The same by caller. The name is the function's, or the queue's for what Lambda's event source mapping does with
    /// it. All other callers share the empty name.
    pub fn meter_by_caller(&self) -> BTreeMap<String, Meter> {
        self.0.counters.by_caller()
    }

    pub fn reset_meter(&self) {
        self.0.counters.reset();
    }

    /// The requests of functions that their roles do not allow, each once, since the start.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.0.access.refusals()
    }

    /// Ends open polls and timers.
    pub async fn shutdown(&self) {
        self.0.sqs.shutdown().await;
        self.0.dynamodb.shutdown();
    }
}

impl Services {
    /// Creates the missing resources that the template declares, and answers on `listener`.
    pub async fn start(listener: Listener, system: &System, config: ServicesConfig) -> Result<Self, ServicesError> {
        let embedded = Embedded::start(listener.port(), system, config).await?;
        let shared = Arc::clone(&embedded.0);
        let router = Router::new().fallback(dispatch).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(shared);
        Ok(Self { embedded, server: Arc::new(listener.serve(router)) })
    }

    /// The one address of all services: `http://127.0.0.1:4566`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Ends open polls, finishes open requests, and closes the address.
    pub async fn shutdown(&self) {
        self.embedded.shutdown().await;
        self.server.shutdown(Duration::from_secs(2)).await;
    }
}

impl std::ops::Deref for Services {
    type Target = Embedded;

    fn deref(&self) -> &Embedded {
        &self.embedded
    }
}

/// An AWS service that is offered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DynamoDb,
    Sqs,
    Ses,
    SecretsManager,
    CloudFormation,
    Sns,
    Lambda,
}

async fn dispatch(
    State(services): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match services.admit(&method, &uri, &headers, &body) {
        Ok(asked) => services.handle(asked, body).await,
        Err(refused) => *refused,
    }
}

/// A request that its sender is allowed to make.
struct Asked<'a> {
    /// The function's name; empty for everybody else.
    caller: &'a str,
    service: Service,
    operation: &'a str,
}

impl Shared {
    /// The service and operation of a request, if they are offered and the sender may use them.
    fn admit<'a>(
        &'a self,
        method: &Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &[u8],
    ) -> Result<Asked<'a>, Box<Response>> {
        let target = target(method, uri, headers, body);
        let (service, operation) =
            target.map_err(|unknown| Box::new(AwsError::unsupported(&unknown).into_response()))?;
        match self.access.refuse(headers, service, operation, body) {
            Some(refusal) => Err(Box::new(refusal.answer(service))),
            None => Ok(Asked { caller: self.access.caller(headers).unwrap_or(NOBODY), service, operation }),
        }
    }

    async fn handle(&self, Asked { caller, service, operation }: Asked<'_>, body: Bytes) -> Response {
        match service {
            Service::DynamoDb => self.dynamodb.handle(caller, operation, body).await,
            Service::Sqs => self.sqs.handle(caller, operation, &body).await,
            Service::Ses if operation == "GetAccount" => self.account.mail(),
            Service::Ses if operation.starts_with(IDENTITIES) => self.account.identity(&operation[IDENTITIES.len()..]),
            Service::Ses => {
                self.counters.count(caller, "SES", operation);
                let (answer, events) = self.mailbox.handle(&body);
                for event in events {
                    self.event_bus.put(&event).await;
                }
                answer
            }
            Service::SecretsManager => {
                self.counters.count(caller, "SecretsManager", operation);
                self.secrets.handle(operation, &body)
            }
            Service::Sns => self.account.subscriptions(operation, &body),
            Service::Lambda => self.account.functions(),
            Service::CloudFormation => self.cloudformation.handle(operation, &body),
        }
    }
}

/// The actions of the query protocol that are offered.
const FORMS: [(Service, &str); 3] = [
    (Service::CloudFormation, "DescribeStacks"),
    (Service::CloudFormation, "ListStackResources"),
    (Service::Sns, "ListSubscriptionsByTopic"),
];
/// SES's path to an identity, which is its operation's name here.
const IDENTITIES: &str = "/v2/email/identities/";

/// The service and the operation of a request, or the name of what is not offered. The JSON protocols name both in
/// `X-Amz-Target`; SES uses paths, and CloudFormation a field of its form.
fn target<'h>(
    method: &Method,
    uri: &'h Uri,
    headers: &'h HeaderMap,
    body: &[u8],
) -> Result<(Service, &'h str), String> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    match target.and_then(|target| target.split_once('.')) {
        Some(("DynamoDB_20120810", operation)) => Ok((Service::DynamoDb, operation)),
        Some(("AmazonSQS", operation)) => Ok((Service::Sqs, operation)),
        Some(("secretsmanager", operation)) => Ok((Service::SecretsManager, operation)),
        Some((service, operation)) => Err(format!("{service}.{operation}")),
        None if method == Method::POST && uri.path() == "/v2/email/outbound-emails" => Ok((Service::Ses, "SendEmail")),
        None if method == Method::GET && uri.path() == "/v2/email/account" => Ok((Service::Ses, "GetAccount")),
        None if method == Method::GET && uri.path().starts_with(IDENTITIES) => Ok((Service::Ses, uri.path())),
        None if method == Method::GET && uri.path().starts_with("/2016-08-19/account-settings") => {
            Ok((Service::Lambda, "GetAccountSettings"))
        }
        None => match query::action(headers, body) {
            Some(action) => FORMS
                .iter()
                .find(|(_, offered)| *offered == action)
                .map(|(service, offered)| (*service, *offered))
                .ok_or(action),
            None => Err(format!("{method} {}", uri.path())),
        },
    }
}
