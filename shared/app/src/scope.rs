//! Which orders a caller can see.

use crate::{Error, Refusal};
use domain::ids::{ChannelId, OrderId};
use store::{Store, StoredOrder};

/// The orders that a caller can see. For a storefront, another channel's order does not exist.
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

    /// The channel that the scope is limited to, if any.
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
