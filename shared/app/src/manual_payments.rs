//! Payments that people enter, and what they tell of refunds and captures.

use crate::{Error, Refusal, Scope, orders};
use domain::{
    history::Stamp,
    ids::{OrderId, PaymentId},
    ledger::RequestName,
    order::{Change, Order},
    order_state::{EnteredPayment, ToldOutcome},
    payment_record::{PaymentRecord, Word},
    problem::Code,
};
use store::{Store, StoredOrder, Write, retry_on_conflict};

/// Records a payment that a person enters. The same payment is taken once, and by one order.
pub async fn enter_payment(
    store: &Store,
    id: &OrderId,
    scope: &Scope,
    entered: &EnteredPayment,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    retry_on_conflict(async || {
        let mut write = store.write(stamp.at);
        let order = enter(store, &mut write, id, scope, entered, stamp).await?;
        write.commit().await?;
        Ok(order)
    })
    .await
}

/// Records what people pay at once for several orders: for all of them, or for none.
pub async fn enter_payments(store: &Store, entered: &[(OrderId, EnteredPayment)], stamp: &Stamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let mut write = store.write(stamp.at);
        for (order, entered) in entered {
            enter(store, &mut write, order, &Scope::Everything, entered, stamp).await?;
        }
        Ok(write.commit().await?)
    })
    .await
}

async fn enter(
    store: &Store,
    write: &mut Write<'_>,
    id: &OrderId,
    scope: &Scope,
    entered: &EnteredPayment,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    let read = scope.order(store, id).await?;
    let record = store.payment(&entered.id).await?;
    if let Some(other) = record.value.order.as_ref().filter(|taker| *taker != id) {
        let why = format!("order {other} has taken this money: withdraw it there first");
        return Err(Refusal::new(Code::PaymentTaken, why).into());
    }
    let change = Change::from(read.order.clone().with_state(|state| state.enter_payment(entered, stamp))?);
    write.change(&read, &change);
    if record.value.order.is_none() {
        let order = Some(id.clone());
        write.replace(&record, PaymentRecord { order, word: Word::Decided, ..record.value.clone() });
    }
    Ok(read.with(change.order))
}

/// Takes back a payment that a person entered by mistake. Another order may take the money then.
pub async fn withdraw_payment(
    store: &Store,
    id: &OrderId,
    payment: &PaymentId,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    retry_on_conflict(async || {
        let read = Scope::Everything.order(store, id).await?;
        let order = read.order.clone().with_state(|state| state.withdraw_payment(payment, stamp))?;
        let mut write = store.write(stamp.at);
        for taken in read.order.state.ledger.entered_as(payment) {
            let record = store.payment(&taken).await?;
            if record.value.order.as_ref() == Some(id) {
                write.replace(&record, PaymentRecord { order: None, word: Word::Told, ..record.value.clone() });
            }
        }
        let change = Change::from(order);
        write.change(&read, &change);
        write.commit().await?;
        Ok(read.with(change.order))
    })
    .await
}

/// Records what a person tells of a refund that people make, or of something whose provider is silent.
pub async fn tell_outcome(
    store: &Store,
    id: &OrderId,
    name: &RequestName,
    outcome: ToldOutcome,
    stamp: &Stamp,
) -> Result<StoredOrder, Error> {
    let rule = |order: Order| Ok(((), order.with_state(|state| state.tell_outcome(name, outcome, stamp))?.into()));
    orders::change(store, id, &Scope::Everything, stamp.at, rule).await.map(|((), order)| order)
}
