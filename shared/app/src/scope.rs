//! Which orders a caller can see, and what of them.

use crate::{Error, Refusal};
use domain::{
    duty::ItemName,
    fulfillment::{Fulfillment, FulfillmentStatus},
    ids::{ChannelId, FulfillmentId, LocationId, OrderId, ReturnId},
    order::Order,
    order_state::OrderState,
    returns::{Return, ReturnStatus},
};
use std::collections::{BTreeMap, BTreeSet};
use store::{ItemKey, Store, StoredOrder};

/// The orders that a caller can see. For a storefront, another channel's order does not exist. For a warehouse at some
/// locations, only what is to be done or was done there exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everything,
    Channel(ChannelId),
    Locations(BTreeSet<LocationId>),
}

/// The fulfillments of each order that are within a scope.
pub type Visible = BTreeMap<OrderId, BTreeMap<FulfillmentId, FulfillmentStatus>>;

impl Scope {
    pub fn sees_channel(&self, channel: &ChannelId) -> bool {
        match self {
            Self::Everything | Self::Locations(_) => true,
            Self::Channel(own) => own == channel,
        }
    }

    /// The channel that the scope is limited to, if any.
    pub fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::Everything | Self::Locations(_) => None,
            Self::Channel(own) => Some(own),
        }
    }

    pub fn sees_location(&self, location: &LocationId) -> bool {
        match self {
            Self::Everything | Self::Channel(_) => true,
            Self::Locations(own) => own.contains(location),
        }
    }

    pub fn sees_fulfillment(&self, fulfillment: &Fulfillment) -> bool {
        self.sees_location(&fulfillment.location)
    }

    /// A return that is approved may come to any location. Once it has come to one, it is work of that one.
    pub fn sees_return(&self, returned: &Return) -> bool {
        match (self, &returned.location) {
            (Self::Everything | Self::Channel(_), _) => true,
            (Self::Locations(_), Some(location)) => self.sees_location(location),
            (Self::Locations(_), None) => returned.status == ReturnStatus::Approved,
        }
    }

    fn sees(&self, order: &Order) -> bool {
        match self {
            Self::Everything => true,
            Self::Channel(_) => self.sees_channel(&order.state.channel),
            Self::Locations(_) => {
                order.fulfillments.values().any(|fulfillment| self.sees_fulfillment(fulfillment))
                    || order.returns.values().any(|returned| self.sees_return(returned))
            }
        }
    }

    /// The order, if it exists within this scope.
    pub async fn order(&self, store: &Store, id: &OrderId) -> Result<StoredOrder, Error> {
        let read = store.order(id).await?.filter(|read| self.sees(&read.order));
        read.ok_or_else(|| Refusal::not_found(format!("there is no order {id}")).into())
    }

    /// Refuses a fulfillment that does not exist within this scope, in the words of one that does not exist.
    pub fn fulfillment<'a>(&self, order: &'a Order, id: FulfillmentId) -> Result<&'a Fulfillment, Error> {
        let found = order.fulfillment(id)?;
        if self.sees_fulfillment(found) {
            return Ok(found);
        }
        Err(Refusal::not_found(format!("order {} has no fulfillment {id}", order.id)).into())
    }

    /// Refuses a return that does not exist within this scope, in the words of one that does not exist.
    pub fn returned<'a>(&self, order: &'a Order, id: ReturnId) -> Result<&'a Return, Error> {
        let found = order.returned(id)?;
        if self.sees_return(found) {
            return Ok(found);
        }
        Err(Refusal::not_found(format!("order {} has no return {id}", order.id)).into())
    }

    /// The fulfillments of these orders that are within the scope. Of orders that are in a list, a warehouse at some locations
    /// sees those with a fulfillment there; others are left out.
    pub async fn work_of<'a>(
        &self,
        store: &Store,
        orders: impl Iterator<Item = (&'a OrderId, &'a OrderState)>,
    ) -> Result<Visible, Error> {
        let mut work: Visible = orders.map(|(id, state)| (id.clone(), state.fulfillments.clone())).collect();
        if !matches!(self, Self::Locations(_)) {
            return Ok(work);
        }
        let keys = work.iter().flat_map(|(order, ids)| ids.keys().map(|id| fulfillment_key(order, *id)));
        let found = store.load_all::<Fulfillment>(keys.collect::<Vec<_>>()).await?;
        let mut own: BTreeSet<ItemKey> = BTreeSet::new();
        for (key, read) in found {
            if self.sees_fulfillment(&read?.value) {
                own.insert(key);
            }
        }
        work.retain(|order, ids| {
            ids.retain(|id, _| own.contains(&fulfillment_key(order, *id)));
            !ids.is_empty()
        });
        Ok(work)
    }
}

fn fulfillment_key(order: &OrderId, id: FulfillmentId) -> ItemKey {
    ItemKey::new(order, ItemName::Fulfillment(id))
}
