//! The merchant's choices about money. An order keeps those that it was placed under.

use crate::{money::Amount, names::names};
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
    /// When Orderly captures what the customer has authorized.
    #[serde(skip_serializing_if = "Capturing::is_when_told")]
    pub capturing: Capturing,
    /// When its invoice is issued.
    #[serde(skip_serializing_if = "Invoicing::is_when_told")]
    pub invoicing: Invoicing,
    /// The shop that the order came from writes to its customer, so Orderly does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub emails_elsewhere: bool,
}

names! {
    /// When Orderly captures what customers have only authorized.
    #[derive(Default)]
    Capturing {
        /// Only when it is told to. An order opens when its money is captured.
        #[default]
        WhenTold = "when-told",
        /// When the first parcel leaves. An order opens when its money is authorized.
        AtHandOver = "at-hand-over",
        /// What each parcel is worth when it leaves, and with the first what is no goods. What its provider lets be
        /// captured only once is captured as at hand-over. An order opens when its money is authorized.
        PerParcel = "per-parcel",
        /// When the first parcels are packed, and no parcel leaves before that is done. An order opens when its money is
        /// authorized.
        BeforeHandOver = "before-hand-over",
    }
}

impl Capturing {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    fn is_when_told(&self) -> bool {
        *self == Self::WhenTold
    }
}

names! {
    /// When Orderly issues the invoice of an order. Credit notes follow by themselves.
    #[derive(Default)]
    Invoicing {
        /// Only when it is told to.
        #[default]
        WhenTold = "when-told",
        /// When the order opens: it is paid, authorized so that Orderly can capture it, or goes out on account.
        AtPayment = "at-payment",
        /// When its first parcel leaves, or all is done of what needs no parcel.
        AtHandOver = "at-hand-over",
    }
}

impl Invoicing {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    fn is_when_told(&self) -> bool {
        *self == Self::WhenTold
    }
}

impl Policy {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
