//! Labels: ordered for a parcel, bought by the function `labels`, and given back when nobody uses them.

use crate::{Error, Scope, orders, warehouse::Work};
use domain::{
    Rejection,
    fulfillment::{Bought, Fulfillment, Label, LabelOrder, Offered, Parcel},
    history::Stamp,
    ids::{FulfillmentId, LabelId, LocationId, OrderId, ParcelId},
    ledger::RequestState,
    order::{Change, Order},
    placed_order::{Address, PlacedOrder},
};
use jiff::Timestamp;
use store::Store;

/// Orders a label for a packed parcel. It is bought within seconds; the fulfillment says what came of it.
pub async fn order(store: &Store, work: &Work<'_>, label: &LabelOrder, stamp: &Stamp) -> Result<Fulfillment, Error> {
    let locations = store.locations().await?;
    change(store, work, stamp.at, |order| {
        let here = &order.fulfillment(work.id)?.location;
        let from = locations.iter().find(|location| location.id == *here).and_then(|here| here.address.as_ref());
        order.clone().order_label(work.id, label, from, stamp)
    })
    .await
}

/// Gives up the label of a parcel: it is not bought any more, or goes back.
pub async fn give_up(store: &Store, work: &Work<'_>, parcel: ParcelId, stamp: &Stamp) -> Result<Fulfillment, Error> {
    change(store, work, stamp.at, |order| order.give_up_label(work.id, parcel, stamp)).await
}

async fn change(
    store: &Store,
    work: &Work<'_>,
    at: Timestamp,
    rule: impl Fn(Order) -> Result<Order, Rejection>,
) -> Result<Fulfillment, Error> {
    let rule = |order: Order| {
        work.scope.fulfillment(&order, work.id)?;
        Ok(((), Change::from(rule(order)?)))
    };
    let ((), changed) = orders::change(store, work.order, work.scope, at, rule).await?;
    Ok(changed.order.fulfillment(work.id)?.clone())
}

/// A label about which its service has to be asked, with what the service needs to know.
#[derive(Debug)]
pub struct OwedLabel {
    pub label: Label,
    /// Whether its parcel waits for it.
    pub is_needed: bool,
    pub parcel: Option<Parcel>,
    /// Where the parcel leaves. None: the location has no address any more.
    pub from: Option<Address>,
    pub placed: PlacedOrder,
}

/// The first of a fulfillment's labels that `is_next` and about which its service has to be asked. None: there is none.
pub async fn owed(
    store: &Store,
    order: &OrderId,
    id: FulfillmentId,
    is_next: impl Fn(&Label) -> bool,
) -> Result<Option<OwedLabel>, Error> {
    let Some(read) = store.order(order).await? else { return Ok(None) };
    let Order { placed, mut fulfillments, .. } = read.order;
    let Some(fulfillment) = fulfillments.remove(&id) else { return Ok(None) };
    let next = fulfillment.labels.iter().find(|label| label.is_owed() && is_next(label));
    let Some(label) = next.cloned() else { return Ok(None) };
    Ok(Some(OwedLabel {
        is_needed: fulfillment.needs(&label),
        parcel: fulfillment.parcel(label.parcel).ok().cloned(),
        from: address_of(store, &fulfillment.location).await?,
        placed,
        label,
    }))
}

async fn address_of(store: &Store, location: &LocationId) -> Result<Option<Address>, Error> {
    let locations = store.locations().await?;
    Ok(locations.iter().find(|known| known.id == *location).and_then(|known| known.address.clone()))
}

/// A label of an order, by its names.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub order: &'a OrderId,
    pub fulfillment: FulfillmentId,
    pub label: LabelId,
}

/// Records which offer is taken, and that the service is about to be asked for it. Returns whether it is for us to ask: somebody else
/// may have been faster, or the label was given up.
pub async fn mark_sent(store: &Store, named: Named<'_>, offered: &Offered, now: Timestamp) -> Result<bool, Error> {
    marked(store, named, now, |of| of.label_sent(named.label, offered, now)).await
}

/// Records that the service is about to be asked once more. `was`: how the purchase stood when it was looked for in vain. Returns
/// whether it is for us to ask.
pub async fn mark_sent_again(
    store: &Store,
    named: Named<'_>,
    was: &RequestState,
    now: Timestamp,
) -> Result<bool, Error> {
    marked(store, named, now, |of| of.label_sent_again(named.label, was, now)).await
}

/// Marks a label, and returns whether that changed it.
async fn marked(
    store: &Store,
    named: Named<'_>,
    now: Timestamp,
    mark: impl Fn(Fulfillment) -> Result<Fulfillment, Rejection>,
) -> Result<bool, Error> {
    let rule = |order: Order| {
        let label = |order: &Order| {
            let labels = &order.fulfillment(named.fulfillment)?.labels;
            Ok::<_, Rejection>(labels.iter().find(|label| label.id == named.label).cloned())
        };
        let before = label(&order)?;
        let next = order.labelled(named.fulfillment, &mark)?;
        let is_changed = label(&next)? != before;
        Ok((is_changed, Change::from(next)))
    };
    orders::change(store, named.order, &Scope::Everything, now, rule).await.map(|(is_changed, _)| is_changed)
}

pub async fn record_unknown(store: &Store, named: Named<'_>, why: &str, now: Timestamp) -> Result<(), Error> {
    step(store, named, now, |of| of.label_unknown(named.label, why, now)).await
}

/// `id`: what the service calls the label.
pub async fn record_bought(
    store: &Store,
    named: Named<'_>,
    id: &str,
    bought: &Bought,
    stamp: &Stamp,
) -> Result<(), Error> {
    step(store, named, stamp.at, |of| of.label_bought(named.label, id, bought, stamp)).await
}

/// Its service was not asked to sell it.
pub async fn record_not_offered(store: &Store, named: Named<'_>, why: &str, stamp: &Stamp) -> Result<(), Error> {
    step(store, named, stamp.at, |of| of.label_not_offered(named.label, why, stamp)).await
}

pub async fn record_refused(store: &Store, named: Named<'_>, why: &str, stamp: &Stamp) -> Result<(), Error> {
    step(store, named, stamp.at, |of| of.label_refused(named.label, why, stamp)).await
}

/// `refused`: why the service does not take the label back. None: it does.
pub async fn record_voided(store: &Store, named: Named<'_>, refused: Option<&str>, stamp: &Stamp) -> Result<(), Error> {
    step(store, named, stamp.at, |of| of.label_voided(named.label, refused, stamp)).await
}

/// Records how far a label has come.
async fn step(
    store: &Store,
    named: Named<'_>,
    now: Timestamp,
    step: impl Fn(Fulfillment) -> Result<Fulfillment, Rejection>,
) -> Result<(), Error> {
    let rule = |order: Order| Ok(((), Change::from(order.labelled(named.fulfillment, &step)?)));
    orders::change(store, named.order, &Scope::Everything, now, rule).await.map(drop)
}
