//! Facts about money: recorded in their order's ledger, or kept until the order appears.

use crate::{Error, FieldError, Refusal, orders};
use domain::{
    history::{Entry, Stamp},
    ids::{OrderId, PaymentId},
    ledger::MoneyEvent,
    order_state::OrderState,
    payment_record::{Named, PaymentRecord, Word},
    problem::Code,
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

/// Records a fact in its order's ledger: see [`record_payments`].
pub async fn record_payment(
    store: &Store,
    named: &Named,
    event: &MoneyEvent,
    now: Timestamp,
) -> Result<Recorded, Error> {
    record_payments(store, named, &event.payment, std::slice::from_ref(event), now).await
}

/// Records facts about one payment in its order's ledger, in one read and one write where nothing unusual is known of it. If the
/// order is not there yet, keeps them for reconcile to match and for people to see. `named` is what the merchant's server wrote
/// on the payment. A repetition changes nothing.
pub async fn record_payments(
    store: &Store,
    named: &Named,
    payment: &PaymentId,
    events: &[MoneyEvent],
    now: Timestamp,
) -> Result<Recorded, Error> {
    retry_on_conflict(async || attempt(store, named, payment, events, now).await).await
}

async fn attempt(
    store: &Store,
    named: &Named,
    id: &PaymentId,
    new: &[MoneyEvent],
    now: Timestamp,
) -> Result<Recorded, Error> {
    let (payment, named_state) = store.payment_and_state(id, named.order.as_ref()).await?;
    let keep = |record: PaymentRecord| new.iter().fold(record, |record, event| record.keep(event, named, now));
    if payment.value.is_given_back() {
        write_record(store, &payment, keep(payment.value.clone()), now).await?;
        return Ok(Recorded::Unmatched);
    }
    let (record, pays) = (&payment.value, payment.value.pays(named).cloned());
    let state = match &pays {
        Some(decided) if Some(decided) != named.order.as_ref() => {
            store.order_state(decided).await?.or(named_state.filter(|_| record.word == Word::Told))
        }
        _ => named_state,
    };
    let is_foreign =
        |state: &Stored<OrderState>| record.is_claimed_across_channels(named, &state.key.order, &state.value.channel);
    let (record, state) = match state {
        Some(state) if is_foreign(&state) => {
            tracing::warn!(payment = %id, order = %state.key.order, "an order claims a payment of another channel");
            (record.clone().without_claim(), None)
        }
        state => (record.clone(), state),
    };
    let Some(state) = state else {
        write_record(store, &payment, keep(record), now).await?;
        return Ok(Recorded::Unmatched);
    };
    let pays = &state.key.order;
    if record.order.as_ref() == Some(pays) && record.events.is_empty() && record.word != Word::Claimed {
        return take_in(store, &state, new, now).await;
    }
    // The order is written down together with its ledger's knowledge of the payment, so a later event (a refund, a dispute) never
    // finds the ledger entry without the record.
    let (events, decision) = ([&record.events[..], new].concat(), record.decision(id));
    let word = match (record.word, &named.order) {
        (Word::Claimed, Some(_)) => Word::Told,
        _ => record.word_after(&events),
    };
    let record = PaymentRecord { order: Some(pays.clone()), word, ..record };
    let record = if record.events.is_empty() { record } else { record.taken(pays.clone()) };
    // What was kept changes hands in the same transaction, so that nobody decides about it meanwhile.
    let (next, outcome) = told(&state, &events, decision, now);
    let mut write = store.write(now).at_once();
    write.state(&state, next);
    write.replace(&payment, record);
    write.commit().await?;
    Ok(outcome)
}

/// Records that the providers were asked about an unpaid order's payments, and expires the order if it is still unpaid.
pub async fn payments_asked(store: &Store, order: &OrderId, now: Timestamp) -> Result<(), Error> {
    orders::change_state(store, order, now, |state| state.payments_asked(now)).await.map(drop)
}

/// Merges facts into the ledger of an order that has the payment.
async fn take_in(
    store: &Store,
    state: &Stored<OrderState>,
    events: &[MoneyEvent],
    now: Timestamp,
) -> Result<Recorded, Error> {
    let (next, outcome) = told(state, events, None, now);
    let mut write = store.write(now).at_once();
    write.state(state, next);
    write.commit().await?;
    Ok(outcome)
}

/// The order once it has been told facts, and whether they were news. `decision`: a person's that they belong there.
fn told(
    state: &Stored<OrderState>,
    events: &[MoneyEvent],
    decision: Option<Entry>,
    now: Timestamp,
) -> (OrderState, Recorded) {
    let told = decision.into_iter().fold(state.value.clone(), OrderState::payment_assigned);
    let next = events.iter().fold(told, |state, event| state.record(event, now));
    let outcome = if next == state.value { Recorded::Known } else { Recorded::Recorded };
    (next, outcome)
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
        let order = payment.value.order.clone().filter(|_| !payment.value.is_given_back());
        let Some(order) = order else { return Ok(false) };
        let Some(state) = store.order_state(&order).await? else { return Ok(false) };
        let decision = payment.value.decision(&payment.key);
        // In one transaction, so that nobody decides about the payment meanwhile.
        let (next, _) = told(&state, &payment.value.events, decision, now);
        let mut write = store.write(now);
        write.state(&state, next);
        write.replace(&payment, payment.value.clone().taken(order));
        write.commit().await?;
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
    decide(store, payment, stamp, |record| {
        if record.is_given_back() {
            let why = format!("payment {payment} goes back to its customer, or has gone; let the customer pay again");
            return Err(Refusal::new(Code::PaymentGivenBack, why).into());
        }
        Ok(record.assign(order.clone(), stamp))
    })
    .await
}

/// Takes a person's decision about a payment back.
pub async fn unassign_payment(
    store: &Store,
    payment: &PaymentId,
    stamp: &Stamp,
) -> Result<Stored<PaymentRecord>, Error> {
    decide(store, payment, stamp, |record| match record.word {
        Word::Decided => Ok(record.unassign(stamp)),
        Word::Claimed | Word::Told => {
            Err(Refusal::not_found(format!("nobody has assigned payment {payment} to an order")).into())
        }
    })
    .await
}

/// Records a person's decision that a payment is for no order of this system.
pub async fn dismiss_payment(
    store: &Store,
    payment: &PaymentId,
    stamp: &Stamp,
) -> Result<Stored<PaymentRecord>, Error> {
    decide(store, payment, stamp, |record| Ok(record.dismiss(stamp))).await
}

/// Decides to refund a payment that no order takes.
pub async fn give_back_payment(
    store: &Store,
    payment: &PaymentId,
    stamp: &Stamp,
) -> Result<Stored<PaymentRecord>, Error> {
    decide(store, payment, stamp, |record| Ok(record.give_back(stamp)?)).await
}

/// Changes a payment whose money no order has taken. If it leaves an order or goes back, that order's state is written as
/// well, so that it cannot take the money at the same moment.
async fn decide(
    store: &Store,
    id: &PaymentId,
    stamp: &Stamp,
    rule: impl Fn(PaymentRecord) -> Result<PaymentRecord, Error>,
) -> Result<Stored<PaymentRecord>, Error> {
    retry_on_conflict(async || {
        let read = store.payment(id).await?;
        let before = match &read.value.order {
            Some(order) => store.order_state(order).await?,
            None => None,
        };
        if let Some(taken) = before.as_ref().filter(|state| has_taken(state, id, &read.value)) {
            let order = &taken.key.order;
            let why = format!(
                "order {order} has taken payment {id}: refund it there (POST /orders/{order}/refunds), or cancel that order"
            );
            return Err(Refusal::new(Code::PaymentTaken, why).into());
        }
        if read.value.events.is_empty() {
            let why = format!("payment {id} is not unmatched; GET /operations/unmatched-payments lists those that are");
            return Err(Refusal::not_found(why).into());
        }
        let value = rule(read.value.clone())?;
        let mut write = store.write(stamp.at);
        write.replace(&read, value.clone());
        let is_left =
            |left: &Stored<OrderState>| value.order.as_ref() != Some(&left.key.order) || value.is_given_back();
        if let Some(left) = before.filter(|left| value != read.value && is_left(left)) {
            write.replace(&left, left.value.clone().payment_unassigned(id, stamp));
        }
        write.commit().await?;
        tracing::info!(payment = %id, by = %stamp.by, "an unmatched payment was dealt with");
        Ok(Stored { value, ..read })
    })
    .await
}

/// Whether an order has taken all that was kept of a payment.
fn has_taken(state: &Stored<OrderState>, payment: &PaymentId, record: &PaymentRecord) -> bool {
    let is_known = |event: &MoneyEvent| state.value.clone().record(event, event.at) == state.value;
    state.value.ledger.payments.contains_key(payment) && record.events.iter().all(is_known)
}
