//! SQS: an embedded emulator with fixes for the gaps that affect Orderly, and a handle for the event source mappings
//! and the console, which run in this process.

mod dead_letters;
mod failures;
mod protocol;

pub use self::{dead_letters::DeadLetter, failures::Failure};
use self::{dead_letters::MoveTask, failures::Failures};
use super::meter::{Counters, NOBODY};
use crate::template::{ACCOUNT, Queue, REGION, arn};
use rustack_sqs_core::{config::SqsConfig, provider::RustackSqs};
use rustack_sqs_model::{
    error::{SqsError, SqsErrorCode},
    input::{
        ChangeMessageVisibilityInput, CreateQueueInput, DeleteMessageBatchInput, GetQueueAttributesInput,
        ReceiveMessageInput, SendMessageInput,
    },
    types::{self, BatchResultErrorEntry, DeleteMessageBatchRequestEntry},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// SQS returns and accepts at most ten messages in one request.
const BATCH: usize = 10;

/// Why a queue operation failed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("there is no queue {0}")]
    NoSuchQueue(String),
    #[error("queue {queue}: {message}")]
    Refused { queue: String, message: String },
    #[error("a message of {queue} does not say which queue it came from, so it cannot be sent back")]
    NoSource { queue: String },
}

/// A message as it was received.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    pub message_id: String,
    pub receipt_handle: String,
    pub body: String,
    pub md5_of_body: String,
    /// SQS's own attributes: `ApproximateReceiveCount`, `SentTimestamp` (milliseconds) and so on.
    pub attributes: BTreeMap<String, String>,
    pub message_attributes: BTreeMap<String, MessageAttribute>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MessageAttribute {
    pub data_type: String,
    pub string_value: Option<String>,
    pub binary_value: Option<Vec<u8>>,
}

/// The numbers of messages in a queue at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    pub visible: u64,
    pub in_flight: u64,
    pub delayed: u64,
}

/// The queues of the template. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sqs {
    provider: Arc<RustackSqs>,
    queues: Arc<Vec<Queue>>,
    endpoint: Arc<str>,
    counters: Counters,
    /// Reading dead letters hides them for a moment, so readers and movers take turns.
    dead_letters: Arc<tokio::sync::Mutex<()>>,
    moves: Arc<Mutex<Vec<MoveTask>>>,
    failures: Failures,
}

impl Sqs {
    pub(super) async fn start(port: u16, queues: &[Queue], counters: Counters) -> Result<Self, QueueError> {
        let host = "127.0.0.1".to_owned();
        let endpoint = format!("http://{host}:{port}");
        let config = SqsConfig {
            skip_signature_validation: true,
            default_region: REGION.to_owned(),
            account_id: ACCOUNT.to_owned(),
            host,
            port,
        };
        let sqs = Self {
            provider: Arc::new(RustackSqs::new(config)),
            queues: Arc::new(queues.to_vec()),
            endpoint: endpoint.into(),
            counters,
            dead_letters: Arc::default(),
            moves: Arc::default(),
            failures: Failures::default(),
        };
        for queue in queues {
            sqs.create(queue).await?;
        }
        Ok(sqs)
    }

    async fn create(&self, queue: &Queue) -> Result<(), QueueError> {
        let mut attributes = vec![
            ("VisibilityTimeout".to_owned(), queue.visibility_timeout.as_secs().to_string()),
            ("MessageRetentionPeriod".to_owned(), queue.retention.as_secs().to_string()),
        ];
        if let Some(redrive) = &queue.redrive {
            let policy = serde_json::json!({
                "deadLetterTargetArn": arn("sqs", &redrive.dead_letters),
                "maxReceiveCount": redrive.max_receive_count,
            });
            attributes.push(("RedrivePolicy".to_owned(), policy.to_string()));
        }
        let input = CreateQueueInput {
            queue_name: queue.name.clone(),
            attributes: attributes.into_iter().collect(),
            ..CreateQueueInput::default()
        };
        self.provider.create_queue(input).await.map_err(|error| refused(&queue.name, error))?;
        Ok(())
    }

    pub(super) async fn shutdown(&self) {
        self.provider.shutdown_all().await;
    }

    /// The queues as the template declares them.
    pub fn queues(&self) -> &[Queue] {
        &self.queues
    }

    /// The queue's URL for clients.
    pub fn url(&self, queue: &str) -> String {
        format!("{}/{ACCOUNT}/{queue}", self.endpoint)
    }

