//! Reads dead letters, and moves them back to their queues.

use super::{BATCH, Failure, Message, QueueError, Sqs, refused};
use crate::{services::meter::NOBODY, template::Queue};
use jiff::Timestamp;
use rustack_sqs_model::{input::SendMessageInput, types::MessageAttributeValue};
use serde::Serialize;
use std::{sync::PoisonError, time::Duration};
use uuid::Uuid;

/// How long a message is hidden while it is read or moved. Neither takes that long.
const HIDDEN: Duration = Duration::from_mins(1);

/// A message that failed too often.
#[derive(Debug, Serialize)]
pub struct DeadLetter {
    #[serde(flatten)]
    pub message: Message,
    /// Why, as far as this stack has seen it fail.
    pub failure: Option<Failure>,
}

/// A move that was requested over the API. It is complete before the request is answered.
#[derive(Debug, Clone)]
pub(super) struct MoveTask {
    pub(super) handle: String,
    pub(super) source_arn: String,
    pub(super) destination_arn: Option<String>,
    pub(super) started: Timestamp,
    pub(super) outcome: Result<usize, String>,
}

impl Sqs {
    /// The queues whose failed messages go to `dead_letters`.
    pub fn sources_of(&self, dead_letters: &str) -> impl Iterator<Item = &Queue> {
        self.queues
            .iter()
            .filter(move |queue| queue.redrive.as_ref().is_some_and(|redrive| redrive.dead_letters == dead_letters))
    }

    /// The messages of a dead-letter queue, oldest first. Reading a message receives it, as in AWS's own console. How often
    /// somebody has looked says nothing, so that count is left out.
    pub async fn dead_letters(&self, queue: &str) -> Result<Vec<DeadLetter>, QueueError> {
        let _turn = self.dead_letters.lock().await;
        let mut messages = Vec::new();
        loop {
            let batch = self.receive_hidden(queue, BATCH, Duration::ZERO, Some(HIDDEN)).await?;
            if batch.is_empty() {
                break;
            }
            messages.extend(batch);
        }
        for message in &messages {
            self.change_visibility(queue, &message.receipt_handle, Duration::ZERO).await?;
        }
        let letter = |mut message: Message| {
            message.attributes.remove("ApproximateReceiveCount");
            DeadLetter { failure: self.failure_of(&message.message_id), message }
        };
        Ok(messages.into_iter().map(letter).collect())
    }

    /// Moves the messages of a dead-letter queue back to the queues in which they failed; yields their number. A moved
    /// message is a new one, with a receive count of zero.
    pub async fn redrive(&self, queue: &str) -> Result<usize, QueueError> {
        self.move_messages(queue, None).await
    }

    /// Moves all messages to `destination`, or else each to the queue that it came from.
    async fn move_messages(&self, queue: &str, destination: Option<&str>) -> Result<usize, QueueError> {
        let _turn = self.dead_letters.lock().await;
        // Messages that fail again at once join the end of the queue. One round moves only those that are present now.
        let mut left = self.depth(queue).await?.visible;
        let mut moved = 0;
        while left > 0 {
            let batch = self.receive_hidden(queue, BATCH, Duration::ZERO, Some(HIDDEN)).await?;
            if batch.is_empty() {
                break;
            }
            for message in batch {
                left = left.saturating_sub(1);
                let receipt_handle = message.receipt_handle.clone();
                let Some(target) = destination.or_else(|| message.failed_in()).map(str::to_owned) else {
                    self.change_visibility(queue, &receipt_handle, Duration::ZERO).await?;
                    return Err(QueueError::NoSource { queue: queue.to_owned() });
                };
                self.send_on(&target, message).await?;
                self.delete_batch(queue, &[receipt_handle]).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    async fn send_on(&self, queue: &str, message: Message) -> Result<(), QueueError> {
        self.counters.count(NOBODY, "SQS", "SendMessage");
        let attributes = message.message_attributes.into_iter().map(|(name, value)| {
            let value = MessageAttributeValue {
                data_type: value.data_type,
                string_value: value.string_value,
                binary_value: value.binary_value,
            };
            (name, value)
        });
        let input = SendMessageInput {
            queue_url: self.url(queue),
            message_body: message.body,
            message_attributes: attributes.collect(),
            ..SendMessageInput::default()
        };
        self.provider.send_message(input).await.map_err(|error| refused(queue, error))?;
        Ok(())
    }

    /// `StartMessageMoveTask`: moves the messages and yields the task's handle.
    pub(super) async fn start_move(&self, source_arn: String, destination_arn: Option<String>) -> String {
        let started = Timestamp::now();
        let destination = destination_arn.as_deref().map(name_of);
        let outcome = self.move_messages(name_of(&source_arn), destination).await;
        let task = MoveTask {
            handle: Uuid::new_v4().to_string(),
            source_arn,
            destination_arn,
            started,
            outcome: outcome.map_err(|error| error.to_string()),
        };
        let handle = task.handle.clone();
        self.moves.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        handle
    }

    /// The moves from a queue, newest first.
    pub(super) fn moves_from(&self, source_arn: &str) -> Vec<MoveTask> {
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        moves.iter().rev().filter(|task| task.source_arn == source_arn).cloned().collect()
    }
}

impl Message {
    /// The queue in which a dead letter failed.
    pub(crate) fn failed_in(&self) -> Option<&str> {
        self.attributes.get("DeadLetterQueueSourceArn").map(|arn| name_of(arn))
    }
}

/// The queue's name, the last part of its ARN.
fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
