//! Why a commit was not made.

use super::{StoreError, keys::ItemKey};
use domain::stock::StockPlace;

/// Why a commit was not made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Conditions did not hold: somebody else was faster, or there is not enough stock. Nothing was written.
    #[error("conditions did not hold: {0:?}")]
    Conflict(Vec<Failed>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An item whose condition did not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// An item of an order is not at the version that was read, or exists already.
    Item(ItemKey),
    /// Not enough is available there.
    Stock(StockPlace),
    /// Another record (a payment's, a movement, a setting): changed, or there already.
    Other(String),
}
