//! Finding orders by what people know of them.

use crate::Error;
use domain::{
    ids::{ChannelId, OrderId},
    order_state::OrderState,
    placed_order::Placement,
    search::Wanted,
    text::Name,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, ops::Range};
use store::{ItemKey, Page, Store};

/// An order that was found.
#[derive(Debug, Clone)]
pub struct FoundOrder {
    pub id: OrderId,
    pub state: OrderState,
    pub customer: Name,
}

/// The orders of these channels, placed in these moments, that have what is wanted. A page may be short or even empty and
/// still have a next page, because it stops after looking at a fixed number of orders.
pub async fn find_orders(
    store: &Store,
    wanted: &Wanted,
    channels: &[ChannelId],
    moments: &Range<Timestamp>,
    cursor: Option<String>,
    limit: usize,
) -> Result<Page<FoundOrder>, Error> {
    /// The maximum number of orders that one request looks at.
    const MAX_LOOKED_AT: usize = 500;
    let (mut items, mut next, mut looked_at) = (Vec::new(), cursor, 0);
    loop {
        let page = store.find(wanted, moments, next.as_deref(), limit - items.len()).await?;
        looked_at += page.items.len();
        let found = load(store, page.items, wanted).await?;
        items.extend(
            found
                .into_iter()
                .filter(|found| channels.contains(&found.state.channel) && moments.contains(&found.state.placed_at)),
        );
        next = page.next;
        if next.is_none() || items.len() >= limit || looked_at >= MAX_LOOKED_AT {
            return Ok(Page { items, next });
        }
    }
}

/// The order of each channel with this reference.
pub async fn orders_of_reference(
    store: &Store,
    reference: &str,
    channels: &[ChannelId],
) -> Result<Vec<FoundOrder>, Error> {
    let ids = channels.iter().map(|channel| OrderId::derive(channel, reference)).collect();
    load_by(store, ids, |placement| placement.order.reference == reference).await
}

async fn load(store: &Store, ids: Vec<OrderId>, wanted: &Wanted) -> Result<Vec<FoundOrder>, Error> {
    load_by(store, ids, |placement| wanted.is_met_by(&placement.order)).await
}

/// Those of the orders that are there and that `is_wanted`, in the same order.
async fn load_by(
    store: &Store,
    ids: Vec<OrderId>,
    is_wanted: impl Fn(&Placement) -> bool,
) -> Result<Vec<FoundOrder>, Error> {
    let placed = store.load_all::<Placement>(ids.iter().map(ItemKey::placed)).await?;
    let mut customers = BTreeMap::new();
    for (key, placement) in placed {
        let placement = placement?.value;
        if is_wanted(&placement) {
            customers.insert(key.order, placement.order.customer.name);
        }
    }
    let mut states = BTreeMap::new();
    for (key, state) in store.load_all::<OrderState>(customers.keys().map(ItemKey::state)).await? {
        states.insert(key.order, state?.value);
    }
    // A name finds an order twice if it begins so either way.
    let found = |id: OrderId| Some(FoundOrder { state: states.remove(&id)?, customer: customers.remove(&id)?, id });
    Ok(ids.into_iter().filter_map(found).collect())
}
