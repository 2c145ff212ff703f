//! What payment providers report, in the terms of the payment industry.

use crate::{
    ids::{PaymentId, RefundId},
    money::{Amount, Currency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A fact from a payment provider, in the terms of the payment industry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyEvent {
    pub payment: PaymentId,
    /// The provider's time of the event.
    pub at: Timestamp,
    /// The provider's id of the event, for the timeline.
    pub event: String,
    /// None if the event's object has no amount.
    pub currency: Option<Currency>,
    /// The smallest amount that the provider moves in this currency, in minor units. 1 if the event has no currency.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub step: Amount,
    pub fact: MoneyFact,
}

/// Most providers move single minor units.
pub(super) fn one() -> Amount {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
pub(super) fn is_one(step: &Amount) -> bool {
    *step == 1
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyFact {
    /// The customer has finished checking out; the money is still on its way.
    Pending,
    /// This amount may be captured.
    Authorized(Amount),
    /// This amount of the payment has been captured in total.
    Captured(Amount),
    /// An attempt failed; the customer may try again with the same payment.
    Failed(String),
    /// The payment was canceled before capture.
    Voided,
    /// This amount of the payment has been refunded in total.
    RefundedInTotal(Amount),
    Refund {
        /// Orderly's id of it, if Orderly asked for it. The id travels in the refund's metadata.
        ours: Option<OurRefund>,
        /// The provider's id.
        id: String,
        amount: Amount,
        status: RefundStatus,
    },
    Dispute {
        id: String,
        amount: Amount,
        status: DisputeStatus,
    },
}

/// An attempt at a refund that Orderly made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OurRefund {
    pub id: RefundId,
    pub attempt: u32,
}

/// The provider's status of a refund. Later variants win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    /// A refund may fail after it succeeded, when the customer's bank sends it back.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank asks before it takes any money; refunding is still possible, and often ends it.
    Inquiry,
    Open,
    Won,
    Lost,
}
