//! Takes over the orders of connected shops, and tells the shops of parcels and of what was decided.

mod catch_up;
mod decisions;
mod parcels;

use app::{Error, channels as shops, place::Conditions};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use channels::{Follower, Shops};
use domain::{
    duty::{Duty, ItemName, Subject},
    ids::ChannelId,
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
        (Duty::ChannelDecision, Subject::OrderItem(order, _)) => Box::pin(decisions::tell(app, order)).await,
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Takes over one order that a webhook named. If the shop does not answer, the order is found when it is asked for what changed.
async fn one(app: &App, channel: &ChannelId, order: &str) -> Result<(), Error> {
    let Some((channel, connection)) = shops::connected(&app.store, channel).await? else { return Ok(()) };
    let shop = app.shops.of(&channel.id, &connection).await?;
    match shop.order(order).await {
        Ok(Some(told)) => app.follower().take_over((&channel, &connection), &told).await.map(drop),
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
            shops::note_fault(&app.store, (&channel, &connection), &error.to_string(), app.clock.now()).await
        }
    }
}

impl App {
    fn follower(&self) -> Follower<'_> {
        Follower { store: &self.store, clock: &self.clock, conditions: &self.conditions }
    }
}
