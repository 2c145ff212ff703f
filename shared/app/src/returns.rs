//! Returns: asked for, approved or declined, received, inspected.

use crate::{Error, Scope, orders, settings};
use domain::{
    Rejection,
    history::Stamp,
    ids::{LineId, LocationId, OrderId, RefundId, ReturnId},
    limits::Limits,
    order::{Change, Order},
    returns::{Inspection, RefundWish, RequestedUnits, Return},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::Store;

/// Asks for a return. The same idempotency key asks only once.
pub async fn request_return(
    store: &Store,
    order: &OrderId,
    scope: &Scope,
    wanted: &[RequestedUnits],
    key: &str,
    stamp: &Stamp,
) -> Result<(ReturnId, Return), Error> {
    let rule = |order: Order| {
        let (id, order) = order.request_return(wanted, key, stamp)?;
        Ok((id, order.into()))
    };
    let (id, changed) = orders::change(store, order, scope, stamp.at, rule).await?;
    Ok((id, changed.order.returned(id)?.clone()))
}

pub async fn approve_return(store: &Store, order: &OrderId, id: ReturnId, stamp: &Stamp) -> Result<Return, Error> {
    change_return(store, order, id, stamp, |returned| returned.approve(stamp)).await
}

pub async fn decline_return(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    reason: &str,
    stamp: &Stamp,
) -> Result<Return, Error> {
    change_return(store, order, id, stamp, |returned| returned.decline(reason, stamp)).await
}

/// Counts what has come back so far, in total, and where it came.
pub async fn receive_return(
    store: &Store,
    (order, id): (&OrderId, ReturnId),
    scope: &Scope,
    received: &BTreeMap<LineId, u32>,
    location: &LocationId,
    stamp: &Stamp,
) -> Result<Return, Error> {
    settings::must_know_location(store, location).await?;
    let rule = |order: Order| {
        scope.returned(&order, id)?;
        Ok(order.change_return(id, |returned| returned.receive(received, location, stamp))?.into())
    };
    change(store, order, id, scope, stamp.at, rule).await
}

/// Finishes a return. Good units go back into stock, and units that came are refunded as `wish` says.
pub async fn inspect_return(
    store: &Store,
    (order, id): (&OrderId, ReturnId),
    scope: &Scope,
    found: &BTreeMap<LineId, Vec<Inspection>>,
    wish: &RefundWish,
    stamp: &Stamp,
) -> Result<Return, Error> {
    let rule = |order: Order| {
        scope.returned(&order, id)?;
        Ok(order.inspect_return(id, found, wish, stamp)?)
    };
    change(store, order, id, scope, stamp.at, rule).await
}

/// Decides the refund of an inspected return, and which refunds that were made elsewhere count for it. `limit` is that of
/// customer service.
pub async fn decide_return_refund(
    store: &Store,
    (order, id): (&OrderId, ReturnId),
    wish: &RefundWish,
    credits: &BTreeSet<RefundId>,
    limit: Option<&Limits>,
    stamp: &Stamp,
) -> Result<Return, Error> {
    let rule = |order: Order| {
        let decided = order.clone().decide_return_refund(id, wish, credits, stamp)?;
        Ok(decided.within(limit, &order)?.into())
    };
    change(store, order, id, &Scope::Everything, stamp.at, rule).await
}

async fn change_return(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    stamp: &Stamp,
    rule: impl Fn(Return) -> Result<Return, Rejection>,
) -> Result<Return, Error> {
    let rule = |order: Order| Ok(order.change_return(id, &rule)?.into());
    change(store, order, id, &Scope::Everything, stamp.at, rule).await
}

/// Changes an order, and returns one of its changed returns.
async fn change(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    scope: &Scope,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<Change, Error>,
) -> Result<Return, Error> {
    let ((), changed) = orders::change(store, order, scope, at, |order| Ok(((), rule(order)?))).await?;
    Ok(changed.order.returned(id)?.clone())
}
