//! Stock sync: what the shops of channels are told of stock, and who is asked to tell them.

use crate::{Error, channels, settings::must_know_location};
use domain::{
    duty::{Duty, OwedDuty, Subject},
    history::Stamp,
    ids::{ChannelId, LocationId, Sku},
    settings::{Channel, Connection, Location},
    stock_sync::StockSync,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::{BTreeMap, BTreeSet};
use store::Store;

/// SKUs that are read at once.
const AT_ONCE: usize = 16;

/// What became of the available units of a SKU, somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    pub locations: BTreeSet<LocationId>,
    /// Whether there are fewer now at any of them.
    pub is_fewer: bool,
}

/// Has every shop that sells these SKUs told of them. Fewer units are told first, in a queue of their own: until a shop knows, it sells
/// what is not there. Fails if not everybody could be asked.
pub async fn tell_of(store: &Store, changed: &BTreeMap<Sku, Changed>) -> Result<usize, Error> {
    let channels = store.channels().await?;
    let synced = channels.iter().filter_map(|channel| Some((channel, channel.connection.as_ref()?.stock.as_ref()?)));
    let owed: Vec<OwedDuty> = synced
        .flat_map(|(channel, sync)| {
            let concerns = |of: &Changed| of.locations.iter().any(|location| sync.sells_from(location));
            let told = changed.iter().filter(move |(_, of)| concerns(of));
            told.map(|(sku, of)| listing(&channel.id, sku, of.is_fewer))
        })
        .collect();
    let asked = store.remind(&owed).await;
    if asked < owed.len() {
        return Err(Error::Outside(format!("only {asked} of {} messages about stock could be sent", owed.len())));
    }
    Ok(asked)
}

/// Has what a shop says of some SKUs compared with what it is to say. If nobody can be asked now, the next comparison of everything finds it.
pub async fn compare(store: &Store, channel: &ChannelId, skus: BTreeSet<Sku>) {
    let owed: Vec<OwedDuty> = skus.iter().map(|sku| listing(channel, sku, true)).collect();
    store.remind(&owed).await;
}

fn listing(channel: &ChannelId, sku: &Sku, is_fewer: bool) -> OwedDuty {
    let duty = if is_fewer { Duty::ChannelStock } else { Duty::ChannelRestock };
    OwedDuty { subject: Subject::Listing(channel.clone(), sku.clone()), duty }
}

/// Has everything that a shop says it has compared with what it is to say.
pub async fn ask_for_check(store: &Store, channel: &ChannelId) -> usize {
    store.remind(&[OwedDuty { subject: Subject::Channel(channel.clone()), duty: Duty::ChannelStockCheck }]).await
}

/// What the shop of a channel is to be told of SKUs now. Those that it is told nothing of are left out.
pub async fn numbers(store: &Store, sync: &StockSync, skus: &BTreeSet<Sku>) -> Result<BTreeMap<Sku, u32>, Error> {
    let open = Location::open_of(&store.locations().await?);
    // What is kept at many locations is one request, whatever their number.
    let read = stream::iter(skus).map(|sku| store.levels_of(sku));
    let levels: Vec<_> = read.buffered(AT_ONCE).try_collect().await?;
    let told =
        skus.iter().zip(levels).filter_map(|(sku, levels)| Some((sku.clone(), sync.tells(sku, &levels, &open)?)));
    Ok(told.collect())
}

/// Sets how the shop of a channel is told of stock. All of its numbers are compared then.
pub async fn set(store: &Store, id: &ChannelId, sync: &StockSync, stamp: &Stamp) -> Result<Channel, Error> {
    for location in sync.locations.iter().chain(&sync.count_at) {
        must_know_location(store, location).await?;
    }
    let rule = |connection: Connection| Connection { stock: Some(sync.clone()), ..connection };
    let channel = channels::change_connection(store, id, rule, stamp).await?;
    ask_for_check(store, id).await;
    Ok(channel)
}

/// Stops telling the shop of a channel of stock. It keeps the numbers that it has.
pub async fn stop(store: &Store, id: &ChannelId, stamp: &Stamp) -> Result<Channel, Error> {
    channels::change_connection(store, id, |connection| Connection { stock: None, ..connection }, stamp).await
}
