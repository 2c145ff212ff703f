//! Moves the stock that changes of a large order have decided and not yet moved.

use crate::Error;
use domain::ids::OrderId;
use jiff::Timestamp;
use store::{MAX_ACTIONS, Store, retry_on_conflict};

/// Settles an order, one transaction after another. Each holds the movements and the state that no longer owes them, so
/// no movement is made twice, wherever this is cut off.
pub async fn settle_order(store: &Store, id: &OrderId, now: Timestamp) -> Result<(), Error> {
    while retry_on_conflict(async || settle_part(store, id, now).await).await? {}
    Ok(())
}

/// Returns whether something is left.
async fn settle_part(store: &Store, id: &OrderId, now: Timestamp) -> Result<bool, Error> {
    let Some(read) = store.order_state(id).await? else { return Ok(false) };
    let mut next = read.value.clone();
    let mut write = store.write(now);
    write.moves(&next.settle(MAX_ACTIONS - 1));
    let is_left = !next.unsettled.is_empty();
    write.replace(&read, next);
    write.commit().await?;
    Ok(is_left)
}
