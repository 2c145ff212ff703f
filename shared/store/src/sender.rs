//! Sending newly owed duties.

use crate::Message;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use domain::duty::{Consumer, OwedDuty};
use futures::stream::{self, StreamExt as _};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// SQS's limit for one `SendMessageBatch`.
const MAX_BATCH: usize = 10;

/// The maximum number of concurrent requests. Each takes a connection.
const AT_ONCE: usize = 8;

/// The queues' URLs, one per consumer.
#[derive(Debug, Clone)]
pub struct Queues(BTreeMap<Consumer, String>);

impl Queues {
    /// Calls `url` for each consumer's queue.
    pub fn of<E>(mut url: impl FnMut(Consumer) -> Result<String, E>) -> Result<Self, E> {
        Consumer::ALL.into_iter().map(|consumer| Ok((consumer, url(consumer)?))).collect::<Result<_, _>>().map(Self)
    }
}

/// A message that is to be sent.
#[derive(Debug, Clone)]
struct Outgoing {
    body: String,
    /// Whose it is, where many share a queue: SQS lets nobody's messages wait behind those of somebody who has many.
    group: Option<String>,
}

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Sender(Arc<Inner>);

struct Inner {
    queues: Queues,
    /// Created for the first message, because many invocations send none.
    client: OnceLock<Client>,
    connect: Box<dyn Fn() -> Client + Send + Sync>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sender({:?})", self.0.queues)
    }
}

impl Sender {
    /// `connect` creates the client when there is something to send.
    pub fn new(queues: Queues, connect: impl Fn() -> Client + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { queues, client: OnceLock::new(), connect: Box::new(connect) }))
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| (self.0.connect)())
    }

    /// Sends one message per duty, in as few requests as possible. Returns how many were sent.
    ///
    /// It never fails. The work is already recorded as owed, and `reconcile` sends within a minute what could not be
    /// sent now. The caller has nothing to undo, so only the delay is logged. Nothing records what shops are to be told of
    /// stock: who asks for that looks at the number that was sent.
    pub async fn send(&self, owed: &[OwedDuty]) -> usize {
        let mut by_queue: BTreeMap<Consumer, Vec<Outgoing>> = BTreeMap::new();
        for owing in owed {
            let group = owing.subject.shop().map(ToString::to_string);
            match serde_json::to_string(&Message::new(owing)) {
                Ok(body) => by_queue.entry(owing.duty.consumer()).or_default().push(Outgoing { body, group }),
                Err(error) => tracing::error!(subject = %owing.subject, %error, "a message cannot be written"),
            }
        }
        let mut batches = Vec::new();
        for (consumer, messages) in by_queue {
            batches.extend(messages.chunks(MAX_BATCH).map(|chunk| (consumer, chunk.to_vec())));
        }
        let sends = stream::iter(batches).map(async |(consumer, messages)| self.send_batch(consumer, &messages).await);
        sends.buffer_unordered(AT_ONCE).fold(0, async |sent, more| sent + more).await
    }

    async fn send_batch(&self, consumer: Consumer, messages: &[Outgoing]) -> usize {
        let queue = &self.0.queues.0[&consumer];
        let failure = match messages {
            [] => return 0,
            [Outgoing { body, group }] => {
                let send = self.client().send_message().queue_url(queue).message_body(body);
                match send.set_message_group_id(group.clone()).send().await {
                    Ok(_) => return 1,
                    Err(error) => format!("{}", aws_sdk_sqs::error::DisplayErrorContext(error)),
                }
            }
            messages => {
                let entry = |(n, Outgoing { body, group }): (usize, &Outgoing)| {
                    let entry = SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(body);
                    entry.set_message_group_id(group.clone()).build()
                };
                let entries = messages.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
                match self.client().send_message_batch().queue_url(queue).set_entries(entries.ok()).send().await {
                    Ok(answer) if answer.failed().is_empty() => return messages.len(),
                    Ok(answer) => {
                        let codes: Vec<_> =
                            answer.failed().iter().map(aws_sdk_sqs::types::BatchResultErrorEntry::code).collect();
                        tracing::warn!(
                            queue,
                            failed = codes.len(),
                            ?codes,
                            "some messages were not sent; reconcile will send them"
                        );
                        return messages.len() - codes.len();
                    }
                    Err(error) => format!("{}", aws_sdk_sqs::error::DisplayErrorContext(error)),
                }
            }
        };
        tracing::warn!(queue, messages = messages.len(), %failure, "messages were not sent; reconcile will send them");
        0
    }
}
