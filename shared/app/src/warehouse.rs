//! What people in the warehouse do: pick, pack, hand over, and tell what becomes of parcels.

use crate::{Error, FieldError, Refusal, Scope, batches, orders, products, settings};
use domain::{
    Rejection,
    fulfillment::{ASKED_AFTER, Fulfillment, Leaving, Packing, Remedy, Report, Scan, Tracking},
    history::Stamp,
    ids::{FulfillmentId, LineId, LocationId, OrderId, ParcelId, ScannedCode, Sku},
    order::{Change, Order},
    parcel_state::ParcelState,
    returns::Inspection,
    settings::Bin,
};
use jiff::Timestamp;
use std::{cell::Cell, collections::BTreeMap};
use store::{Store, retry_on_conflict};

/// The fulfillment that somebody works on, and what there is for that person.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    pub order: &'a OrderId,
    pub id: FulfillmentId,
    pub scope: &'a Scope,
}

pub async fn start_picking(store: &Store, work: &Work<'_>, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| Ok(order.start_picking(work.id, stamp)?.into())).await
}

/// Records what was found of each line. Units that were not found are taken off the books and routed again, and nothing
/// more is sold from that shelf until it is counted. The last picks of a batch end it.
pub async fn confirm_picks(
    store: &Store,
    work: &Work<'_>,
    picks: &BTreeMap<LineId, u32>,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    let now = change_goods(store, work, stamp, |order| order.confirm_picks(work.id, picks, stamp)).await?;
    end_batch_of(store, &now, stamp).await;
    Ok(now)
}

/// What a scanner read: a code, and the bin that it was taken from, if that was scanned too.
#[derive(Debug, Clone)]
pub struct Read {
    pub code: ScannedCode,
    pub bin: Option<Bin>,
    /// The caller's idempotency key.
    pub key: String,
}

impl Read {
    pub(crate) fn scan(&self, sku: Sku, units: u32) -> Scan {
        Scan { sku, units, bin: self.bin.as_ref().map(ToString::to_string), key: self.key.clone() }
    }

    /// What the code means where these lines are expected.
    async fn meaning(&self, store: &Store, of: &Fulfillment) -> Result<Scan, Error> {
        let is_here = |sku: &Sku| of.lines.iter().any(|line| line.sku == *sku);
        let (sku, units) = products::scanned(store, &self.code, is_here).await?;
        Ok(self.scan(sku, units))
    }
}

/// Counts what was scanned, and returns the line that it counts for. The scan that completes the picklist ends the picking.
pub async fn scan(store: &Store, work: &Work<'_>, read: &Read, stamp: &Stamp) -> Result<(Fulfillment, LineId), Error> {
    pick_scanned(store, work, async |of| read.meaning(store, of).await, stamp).await
}

/// Counts what was scanned into the open parcel, and returns the line that it counts for.
pub async fn scan_into_parcel(
    store: &Store,
    work: &Work<'_>,
    read: &Read,
    stamp: &Stamp,
) -> Result<(Fulfillment, LineId), Error> {
    let known = async |of: &Fulfillment| read.meaning(store, of).await;
    count(store, work, known, |order, scan| order.scan_into_parcel(work.id, scan), stamp.at).await
}

/// Takes everything out of the open parcel again.
pub async fn empty_open_parcel(store: &Store, work: &Work<'_>, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| Ok(order.empty_open_parcel(work.id)?.into())).await
}

/// Counts the scan that `known` makes of what the fulfillment is now, for its picklist. The last one of a batch ends it.
pub(crate) async fn pick_scanned(
    store: &Store,
    work: &Work<'_>,
    known: impl AsyncFn(&Fulfillment) -> Result<Scan, Error>,
    stamp: &Stamp,
) -> Result<(Fulfillment, LineId), Error> {
    let (now, line) = count(store, work, known, |order, scan| order.scan(work.id, scan, stamp), stamp.at).await?;
    if !now.status.is_to_pick() {
        end_batch_of(store, &now, stamp).await;
    }
    Ok((now, line))
}

/// Counts the scan that `known` makes of what the fulfillment is now, by `rule`.
async fn count(
    store: &Store,
    work: &Work<'_>,
    known: impl AsyncFn(&Fulfillment) -> Result<Scan, Error>,
    rule: impl Fn(Order, &Scan) -> Result<(Order, LineId), Rejection>,
    at: Timestamp,
) -> Result<(Fulfillment, LineId), Error> {
    retry_on_conflict(async || {
        let read = work.scope.order(store, work.order).await?;
        let scan = known(work.scope.fulfillment(&read.order, work.id)?).await?;
        let (order, line) = rule(read.order.clone(), &scan)?;
        let change = Change::from(order);
        let mut write = store.write(at);
        write.change(&read, &change);
        write.commit().await?;
        Ok((change.order.fulfillment(work.id)?.clone(), line))
    })
    .await
}

/// Records that what was taken and is not sent lies in its bins again.
pub async fn put_back(store: &Store, work: &Work<'_>, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| Ok(order.put_back(work.id, stamp)?.into())).await
}

