//! Moves the stock that changes of a large order have decided and not yet moved.

use crate::Error;
use domain::{history::Stamp, ids::OrderId};
use jiff::Timestamp;
use std::{cell::Cell, collections::BTreeMap};
use store::{MAX_ACTIONS, Store, retry_on_conflict};

/// Settles an order, one transaction after another. Each holds the movements and the state that no longer owes them, so
/// no movement is made twice, wherever this is cut off.
pub async fn settle_order(store: &Store, id: &OrderId, now: Timestamp) -> Result<(), Error> {
    let are_books_short = Cell::new(false);
    while retry_on_conflict(async || settle_part(store, id, &are_books_short, now).await).await? {}
    Ok(())
}

/// Returns whether something is left.
///
/// Units that left are a fact. If the books have fewer of them, the others were found.
async fn settle_part(store: &Store, id: &OrderId, are_books_short: &Cell<bool>, now: Timestamp) -> Result<bool, Error> {
    let Some(read) = store.order_state(id).await? else { return Ok(false) };
    let mut next = read.value.clone();
    let mut levels = BTreeMap::new();
    let moves = if are_books_short.get() {
        // Each place may take a correction too.
        let moves = next.settle((MAX_ACTIONS - 1) / 2);
        levels = store.levels_at(moves.stock.places()).await?;
        moves.on_shelves(&levels, &format!("{id}-found-{}", read.version), &Stamp::orderly(now))
    } else {
        next.settle(MAX_ACTIONS - 1)
    };
    let is_left = !next.unsettled.is_empty();
    let mut write = store.write(now);
    write.moves(&moves, &levels);
    write.replace(&read, next);
    let outcome = write.commit().await;
    if let Err(error) = &outcome {
        are_books_short.set(error.is_about_stock());
    }
    outcome?;
    Ok(is_left)
}
