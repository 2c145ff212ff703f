//! What payment providers are asked for: refunds, captures, voids, and evidence to take. Each is marked as sent before the provider is asked, and its
//! outcome is recorded afterward. Until the outcome is known, the same idempotency key is used again.

use crate::{Error, orders};
use domain::{
    duty::Duty,
    ids::{OrderId, PaymentId, ProviderId},
    ledger::{Attempt, CaptureTerms, Evidence, Ledger, MoneyEvent, RequestName, RequestState},
    money::{Amount, Currency},
    order_state::OrderState,
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use std::fmt;
use store::{Store, retry_on_conflict};

/// Whose money it is about.
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

/// Something that a provider still has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedRequest {
    pub attempt: Attempt,
    pub payment: PaymentId,
    /// 0: a void. Of evidence: what is disputed.
    pub amount: Amount,
    /// Of a capture or a void.
    pub terms: CaptureTerms,
    pub currency: Currency,
    pub state: RequestState,
}

/// What a ledger still has to ask providers for.
fn owed(ledger: &Ledger, currency: Currency) -> Vec<OwedRequest> {
    let refunds = ledger.owed_refunds().map(|(id, refund)| OwedRequest {
        attempt: Attempt { name: RequestName::Refund(id.clone()), number: refund.attempt },
        payment: refund.payment.clone(),
        amount: refund.amount,
        terms: CaptureTerms::default(),
        currency,
        state: refund.state.clone(),
    });
    let captures = ledger.owed_captures().map(|(id, capture)| OwedRequest {
        attempt: Attempt { name: RequestName::Capture(id.clone()), number: capture.attempt },
        payment: capture.payment.clone(),
        amount: capture.amount,
        terms: capture.terms,
        // A void may be of another currency than the order's.
        currency: ledger.payments.get(&capture.payment).and_then(|payment| payment.currency).unwrap_or(currency),
        state: capture.state.clone(),
    });
    captures
        .chain(refunds)
        .chain(ledger.owed_evidence().map(|(id, of)| owed_evidence(ledger, id, of, currency)))
        .collect()
}

fn owed_evidence(ledger: &Ledger, id: &ProviderId, evidence: &Evidence, currency: Currency) -> OwedRequest {
    let payment = ledger.payments.get(&evidence.payment);
    let dispute = payment.and_then(|payment| payment.disputes.get(id.as_str()));
    let told = dispute.and_then(|dispute| dispute.currency).or(payment.and_then(|payment| payment.currency));
    OwedRequest {
        attempt: Attempt { name: RequestName::Evidence(id.clone()), number: evidence.attempt },
        payment: evidence.payment.clone(),
        amount: dispute.map_or(0, |dispute| dispute.amount),
        terms: CaptureTerms::default(),
        currency: told.unwrap_or(currency),
        state: evidence.state.clone(),
    }
}

fn owed_by_order(state: &OrderState) -> Vec<OwedRequest> {
    owed(&state.ledger, state.currency)
}

fn owed_by_payment(record: &PaymentRecord) -> Vec<OwedRequest> {
    let ledger = Ledger { refunds: record.refunds.clone(), ..record.ledger() };
    ledger.currency().map(|currency| owed(&ledger, currency)).unwrap_or_default()
}

/// What a debtor still has to ask providers for. None: the duty is done.
pub async fn owed_by(store: &Store, debtor: Debtor<'_>, duty: &Duty) -> Result<Option<Vec<OwedRequest>>, Error> {
    match debtor {
        Debtor::Order(order) => {
            let state = store.order_state(order).await?.filter(|state| state.owes(duty));
            Ok(state.map(|state| owed_by_order(&state.value)))
        }
        Debtor::Payment(payment) => {
            let record = store.payment(payment).await?;
            Ok(record.owes(duty).then(|| owed_by_payment(&record.value)))
        }
    }
}

