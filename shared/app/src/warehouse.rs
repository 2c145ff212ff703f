//! What people in the warehouse do: pick, pack, hand over, report deliveries.

use crate::{Error, Scope, orders};
use domain::{
    fulfillment::{Fulfillment, HandOver, Packing},
    history::Stamp,
    ids::{FulfillmentId, LineId, OrderId, ParcelId},
    order::{Change, Order},
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::Store;

pub async fn start_picking(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.start_picking(id, stamp)?.into())).await
}

/// Records what was found of each line. Units that were not found are taken off the books and routed again.
pub async fn confirm_picks(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    picks: &BTreeMap<LineId, u32>,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.confirm_picks(id, picks, stamp)?)).await
}

pub async fn pack(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    packing: &Packing,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.pack(id, packing, stamp)?.into())).await
}

/// Hands parcels to their carriers. The fulfillment, the order and the stock change together.
pub async fn hand_over(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    leaving: &[HandOver],
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.hand_over(id, leaving, stamp)?)).await
}

/// Records that a parcel has arrived; the last one completes the order.
pub async fn deliver(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    parcel: ParcelId,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.deliver(id, parcel, stamp)?.into())).await
}

/// Changes an order, and returns one of its changed fulfillments.
async fn change(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<Change, Error>,
) -> Result<Fulfillment, Error> {
    let ((), changed) = orders::change(store, order, &Scope::Everything, at, |order| Ok(((), rule(order)?))).await?;
    Ok(changed.order.fulfillment(id)?.clone())
}
