//! Takes the work away from a closed location.

use crate::{Error, Refusal, Scope, orders};
use domain::{
    fulfillment::FulfillmentStatus,
    history::Stamp,
    ids::{LocationId, OrderId},
    problem::Code,
};
use std::collections::BTreeSet;
use store::Store;

/// How many orders one request takes away at most, so that it ends in time.
const MAX_ORDERS: usize = 50;

/// What was taken away from a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// The orders whose goods are looked for elsewhere now.
    pub orders: BTreeSet<OrderId>,
    /// Fulfillments that somebody has begun: they leave from here, or are picked short.
    pub begun: usize,
    /// Fulfillments that the next request takes away.
    pub left: usize,
}

/// Takes away the fulfillments that nobody has begun at a closed location. Their goods are routed again, to others; what no
/// other has waits for stock. Asking again goes on.
pub async fn empty_location(store: &Store, id: &LocationId, stamp: &Stamp) -> Result<Emptied, Error> {
    let locations = store.locations().await?;
    let known = locations.iter().find(|known| known.id == *id);
    let location = known.ok_or_else(|| Refusal::not_found(format!("there is no location {id}")))?;
    if location.is_open() {
        let why = format!("location {id} is open, and would get the work again: POST /locations/{id}/close first");
        return Err(Refusal::new(Code::LocationOpen, why).into());
    }
    let work = store.all_work(id).await?;
    let (open, begun): (Vec<_>, Vec<_>) =
        work.into_iter().partition(|(_, fulfillment)| fulfillment.status == FulfillmentStatus::Open);
    let all: BTreeSet<OrderId> = open.iter().map(|(order, _)| order.clone()).collect();
    let now: BTreeSet<OrderId> = all.into_iter().take(MAX_ORDERS).collect();
    for order in &now {
        let leave = |order: domain::order::Order| Ok(((), order.leave_location(id, stamp).into()));
        orders::change(store, order, &Scope::Everything, stamp.at, leave).await?;
    }
    let left = open.iter().filter(|(order, _)| !now.contains(order)).count();
    Ok(Emptied { orders: now, begun: begun.len(), left })
}
