//! Channels that are connected to shops: their orders are taken over, and the shops hear of parcels.

use crate::{
    Error, Refusal, Scope, orders,
    place::{self, Conditions},
};
use domain::{
    allocation::AllocationState,
    channel_order::{ChannelOrder, Stage},
    contact::Country,
    duty::{Duty, OwedDuty, Subject},
    fulfillment::ToldToChannel,
    history::{Actor, Stamp},
    ids::{ChannelId, FulfillmentId, OrderId, ParcelId, PaymentId, Sku},
    order::{Order, Untold},
    order_state::HoldReason,
    payment_record::{PaymentRecord, Word},
    problem::Code,
    settings::{Channel, Connection, EmailsBy, Location, Seller},
    shop_watch::ShopWatch,
    stock_sync::StockCheck,
    taken::Taken,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::{Store, Stored, StoredOrder, Write, retry_on_conflict};

/// What became of an order that a shop told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenOver {
    /// It is no order yet, it was placed to try the shop out or before that was connected, or it was over before anybody knew it here.
    Ignored,
    /// Nothing of it is new.
    Known(OrderId),
    /// It is placed now, or what is new about it is noted.
    Noted(OrderId),
    /// It cannot be stored, and why.
    Unfit(String),
}

/// Who tells what a shop tells.
pub fn stamp(channel: &ChannelId, now: Timestamp) -> Stamp {
    Stamp::new(Actor::caller("channel", channel.as_str()), now)
}

/// Takes over an order as its shop knows it now. Its customer has bought: it is taken whatever there is in stock, and whatever is
/// wrong with it.
pub async fn take_over(
    store: &Store,
    (channel, connection): (&Channel, &Connection),
    told: &ChannelOrder,
    conditions: &Conditions,
    now: Timestamp,
) -> Result<TakenOver, Error> {
    let (id, stamp) = (OrderId::derive(&channel.id, &told.id), stamp(&channel.id, now));
    let is_known = orders::exists(store, &id).await?;
    let is_none_of_ours = !connection.takes(told.placed_at) || told.is_test;
    if !is_known && (is_none_of_ours || matches!(told.stage, Stage::Draft | Stage::Cancelled | Stage::Refunded)) {
        return Ok(TakenOver::Ignored);
    }
    let mut taken = match told.taken(&channel.id, &home(store, channel).await?) {
        Ok(taken) => taken,
        Err(why) => return Ok(TakenOver::Unfit(why.to_string())),
    };
    let emails_elsewhere = connection.emails == EmailsBy::Shop;
    if emails_elsewhere {
        taken.doubts.remove(&HoldReason::ContactMissing);
    }
    if !is_known {
        let conditions = Conditions { emails_elsewhere, ..conditions.clone() };
        match place::place_fact(store, taken.placed.clone(), &conditions, &stamp).await {
            Ok(_) => {}
            // Somebody else has just taken it over, a little earlier or later.
            Err(Error::Refused(refusal)) if refusal.code == Code::ReferenceReused => {}
            Err(Error::Refused(refusal)) => return Ok(TakenOver::Unfit(refusal.detail)),
            Err(error) => return Err(error),
        }
    }
    follow(store, &id, told, &taken, &stamp).await
}

/// Notes what is new about an order that is placed.
async fn follow(
    store: &Store,
    id: &OrderId,
    told: &ChannelOrder,
    taken: &Taken,
    stamp: &Stamp,
) -> Result<TakenOver, Error> {
    retry_on_conflict(async || {
        let Some(read) = store.order(id).await? else {
            return Err(Error::Defect(format!("order {id} was placed and is not there")));
        };
        let taken = with_unknown_skus(store, &read.order, taken.clone()).await?;
        let mut next = read.order.clone().follow_channel(told, &taken, stamp);
        if next == read.order {
            return Ok(TakenOver::Known(id.clone()));
        }
        if next.placed.customer != read.order.placed.customer {
            next.placed.found_by = store.search_key().await?.found_by(&next.placed.customer, next.placed.placed_at);
        }
        let mut write = store.write(stamp.at);
        claim_payments(store, &mut write, &read, &next).await?;
        write.change(&read, &next.into());
        write.commit().await?;
        Ok(TakenOver::Noted(id.clone()))
    })
    .await
}

/// Notes that payments are this order's, so that no other one takes them.
async fn claim_payments(store: &Store, write: &mut Write<'_>, read: &StoredOrder, next: &Order) -> Result<(), Error> {
    let entered = |order: &Order| {
        let ledger = &order.state.ledger;
        let manual = ledger.payments.keys().filter(|payment| payment.is_manual());
        manual.flat_map(|payment| ledger.entered_as(payment)).collect::<BTreeSet<PaymentId>>()
    };
    let before = entered(&read.order);
    for payment in entered(next).difference(&before) {
        let record = store.payment(payment).await?;
        if record.value.order.is_none() {
            let order = Some(next.id.clone());
            write.replace(&record, PaymentRecord { order, word: Word::Decided, ..record.value.clone() });
        }
    }
    Ok(())
}