/// Changes a debtor by the rule of its kind, and returns what it still has to ask for.
async fn change(
    store: &Store,
    debtor: Debtor<'_>,
    now: Timestamp,
    of_order: impl Fn(OrderState) -> OrderState,
    of_payment: impl Fn(PaymentRecord) -> PaymentRecord,
) -> Result<Vec<OwedRequest>, Error> {
    match debtor {
        Debtor::Order(order) => {
            let state = orders::change_state(store, order, now, of_order).await?;
            Ok(state.map(|state| owed_by_order(&state)).unwrap_or_default())
        }
        Debtor::Payment(payment) => {
            retry_on_conflict(async || {
                let read = store.payment(payment).await?;
                let next = of_payment(read.value.clone());
                let mut write = store.write(now);
                write.replace(&read, next.clone());
                write.commit().await?;
                Ok(owed_by_payment(&next))
            })
            .await
        }
    }
}

/// Marks a request as sent, if it is still owed. Like everything below, it returns what is owed from then on: what was decided
/// in the meantime is among it, and no message tells of that.
pub async fn mark_sent(
    store: &Store,
    debtor: Debtor<'_>,
    name: &RequestName,
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    let of_payment = |record: PaymentRecord| record.request_sent(name, now);
    change(store, debtor, now, |state| state.request_sent(name, now), of_payment).await
}

/// Records that the provider's answer was inconclusive. It is still owed, under the same key. See
/// [`OrderState::request_unknown`].
pub async fn record_unknown(
    store: &Store,
    debtor: Debtor<'_>,
    attempt: &Attempt,
    why: &str,
    may_have_begun: bool,
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    let of_order = |state: OrderState| state.request_unknown(attempt, why, may_have_begun, now);
    let of_payment = |record: PaymentRecord| record.request_unknown(attempt, why, may_have_begun, now);
    change(store, debtor, now, of_order, of_payment).await
}

/// Records that the provider has taken this attempt on, under an id of its own, and tells the outcome later.
pub async fn record_begun(
    store: &Store,
    debtor: Debtor<'_>,
    attempt: &Attempt,
    provider_id: &str,
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    let of_payment = |record: PaymentRecord| record.request_begun(attempt, provider_id, now);
    change(store, debtor, now, |state| state.request_begun(attempt, provider_id, now), of_payment).await
}

/// Records that the provider refused this attempt for good. A person must look.
pub async fn record_refused(
    store: &Store,
    debtor: Debtor<'_>,
    attempt: &Attempt,
    why: &str,
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    let of_payment = |record: PaymentRecord| record.request_refused(attempt, why, now);
    change(store, debtor, now, |state| state.request_refused(attempt, why, now), of_payment).await
}

/// Records that this attempt was certainly not made and never will be. A new one is owed, under a new key.
pub async fn record_not_made(
    store: &Store,
    debtor: Debtor<'_>,
    attempt: &Attempt,
    why: &str,
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    tracing::warn!(%debtor, request = %attempt.name, attempt = attempt.number, why, "it begins anew, under a new key");
    let of_payment = |record: PaymentRecord| record.request_not_made(attempt, why, now);
    change(store, debtor, now, |state| state.request_not_made(attempt, why, now), of_payment).await
}

/// Records what the provider tells in an answer: that it did what it was asked for or has begun to, or what it knows of the
/// payment. These are the same facts that its webhook reports.
pub async fn record_told(
    store: &Store,
    debtor: Debtor<'_>,
    events: &[MoneyEvent],
    now: Timestamp,
) -> Result<Vec<OwedRequest>, Error> {
    let of_order = |state: OrderState| events.iter().fold(state, |state, event| state.record(event, now));
    let of_payment = |record: PaymentRecord| events.iter().fold(record, |record, event| record.record(event, now));
    change(store, debtor, now, of_order, of_payment).await
}

/// Drops the duties when nothing is owed any more, because the provider's own events were faster.
pub async fn drop_duties(store: &Store, debtor: Debtor<'_>, now: Timestamp) -> Result<(), Error> {
    let of_payment = |record: PaymentRecord| record.owe_requests(now);
    change(store, debtor, now, OrderState::owe_requests, of_payment).await.map(drop)
}
