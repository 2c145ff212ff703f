//! Facts about money: recorded in their order's ledger, or kept until the order appears.

use crate::{Error, FieldError, Refusal, orders};
use domain::{
    history::Stamp,
    ids::{OrderId, PaymentId},
    ledger::MoneyEvent,
    order_state::OrderState,
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use serde::Serialize;
use store::{Store, Stored, retry_on_conflict};

/// The outcome of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// It is on its order's ledger now.
    Recorded,
    /// The ledger knew it already.
    Known,
    /// It is kept until its order appears.
    Unmatched,
}

/// Records a fact in its order's ledger. If the order is not there yet, keeps the fact for reconcile to match and for
/// people to see. `order` is the one that the provider names. A repetition changes nothing.
pub async fn record_payment(
    store: &Store,
    order: Option<&OrderId>,
    event: &MoneyEvent,
    now: Timestamp,
) -> Result<Recorded, Error> {
    retry_on_conflict(async || attempt(store, order, event, now).await).await
}

async fn attempt(
    store: &Store,
    order: Option<&OrderId>,
    event: &MoneyEvent,
    now: Timestamp,
) -> Result<Recorded, Error> {
    let (payment, named) = store.payment_and_state(&event.payment, order).await?;
    if let Some(state) = &named
        && state.value.ledger.payments.contains_key(&event.payment)
    {
        return take_in(store, state, std::slice::from_ref(event), now).await;
    }
    // The payment is new to the order. The first event that named an existing order decided which order it pays.
    let state = match &payment.value.order {
        Some(decided) if Some(decided) != order => store.order_state(decided).await?.or(named),
        _ => named,
    };
    let Some(state) = state else {
        let kept = payment.value.clone().keep(event, order.cloned(), now);
        write_record(store, &payment, kept, now).await?;
        return Ok(Recorded::Unmatched);
    };
    // The order is written down before the ledger knows the payment, so a later event (a refund, a dispute) never finds
    // the ledger entry without the record.
    let pays = &state.key.order;
    write_record(store, &payment, PaymentRecord { order: Some(pays.clone()), ..payment.value.clone() }, now).await?;
    let mut events = payment.value.events.clone();
    events.push(event.clone());
    let outcome = take_in(store, &state, &events, now).await?;
    if !payment.value.events.is_empty() {
        // The kept events are in the ledger now. If clearing them fails, reconcile finds them known and clears them. It
        // also takes in what was kept meanwhile.
        let kept = store.payment(&event.payment).await?;
        if kept.value.events == payment.value.events {
            write_record(store, &kept, PaymentRecord::matched(pays.clone()), now).await?;
        }
    }
    Ok(outcome)
}

/// Records that the providers were asked about an unpaid order's payments, and expires the order if it is still unpaid.
pub async fn payments_asked(store: &Store, order: &OrderId, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.payments_asked(now)).await.map(drop)
}

/// Merges facts into an order's ledger.
async fn take_in(
    store: &Store,
    state: &Stored<OrderState>,
    events: &[MoneyEvent],
    now: Timestamp,
) -> Result<Recorded, Error> {
    let next = events.iter().fold(state.value.clone(), |state, event| state.record(event, now));
    let outcome = if next == state.value { Recorded::Known } else { Recorded::Recorded };
    orders::commit_state(store, state, next, now).await?;
    Ok(outcome)
}

async fn write_record(
    store: &Store,
    read: &Stored<PaymentRecord>,
    value: PaymentRecord,
    now: Timestamp,
) -> Result<(), Error> {
    let mut write = store.write(now);
    write.replace(read, value);
    Ok(write.commit().await?)
}

/// Merges the kept events into the ledger of the order that the payment names. Returns whether that order exists. Known
/// events change nothing, so a crash before the record is cleared does no harm.
pub async fn match_payment(store: &Store, payment: &PaymentId, now: Timestamp) -> Result<bool, Error> {
    retry_on_conflict(async || {
        let payment = store.payment(payment).await?;
        let Some(order) = payment.value.order.clone() else { return Ok(false) };
        let Some(state) = store.order_state(&order).await? else { return Ok(false) };
        take_in(store, &state, &payment.value.events, now).await?;
        write_record(store, &payment, PaymentRecord::matched(order), now).await?;
        Ok(true)
    })
    .await
}

/// Records a person's decision about which order a payment is for. The order takes its events within a minute.
pub async fn assign_payment(
    store: &Store,
    payment: &PaymentId,
    order: &OrderId,
    stamp: &Stamp,
) -> Result<Stored<PaymentRecord>, Error> {
    if !orders::exists(store, order).await? {
        return Err(Refusal::invalid(vec![FieldError::new("order", format!("there is no order {order}"))]).into());
    }
    change_record(store, payment, stamp, |record| record.assign(order.clone(), stamp.at)).await
}

/// Records a person's decision that a payment is for no order of this system.
pub async fn dismiss_payment(
    store: &Store,
    payment: &PaymentId,
    stamp: &Stamp,
) -> Result<Stored<PaymentRecord>, Error> {
    change_record(store, payment, stamp, PaymentRecord::dismiss).await
}

async fn change_record(
    store: &Store,
    id: &PaymentId,
    stamp: &Stamp,
    rule: impl Fn(PaymentRecord) -> PaymentRecord,
) -> Result<Stored<PaymentRecord>, Error> {
    retry_on_conflict(async || {
        let read = store.payment(id).await?;
        if read.value.events.is_empty() {
            let why = format!("payment {id} is not unmatched; GET /operations/unmatched-payments lists those that are");
            return Err(Refusal::not_found(why).into());
        }
        let value = rule(read.value.clone());
        write_record(store, &read, value.clone(), stamp.at).await?;
        tracing::info!(payment = %id, by = %stamp.by, "an unmatched payment was dealt with");
        Ok(Stored { value, ..read })
    })
    .await
}
