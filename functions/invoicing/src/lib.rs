//! Issues invoices and credit notes, those of many orders in one transaction (see [`app::invoices`]).

use app::invoices;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::OrderId;
use runtime::{Clock, failed_by_order, process_together};
use std::collections::BTreeSet;
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process_together(event, async |messages| work_off(app, messages).await).await
}

/// Tells the messages whose orders could not be dealt with this time.
async fn work_off(app: &App, messages: Vec<Message>) -> Vec<(Message, app::Error)> {
    let orders: BTreeSet<OrderId> = messages.iter().filter_map(|message| message.order().cloned()).collect();
    let failed = invoices::issue(&app.store, orders, app.clock.now()).await;
    failed_by_order(messages, &failed)
}
