//! Fulfillments and picklists of what is committed, and the notice to the warehouse.

use crate::Error;
use domain::{
    duty::{Duty, ItemName},
    fulfillment::Fulfillment,
    ids::{FulfillmentId, OrderId, Sku},
};
use jiff::Timestamp;
use store::{ItemKey, Store, Stored, retry_on_conflict};

/// Makes the fulfillments in one commit with the order's note of them, so that neither exists alone.
pub async fn dispatch_order(store: &Store, id: &OrderId, now: Timestamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = store.order(id).await?;
        let owes = |order: &domain::order::Order| order.state.owed.contains(&Duty::FulfillmentDispatch);
        let Some(read) = read.filter(|read| owes(&read.order)) else { return Ok(()) };
        let skus: Vec<Sku> = read.order.state.stock.iter().map(|allocation| allocation.sku.clone()).collect();
        let products = store.products(&skus).await?;
        let locations = store.locations().await?;
        let notify = locations.iter().filter(|l| l.webhook_url.is_some()).map(|l| l.id.clone()).collect();
        let dispatched = read.order.clone().dispatch(&products, &notify, now);
        let mut write = store.write(now);
        write.change(&read, &dispatched.into());
        Ok(write.commit().await?)
    })
    .await
}

/// A fulfillment that the warehouse's webhook must still be told of.
pub async fn fulfillment_to_announce(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
) -> Result<Option<Stored<Fulfillment>>, Error> {
    let read = store.load::<Fulfillment>(&ItemKey::new(order, ItemName::Fulfillment(id))).await?;
    Ok(read.filter(|read| read.owes(&Duty::WarehouseNotice)))
}

/// Records that the warehouse has been told the `nth` thing of a fulfillment.
pub async fn record_notice(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    nth: u32,
    now: Timestamp,
) -> Result<(), Error> {
    let key = ItemKey::new(order, ItemName::Fulfillment(id));
    retry_on_conflict(async || {
        let Some(read) = store.load::<Fulfillment>(&key).await? else { return Ok(()) };
        let mut write = store.write(now);
        write.replace(&read, read.value.clone().announced(nth));
        Ok(write.commit().await?)
    })
    .await
}
