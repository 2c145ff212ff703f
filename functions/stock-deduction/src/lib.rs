//! Turns reservations into deductions, many orders in one transaction (see [`app::deduction`]), and settles what large
//! orders have still to move.

use app::{deduction, settlement};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{duty::Duty, ids::OrderId};
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
    let orders = |settles: bool| -> BTreeSet<OrderId> {
        let those = messages.iter().filter(|message| (message.duty == Duty::StockSettlement) == settles);
        those.filter_map(|message| message.order().cloned()).collect()
    };
    let mut failed = deduction::deduct_orders(&app.store, orders(false), app.clock.now()).await;
    for order in orders(true) {
        if let Err(error) = settlement::settle_order(&app.store, &order, app.clock.now()).await {
            failed.insert(order, error);
        }
    }
    failed_by_order(messages, &failed)
}
