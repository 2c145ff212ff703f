//! What an account's books hold.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a payment is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Money that is on its way, such as a bank debit.
    Processing,
    /// A card that was authorized, and of which more may be captured.
    Authorized,
    /// An authorization that was given up, or has ended.
    Canceled,
    #[default]
    Captured,
    /// The customer's bank refused it.
    Failed,
}

/// A payment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// As Orderly knows it: `pi_…`, `tr_…`.
    pub id: String,
    /// Another id that the provider gives to it: its charge, or its order there. Empty if it gives none.
    #[serde(default)]
    pub charge: String,
    /// The order that the merchant's server wrote on it.
    pub order_id: Option<String>,
    /// In the currency's minor units, as ISO 4217 counts them.
    pub amount: i64,
    /// ISO 4217. In files of earlier versions it is in lower case.
    pub currency: String,
    /// Seconds since 1970.
    pub created: i64,
    /// When it was last changed. None: in files of earlier versions.
    #[serde(default)]
    pub updated: Option<Timestamp>,
    #[serde(default)]
    pub progress: Progress,
    /// When its money came. None: it has not, or in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Timestamp>,
    /// Whether it was only authorized at first.
    #[serde(default)]
    pub is_manual: bool,
    /// How much of an authorization was captured. None: nothing, or it was paid at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<i64>,
    /// Whether the rest was given up after a part had been captured.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest_voided: bool,
    /// How much of an authorization is to be captured, where that is set before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_capture: Option<i64>,
    /// What was captured of an authorization, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// The authorization that this was captured of, where a capture is a payment of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether nothing more is captured of that authorization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
}

impl Payment {
    /// The money that has come, in minor units.
    pub fn received(&self) -> i64 {
        match self.progress {
            Progress::Captured => self.captured.unwrap_or(self.amount),
            Progress::Authorized => self.captured.unwrap_or(0),
            Progress::Processing | Progress::Canceled | Progress::Failed => 0,
        }
    }

    /// A part that was captured just now, as a payment of its own.
    pub(in crate::payments) fn part(&self, capture: &Capture) -> Self {
        Self {
            id: capture.id.clone(),
            charge: self.charge.clone(),
            order_id: self.order_id.clone(),
            amount: capture.amount,
            currency: self.currency.clone(),
            created: capture.at.as_second(),
            updated: Some(capture.at),
            progress: Progress::Captured,
            paid: Some(capture.at),
            of: Some(self.id.clone()),
            last: self.progress == Progress::Captured,
            ..Self::default()
        }
    }

    /// When it was last changed.
    pub(in crate::payments) fn changed(&self) -> Timestamp {
        self.updated.unwrap_or_else(|| self.begun())
    }

    /// When its money came.
    pub(in crate::payments) fn paid_at(&self) -> Timestamp {
        self.paid.unwrap_or_else(|| self.begun())
    }

    pub(in crate::payments) fn begun(&self) -> Timestamp {
        Timestamp::from_second(self.created).unwrap_or_default()
    }
}

/// A part of an authorization that was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    pub id: String,
    /// In minor units.
    pub amount: i64,
    pub at: Timestamp,
    /// What whoever captured it wrote on it.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    /// The payment whose money goes back.
    #[serde(alias = "payment_intent")]
    pub payment: String,
    /// In minor units.
    pub amount: i64,
    /// Seconds since 1970.
    pub created: i64,
    /// What whoever asked for it wrote on it: metadata, or a reference.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub status: RefundStatus,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    #[default]
    Succeeded,
    /// The customer's bank has sent it back.
    Failed,
}

/// A dispute: the customer's bank wants the money back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub payment: String,
    /// In minor units.
    pub amount: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub status: DisputeStatus,
    /// Why, in the provider's word.
    #[serde(default)]
    pub reason: Option<String>,
    /// Until when the merchant may give evidence.
    #[serde(default)]
    pub due_by: Option<Timestamp>,
    /// What the merchant has given, by the names of the provider's fields.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
    /// When the evidence went to the bank.
    #[serde(default)]
    pub submissions: Vec<Timestamp>,
}

/// Why a bank disputes a payment, and how long the merchant has to answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::payments) struct Complaint<'a> {
    /// In the provider's word.
    pub(in crate::payments) reason: &'a str,
    pub(in crate::payments) time: SignedDuration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    Open,
    Won,
    Lost,
}

/// A payment, with all that was done with its money.
#[derive(Debug)]
pub(in crate::payments) struct Statement<'b> {
    pub(in crate::payments) payment: &'b Payment,
    /// In order.
    pub(in crate::payments) refunds: Vec<&'b Refund>,
    pub(in crate::payments) disputes: Vec<&'b Dispute>,
}

impl Statement<'_> {
    /// What has gone back, in minor units.
    pub(in crate::payments) fn refunded(&self) -> i64 {
        let gone = self.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded);
        gone.map(|refund| refund.amount).sum()
    }
}
