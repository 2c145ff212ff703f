//! Makes large orders: their stock is reserved in several transactions, and the last one places them.
//!
//! What is reserved is kept beside the order to be, and belongs to nobody. If this is cut off, the same request goes on
//! from there, and if none comes, `reconcile` gives it back.

use super::{Accepted, ONE_STEP, Placing, places};
use crate::Error;
use domain::{allocation::Allocation, forming::Forming, ids::OrderId};
use jiff::Timestamp;
use store::{CommitError, Failed, MAX_ACTIONS, Store, Stored, retry_on_conflict};

/// Forms an order whose stock does not fit one transaction, or goes on with one. `refusal`: why it could not be placed as
/// things are. That may be because it holds what it needs already.
pub(super) async fn form(placing: &Placing<'_>, refusal: Option<Error>) -> Result<Accepted, Error> {
    // In this order: a forming that another request places in between is seen as placed.
    let read = placing.store.forming(placing.id).await?;
    if let Some(accepted) = placing.known().await? {
        return Ok(accepted);
    }
    if let Some(refusal) = refusal.filter(|_| read.value.stock.is_empty()) {
        return Err(refusal);
    }
    let outcome = go_on(placing, read).await;
    // Otherwise the same request goes on from here.
    if matches!(outcome, Ok(_) | Err(Error::Refused(_))) {
        give_back(placing.store, placing.id, placing.stamp.at, |_| true).await?;
    }
    outcome
}

async fn go_on(placing: &Placing<'_>, mut read: Stored<Forming>) -> Result<Accepted, Error> {
    let Placing { store, id, placement, stamp, .. } = placing;
    if read.value.fingerprint != placement.fingerprint {
        // It was begun with other content, and nobody was told that it was accepted.
        give_back(store, id, stamp.at, |_| true).await?;
        read = store.forming(id).await?;
    }
    loop {
        let needed: Vec<Allocation> = match placing.reserve(&read.value.stock).await {
            // The same request, sent twice, may hold what this one does not find.
            Err(Error::Refused(_)) if store.forming(id).await?.version != read.version => {
                return Err(CommitError::Conflict(vec![Failed::Item(read.key)]).into());
            }
            outcome => outcome?,
        };
        if places(&needed) <= ONE_STEP {
            return placing.commit(read.value.with(needed), Some(&read)).await;
        }
        let next = read.value.clone().take(&needed, ONE_STEP, &placement.fingerprint, stamp.at);
        let mut write = store.write(stamp.at);
        write.form(&read, next);
        write.commit().await?;
        read = store.forming(id).await?;
    }
}

/// Gives back what is reserved, in as many transactions as it takes, while `is_over`.
pub(crate) async fn give_back(
    store: &Store,
    order: &OrderId,
    now: Timestamp,
    is_over: impl Fn(&Forming) -> bool,
) -> Result<(), Error> {
    let part = async || {
        let read = store.forming(order).await?;
        if read.value.stock.is_empty() || !is_over(&read.value) {
            return Ok::<_, Error>(false);
        }
        let mut write = store.write(now);
        write.form(&read, read.value.clone().give_back(MAX_ACTIONS - 1));
        write.commit().await?;
        Ok(true)
    };
    while retry_on_conflict(part).await? {}
    Ok(())
}
