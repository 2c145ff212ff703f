//! The whole running system, for `cargo run` and the end-to-end tests.

use crate::{
    Ports, StackError,
    backing::{Backing, BackingOptions},
    channels::woocommerce::Shop,
    console::Link,
    event_source::Retry,
    http_api,
    lambda::{InvokeError, Invoker, Lambda, LambdaOptions},
    logs::Logs,
    payments::{StandIns, stripe::Stripe},
    schedule,
    services::{Account, Listener, Mailbox, Meter, Refusal, Secrets, Sqs, Streams, warehouse_hook::WarehouseHook},
    template::System,
    tracking,
    triggers::Triggers,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The settings of a stack.
#[derive(Debug, Clone)]
pub struct StackOptions {
    pub template: PathBuf,
    /// The directory for tables, mails, secrets and the log. Without one everything is kept in memory. Queues are
    /// always in memory.
    pub data_dir: Option<PathBuf>,
    pub ports: Ports,
    /// Values for the template's parameters. They override the local values and the template's defaults.
    pub parameters: BTreeMap<String, String>,
    pub lambda: LambdaOptions,
    pub retry: Retry,
    /// Whether schedules run on their own. [`Stack::run_schedule_now`] works either way.
    pub schedules: bool,
}

impl StackOptions {
    /// Settings for a stack in memory on free ports, with schedules. `binaries` is the directory of the functions'
    /// binaries.
    pub fn new(template: &Path, binaries: &Path) -> Self {
        Self {
            template: template.to_owned(),
            data_dir: None,
            ports: Ports::default(),
            parameters: BTreeMap::new(),
            lambda: LambdaOptions::new(binaries),
            retry: Retry::default(),
            schedules: true,
        }
    }
}

/// The running system. Stop it with [`Stack::shutdown`]; if it is only dropped, its processes are killed when
/// its Tokio runtime ends.
pub struct Stack {
    backing: Backing,
    lambda: Lambda,
    logs: Logs,
    api_url: String,
    invoke_url: String,
    triggers: Triggers,
}

impl Stack {
    /// Starts everything that the template declares. The functions must already be built.
    pub async fn start(options: StackOptions) -> Result<Self, StackError> {
        let StackOptions { template, data_dir, ports, parameters, lambda, retry, schedules } = options;
        let api = Listener::bind(ports.api).await?;
        let invoke = Listener::bind(ports.invoke).await?;
        let (api_url, invoke_url) = (api.endpoint(), invoke.endpoint());
        let log = data_dir.as_ref().map(|directory| directory.join("functions.log"));
        let link = |label: &str, url: &str| Link { label: label.to_owned(), url: url.to_owned() };
        let links = vec![link("HTTP API", &api_url), link("Lambda Invoke API", &invoke_url)];
        let api_address = api_url.clone();
        let backing = BackingOptions { template, data_dir, ports, api_url: api_address, parameters, links };
        let backing = Backing::start(backing).await?;
        // The log is opened only after every port is bound: a failed start must not overwrite the last run's log.
        let logs = match log {
            Some(path) => Logs::with_file(&path).map_err(|source| StackError::Log { path, source })?,
            None => Logs::in_memory(),
        };
        let system = &backing.system;
        let lambda = Lambda::start(system, lambda, logs.clone()).await.map_err(StackError::Lambda)?;
        lambda.serve_invoke_api(invoke.into_socket());

        let triggers = Triggers::default();
        let invoker = Invoker::Local(lambda.clone());
        triggers.spawn(|stop| http_api::serve(api.into_socket(), system, lambda.clone(), stop));
        triggers.start_queues(system, backing.services.sqs(), &invoker, retry);
        triggers.start_streams(system, backing.services.streams(), &invoker);
        if schedules {
            triggers.start_schedules(system, &invoker);
        }
        Ok(Self { backing, lambda, logs, api_url, invoke_url, triggers })
    }

    /// The base URL of the HTTP API, with no final slash.
    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    /// The address of Lambda's Invoke API.
    pub fn invoke_url(&self) -> &str {
        &self.invoke_url
    }

    /// The shared address of DynamoDB, SQS, SES and Secrets Manager.
    pub fn endpoint(&self) -> &str {
        self.backing.services.endpoint()
    }

    /// The address of the pages for people: mails, queues, dead letters.
    pub fn console_url(&self) -> &str {
        self.backing.console_url()
    }

    /// Shows addresses and keys on the first page of those.
    pub fn show_exports(&self, exports: &str) {
        self.backing.show_exports(exports);
    }

    /// The payment providers.
    pub fn providers(&self) -> &StandIns {
        &self.backing.providers
    }

    /// The services that tell of parcels.
    pub fn tracking(&self) -> &tracking::StandIns {
        &self.backing.tracking
    }

    /// The shop of a sales channel.
    pub fn shop(&self) -> &Shop {
        &self.backing.shop
    }

    pub fn stripe(&self) -> &Stripe {
        self.backing.providers.stripe()
    }

    /// The receiver of the warehouse's webhook. Only locations that name its address are notified.
    pub fn warehouse(&self) -> &WarehouseHook {
        &self.backing.warehouse
    }

    /// An API key with the operator's role. It exists from the start.
    pub fn operator_key(&self) -> &str {
        &self.backing.operator_key
    }

    /// The template as it was read.
    pub fn system(&self) -> &System {
        &self.backing.system
    }

    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    pub fn sqs(&self) -> &Sqs {
        self.backing.services.sqs()
    }

    /// The changes of tables, for the functions that read them.
    pub fn streams(&self) -> &Streams {
        self.backing.services.streams()
    }

    pub fn mailbox(&self) -> &Mailbox {
        self.backing.services.mailbox()
    }

    /// The AWS requests and DynamoDB units used since the start or the last reset.
    pub fn meter(&self) -> Meter {
        self.backing.services.meter()
    }

    /// The same by caller: a function's name, or a queue's name for what its event source mapping does.
    pub fn meter_by_caller(&self) -> BTreeMap<String, Meter> {
        self.backing.services.meter_by_caller()
    }

    pub fn reset_meter(&self) {
        self.backing.services.reset_meter();
    }

    /// The requests of functions that their roles do not allow, each once, since the start. A refusal need not be
    /// visible from outside: a refused message, for example, only arrives late.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.backing.services.refusals()
    }

    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// What the AWS services say of the account.
    pub fn account(&self) -> &Account {
        self.backing.services.account()
    }

    /// The secrets and their values.
    pub fn secrets(&self) -> &Secrets {
        self.backing.services.secrets()
    }

    /// The current value of a secret, by its logical id.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.backing.services.secrets().get(name)
    }

    /// Runs a function as its schedule would, and waits for it.
    pub async fn run_schedule_now(&self, function: &str) -> Result<(), InvokeError> {
        let unknown = || InvokeError::UnknownFunction(function.to_owned());
        let function = self.system().functions.get(function).ok_or_else(unknown)?;
        schedule::run_once(function, &Invoker::Local(self.lambda.clone())).await
    }

    /// Finishes open requests and batches in progress (five seconds at most), and ends every process. Queued messages
    /// are lost; everything else is in the data directory.
    pub async fn shutdown(self) {
        self.triggers.shutdown().await;
        self.lambda.shutdown().await;
        self.backing.shutdown().await;
    }
}
