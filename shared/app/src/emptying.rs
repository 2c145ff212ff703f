//! Takes the work away from a closed location.

use crate::{Error, Refusal, Scope, orders, settings};
use domain::{
    fulfillment::FulfillmentStatus,
    history::Stamp,
    ids::{LocationId, OrderId},
    order_state::OrderState,
    problem::Code,
};
use std::collections::BTreeSet;
use store::Store;

/// How many orders one request takes away at most, so that it ends in time.
const MAX_ORDERS: usize = 50;

/// What was taken away from a location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emptied {
    /// The orders whose goods are looked for elsewhere now.
    pub orders: BTreeSet<OrderId>,
    /// Orders that could not be changed. The others do not wait for them.
    pub failed: BTreeSet<OrderId>,
    /// Fulfillments that somebody has begun: they leave from here, or are picked short.
    pub begun: usize,
    /// Orders that the next request takes away.
    pub left: usize,
}

/// Takes away what nobody has begun at a closed location: its open fulfillments, and what is committed there and in no
/// fulfillment yet. The goods are routed again, to others; what no other has waits for stock. Asking again goes on.
pub async fn empty_location(store: &Store, id: &LocationId, stamp: &Stamp) -> Result<Emptied, Error> {
    // As it is now: another sandbox may just have closed it.
    if settings::location(store, id).await?.is_open() {
        let why = format!("location {id} is open, and would get the work again: POST /locations/{id}/close first");
        return Err(Refusal::new(Code::LocationOpen, why).into());
    }
    let mut emptied = Emptied::default();
    let mut there: BTreeSet<OrderId> = BTreeSet::new();
    for (order, fulfillment) in store.all_work(id).await? {
        match fulfillment {
            Ok(fulfillment) if fulfillment.status == FulfillmentStatus::Open => drop(there.insert(order)),
            Ok(_) => emptied.begun += 1,
            Err(error) => fail(&mut emptied, order, &error),
        }
    }
    let committed = orders::active_orders(store, |state: &OrderState| state.has_committed_at(id)).await?;
    there.extend(committed.into_iter().map(|state| state.key.order));
    emptied.left = there.len().saturating_sub(MAX_ORDERS);
    for order in there.into_iter().take(MAX_ORDERS) {
        let leave = |order: domain::order::Order| Ok(((), order.leave_location(id, stamp).into()));
        match orders::change(store, &order, &Scope::Everything, stamp.at, leave).await {
            Ok(_) => drop(emptied.orders.insert(order)),
            Err(error) => fail(&mut emptied, order, &error),
        }
    }
    Ok(emptied)
}

fn fail(emptied: &mut Emptied, order: OrderId, why: &impl std::fmt::Display) {
    tracing::error!(%order, %why, "its goods could not be taken away from a closed location");
    emptied.failed.insert(order);
}
