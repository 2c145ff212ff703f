//! Invoices and credit notes: issued, many orders in one transaction, and read.
//!
//! A number is the count of a seller's year, which grows in the transaction that stores the document and notes it in its
//! order. So no number is given twice and none is left out, whoever dies at whatever moment. The price is that each seller has
//! one transaction at a time: that is why a batch of orders shares one.

use crate::{Error, Refusal, Scope};
use domain::{
    duty::Duty,
    history::Stamp,
    ids::{ChannelId, InvoiceNumber, OrderId, SellerId},
    invoice::{Invoice, InvoiceKey, Issued, Series, SeriesId},
    order::Order,
    order_state::OrderState,
    problem::Code,
    safeguards::Safeguard,
    settings::{Channel, Seller},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, Page, Store, StoreError, Stored, StoredOrder, retry_on_conflict};

/// How often documents that lose their numbers to others are decided again before their messages must return.
const MAX_ROUNDS: u32 = 8;
/// The orders that share a transaction, and the lines that they have together: a transaction holds 4 MB.
const MAX_ORDERS: usize = 25;
const MAX_LINES: usize = 2_000;

/// Has an order invoiced now, whenever the shop does so otherwise.
pub async fn request(store: &Store, id: &OrderId, scope: &Scope, stamp: &Stamp) -> Result<StoredOrder, Error> {
    retry_on_conflict(async || {
        let read = scope.order(store, id).await?;
        if Sellers::default().of(store, &read.order.state).await?.is_none() {
            let channel = &read.order.state.channel;
            let why = format!("nobody sells at the channel {channel}: name its seller with PUT /channels/{channel}");
            return Err(Refusal::new(Code::NoSeller, why).into());
        }
        let next = read.order.clone().with_state(|state| state.request_invoice(stamp))?;
        let mut write = store.write(stamp.at);
        write.change(&read, &next.clone().into());
        write.commit().await?;
        Ok(read.with(next))
    })
    .await
}

/// One document of an order.
pub async fn read(store: &Store, id: &OrderId, scope: &Scope, number: &InvoiceNumber) -> Result<Invoice, Error> {
    let read = scope.order(store, id).await?;
    let none = |why: &str| Refusal::not_found(format!("order {id} has no invoice {number}{why}"));
    let issued = read.order.state.invoices.issued.iter().find(|issued| issued.number == *number);
    let issued = issued.ok_or_else(|| none(""))?;
    if read.order.state.is_erased() && scope.channel().is_some() {
        return Err(none(" any more: its customer's data was erased").into());
    }
    let stored: Option<Stored<Invoice>> = store.load(&issued.key).await?;
    Ok(stored.ok_or_else(|| none(" any more: the time is over for which it was to be kept"))?.value)
}

/// The documents of a seller's year, by number. Without a year, those of the present one.
pub async fn list(
    store: &Store,
    seller: &SellerId,
    year: Option<i16>,
    after: Option<u32>,
    limit: usize,
    now: Timestamp,
) -> Result<Page<Stored<Invoice>>, Error> {
    let seller = known_seller(store, seller).await?;
    let year = year.unwrap_or_else(|| seller.today(now).year());
    Ok(store.invoices(&SeriesId { seller: seller.id, year }, after, limit).await?)
}

/// A seller, strongly consistent.
pub(crate) async fn known_seller(store: &Store, id: &SellerId) -> Result<Seller, Error> {
    let seller: Option<Stored<Seller>> = store.load(id).await?;
    let none = || Refusal::not_found(format!("there is no seller {id}; make it with PUT /sellers/{id}"));
    Ok(seller.ok_or_else(none)?.value)
}

/// Sellers as they were read for one batch, strongly consistent: a channel may have got its seller a moment ago.
#[derive(Default)]
struct Sellers {
    of_channels: BTreeMap<ChannelId, Option<SellerId>>,
    known: BTreeMap<SellerId, Seller>,
}

impl Sellers {
    /// Who sells an order: who issued its first invoice, or else whom its channel names.
    async fn of(&mut self, store: &Store, state: &OrderState) -> Result<Option<Seller>, Error> {
        let id = match state.invoices.issued.first() {
            Some(first) => Some(first.key.series.seller.clone()),
            None => self.of_channel(store, &state.channel).await?,
        };
        let Some(id) = id else { return Ok(None) };
        if let Some(known) = self.known.get(&id) {
            return Ok(Some(known.clone()));
        }
        let seller = known_seller(store, &id).await?;
        self.known.insert(id, seller.clone());
        Ok(Some(seller))
    }

    async fn of_channel(&mut self, store: &Store, id: &ChannelId) -> Result<Option<SellerId>, Error> {
        if let Some(known) = self.of_channels.get(id) {
            return Ok(known.clone());
        }
        let channel: Option<Stored<Channel>> = store.load(id).await?;
        let seller = channel.and_then(|channel| channel.value.seller);
        self.of_channels.insert(id.clone(), seller.clone());
        Ok(seller)
    }
}

/// Issues what these orders lack. Returns those that failed this time, and why.
pub async fn issue(store: &Store, orders: BTreeSet<OrderId>, now: Timestamp) -> BTreeMap<OrderId, Error> {
    let (mut open, mut failed) = (orders, BTreeMap::new());
    for _ in 0..MAX_ROUNDS {
        let (ready, mut lost) = prepare(store, std::mem::take(&mut open), now, &mut failed).await;
        for (series, orders) in ready {
            for group in groups(orders) {
                lost.extend(commit(store, &series, group, now, &mut failed).await);
            }
        }
        open = lost;
        if open.is_empty() {
            break;
        }
    }
    failed.extend(open.into_iter().map(|order| (order, StoreError::Contended(MAX_ROUNDS).into())));
    failed
}

