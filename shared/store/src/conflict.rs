//! Why a commit failed.

use super::{StoreError, keys::ItemKey};
use domain::stock::StockPlace;

/// Why a commit failed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Conditions failed: somebody else was faster, or there is not enough stock. Nothing was written.
    #[error("conditions did not hold: {0:?}")]
    Conflict(Vec<Failed>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether a place has fewer units than the change takes.
    pub fn is_about_stock(&self) -> bool {
        let is_place = |failed: &Failed| matches!(failed, Failed::Stock(_));
        matches!(self, Self::Conflict(failed) if failed.iter().any(is_place))
    }
}

/// An item whose condition failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// An item of an order is not at the version that was read, or already exists.
    Item(ItemKey),
    /// Not enough stock is available there.
    Stock(StockPlace),
    /// Another record (a payment, a movement, a setting) has changed, or already exists.
    Other(String),
}
