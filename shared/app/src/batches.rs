//! Batches: several fulfillments that one person picks in one walk.
//!
//! That a fulfillment is on one batch at most is a matter of its own record, which names the batch. So a batch is made in one
//! transaction with its fulfillments, each on condition that it is as it was read. What is picked is told of each
//! fulfillment, and read from there.

use crate::{Error, Refusal, Scope, settings};
use domain::{
    Rejection,
    batch::{Batch, Candidate, Contents, Picked, Tote, Wanted},
    duty::ItemName,
    fulfillment::Fulfillment,
    history::Stamp,
    ids::{BatchId, FulfillmentId, LocationId, OrderId},
    order_state::OrderState,
    problem::Code,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{ItemKey, Page, Store, Stored, retry_on_conflict};

/// A batch, and its fulfillments as they are now.
#[derive(Debug, Clone)]
pub struct Seen {
    pub id: BatchId,
    pub batch: Batch,
    pub contents: Contents,
}

/// How much of a location's work is looked at for one batch, so that it ends in time.
const MAX_LOOKED_AT: usize = 1_000;
/// So much of it is read at once.
const LOOK: usize = 100;
/// So many batches of a location are looked at for ends that nobody has noted, the oldest first. Nobody has as many carts.
const MAX_ACTIVE: usize = 1_000;

/// Makes a batch of fulfillments that nobody has begun. The same key makes it once.
pub async fn make(
    store: &Store,
    location: &LocationId,
    wanted: &Wanted,
    key: &str,
    stamp: &Stamp,
) -> Result<Seen, Error> {
    settings::must_know_location(store, location).await?;
    let id = BatchId::derive(location, key);
    let batch = retry_on_conflict(async || {
        if let Some(known) = store.load::<Batch>(&id).await? {
            return same(known.value, wanted);
        }
        let (found, candidates) = ready(store, location, wanted).await?;
        let totes = wanted.choose(candidates);
        if totes.is_empty() {
            let why = format!("nothing at {location} waits to be picked that is on no batch and not held");
            return Err(Refusal::new(Code::NothingToPick, why).into());
        }
        let chosen: BTreeSet<ItemKey> = totes.iter().map(|tote| key_of(&tote.order, tote.fulfillment)).collect();
        let batch = Batch::new(location.clone(), wanted.clone(), totes, stamp);
        let mut write = store.write(stamp.at);
        write.create(id.clone(), batch.clone());
        for read in found.iter().filter(|read| chosen.contains(&read.key)) {
            write.replace(read, read.value.clone().on_batch(&id));
        }
        write.commit().await?;
        Ok(batch)
    })
    .await?;
    see(store, id, batch).await
}

/// The batch that was made under the key, if it was asked for in the same words.
fn same(known: Batch, wanted: &Wanted) -> Result<Batch, Error> {
    if known.wanted == *wanted {
        return Ok(known);
    }
    Err(Refusal::new(Code::KeyReused, "this idempotency key was used for a batch of other totes or orders").into())
}

/// Fulfillments that a batch may take, oldest first: enough for this one, if there are.
async fn ready(
    store: &Store,
    location: &LocationId,
    wanted: &Wanted,
) -> Result<(Vec<Stored<Fulfillment>>, Vec<Candidate>), Error> {
    let (mut found, mut candidates): (Vec<Stored<Fulfillment>>, Vec<Candidate>) = Default::default();
    let (mut looked_at, mut cursor) = (0, None);
    while looked_at < MAX_LOOKED_AT {
        let page = store.work_page(location, cursor.as_deref(), LOOK).await?;
        looked_at += LOOK;
        let read = page.items.into_iter().filter_map(|(key, read)| match read {
            Ok(read) => Some(read),
            Err(error) => {
                tracing::error!(%key, %error, "a fulfillment is on no batch");
                None
            }
        });
        let waiting: Vec<Stored<Fulfillment>> = read.filter(|read| read.value.awaits_batch()).collect();
        let held = held(store, waiting.iter().map(|read| &read.key.order)).await?;
        for read in waiting.into_iter().filter(|read| !held.contains(&read.key.order)) {
            let ItemName::Fulfillment(fulfillment) = read.key.item else { continue };
            let (order, lines) = (read.key.order.clone(), read.value.lines.len());
            candidates.push(Candidate { order, fulfillment, lines });
            found.push(read);
        }
        cursor = page.next;
        if cursor.is_none() || wanted.is_met_by(&candidates) {
            break;
        }
    }
    Ok((found, candidates))
}

/// Those of these orders that nobody may work on.
async fn held(store: &Store, orders: impl Iterator<Item = &OrderId>) -> Result<BTreeSet<OrderId>, Error> {
    let states = store.load_all::<OrderState>(orders.map(ItemKey::state).collect::<Vec<_>>()).await?;
    let mut held = BTreeSet::new();
    for (key, state) in states {
        if state?.value.holds_for_people().next().is_some() {
            held.insert(key.order);
        }
    }
    Ok(held)
}

fn key_of(order: &OrderId, fulfillment: FulfillmentId) -> ItemKey {
    ItemKey::new(order, ItemName::Fulfillment(fulfillment))
}

/// A batch, if it exists within this scope.
pub async fn read(store: &Store, id: &BatchId, scope: &Scope) -> Result<Seen, Error> {
    let read = stored(store, id, scope).await?;
    see(store, id.clone(), read.value).await
}

/// The batches of a location that are not over, oldest first.
pub async fn list(
    store: &Store,
    location: &LocationId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Seen>, Error> {
    settings::must_know_location(store, location).await?;
    let page = store.active_batches(location, cursor, limit).await?;
    let contents = contents_of(store, page.items.iter().map(|read| &read.value)).await?;
    let seen = page.items.into_iter().map(|read| {
        let own = |tote: &Tote| contents.get_key_value(&(tote.order.clone(), tote.fulfillment));
        let own = read.value.totes.iter().filter_map(own);
        let contents = own.map(|(key, now)| (key.clone(), now.clone())).collect();
        Seen { id: read.key, batch: read.value, contents }
    });
    // One that has just been done is listed until its end is noted.
    let is_active = |seen: &Seen| seen.batch.status_now(&seen.id, &seen.contents).is_active();
    Ok(Page { items: seen.filter(is_active).collect(), next: page.next })
}

async fn stored(store: &Store, id: &BatchId, scope: &Scope) -> Result<Stored<Batch>, Error> {
    let read: Option<Stored<Batch>> = store.load(id).await?;
    let read = read.filter(|read| scope.sees_location(&read.value.location));
    read.ok_or_else(|| Refusal::not_found(format!("there is no batch {id}")).into())
}

async fn see(store: &Store, id: BatchId, batch: Batch) -> Result<Seen, Error> {
    let contents = contents_of(store, std::iter::once(&batch)).await?;
    Ok(Seen { id, batch, contents })
}

/// The fulfillments of some batches as they are now, and whether they are held.
async fn contents_of(store: &Store, batches: impl Iterator<Item = &Batch> + Clone) -> Result<Contents, Error> {
    let orders = batches.clone().flat_map(|batch| &batch.totes).map(|tote| &tote.order);
    let held = held(store, orders).await?;
    contents(store, batches, &held).await
}

/// The fulfillments of some batches as they are now, of which these orders are held.
async fn contents(
    store: &Store,
    batches: impl Iterator<Item = &Batch>,
    held: &BTreeSet<OrderId>,
) -> Result<Contents, Error> {
    let mut contents = BTreeMap::new();
    for read in fulfillments_of(store, batches).await? {
        let ItemName::Fulfillment(fulfillment) = read.key.item else { continue };
        let on_hold = held.contains(&read.key.order);
        contents.insert((read.key.order, fulfillment), Picked { fulfillment: read.value, on_hold });
    }
    Ok(contents)
}

/// What tells whether batches are over. A hold does not matter to that, so no order is read.
async fn progress_of(store: &Store, batches: impl Iterator<Item = &Batch>) -> Result<Contents, Error> {
    contents(store, batches, &BTreeSet::new()).await
}

async fn fulfillments_of(
    store: &Store,
    batches: impl Iterator<Item = &Batch>,
) -> Result<Vec<Stored<Fulfillment>>, Error> {
    let keys: Vec<ItemKey> =
        batches.flat_map(|batch| &batch.totes).map(|tote| key_of(&tote.order, tote.fulfillment)).collect();
    let mut found = Vec::new();
    for (_, read) in store.load_all::<Fulfillment>(keys).await? {
        found.push(read?);
    }
    Ok(found)
}

pub async fn claim(store: &Store, id: &BatchId, scope: &Scope, stamp: &Stamp) -> Result<Seen, Error> {
    change(store, id, scope, stamp, |batch| batch.claim(stamp)).await
}

pub async fn pause(store: &Store, id: &BatchId, scope: &Scope, stamp: &Stamp) -> Result<Seen, Error> {
    change(store, id, scope, stamp, |batch| batch.pause(stamp)).await
}

pub async fn release(store: &Store, id: &BatchId, scope: &Scope, stamp: &Stamp) -> Result<Seen, Error> {
    change(store, id, scope, stamp, |batch| batch.release(stamp)).await
}

async fn change(
    store: &Store,
    id: &BatchId,
    scope: &Scope,
    stamp: &Stamp,
    rule: impl Fn(Batch) -> Result<Batch, Rejection>,
) -> Result<Seen, Error> {
    let batch = retry_on_conflict(async || {
        let read = stored(store, id, scope).await?;
        let next = rule(read.value.clone())?;
        let mut write = store.write(stamp.at);
        write.replace(&read, next.clone());
        write.commit().await?;
        Ok::<_, Error>(next)
    })
    .await?;
    see(store, id.clone(), batch).await
}

/// Gives up a batch. What is not picked goes back to the work list in the same transaction.
pub async fn cancel(store: &Store, id: &BatchId, scope: &Scope, stamp: &Stamp) -> Result<Seen, Error> {
    let batch = retry_on_conflict(async || {
        let read = stored(store, id, scope).await?;
        let next = read.value.clone().cancel(stamp)?;
        let mut write = store.write(stamp.at);
        write.replace(&read, next.clone());
        for fulfillment in fulfillments_of(store, std::iter::once(&read.value)).await? {
            write.replace(&fulfillment, fulfillment.value.clone().off_batch(id));
        }
        write.commit().await?;
        Ok::<_, Error>(next)
    })
    .await?;
    see(store, id.clone(), batch).await
}

/// Notes the end of a batch if nothing of it is left to pick. Until that is noted, it is read as done all the same.
pub async fn end_when_done(store: &Store, id: &BatchId, stamp: &Stamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let Some(read) = store.load::<Batch>(id).await?.filter(|read| read.value.status.is_active()) else {
            return Ok(());
        };
        let contents = progress_of(store, std::iter::once(&read.value)).await?;
        let mut write = store.write(stamp.at);
        write.replace(&read, read.value.clone().end_when_done(id, &contents, stamp));
        Ok(write.commit().await?)
    })
    .await
}

/// Batches of a location whose end nobody has noted: their last orders were cancelled, or their last picks were cut off.
pub async fn over(store: &Store, location: &LocationId) -> Result<Vec<BatchId>, Error> {
    let (mut over, mut cursor) = (Vec::new(), None);
    for _ in 0..MAX_ACTIVE.div_ceil(LOOK) {
        let page = store.active_batches(location, cursor.as_deref(), LOOK).await?;
        let contents = progress_of(store, page.items.iter().map(|read| &read.value)).await?;
        let is_over = |read: &Stored<Batch>| !read.value.status_now(&read.key, &contents).is_active();
        over.extend(page.items.into_iter().filter(is_over).map(|read| read.key));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(over)
}