    /// Waits up to `wait` (whole seconds, at most 20) for up to `max` messages (at most 10). They are hidden from
    /// others for the queue's visibility timeout. The meter counts operations in this process under the queue's name.
    pub async fn receive(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Message>, QueueError> {
        let messages = self.receive_hidden(queue, max, wait, None).await?;
        if !messages.is_empty() {
            self.counters.count(queue, "SQS", "ReceiveMessage");
        }
        Ok(messages)
    }

    async fn receive_hidden(
        &self,
        queue: &str,
        max: usize,
        wait: Duration,
        hidden_for: Option<Duration>,
    ) -> Result<Vec<Message>, QueueError> {
        let input = ReceiveMessageInput {
            queue_url: self.url(queue),
            max_number_of_messages: Some(i32::try_from(max.min(BATCH)).unwrap_or(1)),
            wait_time_seconds: Some(seconds(wait)),
            visibility_timeout: hidden_for.map(seconds),
            message_system_attribute_names: vec!["All".to_owned()],
            message_attribute_names: vec!["All".to_owned()],
            ..ReceiveMessageInput::default()
        };
        let output = self.provider.receive_message(input).await.map_err(|error| refused(queue, error))?;
        Ok(output.messages.into_iter().map(Message::from).collect())
    }

    /// Deletes any number of messages by their receipt handles. Tries all of them; yields the first error.
    pub async fn delete_batch(&self, queue: &str, receipt_handles: &[String]) -> Result<(), QueueError> {
        let mut outcome = Ok(());
        for handles in receipt_handles.chunks(BATCH) {
            self.counters.count(queue, "SQS", "DeleteMessageBatch");
            let entries = handles.iter().enumerate().map(|(index, handle)| DeleteMessageBatchRequestEntry {
                id: index.to_string(),
                receipt_handle: handle.clone(),
            });
            let input = DeleteMessageBatchInput { queue_url: self.url(queue), entries: entries.collect() };
            let deleted = self.provider.delete_message_batch(input).await.map_err(|error| refused(queue, error));
            outcome = outcome.and(deleted.and_then(|output| match output.failed.into_iter().next() {
                Some(BatchResultErrorEntry { code, message, .. }) => {
                    Err(QueueError::Refused { queue: queue.to_owned(), message: message.unwrap_or(code) })
                }
                None => Ok(()),
            }));
        }
        outcome
    }

    /// Makes the message visible again after `after` (whole seconds); zero means now.
    pub async fn change_visibility(
        &self,
        queue: &str,
        receipt_handle: &str,
        after: Duration,
    ) -> Result<(), QueueError> {
        let input = ChangeMessageVisibilityInput {
            queue_url: self.url(queue),
            receipt_handle: receipt_handle.to_owned(),
            visibility_timeout: seconds(after),
        };
        self.provider.change_message_visibility(input).await.map_err(|error| refused(queue, error))?;
        Ok(())
    }

    /// Sends one message; yields its id.
    pub async fn send(&self, queue: &str, body: impl Into<String>) -> Result<String, QueueError> {
        self.counters.count(NOBODY, "SQS", "SendMessage");
        let input =
            SendMessageInput { queue_url: self.url(queue), message_body: body.into(), ..SendMessageInput::default() };
        let output = self.provider.send_message(input).await.map_err(|error| refused(queue, error))?;
        Ok(output.message_id.unwrap_or_default())
    }

    /// How many messages the queue holds now.
    pub async fn depth(&self, queue: &str) -> Result<QueueDepth, QueueError> {
        let input = GetQueueAttributesInput { queue_url: self.url(queue), attribute_names: vec!["All".to_owned()] };
        let output = self.provider.get_queue_attributes(input).await.map_err(|error| refused(queue, error))?;
        let count = |name: &str| output.attributes.get(name).and_then(|count| count.parse().ok()).unwrap_or_default();
        Ok(QueueDepth {
            visible: count("ApproximateNumberOfMessages"),
            in_flight: count("ApproximateNumberOfMessagesNotVisible"),
            delayed: count("ApproximateNumberOfMessagesDelayed"),
        })
    }
}

impl Message {
    /// How often it was received, this time included.
    pub(crate) fn receive_count(&self) -> u32 {
        self.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

impl From<types::Message> for Message {
    fn from(message: types::Message) -> Self {
        let attribute = |value: types::MessageAttributeValue| MessageAttribute {
            data_type: value.data_type,
            string_value: value.string_value,
            binary_value: value.binary_value,
        };
        Self {
            message_id: message.message_id.unwrap_or_default(),
            receipt_handle: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            md5_of_body: message.md5_of_body.unwrap_or_default(),
            attributes: message.attributes.into_iter().collect(),
            message_attributes: message.message_attributes.into_iter().map(|(k, v)| (k, attribute(v))).collect(),
        }
    }
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn refused(queue: &str, error: SqsError) -> QueueError {
    match error.code {
        SqsErrorCode::NonExistentQueue => QueueError::NoSuchQueue(queue.to_owned()),
        _ => QueueError::Refused { queue: queue.to_owned(), message: error.message },
    }
}