/// An order that lacks a document, with all that it has.
struct Ready {
    read: StoredOrder,
    earlier: Vec<Invoice>,
    seller: Seller,
}

type BySeries = BTreeMap<SeriesId, Vec<Ready>>;

/// Reads the orders, and takes the duty from those that lack nothing. Also returns those that lost a race.
async fn prepare(
    store: &Store,
    orders: BTreeSet<OrderId>,
    now: Timestamp,
    failed: &mut BTreeMap<OrderId, Error>,
) -> (BySeries, BTreeSet<OrderId>) {
    let (mut ready, mut lost, mut sellers) = (BySeries::new(), BTreeSet::new(), Sellers::default());
    for id in orders {
        match prepare_one(store, &mut sellers, &id, now).await {
            Ok(Some(order)) => {
                let series = SeriesId { seller: order.seller.id.clone(), year: order.seller.today(now).year() };
                ready.entry(series).or_default().push(order);
            }
            Ok(None) => {}
            Err(Error::Commit(CommitError::Conflict(_))) => drop(lost.insert(id)),
            Err(error) => drop(failed.insert(id, error)),
        }
    }
    (ready, lost)
}

async fn prepare_one(
    store: &Store,
    sellers: &mut Sellers,
    id: &OrderId,
    now: Timestamp,
) -> Result<Option<Ready>, Error> {
    let read = Scope::Everything.order(store, id).await?;
    let state = &read.order.state;
    if !state.owed.contains(&Duty::Invoice) {
        return Ok(None);
    }
    let is_missing = state.needs_invoice();
    let seller = if is_missing { sellers.of(store, state).await? } else { None };
    let Some(seller) = seller else {
        let next = if is_missing { state.clone().invoiced_elsewhere() } else { state.clone() };
        let mut write = store.write(now);
        write.change(&read, &Order { state: next, ..read.order.clone() }.into());
        write.commit().await?;
        return Ok(None);
    };
    let keys: Vec<InvoiceKey> = read.order.state.invoices.issued.iter().map(|issued| issued.key.clone()).collect();
    let mut earlier = Vec::new();
    if !keys.is_empty() {
        let mut found: BTreeMap<_, _> = store.load_all::<Invoice>(keys.clone()).await?.into_iter().collect();
        for key in keys {
            // One that is not kept any more says nothing that could be corrected.
            let missing = || Error::Outside(format!("the document {key} of order {id} is not kept any more"));
            earlier.push(found.remove(&key).ok_or_else(missing)??.value);
        }
    }
    Ok(Some(Ready { read, earlier, seller }))
}

/// Fills transactions.
fn groups(orders: Vec<Ready>) -> Vec<Vec<Ready>> {
    let mut groups: Vec<Vec<Ready>> = Vec::new();
    let mut lines = 0;
    for order in orders {
        let own = order.read.order.placed.lines.len();
        match groups.last_mut() {
            Some(group) if group.len() < MAX_ORDERS && lines + own <= MAX_LINES => {
                lines += own;
                group.push(order);
            }
            _ => {
                lines = own;
                groups.push(vec![order]);
            }
        }
    }
    groups
}

/// Numbers the documents of a group and stores them, with their orders and the count. Returns the orders that lost a race. If
/// the group fails for another reason, each of its orders is tried alone.
async fn commit(
    store: &Store,
    series: &SeriesId,
    group: Vec<Ready>,
    now: Timestamp,
    failed: &mut BTreeMap<OrderId, Error>,
) -> BTreeSet<OrderId> {
    let ids = |group: &[Ready]| group.iter().map(|ready| ready.read.order.id.clone()).collect::<BTreeSet<_>>();
    match try_commit(store, series, &group, now).await {
        Ok(()) => BTreeSet::new(),
        Err(Error::Commit(CommitError::Conflict(_))) => ids(&group),
        Err(error) if group.len() == 1 => {
            failed.extend(ids(&group).into_iter().map(|id| (id, Error::Outside(error.to_string()))));
            BTreeSet::new()
        }
        Err(_) => {
            let mut lost = BTreeSet::new();
            for alone in group {
                lost.extend(Box::pin(commit(store, series, vec![alone], now, failed)).await);
            }
            lost
        }
    }
}

async fn try_commit(store: &Store, id: &SeriesId, group: &[Ready], now: Timestamp) -> Result<(), Error> {
    let count: Option<Stored<Series>> = store.load(id).await?;
    let today = group.first().map(|ready| ready.seller.today(now)).unwrap_or_default();
    let mut series = count.as_ref().map_or_else(|| Series::new(today), |count| count.value.clone());
    let mut write = store.write(now);
    for Ready { read, earlier, seller } in group {
        let next = series.next(today);
        let missing = read.order.next_invoice(earlier, seller, (id, &next), now);
        let missing = missing.map_err(|error| Error::Defect(format!("a number of {id} {error}")))?;
        let Some((key, invoice)) = missing else { continue };
        series = next;
        let (number, kind, total) = (invoice.number.clone(), invoice.kind, invoice.total);
        let issued = Issued { number, key: key.clone(), kind, total };
        let state = read.order.state.clone().invoice_issued(issued, &Stamp::orderly(now));
        write.create(key, invoice);
        write.change(read, &Order { state, ..read.order.clone() }.into());
    }
    let mut counts = store.write(now);
    let counting = if Safeguard::NumberIsTakenWithInvoice.is_off() { &mut counts } else { &mut write };
    match &count {
        Some(count) => counting.replace(count, series),
        None if series.last > 0 => counting.create(id.clone(), series),
        None => {}
    }
    counts.commit().await?;
    write.commit().await?;
    tracing::info!(orders = group.len(), series = %id, "invoiced");
    Ok(())
}
