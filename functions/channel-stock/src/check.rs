//! Compares everything that a shop says it has with what it is to say, page by page. It goes on where it was when its time was over.

use crate::{App, Synced, tell};
use app::{Error, channels as shops, stock};
use channels::Listing;
use domain::{
    ids::LocationId,
    problem::Code,
    settings::Location,
    shop_watch::ShopWatch,
    stock::{CountOf, StockPlace},
    stock_sync::{CheckReason, FirstNumbers, StockCheck},
};
use std::collections::BTreeSet;

pub(crate) async fn check(app: &App, synced: &Synced<'_>) -> Result<(), Error> {
    let (channel, connection) = synced.of;
    let open = Location::open_of(&app.store.locations().await?);
    let due = StockCheck::due(synced.sync, synced.watch.stock.clone(), open, app.clock.now());
    let Some(mut check) = due else { return Ok(()) };
    while !check.is_at_rest() && app.clock.now() < synced.until {
        let page = synced.shop.listings(check.page.as_deref()).await?;
        if let Some(location) = counts_first(synced, &check) {
            count_at(app, synced, location, &page.listings).await?;
        }
        let mended = tell::mend(app, synced, &page.listings).await?;
        tell::look_again(app, synced, &mended.told).await?;
        let now = app.clock.now();
        if mended.waits_for_orders || (!mended.left.is_empty() && now >= synced.until) {
            // The page comes again in a minute.
            break;
        }
        // Another one may have been begun meanwhile, by a person or because the shop could not be reached. Then that one goes on.
        let before = check.clone();
        check = check.after(mended.seen, page.next, now);
        let rule = |watch: ShopWatch| {
            let is_ours = before.is_same(watch.stock.as_ref()) || watch.stock == synced.watch.stock;
            ShopWatch { stock: if is_ours { Some(check.clone()) } else { watch.stock.clone() }, ..watch }
        };
        shops::note_watch(&app.store, &channel.id, connection, rule, now).await?;
        let still = shops::connected(&app.store, &channel.id).await?.and_then(|(_, connection)| connection.stock);
        if still.as_ref() != Some(synced.sync) {
            break;
        }
    }
    if check.stopped_at.is_some() {
        tracing::error!(channel = %channel.id, mended = check.seen.mended, "so many numbers of a shop differ that a person is asked");
    }
    Ok(())
}

/// Where what the shop has is counted in this comparison.
fn counts_first<'a>(synced: &'a Synced<'_>, check: &StockCheck) -> Option<&'a LocationId> {
    let is_first = check.why == CheckReason::Settings && synced.sync.first == FirstNumbers::Shop;
    synced.sync.count_at.as_ref().filter(|_| is_first)
}

/// Counts what a shop says it has into a location: of each SKU that no location keeps. What is counted here already is left alone, so nothing is
/// counted twice, and the shop was never told anything of it.
async fn count_at(app: &App, synced: &Synced<'_>, location: &LocationId, listings: &[Listing]) -> Result<(), Error> {
    let (channel, sync) = (&synced.of.0.id, synced.sync);
    let mut seen = BTreeSet::new();
    for listing in listings {
        let Some(sku) = listing.as_sku() else { continue };
        let Some(quantity) = listing.quantity.filter(|_| seen.insert(sku.clone())) else { continue };
        if !app.store.levels_of(&sku).await?.is_empty() {
            continue;
        }
        let place = StockPlace { sku, location: location.clone() };
        let counted = stock::Counted { units: quantity.max(0), of: CountOf::Everything, safety: None, backorder: None };
        let key = format!("{channel}-{}-{}", sync.since.as_second(), listing.id);
        let (reason, stamp) = (format!("as the shop of {channel} counted it"), shops::stamp(channel, app.clock.now()));
        match stock::count_stock(&app.store, &place, &counted, &reason, &key, &stamp).await {
            Ok(_) => {}
            // Somebody has counted it meanwhile.
            Err(Error::Refused(refusal)) if refusal.code == Code::KeyReused => {}
            Err(Error::Refused(refusal)) => {
                tracing::warn!(%channel, sku = %place.sku, why = refusal.detail, "what a shop has of this cannot be counted");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
