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
    /// The customer has finished checking out; the money is still on its way. None: its method's time is not known.
    Pending { until: Option<Timestamp> },
    /// A person vouches for this amount: the order goes on before it has come. None: nobody said until when.
    Promised { amount: Amount, until: Option<Timestamp> },
    /// This amount may be captured, or has been. None: its provider did not tell until when.
    Authorized {
        amount: Amount,
        until: Option<Timestamp>,
        /// Whether it may be captured in several parts.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        several: bool,
    },
    /// This amount of the payment has been captured in total.
    Captured(Amount),
    /// One of several captures of the payment, by the provider's id of it. Their sum is what is captured. A failed one of 0
    /// is a void that the provider could not do.
    CapturePart { id: String, amount: Amount, status: PartStatus },
    /// This amount of the authorization was captured as a payment of its own, whose id the provider tells. 0: it is being
    /// captured.
    CapturedAs {
        id: String,
        amount: Amount,
        /// Whether nothing more can be captured of the authorization.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        last: bool,
    },
    /// This amount of the authorization was given up by a partial capture. It was never charged, so it is no refund.
    Released(Amount),
    /// An attempt failed; the customer may try again with the same payment.
    Failed(String),
    /// The payment was canceled before capture.
    Voided,
    /// This amount of the payment has been refunded in total. What was released is no part of it.
    RefundedInTotal(Amount),
    Refund {
        /// Orderly's id of it, if Orderly asked for it. The id travels in the refund's metadata.
        ours: Option<OurRefund>,
        /// The provider's id.
        id: String,
        amount: Amount,
        status: RefundStatus,
    },
    /// In the event's currency, which may be another than the payment's.
    Dispute {
        id: String,
        amount: Amount,
        status: DisputeStatus,
        #[serde(default, skip_serializing_if = "Case::is_empty")]
        case: Case,
    },
}

/// What a provider tells of a dispute beside its status: why there is one, and whether the shop is to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Case {
    /// Until when the shop may give evidence, in UTC. Absent if the provider takes none, or did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub due_by: Option<Timestamp>,
    /// Whether evidence was given. The bank decides then. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// The provider's own word for the customer's reason: `fraudulent`. Absent if it told none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Case {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
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

/// The provider's status of a single capture. Later variants win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    Succeeded,
    /// A capture may fail after it succeeded, when the customer's bank rejects it.
    Failed,
}

/// The status of a dispute. Its later status counts. Of two that were told in the same second, the one further down does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank asks before it takes any money; refunding is still possible, and often ends it.
    Inquiry,
    /// The bank asked, and took nothing. It may still open a dispute.
    InquiryClosed,
    /// The bank holds the money.
    Open,
    /// The bank gave the money to the customer.
    Lost,
    /// A bank may also give lost money back.
    Won,
}

impl MoneyFact {
    /// An authorization whose end is not known.
    pub fn authorized(amount: Amount) -> Self {
        Self::Authorized { amount, until: None, several: false }
    }

    /// Whether it says that money was captured.
    pub fn is_capture(&self) -> bool {
        matches!(self, Self::Captured(_) | Self::CapturePart { status: PartStatus::Succeeded, .. })
    }

    /// What the fact says about the payment's currency. None if it says nothing: the currency of a dispute is the
    /// bank's.
    pub(super) fn tells_currency_by(&self) -> Option<CurrencySource> {
        match self {
            Self::Captured(_) | Self::CapturePart { .. } => Some(CurrencySource::Capture),
            Self::Authorized { .. } | Self::Pending { .. } | Self::Promised { .. } | Self::CapturedAs { .. } => {
                Some(CurrencySource::Promise)
            }
            Self::Released(_) | Self::RefundedInTotal(_) | Self::Refund { .. } => Some(CurrencySource::Refund),
            Self::Failed(_) | Self::Voided => Some(CurrencySource::Attempt),
            Self::Dispute { .. } => None,
        }
    }
}

/// Which fact told the currency of a payment. A later variant knows it better: the currency may change until the money
/// is captured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CurrencySource {
    Attempt,
    Promise,
    Refund,
    #[default]
    Capture,
}

impl CurrencySource {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(super) fn is_capture(&self) -> bool {
        *self == Self::Capture
    }
}