/// A doubt for each SKU that no location keeps: looked for only where an order lacks goods.
async fn with_unknown_skus(store: &Store, order: &Order, mut taken: Taken) -> Result<Taken, Error> {
    let missing = order.state.stock.iter().filter(|held| held.state == AllocationState::Missing);
    let skus: BTreeSet<&Sku> = missing.map(|held| &held.sku).filter(|sku| !sku.is_none_told()).collect();
    if skus.is_empty() {
        return Ok(taken);
    }
    let skus: Vec<Sku> = skus.into_iter().cloned().collect();
    let levels = store.stock_levels(&skus, &store.locations().await?).await?;
    let known: BTreeSet<&Sku> = levels.iter().map(|level| &level.sku).collect();
    for sku in skus.iter().filter(|sku| !known.contains(sku)) {
        let note = taken.doubts.entry(HoldReason::UnknownSku).or_default();
        let join = if note.is_empty() { "" } else { "; " };
        *note = format!("{note}{join}{sku} is kept at no location: count it first (PUT /stock)");
    }
    Ok(taken)
}

/// Where a channel sells: its seller's country, or the first location's.
async fn home(store: &Store, channel: &Channel) -> Result<Country, Error> {
    let seller: Option<Stored<Seller>> = match &channel.seller {
        Some(seller) => store.load(seller).await?,
        None => None,
    };
    let seller = seller.map(|seller| seller.value.address.country);
    let locations = store.locations().await?;
    let of_location = || locations.iter().find_map(|location| Some(location.address.as_ref()?.country.clone()));
    seller.or_else(of_location).ok_or_else(|| {
        let why = "nobody knows where this shop sells: give a location its address (PUT /locations/{location})";
        Error::Outside(why.to_owned())
    })
}

/// A channel and the shop that it is connected to.
pub async fn connected(store: &Store, id: &ChannelId) -> Result<Option<(Channel, Connection)>, Error> {
    let read: Option<Stored<Channel>> = store.load(id).await?;
    Ok(read.and_then(|read| read.value.connection.clone().map(|connection| (read.value, connection))))
}

/// Refuses a channel that there is none of.
pub async fn must_know(store: &Store, id: &ChannelId) -> Result<(), Error> {
    let read: Option<Stored<Channel>> = store.load(id).await?;
    let none = || Refusal::not_found(format!("there is no channel {id}; make it with PUT /channels/{id}"));
    Ok(read.map(drop).ok_or_else(none)?)
}

/// Connects a channel to a shop, or changes how. What the shop is asked for begins now.
pub async fn connect(store: &Store, id: &ChannelId, connection: &Connection, stamp: &Stamp) -> Result<Channel, Error> {
    // Connected again, it goes on from when it was connected first. What it is told of stock was decided for the shop at that address.
    let again = |before: Option<Connection>| match before {
        Some(before) if before.url == connection.url => {
            Connection { since: before.since, stock: before.stock, ..connection.clone() }
        }
        Some(before) => Connection { since: before.since, ..connection.clone() },
        None => connection.clone(),
    };
    let channel = change(store, id, |before| Ok(Some(again(before))), stamp).await?;
    retry_on_conflict(async || {
        let read: Option<Stored<ShopWatch>> = store.load(id).await?;
        let mut write = store.write(stamp.at);
        match read {
            Some(read) => write.replace(&read, read.value.clone().connected_again(stamp.at)),
            None => write.create(id.clone(), ShopWatch::new(id.clone(), connection.since)),
        }
        Ok::<_, Error>(write.commit().await?)
    })
    .await?;
    Ok(channel)
}

/// Lets go of the shop of a channel. Its orders stay.
pub async fn disconnect(store: &Store, id: &ChannelId, stamp: &Stamp) -> Result<Channel, Error> {
    change(store, id, |_| Ok(None), stamp).await
}

/// Changes how the shop of a channel is followed. Refuses a channel that is connected to none.
pub async fn change_connection(
    store: &Store,
    id: &ChannelId,
    rule: impl Fn(Connection) -> Connection,
    stamp: &Stamp,
) -> Result<Channel, Error> {
    change(store, id, |before| Ok(Some(rule(before.ok_or_else(|| not_connected(id))?))), stamp).await
}

/// Why nothing can be done with the shop of a channel that has none.
pub fn not_connected(id: &ChannelId) -> Refusal {
    Refusal::not_found(format!("channel {id} is connected to no shop: POST /channels/{id}/connect"))
}

async fn change(
    store: &Store,
    id: &ChannelId,
    rule: impl Fn(Option<Connection>) -> Result<Option<Connection>, Refusal>,
    stamp: &Stamp,
) -> Result<Channel, Error> {
    retry_on_conflict(async || {
        let none = || Refusal::not_found(format!("there is no channel {id}; make it with PUT /channels/{id}"));
        let read: Stored<Channel> = store.load(id).await?.ok_or_else(none)?;
        let connection = rule(read.value.connection.clone())?;
        let next = Channel { connection, changed: Some(stamp.into()), ..read.value.clone() };
        let mut write = store.write(stamp.at);
        write.replace(&read, next.clone());
        write.commit().await?;
        Ok(next)
    })
    .await
}

