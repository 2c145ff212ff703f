//! Whole orders: the one path for every change, and the changes that people ask for.

use crate::{Error, Scope, emails};
use domain::{
    evidence::GatheredEvidence,
    history::Stamp,
    ids::{OrderId, ProviderId},
    limits::Limits,
    money::Amount,
    order::{Change, Edit, Order},
    order_state::{Answer, HoldReason, OrderState},
    requested_refund::RefundRequest,
    search::ANY_TIME,
};
use jiff::Timestamp;
use store::{ItemKey, Store, Stored, StoredOrder, retry_on_conflict};

/// Changes an order by `rule`, and returns the changed order.
///
/// Two changes that race write a common item. The loser re-reads and decides again.
pub(crate) async fn change<T>(
    store: &Store,
    id: &OrderId,
    scope: &Scope,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<(T, Change), Error>,
) -> Result<(T, StoredOrder), Error> {
    retry_on_conflict(async || {
        let read = scope.order(store, id).await?;
        let (told, change) = rule(read.order.clone())?;
        let mut write = store.write(at);
        write.change(&read, &change);
        write.commit().await?;
        Ok((told, read.with(change.order)))
    })
    .await
}

/// Changes only the state of an order, and returns the changed state. None: there is no such order.
pub(crate) async fn change_state(
    store: &Store,
    id: &OrderId,
    at: Timestamp,
    rule: impl Fn(OrderState) -> OrderState,
) -> Result<Option<OrderState>, Error> {
    retry_on_conflict(async || {
        let Some(read) = store.order_state(id).await? else { return Ok(None) };
        commit_state(store, &read, rule(read.value.clone()), at).await.map(Some)
    })
    .await
}

/// Writes the next state of an order, and moves the stock by the difference.
pub(crate) async fn commit_state(
    store: &Store,
    read: &Stored<OrderState>,
    next: OrderState,
    at: Timestamp,
) -> Result<OrderState, Error> {
    let mut write = store.write(at);
    write.state(read, next.clone());
    write.commit().await?;
    Ok(next)
}

/// How much of an order is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// All of it, or nothing.
    Whole,
    /// Everything that has not left.
    Unsent,
}

pub async fn cancel_order(
    store: &Store,
    id: &OrderId,
    scope: &Scope,
    what: Cancel,
    reason: &str,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    let rule = |order: Order| match what {
        Cancel::Whole => order.cancel(reason, stamp),
        Cancel::Unsent => order.cancel_unsent(reason, stamp),
    };
    change(store, id, scope, stamp.at, |order| Ok(((), rule(order)?.into()))).await.map(|((), order)| order)
}

pub async fn hold_order(
    store: &Store,
    id: &OrderId,
    reason: HoldReason,
    note: &str,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.hold(reason, note, stamp)).await
}

pub async fn release_order(
    store: &Store,
    id: &OrderId,
    reason: HoldReason,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.release(reason, stamp)).await
}

/// Changes lines, addresses, the contact or the shipping of an order that has not left. `limit` is that of customer service.
pub async fn edit_order(
    store: &Store,
    id: &OrderId,
    scope: &Scope,
    edit: &Edit,
    limit: Option<&Limits>,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    let search = store.search_key().await?;
    let (edited, sent_again) = retry_on_conflict(async || {
        let read = scope.order(store, id).await?;
        let mut change = read.order.clone().edit(edit, stamp)?;
        change.order = change.order.within(limit, &read.order)?;
        let placed = &mut change.order.placed;
        placed.found_by = search.found_by(&placed.customer, placed.placed_at);
        let mut write = store.write(stamp.at);
        // What did not reach the customer goes to the new address.
        let is_new_address = change.order.placed.customer.email != read.order.placed.customer.email;
        let sent_again =
            if is_new_address { emails::owe_unreached(&mut write, &read, &mut change.order, stamp) } else { 0 };
        write.change(&read, &change);
        write.commit().await?;
        Ok::<_, Error>((read.with(change.order), sent_again))
    })
    .await?;
    if sent_again == 0 { Ok(edited) } else { scope.order(store, id).await }
}

/// Accepts what was paid as enough.
pub async fn accept_payment(store: &Store, id: &OrderId, reason: &str, stamp: &Stamp) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.accept_payment(reason, stamp)).await
}

/// Captures what the customer has authorized: `amount`, or all that is due.
pub async fn capture_order(
    store: &Store,
    id: &OrderId,
    amount: Option<Amount>,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.request_capture(amount, stamp)).await
}

/// Answers a dispute.
pub async fn answer_dispute(
    store: &Store,
    id: &OrderId,
    dispute: &ProviderId,
    answer: &Answer,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.answer_dispute(dispute, answer, stamp)).await
}

/// What an order that was read has to say about a dispute.
pub fn evidence(read: &StoredOrder, dispute: &ProviderId) -> Result<GatheredEvidence, Error> {
    let claims = read.email_claims.iter().map(|(name, claim)| (name.clone(), claim.value.clone()));
    Ok(read.order.evidence(dispute, &claims.collect())?)
}

/// Refunds an amount, the price of units, or shipping. The same idempotency key refunds once. `limit` is that of customer
/// service.
pub async fn refund_order(
    store: &Store,
    id: &OrderId,
    request: &RefundRequest,
    limit: Option<&Limits>,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    let rule = |order: Order| Ok(((), order.clone().request_refund(request, stamp)?.within(limit, &order)?.into()));
    change(store, id, &Scope::Everything, stamp.at, rule).await.map(|((), order)| order)
}

/// Orders another attempt at the refunds that failed.
pub async fn retry_refunds(store: &Store, id: &OrderId, stamp: &Stamp) -> Result<StoredOrder, Error> {
    person_changes_state(store, id, stamp, |state| state.retry_refunds(stamp)).await
}

async fn person_changes_state(
    store: &Store,
    id: &OrderId,
    stamp: &Stamp,
    rule: impl Fn(OrderState) -> Result<OrderState, domain::Rejection>,
) -> Result<StoredOrder, Error> {
    let rule = |order: Order| Ok(((), order.with_state(&rule)?.into()));
    change(store, id, &Scope::Everything, stamp.at, rule).await.map(|((), order)| order)
}

/// Active orders that `is_wanted` picks, among the newest few thousand.
pub(crate) async fn active_orders(
    store: &Store,
    is_wanted: impl Fn(&OrderState) -> bool,
) -> Result<Vec<Stored<OrderState>>, Error> {
    /// How many times some hundred orders are looked at, the newest first.
    const MAX_LOOKS: usize = 20;
    const LOOK: usize = 100;
    let channels: Vec<_> = store.channels().await?.into_iter().map(|channel| channel.id).collect();
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..MAX_LOOKS {
        let page = store.list_orders(&channels, Some(true), &ANY_TIME, cursor.as_deref(), LOOK, &is_wanted).await?;
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Whether there is such an order.
pub(crate) async fn exists(store: &Store, id: &OrderId) -> Result<bool, Error> {
    Ok(store.load::<OrderState>(&ItemKey::state(id)).await?.is_some())
}
