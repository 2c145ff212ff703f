//! Refunds that people order beside returns and cancellations: goodwill, a missing part, shipping.

use crate::{ids::LineId, money::Amount};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a person wants refunded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// Units whose price is refunded. They are not refunded again when they come back.
    pub lines: BTreeMap<LineId, u32>,
    /// A part of the shipping price.
    pub shipping: Amount,
    /// The amount, if it is not the price of `lines` and `shipping`.
    pub amount: Option<Amount>,
    pub reason: String,
    /// The caller's idempotency key: ordering twice orders once.
    pub key: String,
}

/// A refund that a person ordered, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestedRefund {
    /// The idempotency key with which it was ordered.
    pub key: String,
    /// All that goes back for it, in minor units, `lines` and `shipping` included.
    pub amount: Amount,
    /// Units whose price counts as paid back, by the id of their line. Absent if there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, u32>"))]
    pub lines: BTreeMap<LineId, u32>,
    /// What of the shipping price counts as given back, with tax, in minor units. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub shipping: Amount,
    /// How much of it gave back what had been paid beyond the total.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub of_surplus: Amount,
}

impl RequestedRefund {
    /// Whether it was made of this request.
    pub(crate) fn is_of(&self, request: &RefundRequest) -> bool {
        let same_amount = request.amount.is_none_or(|amount| amount == self.amount);
        same_amount && self.lines == request.lines && self.shipping == request.shipping
    }
}
