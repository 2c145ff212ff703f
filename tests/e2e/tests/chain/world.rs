//! A running system with a seeded shop, and a test's tools for it.

use crate::binaries::{Binaries, workspace};
use orderly_local::{
    Stack, StackOptions,
    client::{Answer, Client},
    event_source::Retry,
    logs::Logs,
    seed::{self, Shop},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// The time limit of every wait. Processes start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

pub struct World {
    pub stack: Stack,
    pub operator: Client,
    pub storefront: Client,
    pub warehouse: Client,
    /// Customer service, which may give back 50.00 EUR of an order.
    pub service: Client,
    pub shop: Shop,
    pub binaries: Binaries,
    _on_failure: OnFailure,
}

/// Shows what the functions warned of, where a test fails.
struct OnFailure(Logs);

impl Drop for OnFailure {
    fn drop(&mut self) {
        const SHOWN: usize = 40;
        if !std::thread::panicking() {
            return;
        }
        let mut lines = self.0.lines();
        lines.retain(|line| ["\"WARN\"", "\"ERROR\""].iter().any(|level| line.text.contains(level)));
        eprintln!("the last of {} warnings and errors of the functions:", lines.len());
        for line in lines.iter().skip(lines.len().saturating_sub(SHOWN)) {
            eprintln!("{} {} {}", line.time, line.instance, line.text);
        }
    }
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub async fn start_with(change: impl FnOnce(&mut StackOptions)) -> Self {
        Self::start_between(change, |_| ()).await
    }

    /// Calls `started` before the first request to the system.
    pub async fn start_between(change: impl FnOnce(&mut StackOptions), started: impl FnOnce(&Stack)) -> Self {
        let binaries = Binaries::link();
        let mut options = StackOptions::new(&workspace().join("template.yaml"), binaries.directory());
        options.retry = Retry::Backoff(Duration::ZERO);
        options.schedules = false;
        change(&mut options);
        let data_dir = options.data_dir.clone();
        let stack = Stack::start(options).await.unwrap();
        started(&stack);
        let operator = Client::new(stack.api_url(), stack.operator_key());
        let shop = seed::seed(&operator, &stack.warehouse().url(), data_dir.as_deref()).await.unwrap();
        let storefront = Client::new(stack.api_url(), &shop.storefront_key);
        let warehouse = Client::new(stack.api_url(), &shop.warehouse_key);
        let service = Client::new(stack.api_url(), &shop.service_key);
        let on_failure = OnFailure(stack.logs().clone());
        Self { stack, operator, storefront, warehouse, service, shop, binaries, _on_failure: on_failure }
    }

    /// Starts a system with data that outlives it.
    pub async fn start_in(data_dir: &Path) -> Self {
        Self::start_with(|options| options.data_dir = Some(data_dir.to_owned())).await
    }

    /// Replaces `function` by one that cannot start, so that all its messages fail.
    pub fn break_function(&self, function: &str) {
        self.binaries.break_function(function);
        let _ = self.stack.lambda().kill(function);
    }

    pub fn mend_function(&self, function: &str) {
        self.binaries.mend_function(function);
    }

    /// Runs `reconcile` as its schedule does each minute; yields its report.
    pub async fn reconcile(&self) -> Value {
        let run = self.stack.lambda().invoke("reconcile", "{}").await.unwrap();
        let report = serde_json::from_slice(&run.payload).unwrap();
        assert!(!run.function_error, "reconcile failed: {report}");
        report
    }

    /// Waits until no message and no webhook is in progress.
    pub async fn until_queues_are_empty(&self) {
        eventually("all queues are empty", async || (self.queued().await == 0).then_some(())).await;
    }

    /// The number of messages, including those in progress, and of the providers' webhooks and the changes of tables, which lead to more
    /// messages.
    pub async fn queued(&self) -> u64 {
        let webhooks = self.stack.providers().undelivered() + self.stack.tracking().undelivered();
        let mut queued = (webhooks + self.stack.streams().waiting()) as u64;
        for queue in self.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_some()) {
            let depth = self.stack.sqs().depth(&queue.name).await.unwrap();
            queued += depth.visible + depth.in_flight + depth.delayed;
        }
        queued
    }

    /// Waits until nothing is queued and nothing is owed, by messages alone, without reconcile.
    pub async fn until_settled(&self) {
        let mut owed = Vec::new();
        let settled = async || {
            owed = self.owed().await;
            (owed.is_empty() && self.queued().await == 0).then_some(())
        };
        let settled = within(PATIENCE, settled).await.is_some();
        assert!(settled, "still owed: {owed:?}; under way: {}", self.queued().await);
    }

    /// Lets minutes pass and `reconcile` run until nothing is owed.
    pub async fn until_reconciled(&self) {
        let reconciled = async || {
            self.until_queues_are_empty().await;
            if self.owed().await.is_empty() {
                return Some(());
            }
            self.all_turns_come().await;
            self.reconcile().await;
            None
        };
        let reconciled = within(PATIENCE, reconciled).await.is_some();
        assert!(reconciled, "still owed: {:?}", self.owed().await);
    }

    /// The number of messages of `queue` that have failed for good.
    pub async fn dead(&self, queue: &str) -> usize {
        self.stack.sqs().dead_letters(queue).await.unwrap().len()
    }

    /// Loses all messages of a dead-letter queue.
    pub async fn purge(&self, queue: &str) {
        loop {
            let letters = self.stack.sqs().receive(queue, 10, Duration::ZERO).await.unwrap();
            if letters.is_empty() {
                return;
            }
            let handles: Vec<String> = letters.into_iter().map(|letter| letter.receipt_handle).collect();
            self.stack.sqs().delete_batch(queue, &handles).await.unwrap();
        }
    }

    /// Waits until `count` messages of a queue have failed for good.
    pub async fn until_dead(&self, queue: &str, count: usize) {
        eventually(&format!("{count} in {queue}"), async || (self.dead(queue).await == count).then_some(())).await;
    }

    /// The subjects of the mails that were sent, oldest first.
    pub fn subjects(&self) -> Vec<String> {
        self.stack.mailbox().list().into_iter().rev().map(|mail| mail.subject).collect()
    }

    /// Sends a message that says that an item owes something.
    pub async fn send_duty(&self, queue: &str, order: &str, item: &str, duty: &str) {
        let message = json!({ "v": 1, "subject": format!("order/{order}/{item}"), "duty": duty });
        self.stack.sqs().send(queue, message.to_string()).await.unwrap();
    }
}

/// Posts as `client`, and returns the answer, whatever its status.
pub async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.ask(client.request(Method::POST, path).json(body)).await.unwrap()
}

/// Posts a request that must be refused with the problem of this name.
pub async fn refused(client: &Client, path: &str, body: &Value, why: &str) -> Answer {
    let answer = post(client, path, body).await;
    assert_eq!(answer.body["type"], format!("urn:orderly:problem:{why}"), "{path}: {answer:?}");
    assert!(answer.status.is_client_error() && answer.content_type == "application/problem+json", "{answer:?}");
    answer
}

/// Waits until `check` yields a value.
pub async fn eventually<T>(what: &str, check: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, check).await.unwrap_or_else(|| panic!("not in time: {what}"))
}

async fn within<T>(patience: Duration, mut check: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Some(found) = check().await {
            return Some(found);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    None
}
