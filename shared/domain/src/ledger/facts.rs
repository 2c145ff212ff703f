//! What payment providers tell, in the field's own terms.

use crate::{
    ids::{PaymentId, RefundId},
    money::{Amount, Currency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A fact from a payment provider, in the field's own terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyEvent {
    pub payment: PaymentId,
    /// The provider's own time of the event.
    pub at: Timestamp,
    /// The provider's id of the event, for the timeline.
    pub event: String,
    /// None where the event's object carries no amount.
    pub currency: Option<Currency>,
    /// The smallest amount that the provider moves in this currency, in minor units. 1 where the currency is not told.
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
    /// So much may be captured.
    Authorized(Amount),
    /// So much of this payment has been captured altogether.
    Captured(Amount),
    /// An attempt failed; the customer may try again with the same payment.
    Failed(String),
    /// The payment was canceled before capture.
    Voided,
    /// So much of this payment has been refunded altogether.
    RefundedInTotal(Amount),
    Refund {
        /// What Orderly calls it, if Orderly asked for it (it travels in the refund's metadata).
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

/// Where the provider says that a refund stands. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    /// A refund may fail after it has succeeded, when the customer's bank sends it back.
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
