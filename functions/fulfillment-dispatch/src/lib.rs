//! Makes fulfillments and picklists of what is committed, and tells the warehouse's webhook.

pub mod notice;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, ItemName},
    fulfillment::{Fulfillment, plan},
    ids::{FulfillmentId, OrderId, Sku},
};
use notice::Warehouses;
use runtime::{Clock, RecordError, process};
use store::{Message, Sender, Store, retry_on_conflict};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
    pub warehouses: Warehouses,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.item) {
        (Duty::FulfillmentDispatch, ItemName::State) => {
            retry_on_conflict(async || dispatch(app, &message.order).await).await
        }
        (Duty::WarehouseNotice, ItemName::Fulfillment(id)) => tell_warehouse(app, &message.order, id).await,
        _ => Err(RecordError::Poison("this duty belongs to another function".into())),
    })
    .await
}

/// Makes the fulfillments together with the state's note of them, so that neither is without the other.
async fn dispatch(app: &App, id: &OrderId) -> Result<(), RecordError> {
    let Some(order) = app.store.order(id).await?.filter(|order| order.state.owes(&Duty::FulfillmentDispatch)) else {
        return Ok(());
    };
    let state = &order.state;
    let skus: Vec<Sku> = state.value.stock.iter().map(|allocation| allocation.sku.clone()).collect();
    let products = app.store.products(&skus).await?;
    let locations = app.store.locations().await?;
    let notify = locations.iter().filter(|l| l.webhook_url.is_some()).map(|l| l.id.clone()).collect();
    let now = app.clock.now();
    // A held order gives up the duty; its release owes it again.
    let ready = state.value.holds.is_empty();
    let next = state.value.fulfillments.len() + 1;
    let planned =
        if ready { plan(&state.value.stock, order.placed(), &products, &notify, next, now) } else { Vec::new() };
    let ids: Vec<FulfillmentId> = planned.iter().map(|(id, _)| id.clone()).collect();
    let mut write = app.store.write(now);
    write.replace(state, state.value.clone().dispatched(&ids, now));
    for (fulfillment, value) in planned {
        write.create(id, ItemName::Fulfillment(fulfillment), value);
    }
    app.sender.send(&write.commit().await?).await;
    Ok(())
}

/// Posts the picklist. The warehouse may get it twice (after a crash between the post and the note of it): the
/// webhook's id is the same then, as Standard Webhooks has it.
async fn tell_warehouse(app: &App, order: &OrderId, id: &FulfillmentId) -> Result<(), RecordError> {
    let name = ItemName::Fulfillment(id.clone());
    let read = app.store.load::<Fulfillment>(order, &name).await?;
    let Some(read) = read.filter(|read| read.owes(&Duty::WarehouseNotice)) else { return Ok(()) };
    let locations = app.store.locations().await?;
    let location = locations.iter().find(|location| location.id == read.value.location);
    if let Some(url) = location.and_then(|location| location.webhook_url.as_deref()) {
        let placed = app.store.placed(order).await?;
        let placed = placed.ok_or_else(|| RecordError::Poison(format!("order {order} has no placed")))?;
        app.warehouses.tell(url, order, id, &read.value, &placed.order, app.clock.now()).await?;
    }
    retry_on_conflict(async || {
        let Some(read) = app.store.load::<Fulfillment>(order, &name).await? else { return Ok(()) };
        let mut done = read.value.clone();
        done.owed.remove(&Duty::WarehouseNotice);
        let mut write = app.store.write(app.clock.now());
        write.replace(&read, done);
        write.commit().await?;
        Ok(())
    })
    .await
}
