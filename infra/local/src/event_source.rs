//! Lambda's event source mappings for SQS. They poll queues and pass batches to functions concurrently:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
//!
//! One default differs. On AWS a failed message stays hidden for the rest of the queue's visibility timeout (minutes).
//! Here it returns after [`Retry::Backoff`], so that developers need not wait. The queue itself moves messages that
//! failed too often to the dead-letter queue.

mod event;
mod outcome;

use self::outcome::Outcome;
use crate::{
    lambda::Invoker,
    services::{Failure, Message, QueueError, Sqs},
    template::{EventSourceMapping, Function, System, Trigger},
};
use futures::future::join_all;
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Concurrent batches of one queue if the template sets no limit. Lambda also starts with five.
const CONCURRENT_BATCHES: u32 = 5;
/// How long one poll waits for a message: SQS's limit.
const LONG_POLL: Duration = Duration::from_secs(20);
/// How often an open batch polls for more messages.
const BATCH_POLL: Duration = Duration::from_millis(50);
/// The pause after a failed poll.
const REST: Duration = Duration::from_secs(1);

/// When a failed message is tried again.
#[derive(Debug, Clone, Copy)]
pub enum Retry {
    /// After this delay times the message's receive count. SQS counts whole seconds.
    Backoff(Duration),
    /// After the queue's visibility timeout, as on AWS.
    VisibilityTimeout,
}

impl Default for Retry {
    /// One second, then two, then three.
    fn default() -> Self {
        Self::Backoff(Duration::from_secs(1))
    }
}

/// Polls every queue that a function is mapped to until `stop` is cancelled. Batches in progress are then finished, and
/// `tasks` ends after them.
pub(crate) fn start(
    system: &System,
    sqs: &Sqs,
    invoker: &Invoker,
    retry: Retry,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) {
    for function in system.functions.values() {
        for trigger in &function.triggers {
            if let Trigger::Queue(mapping) = trigger {
                let source = Arc::new(EventSource {
                    mapping: mapping.clone(),
                    function: function.clone(),
                    sqs: sqs.clone(),
                    invoker: invoker.clone(),
                    retry,
                });
                tasks.spawn(source.run(stop.clone(), tasks.clone()));
            }
        }
    }
}

struct EventSource {
    mapping: EventSourceMapping,
    function: Function,
    sqs: Sqs,
    invoker: Invoker,
    retry: Retry,
}

impl EventSource {
    async fn run(self: Arc<Self>, stop: CancellationToken, tasks: TaskTracker) {
        let limit = self.mapping.max_concurrency.unwrap_or(CONCURRENT_BATCHES);
        let slots = Arc::new(Semaphore::new(usize::try_from(limit).unwrap_or(Semaphore::MAX_PERMITS)));
        while let Some(polled) = stop.run_until_cancelled(self.poll(&slots)).await {
            match polled {
                Ok((slot, batch)) if !batch.is_empty() => {
                    let source = Arc::clone(&self);
                    tasks.spawn(async move {
                        source.process(batch).await;
                        drop(slot);
                    });
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(queue = self.mapping.queue, %error, "polling failed");
                    stop.run_until_cancelled(sleep(REST)).await;
                }
            }
        }
    }

    /// Waits for a free slot and then for a batch. The batch is empty if no message came.
    async fn poll(&self, slots: &Arc<Semaphore>) -> Result<(Option<OwnedSemaphorePermit>, Vec<Message>), QueueError> {
        // The semaphore is never closed, so this cannot fail.
        let slot = Arc::clone(slots).acquire_owned().await.ok();
        let EventSourceMapping { queue, batch_size, batching_window, .. } = &self.mapping;
        let mut batch = self.sqs.receive(queue, *batch_size, LONG_POLL).await?;
        let full_or_old = Instant::now() + *batching_window;
        while !batch.is_empty() && batch.len() < *batch_size && Instant::now() < full_or_old {
            match self.sqs.receive(queue, *batch_size - batch.len(), Duration::ZERO).await {
                Ok(more) if more.is_empty() => sleep(BATCH_POLL).await,
                Ok(more) => batch.extend(more),
                Err(error) => {
                    // The messages received so far would stay hidden for minutes, so the function gets them now.
                    tracing::error!(queue, %error, "polling failed");
                    break;
                }
            }
        }
        Ok((slot, batch))
    }

    /// Runs the function on a batch, then deletes or returns each of its messages.
    async fn process(&self, batch: Vec<Message>) {
        let event = event::event(&self.mapping.queue, &batch);
        let (begun, mut request_id, mut why) = (Timestamp::now(), None, None);
        let outcome = match self.invoker.invoke(&self.function, event).await {
            Ok(answer) => {
                request_id = answer.request_id;
                if answer.function_error {
                    why = Some(outcome::error(&answer.payload));
                    Outcome::AllFailed
                } else if self.mapping.report_batch_item_failures {
                    Outcome::of_report(&answer.payload, &batch)
                } else {
                    Outcome::AllDone
                }
            }
            Err(error) => {
                tracing::error!(function = self.function.name, %error, "a batch was not delivered");
                why = Some(error.to_string());
                Outcome::AllFailed
            }
        };
        let (failed, done): (Vec<_>, Vec<_>) = batch.into_iter().partition(|message| outcome.failed(message));
        let notes = failed.iter().map(|message| self.note_failure(message, begun, request_id.clone(), why.as_deref()));
        join_all(notes).await;
        self.settle(failed, done).await;
    }

    /// Remembers why a message failed: what the whole batch failed of, or else what the function logged of the message.
    async fn note_failure(&self, message: &Message, begun: Timestamp, request_id: Option<String>, why: Option<&str>) {
        let error = match why {
            Some(why) => why.to_owned(),
            None => {
                self.invoker.logged_of(&message.message_id, begun).await.unwrap_or_else(|| "see its log".to_owned())
            }
        };
        let (at, function, attempts) = (Timestamp::now(), self.function.name.clone(), message.receive_count());
        self.sqs.note_failure(&message.message_id, Failure { at, function, request_id, error, attempts });
    }

    async fn settle(&self, failed: Vec<Message>, done: Vec<Message>) {
        let queue = &self.mapping.queue;
        let unsettled =
            |error: QueueError| tracing::error!(queue, %error, "a message was not settled and will come again");
        let done: Vec<String> = done.into_iter().map(|message| message.receipt_handle).collect();
        self.sqs.delete_batch(queue, &done).await.unwrap_or_else(unsettled);
        let Retry::Backoff(step) = self.retry else {
            return;
        };
        for message in failed {
            let change = self.sqs.change_visibility(queue, &message.receipt_handle, step * message.receive_count());
            change.await.unwrap_or_else(unsettled);
        }
    }
}
