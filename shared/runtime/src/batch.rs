//! Batches of messages. Each record succeeds or fails by itself.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use domain::{ids::OrderId, safeguards::Safeguard};
use futures::{FutureExt, StreamExt, stream};
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    panic::AssertUnwindSafe,
};
use store::Message;

/// How many records of a batch are processed at once.
const CONCURRENCY: usize = 10;

/// What a queue holds. Its text names it in logs, without anybody's data.
pub trait Received: DeserializeOwned + Display {
    /// The X-Ray trace in which it was sent, if it says so.
    fn trace(&self) -> Option<&str> {
        None
    }
}

impl Received for Message {
    fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }
}

/// Gives each message of the batch to `work`, several at once. A message that is unreadable, fails or panics is
/// reported as failed, without the others.
pub async fn process<M, F>(event: SqsEvent, work: impl Fn(M) -> F) -> SqsBatchResponse
where
    M: Received,
    F: Future<Output = Result<(), app::Error>>,
{
    let (messages, mut failed) = parse::<M>(event);
    let outcomes = stream::iter(messages)
        .map(|(id, message)| {
            let (name, trace) = (message.to_string(), message.trace().map(str::to_owned));
            let work = AssertUnwindSafe(work(message)).catch_unwind();
            async move {
                match work.await {
                    Ok(Ok(())) => {
                        tracing::debug!(message = name, trace, "worked off");
                        None
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(record = id, message = name, trace, %error, "a record failed");
                        Some(id)
                    }
                    Err(_) => {
                        tracing::error!(record = id, message = name, trace, "a record panicked");
                        Some(id)
                    }
                }
            }
        })
        .buffer_unordered(CONCURRENCY)
        .filter_map(async |outcome| outcome)
        .collect::<Vec<_>>()
        .await;
    if !Safeguard::PartialFailureReport.is_off() {
        failed.extend(outcomes);
    }
    response(failed)
}

/// Gives all messages of the batch to `work` in one call, which returns the messages that failed. If `work` panics,
/// each message is processed alone.
pub async fn process_together<F>(event: SqsEvent, work: impl Fn(Vec<Message>) -> F) -> SqsBatchResponse
where
    F: Future<Output = Vec<(Message, app::Error)>>,
{
    let (messages, mut failed) = parse::<Message>(event);
    let all: Vec<Message> = messages.iter().map(|(_, message)| message.clone()).collect();
    let together = AssertUnwindSafe(work(all)).catch_unwind().await;
    let undone = if let Ok(undone) = together {
        undone
    } else {
        tracing::error!(records = messages.len(), "a batch panicked; each of its records is worked on alone");
        let mut undone = Vec::new();
        for (_, message) in &messages {
            let alone = AssertUnwindSafe(work(vec![message.clone()])).catch_unwind().await;
            let panicked = || vec![(message.clone(), app::Error::Defect("its work panicked".to_owned()))];
            undone.extend(alone.unwrap_or_else(|_| panicked()));
        }
        undone
    };
    for (id, message) in messages {
        if let Some((_, error)) = undone.iter().find(|(other, _)| *other == message) {
            tracing::warn!(record = id, %message, trace = message.trace, %error, "a record failed");
            failed.push(id);
        }
    }
    response(failed)
}

/// The messages whose orders failed, for work that is done by order.
pub fn failed_by_order(messages: Vec<Message>, failed: &BTreeMap<OrderId, app::Error>) -> Vec<(Message, app::Error)> {
    let why = |message: Message| {
        let why = match message.order() {
            Some(order) => app::Error::Outside(failed.get(order)?.to_string()),
            None => app::Error::Defect("this duty belongs to another function".into()),
        };
        Some((message, why))
    };
    messages.into_iter().filter_map(why).collect()
}

/// The messages by record id, and the ids of the records that are not messages.
fn parse<M: DeserializeOwned>(event: SqsEvent) -> (Vec<(String, M)>, Vec<String>) {
    let (mut messages, mut failed) = (Vec::new(), Vec::new());
    for record in event.records {
        let id = record.message_id.unwrap_or_default();
        match serde_json::from_str(&record.body.unwrap_or_default()) {
            Ok(message) => messages.push((id, message)),
            Err(error) => {
                // The body is not logged, because it is not a message of ours.
                tracing::error!(record = id, %error, "a record is no message; it will go to the dead-letter queue");
                failed.push(id);
            }
        }
    }
    (messages, failed)
}

fn response(failed: Vec<String>) -> SqsBatchResponse {
    let failed: BTreeSet<String> = failed.into_iter().collect();
    let failure = |id: String| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failure
    };
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

#[cfg(test)]
mod tests;
