//! The bodies of the requests.

mod place_order;

pub use place_order::{PaymentReference, PlaceOrder};

use api::{Body, Fields};
use domain::{order_state::HoldReason, text::Reason};

/// Why an order is cancelled.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CancelOrder {
    pub reason: Reason,
    /// Of an order that was sent in part, cancel the rest. Without it, such an order is not cancelled.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub unsent: bool,
}

impl Body for CancelOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let reason = fields.text("reason");
        let unsent = fields.boolean_or("unsent", false);
        Some(Self { reason: reason?, unsent: unsent? })
    }
}

/// Why less than the total is enough.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct AcceptPayment {
    pub reason: Reason,
}

impl Body for AcceptPayment {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.text("reason").map(|reason| Self { reason })
    }
}

/// Why an order is held.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HoldOrder {
    pub reason: HoldReason,
    pub note: Option<Reason>,
}

impl Body for HoldOrder {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let reason = fields.text("reason");
        let note = fields.optional_text("note");
        Some(Self { reason: reason?, note: note? })
    }
}

#[cfg(test)]
mod tests;
