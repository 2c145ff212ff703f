//! Refunds that people make, because no provider moved the money: found among the orders that wait, and marked once they are on a
//! list for the bank.

use crate::{Error, orders};
use domain::{
    history::Stamp,
    ids::{OrderId, PaymentId, RefundId, end_to_end_id},
    ledger::{Manual, RequestName, RequestState},
    money::{Amount, Currency},
    order_state::OrderState,
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use store::{DueClass, ItemKey, Store, retry_on_conflict};

/// So many orders are read at once.
const LOOK: usize = 500;

/// A refund that a person has to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    pub order: OrderId,
    /// The channel's own order id.
    pub reference: String,
    pub refund: RefundId,
    pub payment: PaymentId,
    pub amount: Amount,
    pub currency: Currency,
    /// What people told of the payment.
    pub manual: Option<Manual>,
    pub attempt: u32,
    pub since: Timestamp,
    /// When it was written on a list for the bank.
    pub exported_at: Option<Timestamp>,
}

impl ByHand {
    /// What banks call its transfer.
    pub fn end_to_end_id(&self) -> String {
        end_to_end_id(&self.order, &self.refund, self.attempt)
    }
}

/// All of them, the longest waiting first.
pub async fn all(store: &Store, now: Timestamp) -> Result<Vec<ByHand>, Error> {
    let waiting = store.due(DueClass::Waiting, now).await?.into_iter();
    let states: Vec<ItemKey> = waiting.map(|due| due.key).filter(|key| *key == ItemKey::state(&key.order)).collect();
    let mut found = Vec::new();
    for keys in states.chunks(LOOK) {
        for (key, state) in store.load_all::<OrderState>(keys.iter().cloned()).await? {
            // The list must not fail for an order that cannot be read; reconcile tells of those.
            found.extend(state.into_iter().flat_map(|state| of(&key.order, &state.value)));
        }
    }
    found.sort_by(|a, b| (a.since, &a.order, &a.refund).cmp(&(b.since, &b.order, &b.refund)));
    Ok(found)
}

/// Those of an order.
pub fn of(order: &OrderId, state: &OrderState) -> Vec<ByHand> {
    let Some(since) = state.awaits_refund_by_hand_since() else { return Vec::new() };
    let refunds = state.refunds_for_people();
    let by_hand = refunds.map(|(id, refund)| ByHand {
        order: order.clone(),
        reference: state.reference.clone(),
        refund: id.clone(),
        payment: refund.payment.clone(),
        amount: refund.amount,
        currency: state.currency,
        manual: state.ledger.payments.get(&refund.payment).and_then(|payment| payment.manual.clone()),
        attempt: refund.attempt,
        since,
        exported_at: match refund.state {
            RequestState::Sent { at } => Some(at),
            _ => None,
        },
    });
    by_hand.collect()
}

/// The refund whose transfer banks call this: one that waits, or one that was made before. A returned transfer has its name.
pub async fn transferred_as(
    store: &Store,
    name: &str,
    waiting: &[ByHand],
) -> Result<Option<(OrderId, RefundId)>, Error> {
    if let Some(found) = waiting.iter().find(|one| one.end_to_end_id() == name) {
        return Ok(Some((found.order.clone(), found.refund.clone())));
    }
    let Some(order) = store.payment(&transfer(name)).await?.value.order else { return Ok(None) };
    let Some(state) = store.order_state(&order).await? else { return Ok(None) };
    let mut refunds = state.value.ledger.refunds.iter();
    let found = refunds.find(|(id, refund)| end_to_end_id(&order, id, refund.attempt) == name);
    Ok(found.map(|(id, _)| (order, id.clone())))
}

/// Writes down which order a transfer is of, so that it is known when it comes back.
pub async fn remember_transfer(store: &Store, name: &str, order: &OrderId, at: Timestamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = store.payment(&transfer(name)).await?;
        if read.value.order.as_ref() != Some(order) {
            let mut write = store.write(at);
            write.replace(&read, PaymentRecord { order: Some(order.clone()), ..read.value.clone() });
            write.commit().await?;
        }
        Ok(())
    })
    .await
}

fn transfer(name: &str) -> PaymentId {
    PaymentId::manual(&["transfer", name])
}

/// Marks one as written on a list for the bank at this moment. Returns whether it was: nobody else has done so.
pub async fn mark_exported(store: &Store, one: &ByHand, stamp: &Stamp) -> Result<bool, Error> {
    let name = RequestName::Refund(one.refund.clone());
    let next = orders::change_state(store, &one.order, stamp.at, |state| state.refund_exported(&name, stamp)).await?;
    let marked = next.and_then(|state| state.ledger.refunds.get(&one.refund).cloned());
    Ok(marked
        .is_some_and(|refund| refund.state == RequestState::Sent { at: stamp.at } && refund.attempt == one.attempt))
}