/// Notes that the batch of a fulfillment is over, if it is.
async fn end_batch_of(store: &Store, now: &Fulfillment, stamp: &Stamp) {
    if let Some(batch) = &now.batch
        && let Err(error) = batches::end_when_done(store, batch, stamp).await
    {
        // The picks are recorded. `reconcile` notes the end of the batch within a minute.
        tracing::warn!(%batch, %error, "whether the batch is over could not be noted");
    }
}

pub async fn pack(store: &Store, work: &Work<'_>, packing: &Packing, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| Ok(order.pack(work.id, packing, stamp)?.into())).await
}

/// Hands parcels to their carriers. The fulfillment, the order and the stock change together. `follows`: whether a tracking
/// service follows parcels for the shop.
pub async fn hand_over(
    store: &Store,
    work: &Work<'_>,
    leaving: &[Leaving],
    follows: bool,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    let rule = |order: Order| {
        let leaving = order.leaving(work.id, leaving)?;
        let mut change = order.hand_over(work.id, &leaving, stamp)?;
        if follows {
            change.order = change.order.ask_about_parcels(work.id, ASKED_AFTER, stamp.at);
        }
        Ok(change)
    };
    change_goods(store, work, stamp, rule).await
}

/// Records that a parcel has arrived; the last one completes the order.
pub async fn deliver(store: &Store, work: &Work<'_>, parcel: ParcelId, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| Ok(order.deliver(work.id, parcel, stamp)?.into())).await
}

/// Records what was told of a parcel on its way: by a person, or by a carrier. `report` says when it happened, which may be
/// long ago.
pub async fn report_parcel(
    store: &Store,
    work: &Work<'_>,
    parcel: ParcelId,
    told: ParcelState,
    report: &Report,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    if report.at > stamp.at {
        return Err(Refusal::invalid(vec![FieldError::new("at", "must not be in the future")]).into());
    }
    let rule = |order: Order| Ok(order.report_parcel(work.id, parcel, told, report, stamp)?.into());
    change(store, work, stamp.at, rule).await
}

/// Corrects how a parcel can be followed, and tells the customer. `follows`: whether a tracking service follows parcels for the
/// shop.
pub async fn correct_tracking(
    store: &Store,
    work: &Work<'_>,
    parcel: ParcelId,
    new: &Tracking,
    follows: bool,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    let rule = |order: Order| {
        let order = order.correct_tracking(work.id, parcel, new, stamp)?;
        Ok(if follows { order.ask_about_parcels(work.id, ASKED_AFTER, stamp.at) } else { order }.into())
    };
    change(store, work, stamp.at, rule).await
}

/// Takes a parcel back that did not reach its customer. The fulfillment and the stock change together.
pub async fn receive_parcel_back(
    store: &Store,
    work: &Work<'_>,
    parcel: ParcelId,
    location: &LocationId,
    found: &BTreeMap<LineId, Vec<Inspection>>,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    settings::must_know_location(store, location).await?;
    let rule = |order: Order| Ok(order.receive_parcel_back(work.id, parcel, location, found, stamp)?);
    change(store, work, stamp.at, rule).await
}

/// Decides what is done about a parcel that did not arrive.
pub async fn resolve_parcel(
    store: &Store,
    work: &Work<'_>,
    parcel: ParcelId,
    remedy: Remedy,
    reason: &str,
    stamp: &Stamp,
) -> Result<Fulfillment, Error> {
    let rule = |order: Order| Ok(order.resolve_parcel(work.id, parcel, remedy, reason, stamp)?.into());
    change(store, work, stamp.at, rule).await
}

/// Changes an order and the goods on the shelves. What the books say of the shelves is read only when it matters: when
/// units were not found, or when the books have fewer than leave.
async fn change_goods(
    store: &Store,
    work: &Work<'_>,
    stamp: &Stamp,
    rule: impl Fn(Order) -> Result<Change, Rejection>,
) -> Result<Fulfillment, Error> {
    let are_books_short = Cell::new(false);
    retry_on_conflict(async || {
        let read = work.scope.order(store, work.order).await?;
        work.scope.fulfillment(&read.order, work.id)?;
        let mut change = rule(read.order.clone())?;
        if !change.to_recount.is_empty() || are_books_short.get() {
            let levels = store.levels_at(change.goods.places()).await?;
            change = change.on_shelves(levels, work.id, stamp);
        }
        let mut write = store.write(stamp.at);
        write.change(&read, &change);
        let outcome = write.commit().await;
        if let Err(error) = &outcome {
            are_books_short.set(error.is_about_stock());
        }
        outcome?;
        Ok(change.order.fulfillment(work.id)?.clone())
    })
    .await
}

/// Changes an order, and returns one of its changed fulfillments.
async fn change(
    store: &Store,
    work: &Work<'_>,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<Change, Error>,
) -> Result<Fulfillment, Error> {
    let rule = |order: Order| {
        work.scope.fulfillment(&order, work.id)?;
        Ok(((), rule(order)?))
    };
    let ((), changed) = orders::change(store, work.order, work.scope, at, rule).await?;
    Ok(changed.order.fulfillment(work.id)?.clone())
}
