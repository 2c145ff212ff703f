//! Refunds on their way to the provider. Each is marked as sent before the provider is asked, and its outcome is
//! recorded afterward. Until the outcome is known, the same idempotency key is used again.

use crate::{Error, orders};
use domain::{
    duty::Duty,
    ids::{OrderId, PaymentId, RefundId},
    ledger::{MoneyEvent, OurRefund, Refund},
    money::Currency,
    order_state::OrderState,
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, fmt};
use store::{Store, retry_on_conflict};

/// What owes refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Debtor<'a> {
    Order(&'a OrderId),
    /// A payment that no order takes.
    Payment(&'a PaymentId),
}

impl fmt::Display for Debtor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => order.fmt(f),
            Self::Payment(payment) => payment.fmt(f),
        }
    }
}

/// The refunds of a debtor.
#[derive(Debug)]
pub struct Refunds {
    pub currency: Currency,
    pub by_id: BTreeMap<RefundId, Refund>,
}

impl From<OrderState> for Refunds {
    fn from(state: OrderState) -> Self {
        Self { currency: state.currency, by_id: state.ledger.refunds }
    }
}

impl Refunds {
    fn of(record: PaymentRecord) -> Option<Self> {
        Some(Self { currency: record.currency()?, by_id: record.refunds })
    }

    /// Those that the provider still has to be asked for.
    pub fn owed(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        self.by_id.iter().filter(|(_, refund)| refund.is_owed())
    }
}

/// The refunds of a debtor that owes some. None: the work is done.
pub async fn owed_by(store: &Store, debtor: Debtor<'_>) -> Result<Option<Refunds>, Error> {
    match debtor {
        Debtor::Order(order) => {
            let state = store.order_state(order).await?.filter(|state| state.owes(&Duty::Refund));
            Ok(state.map(|state| state.value.into()))
        }
        Debtor::Payment(payment) => {
            let record = store.payment(payment).await?;
            Ok(if record.owes(&Duty::Refund) { Refunds::of(record.value) } else { None })
        }
    }
}

/// Changes a debtor by the rule of its kind, and returns its refunds. None: there are none.
async fn change(
    store: &Store,
    debtor: Debtor<'_>,
    now: Timestamp,
    of_order: impl Fn(OrderState) -> OrderState,
    of_payment: impl Fn(PaymentRecord) -> PaymentRecord,
) -> Result<Option<Refunds>, Error> {
    match debtor {
        Debtor::Order(order) => Ok(orders::change_state(store, order, now, of_order).await?.map(Refunds::from)),
        Debtor::Payment(payment) => {
            retry_on_conflict(async || {
                let read = store.payment(payment).await?;
                let next = of_payment(read.value.clone());
                let mut write = store.write(now);
                write.replace(&read, next.clone());
                write.commit().await?;
                Ok(Refunds::of(next))
            })
            .await
        }
    }
}

/// Marks a refund as sent, and returns it with the others.
pub async fn mark_sent(
    store: &Store,
    debtor: Debtor<'_>,
    id: &RefundId,
    now: Timestamp,
) -> Result<Option<Refunds>, Error> {
    let of_payment = |record: PaymentRecord| record.refund_sent(id, now);
    change(store, debtor, now, |state| state.refund_sent(id, now), of_payment).await
}

/// Records that the provider's answer was inconclusive. The refund is still owed, under the same key. See
/// [`OrderState::refund_unknown`].
pub async fn record_unknown(
    store: &Store,
    debtor: Debtor<'_>,
    ours: &OurRefund,
    why: &str,
    may_have_begun: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let of_order = |state: OrderState| state.refund_unknown(ours, why, may_have_begun, now);
    let of_payment = |record: PaymentRecord| record.refund_unknown(ours, why, may_have_begun, now);
    change(store, debtor, now, of_order, of_payment).await.map(drop)
}

/// Records that the provider refused this attempt for good. A person must look.
pub async fn record_refused(
    store: &Store,
    debtor: Debtor<'_>,
    ours: &OurRefund,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let of_payment = |record: PaymentRecord| record.refund_refused(ours, why, now);
    change(store, debtor, now, |state| state.refund_refused(ours, why, now), of_payment).await.map(drop)
}

/// Records that this attempt was certainly not made and never will be. A new one is owed, under a new key.
pub async fn record_not_made(
    store: &Store,
    debtor: Debtor<'_>,
    ours: &OurRefund,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tracing::warn!(%debtor, refund = %ours.id, attempt = ours.attempt, why, "a refund begins anew, under a new key");
    let of_payment = |record: PaymentRecord| record.refund_not_made(ours, why, now);
    change(store, debtor, now, |state| state.refund_not_made(ours, why, now), of_payment).await.map(drop)
}

/// Records what the provider tells in an answer: that it made the refund or has begun to, or what it knows of the payment.
/// It is the same fact that its webhook reports.
pub async fn record_told(store: &Store, debtor: Debtor<'_>, event: &MoneyEvent, now: Timestamp) -> Result<(), Error> {
    let of_payment = |record: PaymentRecord| record.record(event, now);
    change(store, debtor, now, |state| state.record(event, now), of_payment).await.map(drop)
}

/// Drops the duty when no refund is owed any more, because the provider's own events were faster.
pub async fn drop_duty(store: &Store, debtor: Debtor<'_>, now: Timestamp) -> Result<(), Error> {
    let of_payment = |record: PaymentRecord| record.without_refund_duty(now);
    change(store, debtor, now, OrderState::without_refund_duty, of_payment).await.map(drop)
}