/// How far a shop is followed.
pub async fn watch(store: &Store, id: &ChannelId, connection: &Connection) -> Result<Stored<ShopWatch>, Error> {
    let read = store.load(id).await?;
    Ok(read.unwrap_or_else(|| Stored::absent(id.clone(), ShopWatch::new(id.clone(), connection.since))))
}

/// Notes that a shop cannot be followed now. It is asked every minute then, and a person hears of it if it lasts.
pub async fn note_fault(
    store: &Store,
    (channel, connection): (&Channel, &Connection),
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tracing::warn!(channel = %channel.id, why, "the shop cannot be followed now");
    let rule = |watch: ShopWatch| watch.asked(Some(why.to_owned()), now);
    note_watch(store, &channel.id, connection, rule, now).await
}

/// Notes how far a shop is followed. Of two that followed it at once, the one that came further counts.
pub async fn note_watch(
    store: &Store,
    id: &ChannelId,
    connection: &Connection,
    rule: impl Fn(ShopWatch) -> ShopWatch,
    now: Timestamp,
) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = watch(store, id, connection).await?;
        let next = rule(read.value.clone());
        if next == read.value {
            return Ok(());
        }
        let mut write = store.write(now);
        write.replace(&read, next);
        Ok(write.commit().await?)
    })
    .await
}

/// The shops of all channels that are connected, and how far each is followed.
pub async fn watched(store: &Store) -> Result<Vec<(Connection, ShopWatch)>, Error> {
    let channels = store.channels().await?.into_iter();
    let connected: Vec<(ChannelId, Connection)> =
        channels.filter_map(|channel| Some((channel.id, channel.connection?))).collect();
    if connected.is_empty() {
        return Ok(Vec::new());
    }
    let known: BTreeMap<ChannelId, ShopWatch> = store.shop_watches().await?.into_iter().collect();
    let watch = |(id, connection): (ChannelId, Connection)| {
        let watch = known.get(&id).cloned().unwrap_or_else(|| ShopWatch::new(id, connection.since));
        // A shop that is not told of stock any more waits for nobody.
        let stock = watch.stock.clone().filter(|_| connection.stock.is_some());
        (connection, ShopWatch { stock, ..watch })
    };
    Ok(connected.into_iter().map(watch).collect())
}

/// The channels whose shops are to be compared with the stock now.
pub async fn stock_checks_due(
    store: &Store,
    watched: &[(Connection, ShopWatch)],
    now: Timestamp,
) -> Result<Vec<ChannelId>, Error> {
    if watched.iter().all(|(connection, _)| connection.stock.is_none()) {
        return Ok(Vec::new());
    }
    let open = Location::open_of(&store.locations().await?);
    let is_due = |(connection, watch): &&(Connection, ShopWatch)| {
        let due = |sync| StockCheck::due(sync, watch.stock.clone(), open.clone(), now);
        watch.fault.is_none() && connection.stock.as_ref().and_then(due).is_some()
    };
    Ok(watched.iter().filter(is_due).map(|(_, watch)| watch.channel.clone()).collect())
}

/// Has an order looked at that a webhook named. Returns whether somebody will.
pub async fn ask_for_order(store: &Store, channel: &ChannelId, order: &str) -> bool {
    let subject = Subject::ChannelOrder(channel.clone(), order.to_owned());
    store.remind(&[OwedDuty { subject, duty: Duty::ChannelOrder }]).await > 0
}

/// Has what changed at a shop taken over.
pub async fn ask_for_changes(store: &Store, channel: &ChannelId) -> usize {
    store.remind(&[OwedDuty { subject: Subject::Channel(channel.clone()), duty: Duty::ChannelCatchUp }]).await
}

/// The parcels of a fulfillment that the shop of its order is to be told of.
#[derive(Debug)]
pub struct ToTell {
    pub channel: ChannelId,
    /// The shop's id of the order.
    pub reference: String,
    pub parcels: Vec<Untold>,
}

/// What is to be told of a fulfillment that owes it. None: it does not any more.
pub async fn to_tell(store: &Store, order: &OrderId, id: FulfillmentId) -> Result<Option<ToTell>, Error> {
    let Some(read) = store.order(order).await? else { return Ok(None) };
    let owes = read.order.fulfillments.get(&id).is_some_and(|of| of.owed.contains(&Duty::ChannelShipment));
    Ok(owes.then(|| ToTell {
        channel: read.order.placed.channel.clone(),
        reference: read.order.placed.reference.clone(),
        parcels: read.order.untold_parcels(id),
    }))
}

/// Records what the shop answered about parcels.
pub async fn record_told(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    answers: &[(ParcelId, ToldToChannel)],
    stamp: &Stamp,
) -> Result<(), Error> {
    let rule = |order: Order| Ok(((), order.told_to_channel(id, answers, stamp)?.into()));
    orders::change(store, order, &Scope::Everything, stamp.at, rule).await.map(drop)
}
