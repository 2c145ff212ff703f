//! Payments that people enter: money that no provider tells of. They are payments of a provider of their own, so everything
//! that holds for money holds for them; only what a provider's API would do, a person does.

use crate::{
    contact::Iban,
    money::Amount,
    names::names,
    text::{Name, Text},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

names! {
    /// How money comes that no provider tells of.
    PaymentMethod {
        BankTransfer = "bank_transfer",
        /// The carrier takes the money at the customer's door.
        CashOnDelivery = "cash_on_delivery",
        /// The sales channel takes the money, and pays it out. What goes back goes back there.
        Channel = "channel",
        Cash = "cash",
        Check = "check",
        GiftCard = "gift_card",
        /// The customer is sent an invoice, and pays it by any means.
        Invoice = "invoice",
        Other = "other",
    }
}

/// What people tell of a payment that no provider tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Manual {
    /// How the money comes.
    pub method: PaymentMethod,
    /// What it is found by elsewhere: the invoice's number, the gift card's, the transfer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<PaymentText>,
    /// Who pays, and so who gets a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Payer>,
}

/// A reference, as long as a SEPA transfer's text.
pub type PaymentText = Text<1, 140>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Payer {
    /// The account's holder.
    pub name: Name,
    /// The account's IBAN. A refund by transfer needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Iban>,
}

/// A person vouches that money comes: the order goes on before it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Promise {
    /// When a person said so, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// In minor units of the payment's currency.
    pub amount: Amount,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub until: Option<Timestamp>,
}
