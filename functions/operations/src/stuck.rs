//! What does not go on by itself: stuck items, and payments without an order.

use crate::App;
use jiff::{SignedDuration, Timestamp};
use orderly::{
    domain::{
        head::{Hold, HoldReason},
        ids::{OrderId, PaymentId},
        settings::Role,
    },
    http::{Error, Request, Response},
    store::DueClass,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// An item that waits for something, and for what.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StuckItem {
    pub order: OrderId,
    /// `head`, `fulfillment#01`, `return#01`.
    pub item: String,
    #[cfg_attr(feature = "schema", schemars(with = "orderly::schema::Moment"))]
    pub since: Timestamp,
    /// `work_overdue`: owed work is not being done; its messages are probably in a dead-letter queue.
    /// `on_hold`: a person, or stock, is waited for.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["work_overdue", "on_hold"])))]
    pub why: &'static str,
    /// What an order on hold waits for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<HoldReason, Hold>,
}

/// A payment that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayment {
    pub payment: PaymentId,
    /// The order that it says it pays, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<orderly::schema::Moment>"))]
    pub since: Option<Timestamp>,
    /// The provider's ids of its events.
    pub events: Vec<String>,
}

/// What does not go on by itself, the longest waiting first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StuckItems {
    pub stuck: Vec<StuckItem>,
}

/// Payments that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayments {
    pub payments: Vec<UnmatchedPayment>,
}

/// Work that is owed this long has been sent again a few times, to no effect.
const OVERDUE: SignedDuration = SignedDuration::from_mins(5);
/// Shown at most, per shard of the index, the longest waiting first.
const LIMIT: usize = 50;

pub(crate) async fn stuck(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Warehouse])?;
    let now = app.clock.now();
    let overdue = app.store.due(DueClass::Owed, now - OVERDUE, LIMIT).await?;
    let waiting = app.store.due(DueClass::Waiting, now, LIMIT).await?;
    let ids: Vec<OrderId> = waiting.iter().map(|due| due.order.clone()).collect();
    let heads = app.store.heads(&ids).await?;
    let mut holds: BTreeMap<OrderId, _> = heads.into_iter().map(|head| (head.order, head.value.holds)).collect();
    let items =
        overdue.into_iter().map(|due| (due, "work_overdue")).chain(waiting.into_iter().map(|due| (due, "on_hold")));
    let view = |(due, why): (orderly::store::DueItem, &'static str)| StuckItem {
        holds: if why == "on_hold" { holds.remove(&due.order).unwrap_or_default() } else { BTreeMap::new() },
        order: due.order,
        item: due.item.to_string(),
        since: due.since,
        why,
    };
    let stuck: Vec<StuckItem> = items.map(view).collect();
    Ok(Response::json(200, &StuckItems { stuck }))
}

pub(crate) async fn unmatched(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[])?;
    let view = |payment: orderly::store::StoredPayment| UnmatchedPayment {
        payment: payment.id,
        order: payment.value.order,
        since: payment.value.unmatched_at,
        events: payment.value.events.into_iter().map(|event| event.event).collect(),
    };
    let payments: Vec<_> = app.store.unmatched_payments(LIMIT * 4).await?.into_iter().map(view).collect();
    Ok(Response::json(200, &UnmatchedPayments { payments }))
}
