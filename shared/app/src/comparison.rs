//! Comparing the books with what payment providers list, day by day ([`domain::comparison`]).

use crate::{Error, Refusal};
use domain::{
    books::MovementKind,
    comparison::{Comparison, Run, Step},
    duty::{Duty, OwedDuty, Subject},
    history::Stamp,
    ids::{OrderId, PaymentId, ProviderId, ProviderName},
    money::Currency,
    safeguards::Safeguard,
    statement::{Entry, Moved, Parts, Statement, moved_in},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, Store, Stored, retry_on_conflict};

/// Begins to compare the day that is over, where none is being compared. Returns for which providers a step is owed, and since when.
pub async fn begin(
    store: &Store,
    providers: &[ProviderName],
    now: Timestamp,
) -> Result<Vec<(ProviderName, Timestamp)>, Error> {
    let found = store.load_all::<Comparison>(providers.iter().cloned()).await?;
    let mut found: BTreeMap<String, _> = found.into_iter().map(|(name, read)| (name.to_string(), read)).collect();
    let mut under_way = Vec::new();
    for provider in providers {
        let unknown = || Stored::absent(provider.clone(), Comparison::default());
        let read = found.remove(provider.as_str()).transpose()?.unwrap_or_else(unknown);
        let next = read.value.clone().begin(now);
        let owed = next.run.as_ref().filter(|_| next.owed.contains(&Duty::Comparison));
        under_way.extend(owed.map(|run| (provider.clone(), run.since)));
        let mut write = store.write(now);
        write.replace(&read, next);
        end_of_race(write.commit().await)?;
    }
    Ok(under_way)
}

/// Whoever was faster did the same.
fn end_of_race(outcome: Result<(), CommitError>) -> Result<bool, Error> {
    match outcome {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// Sends again that the next step is owed.
pub async fn remind(store: &Store, provider: &ProviderName) -> usize {
    store.remind(&[OwedDuty { subject: Subject::Provider(provider.clone()), duty: Duty::Comparison }]).await
}

/// The day that is being compared with a provider's list. None: none is.
pub async fn under_way(store: &Store, provider: &ProviderName) -> Result<Option<(Stored<Comparison>, Run)>, Error> {
    let read = store.load::<Comparison>(provider).await?;
    Ok(read.and_then(|read| read.value.run.clone().map(|run| (read, run))))
}

/// Puts the day off until its list is complete.
pub async fn put_off(store: &Store, read: &Stored<Comparison>, until: Timestamp, now: Timestamp) -> Result<(), Error> {
    let mut write = store.write(now);
    write.replace(read, read.value.clone().put_off(until));
    end_of_race(write.commit().await).map(drop)
}

/// Goes on to the next step, whose message is sent. None is the end of the day.
pub async fn go_on(
    store: &Store,
    read: &Stored<Comparison>,
    next: Option<Step>,
    parts: BTreeMap<String, Parts>,
    now: Timestamp,
) -> Result<(), Error> {
    let has_more = next.is_some();
    let mut write = store.write(now);
    write.replace(read, read.value.clone().go_on(next, parts, now));
    // Another delivery of the message may have made the step.
    if end_of_race(write.commit().await)? && has_more {
        remind(store, &read.key).await;
    }
    Ok(())
}

/// Takes what a list says of a payment or a payout. Returns whether the books say something else of it, of what is listed or was
/// `booked`: then its provider is to be asked.
pub async fn list(
    store: &Store,
    payment: &PaymentId,
    entries: &[(String, Entry)],
    booked: &BTreeSet<MovementKind>,
    now: Timestamp,
) -> Result<bool, Error> {
    retry_on_conflict(async || {
        let (read, ours) = (statement(store, payment).await?, ours(store, payment).await?);
        let take = |statement: Statement, (id, entry): &(String, Entry)| statement.list(payment, id, *entry, now);
        let mut next = entries.iter().fold(read.value.clone(), take);
        let (told, later) = (Moved::new(), BTreeSet::new());
        let differs = !next.differing(&ours.moved, &told, booked).is_empty();
        if !differs {
            next = next.compare(&ours.moved, &told, booked, &later, ours.currency, now);
        }
        if next != Statement::default() {
            next.order = ours.order.or(next.order);
        }
        replace(store, &read, next, now).await?;
        Ok(differs)
    })
    .await
}

/// What a payment's list calls the movements of a kind.
pub async fn listed(store: &Store, payment: &PaymentId, kind: MovementKind) -> Result<Vec<ProviderId>, Error> {
    let read = statement(store, payment).await?;
    Ok(read.value.listed(kind).filter_map(|id| id.parse().ok()).collect())
}

/// Compares a payment with what its provider has told of it, once that is taken in. The list tells what moved before
/// `listed_until`, and the books may know of more by now.
pub async fn compare(
    store: &Store,
    payment: &PaymentId,
    told: &Moved,
    booked: &BTreeSet<MovementKind>,
    listed_until: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    retry_on_conflict(async || {
        let (read, ours) = (statement(store, payment).await?, ours(store, payment).await?);
        let mut undecided = read.value.differing(&ours.moved, told, booked);
        undecided.retain(|kind| !told.contains_key(kind));
        let later = if undecided.is_empty() || Safeguard::LaterRowsAreNotCompared.is_off() {
            BTreeSet::new()
        } else {
            store.booked_since(payment, listed_until, now).await?
        };
        let mut next = read.value.clone().compare(&ours.moved, told, booked, &later, ours.currency, now);
        next.order = ours.order.or(next.order);
        for (kind, difference) in next.open() {
            let (ours, theirs) = (difference.ours, difference.theirs);
            tracing::warn!(%payment, %kind, ours, theirs, "the books and the provider's list differ");
        }
        replace(store, &read, next, now).await
    })
    .await
}

/// Compares a payout with what its provider says that it is made of.
pub async fn compare_payout(store: &Store, payout: &PaymentId, parts: Parts, now: Timestamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = statement(store, payout).await?;
        let next = read.value.clone().made_of(parts).compare_parts(now);
        replace(store, &read, next, now).await
    })
    .await
}

