//! Turns reservations into deductions, many orders in one transaction (see [`app::deduction`]).

use app::deduction;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::duty::Subject;
use runtime::{Clock, process_together};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process_together(event, async |messages| deduct(app, messages).await).await
}

/// Tells the messages whose orders could not be dealt with this time.
async fn deduct(app: &App, messages: Vec<Message>) -> Vec<(Message, app::Error)> {
    let orders = messages.iter().map(|Message { subject: Subject::OrderItem(order, _), .. }| order.clone()).collect();
    let failed = deduction::deduct_orders(&app.store, orders, app.clock.now()).await;
    let why = |message: Message| {
        let Subject::OrderItem(order, _) = &message.subject;
        let failure = failed.get(order)?.to_string();
        Some((message, app::Error::Outside(failure)))
    };
    messages.into_iter().filter_map(why).collect()
}
