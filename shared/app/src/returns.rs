//! Returns: asked for, approved or declined, received, inspected.

use crate::{Error, Scope, orders, settings};
use domain::{
    Rejection,
    history::Stamp,
    ids::{LineId, LocationId, OrderId, RefundId, ReturnId},
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
    order: &OrderId,
    id: ReturnId,
    received: &BTreeMap<LineId, u32>,
    location: &LocationId,
    stamp: &Stamp,
) -> Result<Return, Error> {
    settings::must_know_location(store, location).await?;
    change_return(store, order, id, stamp, |returned| returned.receive(received, location, stamp)).await
}

/// Finishes a return. Good units go back into stock, and units that came are refunded as `wish` says.
pub async fn inspect_return(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    found: &BTreeMap<LineId, Vec<Inspection>>,
    wish: &RefundWish,
    stamp: &Stamp,
) -> Result<Return, Error> {
    change(store, order, id, stamp.at, |order| order.inspect_return(id, found, wish, stamp)).await
}

/// Decides the refund of an inspected return, and which refunds that were made elsewhere count for it.
pub async fn decide_return_refund(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    wish: &RefundWish,
    credits: &BTreeSet<RefundId>,
    stamp: &Stamp,
) -> Result<Return, Error> {
    let rule = |order: Order| Ok(order.decide_return_refund(id, wish, credits, stamp)?.into());
    change(store, order, id, stamp.at, rule).await
}

async fn change_return(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    stamp: &Stamp,
    rule: impl Fn(Return) -> Result<Return, Rejection>,
) -> Result<Return, Error> {
    change(store, order, id, stamp.at, |order| Ok(order.change_return(id, &rule)?.into())).await
}

/// Changes an order, and returns one of its changed returns.
async fn change(
    store: &Store,
    order: &OrderId,
    id: ReturnId,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<Change, Rejection>,
) -> Result<Return, Error> {
    let ((), changed) = orders::change(store, order, &Scope::Everything, at, |order| Ok(((), rule(order)?))).await?;
    Ok(changed.order.returned(id)?.clone())
}
