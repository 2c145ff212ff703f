//! Which orders exist for whom.

use crate::{Error, Refusal};
use domain::ids::{ChannelId, OrderId};
use store::{Store, StoredOrder};

/// What a caller sees of all orders. Another channel's order does not exist for a storefront.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everything,
    Channel(ChannelId),
}

impl Scope {
    pub fn sees(&self, channel: &ChannelId) -> bool {
        match self {
            Self::Everything => true,
            Self::Channel(own) => own == channel,
        }
    }

    /// The one channel that it is confined to.
    pub fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::Everything => None,
            Self::Channel(own) => Some(own),
        }
    }

    /// The order, if it exists within this scope.
    pub async fn order(&self, store: &Store, id: &OrderId) -> Result<StoredOrder, Error> {
        let read = store.order(id).await?.filter(|read| self.sees(&read.order.state.channel));
        read.ok_or_else(|| Refusal::not_found(format!("there is no order {id}")).into())
    }
}
