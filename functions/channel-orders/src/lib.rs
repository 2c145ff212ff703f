//! Takes over the orders of connected shops, and tells the shops of parcels.

mod catch_up;
mod parcels;

use app::{
    Error,
    channels::{self as shops, TakenOver},
    place::Conditions,
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use channels::Shops;
use domain::{
    channel_order::ChannelOrder,
    duty::{Duty, ItemName, Subject},
    ids::ChannelId,
    settings::{Channel, Connection},
};
use runtime::{Clock, process};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub shops: Shops,
    /// The merchant's choices for new orders.
    pub conditions: Conditions,
    /// Where shops tell what changes, less the channel at its end. None: nothing outside reaches this stack, so the shops are only asked.
    pub webhooks_url: Option<String>,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::ChannelOrder, Subject::ChannelOrder(channel, order)) => Box::pin(one(app, channel, order)).await,
        (Duty::ChannelCatchUp, Subject::Channel(channel)) => Box::pin(catch_up::catch_up(app, channel)).await,
        (Duty::ChannelShipment, Subject::OrderItem(order, ItemName::Fulfillment(id))) => {
            parcels::tell(app, order, *id).await
        }
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Takes over one order that a webhook named. If the shop does not answer, the order is found when it is asked for what changed.
async fn one(app: &App, channel: &ChannelId, order: &str) -> Result<(), Error> {
    let Some((channel, connection)) = shops::connected(&app.store, channel).await? else { return Ok(()) };
    let shop = app.shops.of(&channel.id, &connection).await?;
    match shop.order(order).await {
        Ok(Some(told)) => take_over(app, (&channel, &connection), &told).await,
        Ok(None) => {
            tracing::info!(channel = %channel.id, order, "the shop has no such order any more");
            Ok(())
        }
        // The shop is well. It is read again when it changes.
        Err(Error::Defect(why)) => {
            tracing::error!(unread_webhooks = 1, channel = %channel.id, order, why, "an order cannot be read");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(channel = %channel.id, order, %error, "an order could not be fetched; it is asked for again");
            catch_up::note_fault(app, (&channel, &connection), &error).await
        }
    }
}

async fn take_over(app: &App, of: (&Channel, &Connection), told: &ChannelOrder) -> Result<(), Error> {
    let channel = &of.0.id;
    match shops::take_over(&app.store, of, told, &app.conditions, app.clock.now()).await? {
        TakenOver::Ignored => tracing::info!(%channel, order = told.id, "ignored: it is no order to be sent"),
        TakenOver::Known(_) => {}
        TakenOver::Noted(order) => tracing::info!(%channel, %order, "an order of a shop is taken over"),
        // An alarm counts these.
        TakenOver::Unfit(why) => {
            tracing::error!(unread_webhooks = 1, %channel, order = told.id, why, "an order cannot be stored");
        }
    }
    Ok(())
}
