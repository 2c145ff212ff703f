//! Sending what is newly owed.

use crate::Message;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use domain::duty::{Duty, OwedDuty};
use futures::stream::{self, StreamExt as _};
use std::{collections::BTreeMap, sync::Arc};

/// SQS's limit for one `SendMessageBatch`.
const MAX_BATCH: usize = 10;

/// Requests that are made at once: each takes a connection.
const AT_ONCE: usize = 8;

/// The queues' URLs, one a consumer.
#[derive(Debug, Clone)]
pub struct Queues {
    pub stock_deduction: String,
    pub fulfillment_dispatch: String,
    pub email_confirmation: String,
    pub refunds: String,
}

impl Queues {
    fn of(&self, duty: &Duty) -> &str {
        match duty {
            Duty::StockDeduction => &self.stock_deduction,
            Duty::FulfillmentDispatch | Duty::WarehouseNotice => &self.fulfillment_dispatch,
            Duty::Email(_) => &self.email_confirmation,
            Duty::Refund => &self.refunds,
        }
    }
}

/// Sends messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    queues: Arc<Queues>,
}

impl Sender {
    pub fn new(client: Client, queues: Queues) -> Self {
        Self { client, queues: Arc::new(queues) }
    }

    /// Sends one message for each duty, in as few requests as can be. Tells how many were sent.
    ///
    /// It does not fail: the work is recorded as owed already, and what could not be sent now
    /// `reconcile` sends in a minute. So a caller has nothing to undo, and only the delay is logged.
    pub async fn send(&self, owing: &[OwedDuty]) -> usize {
        let mut by_queue: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for owing in owing {
            match serde_json::to_string(&Message::new(owing)) {
                Ok(body) => by_queue.entry(self.queues.of(&owing.duty)).or_default().push(body),
                Err(error) => tracing::error!(order = %owing.order, %error, "a message cannot be written"),
            }
        }
        let batches =
            by_queue.iter().flat_map(|(queue, bodies)| bodies.chunks(MAX_BATCH).map(move |chunk| (queue, chunk)));
        let sends = stream::iter(batches.map(|(queue, bodies)| self.send_batch(queue, bodies)));
        sends.buffer_unordered(AT_ONCE).fold(0, async |sent, more| sent + more).await
    }

    async fn send_batch(&self, queue: &str, bodies: &[String]) -> usize {
        let failure = match bodies {
            [] => return 0,
            [body] => match self.client.send_message().queue_url(queue).message_body(body).send().await {
                Ok(_) => return 1,
                Err(error) => format!("{}", aws_sdk_sqs::error::DisplayErrorContext(error)),
            },
            bodies => {
                let entry = |(n, body): (usize, &String)| {
                    SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(body).build()
                };
                let entries = bodies.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
                match self.client.send_message_batch().queue_url(queue).set_entries(entries.ok()).send().await {
                    Ok(answer) if answer.failed().is_empty() => return bodies.len(),
                    Ok(answer) => {
                        let codes: Vec<_> =
                            answer.failed().iter().map(aws_sdk_sqs::types::BatchResultErrorEntry::code).collect();
                        tracing::warn!(
                            queue,
                            failed = codes.len(),
                            ?codes,
                            "some messages were not sent; reconcile will send them"
                        );
                        return bodies.len() - codes.len();
                    }
                    Err(error) => format!("{}", aws_sdk_sqs::error::DisplayErrorContext(error)),
                }
            }
        };
        tracing::warn!(queue, messages = bodies.len(), %failure, "messages were not sent; reconcile will send them");
        0
    }
}