/// Settles what differs about a payment or a payout.
pub async fn settle(store: &Store, payment: &PaymentId, note: &str, stamp: &Stamp) -> Result<Stored<Statement>, Error> {
    retry_on_conflict(async || {
        let read = statement(store, payment).await?;
        if read.value.differs_since().is_none() {
            let why = format!("nothing differs about {payment}; GET /operations/differences lists what does");
            return Err(Refusal::not_found(why).into());
        }
        let value = read.value.clone().settle(note, stamp);
        replace(store, &read, value.clone(), stamp.at).await?;
        tracing::info!(%payment, by = %stamp.by, "a difference from a provider's list was settled");
        Ok(Stored { value, ..read })
    })
    .await
}

async fn statement(store: &Store, payment: &PaymentId) -> Result<Stored<Statement>, Error> {
    let unknown = || Stored::absent(payment.clone(), Statement::default());
    Ok(store.load::<Statement>(payment).await?.unwrap_or_else(unknown))
}

async fn replace(store: &Store, read: &Stored<Statement>, value: Statement, now: Timestamp) -> Result<(), Error> {
    let mut write = store.write(now);
    write.replace(read, value);
    Ok(write.commit().await?)
}

/// What the books say of a payment: its order's ledger, or what is kept of it.
struct Ours {
    order: Option<OrderId>,
    moved: Moved,
    currency: Option<Currency>,
}

async fn ours(store: &Store, payment: &PaymentId) -> Result<Ours, Error> {
    let record = store.payment(payment).await?.value;
    let state = match &record.order {
        Some(order) => store.order_state(order).await?,
        None => None,
    };
    let taken = state.filter(|state| state.value.ledger.payments.contains_key(payment));
    let (order, ledger) = match taken {
        Some(state) => (Some(state.key.order), state.value.ledger),
        None => (None, record.ledger()),
    };
    let currency = ledger.payments.get(payment).and_then(|payment| payment.currency);
    Ok(Ours { order, moved: moved_in(&ledger, payment), currency })
}
