//! Tells a shop of single SKUs.
//!
//! Nobody can change a shop's number on condition of what it was. So the shop is read before it is told, the levels are read after that, and
//! both the levels and the settings once more afterwards: what is not so any more is told by another message. Of two that tell the same
//! SKU at once, the later one to look sees what the other has done.

use crate::{App, Synced};
use app::{Error, channels as shops, stock_sync};
use channels::{Listing, Pushed};
use domain::{ids::Sku, safeguards::Safeguard, stock_sync::Seen};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// The time for a shop's orders, before it is told that it has more. The function has a minute.
const ORDERS_AT_MOST: SignedDuration = SignedDuration::from_secs(10);
/// If so many numbers in a row fail, it is not the numbers.
const FAILURES: usize = 3;

/// What is to be told of SKUs.
type Numbers = BTreeMap<Sku, u32>;

/// What came of telling a shop of listings.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    pub(crate) seen: Seen,
    /// What the shop was told.
    pub(crate) told: Numbers,
    /// What is not known to be right: the shop failed, or the time was over. It is to be told again.
    pub(crate) left: BTreeSet<Sku>,
    /// Whether more orders of the shop than fit the time are to be taken over first.
    pub(crate) waits_for_orders: bool,
}

/// Tells a shop of SKUs. Returns those that are to be told again.
pub(crate) async fn tell(app: &App, synced: &Synced<'_>, skus: &BTreeSet<Sku>) -> Result<BTreeSet<Sku>, Error> {
    let wanted: Vec<&str> = skus.iter().map(Sku::as_str).collect();
    let listings = synced.shop.find(&wanted).await?;
    let mended = mend(app, synced, &listings).await?;
    look_again(app, synced, &mended.told).await?;
    Ok(mended.left)
}

/// Has what is not so any more told again: the stock has changed since, or the settings.
pub(crate) async fn look_again(app: &App, synced: &Synced<'_>, told: &Numbers) -> Result<(), Error> {
    let channel = &synced.of.0.id;
    if told.is_empty() || Safeguard::StockIsReadAgain.is_off() {
        return Ok(());
    }
    let connected = shops::connected(&app.store, channel).await?;
    let Some(sync) = connected.and_then(|(_, connection)| connection.stock) else { return Ok(()) };
    let now = stock_sync::numbers(&app.store, &sync, &told.keys().cloned().collect()).await?;
    let differing = told.iter().filter(|(sku, units)| now.get(*sku) != Some(*units)).map(|(sku, _)| sku.clone());
    stock_sync::compare(&app.store, channel, differing.collect()).await;
    Ok(())
}

/// Compares what a shop says of listings with what it is to say, and mends what differs. Fewer units come first, and wait for nothing.
/// Before it is told of more, the shop's orders are taken over: it may have sold what nobody knows of here.
pub(crate) async fn mend(app: &App, synced: &Synced<'_>, listings: &[Listing]) -> Result<Mended, Error> {
    let named: Vec<(&Listing, Sku)> =
        listings.iter().filter_map(|listing| Some((listing, listing.as_sku()?))).collect();
    let skus = named.iter().map(|(_, sku)| sku.clone()).collect();
    let numbers = stock_sync::numbers(&app.store, synced.sync, &skus).await?;
    let mut mended = Mended::default();
    mended.seen.listings = u32::try_from(listings.len()).unwrap_or(u32::MAX);
    let (mut fewer, mut more) = (Vec::new(), Vec::new());
    for (listing, sku) in named {
        match (numbers.get(&sku).copied(), listing.quantity) {
            (None, _) => {}
            (Some(_), None) => mended.seen.not_counted += 1,
            (Some(units), Some(quantity)) => {
                mended.seen.matched += 1;
                match i64::from(units) - quantity {
                    0 => {}
                    difference if difference < 0 => fewer.push((difference, &listing.id, sku, units)),
                    _ => more.push((&listing.id, sku)),
                }
            }
        }
    }
    mended.seen.unmatched = mended.seen.listings - mended.seen.matched - mended.seen.not_counted;
    fewer.sort();
    let mut teller = Teller { app, synced, failures: 0 };
    for (_, listing, sku, units) in fewer {
        teller.put(listing, sku, units, &mut mended).await?;
    }
    if more.is_empty() {
        return Ok(mended);
    }
    let knows_orders = Safeguard::OrdersComeBeforeUnits.is_off() || take_orders_over(app, synced).await?;
    mended.waits_for_orders = !knows_orders;
    let numbers =
        stock_sync::numbers(&app.store, synced.sync, &more.iter().map(|(_, sku)| sku.clone()).collect()).await?;
    for (listing, sku) in more {
        match numbers.get(&sku).filter(|_| knows_orders).copied() {
            Some(units) => teller.put(listing, sku, units, &mut mended).await?,
            None => drop(mended.left.insert(sku)),
        }
    }
    Ok(mended)
}

/// Returns whether all of a shop's orders are taken over now.
async fn take_orders_over(app: &App, synced: &Synced<'_>) -> Result<bool, Error> {
    let (channel, connection) = synced.of;
    // It is newer than when this began.
    let watch = shops::watch(&app.store, &channel.id, connection).await?.value;
    app.follower().take_over_changes(&synced.shop, synced.of, &watch, ORDERS_AT_MOST).await
}

/// Tells a shop of one number after the other.
struct Teller<'a> {
    app: &'a App,
    synced: &'a Synced<'a>,
    /// So many have failed in a row.
    failures: usize,
}

impl Teller<'_> {
    /// A number that fails alone is told again later. A shop that takes none any more is an error.
    async fn put(&mut self, listing: &str, sku: Sku, units: u32, mended: &mut Mended) -> Result<(), Error> {
        if self.app.clock.now() >= self.synced.until {
            mended.left.insert(sku);
            return Ok(());
        }
        let answer = self.synced.shop.set_stock(listing, i64::from(units)).await;
        self.failures = if answer.is_err() { self.failures + 1 } else { 0 };
        match answer {
            Ok(Pushed::Done(_)) => {
                mended.seen.mended += 1;
                mended.told.insert(sku, units);
            }
            Ok(Pushed::Refused(why)) => {
                mended.seen.refused += 1;
                tracing::warn!(channel = %self.synced.of.0.id, listing, why, "a shop does not take a number");
            }
            Err(error) if self.failures >= FAILURES => return Err(error),
            Err(error) => {
                tracing::warn!(channel = %self.synced.of.0.id, listing, %error, "a shop could not be told a number");
                mended.seen.refused += 1;
                mended.left.insert(sku);
            }
        }
        Ok(())
    }
}
