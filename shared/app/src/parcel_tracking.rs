//! What carriers tell of parcels: by the webhook of a tracking service, or when it is asked.

use crate::{Error, Scope, orders};
use domain::{
    duty::Duty,
    fulfillment::{Fulfillment, Parcel, Report, TrackingAnswer},
    history::{Actor, Stamp},
    ids::{FulfillmentId, OrderId},
    order::Order,
    parcel_state::ParcelState,
    placed_order::Address,
    search::{ANY_TIME, Wanted},
    tracking_number::TrackingNumber,
};
use jiff::{SignedDuration, Timestamp};
use store::{Store, retry_on_conflict};

/// What a carrier told of a parcel: states with their moments, in the order of time.
pub type Moments = Vec<(ParcelState, Report)>;

/// What became of what was told of a number. The later of two outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// No parcel has the number.
    Unmatched,
    /// It was known, or is not worth a note.
    Known,
    /// It is noted on its parcels now.
    Noted,
}

/// Records what was told of the parcels with a number. Several orders may have it, because numbers are used again after some
/// months: each takes what happened since its own parcel left.
pub async fn record(
    store: &Store,
    (number, carrier): (&TrackingNumber, &str),
    moments: &Moments,
    service: &str,
    now: Timestamp,
) -> Result<Told, Error> {
    /// The newest orders with a number.
    const LOOKED_AT: usize = 10;
    let stamp = Stamp::new(Actor::provider(service), now);
    let found = store.find(&Wanted::Tracking(number.clone()), &ANY_TIME, None, LOOKED_AT).await?;
    let mut told = Told::Unmatched;
    for id in found.items {
        told = told.max(record_on(store, &id, (number, carrier), moments, &stamp).await?);
    }
    Ok(told)
}

async fn record_on(
    store: &Store,
    id: &OrderId,
    numbered: (&TrackingNumber, &str),
    moments: &Moments,
    stamp: &Stamp,
) -> Result<Told, Error> {
    retry_on_conflict(async || {
        // An entry whose commit failed may name an order that there is not.
        let Some(read) = store.order(id).await? else { return Ok(Told::Unmatched) };
        let next = read.order.clone().told_by_carrier(numbered, moments, stamp)?;
        let Some(next) = next else { return Ok(Told::Unmatched) };
        let told = if next == read.order { Told::Known } else { Told::Noted };
        let mut write = store.write(stamp.at);
        write.change(&read, &next.into());
        write.commit().await?;
        Ok(told)
    })
    .await
}

/// The parcels of a fulfillment that a tracking service has to be asked about, and where they go.
#[derive(Debug)]
pub struct ToAsk {
    /// Those that were never asked about first.
    pub parcels: Vec<Parcel>,
    pub address: Address,
}

/// What is to be asked about a fulfillment that owes it. None: it does not any more.
pub async fn to_ask(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    after: SignedDuration,
    now: Timestamp,
) -> Result<Option<ToAsk>, Error> {
    let Some(read) = store.order(order).await? else { return Ok(None) };
    let Order { placed, mut fulfillments, .. } = read.order;
    let owing = fulfillments.remove(&id).filter(|fulfillment| fulfillment.owed.contains(&Duty::Tracking));
    let Some(Fulfillment { mut parcels, .. }) = owing else { return Ok(None) };
    parcels.retain(|parcel| parcel.is_to_be_asked_about(after, now));
    parcels.sort_by_key(|parcel| parcel.followed.as_ref().map(|followed| followed.asked_at));
    Ok(Some(ToAsk { parcels, address: placed.shipping_address }))
}

/// Records the answers about the parcels of a fulfillment: nothing is owed then, unless a parcel left or was corrected meanwhile.
/// The stamp names the service.
pub async fn record_answers(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    answers: &[TrackingAnswer],
    after: SignedDuration,
    stamp: &Stamp,
) -> Result<(), Error> {
    let rule = |order: Order| {
        let next = order.asked_about_parcels(id, answers, stamp)?;
        Ok(((), next.ask_about_parcels(id, after, stamp.at).into()))
    };
    orders::change(store, order, &Scope::Everything, stamp.at, rule).await.map(drop)
}

/// Lets go of what is owed about a fulfillment's parcels, since no service follows parcels any more.
pub async fn ask_nobody(store: &Store, order: &OrderId, id: FulfillmentId, now: Timestamp) -> Result<(), Error> {
    let stamp = Stamp::orderly(now);
    let rule = |order: Order| Ok(((), order.asked_about_parcels(id, &[], &stamp)?.into()));
    orders::change(store, order, &Scope::Everything, now, rule).await.map(drop)
}
