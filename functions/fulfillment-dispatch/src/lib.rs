//! Makes fulfillments and picklists of what is committed, and tells the warehouse's webhook of them and of their changes.

pub mod notice;

use app::{Error, dispatch};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, ItemName, Subject},
    ids::{FulfillmentId, OrderId},
};
use notice::Warehouses;
use runtime::{Clock, process};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub warehouses: Warehouses,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::FulfillmentDispatch, Subject::OrderItem(order, ItemName::State)) => {
            dispatch::dispatch_order(&app.store, order, app.clock.now()).await
        }
        (Duty::WarehouseNotice, Subject::OrderItem(order, ItemName::Fulfillment(id))) => {
            tell_warehouse(app, order, *id).await
        }
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Posts the picklist. The warehouse may get it twice (after a crash between the post and the note of it): the
/// webhook's id is the same then, as Standard Webhooks has it.
async fn tell_warehouse(app: &App, order: &OrderId, id: FulfillmentId) -> Result<(), Error> {
    let Some(read) = dispatch::fulfillment_to_announce(&app.store, order, id).await? else { return Ok(()) };
    let locations = app.store.locations().await?;
    let location = locations.iter().find(|location| location.id == read.value.location);
    if let Some(url) = location.and_then(|location| location.webhook_url.as_deref()) {
        let placement = app.store.placement(order).await?;
        let placement = placement.ok_or_else(|| Error::Defect(format!("order {order} was never placed")))?;
        app.warehouses.tell(url, order, id, &read.value, &placement.order, app.clock.now()).await?;
    }
    dispatch::record_notice(&app.store, order, id, read.value.notices, app.clock.now()).await
}
