//! The merchant's choices about money. An order keeps those that it was placed under.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Refund what was paid beyond the total at once. Otherwise the order is held for a person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refunds_surplus: bool,
    /// An operator approves the refund of a return that is above this. None: no return needs it for its amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approves_above: Option<Amount>,
}

impl Policy {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
