//! Refunds on their way to the provider. Each is marked as sent before the provider is asked, and its outcome is
//! recorded afterward. Until the outcome is known, the same idempotency key is used again.

use crate::{Error, orders};
use domain::{
    ids::{OrderId, RefundId},
    ledger::{MoneyEvent, OurRefund},
    order_state::OrderState,
};
use jiff::Timestamp;
use store::Store;

/// Marks a refund as sent, and returns the changed state. None: there is no such order.
pub async fn mark_sent(
    store: &Store,
    order: &OrderId,
    id: &RefundId,
    now: Timestamp,
) -> Result<Option<OrderState>, Error> {
    orders::change_state(store, order, now, |state| state.refund_sent(id, now)).await
}

/// Records that the provider's answer was inconclusive. The refund is still owed, under the same key. See
/// [`OrderState::refund_unknown`].
pub async fn record_unknown(
    store: &Store,
    order: &OrderId,
    ours: &OurRefund,
    why: &str,
    may_have_begun: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let rule = |state: OrderState| state.refund_unknown(ours, why, may_have_begun, now);
    orders::change_state(store, order, now, rule).await.map(drop)
}

/// Records that the provider refused this attempt for good. A person must look.
pub async fn record_refused(
    store: &Store,
    order: &OrderId,
    ours: &OurRefund,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.refund_refused(ours, why, now)).await.map(drop)
}

/// Records that this attempt was certainly not made and never will be. A new one is owed, under a new key.
pub async fn record_not_made(
    store: &Store,
    order: &OrderId,
    ours: &OurRefund,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tracing::warn!(%order, refund = %ours.id, attempt = ours.attempt, why, "a refund begins anew, under a new key");
    orders::change_state(store, order, now, |state| state.refund_not_made(ours, why, now)).await.map(drop)
}

/// Records what the provider tells in an answer: that it made the refund or has begun to, or what it knows of the payment.
/// It is the same fact that its webhook reports.
pub async fn record_told(store: &Store, order: &OrderId, event: &MoneyEvent, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.record(event, now)).await.map(drop)
}

/// Drops the duty when no refund is owed any more, because the provider's own events were faster.
pub async fn drop_duty(store: &Store, order: &OrderId, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, OrderState::without_refund_duty).await.map(drop)
}
