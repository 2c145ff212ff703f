//! Hears of every change of stock, whoever made it, from the stream of the stock table, and has the shops of channels told.
//!
//! The stream costs no write, and forgets nothing: a batch that fails comes again, until a day has passed. What a shop is told does not
//! depend on the order of the changes, since the levels are read when it is told.

use app::{
    Error,
    stock_sync::{self, Changed},
};
use domain::{ids::Sku, safeguards::Safeguard};
use std::collections::BTreeMap;
use store::{StockStream, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
}

/// Each SKU of a batch is told once, however often it changed.
pub async fn handle(app: &App, batch: StockStream) -> Result<(), Error> {
    let mut changed: BTreeMap<Sku, Changed> = BTreeMap::new();
    for moved in batch.moved() {
        let of = changed.entry(moved.sku).or_default();
        of.is_fewer |= moved.is_fewer;
        of.locations.insert(moved.location);
    }
    if changed.is_empty() || Safeguard::ShopsHearOfStock.is_off() {
        return Ok(());
    }
    let asked = stock_sync::tell_of(&app.store, &changed).await?;
    tracing::debug!(skus = changed.len(), asked, "shops are told of stock");
    Ok(())
}
