//! A payment, merged of what its provider reported.

use super::{
    facts::{Case, CurrencySource, DisputeStatus, MoneyEvent, MoneyFact, PartStatus, is_one, one},
    manual::{Manual, Promise},
};
use crate::money::{Amount, Currency};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A payment, as its provider tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Payment {
    /// None until an event with an amount has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What told the currency; left out once it is the capture.
    #[serde(default, skip_serializing_if = "CurrencySource::is_capture")]
    pub currency_told_by: CurrencySource,
    /// The smallest amount that its provider moves, in minor units: every part of it is a multiple of this.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub step: Amount,
    /// What was captured in all, in minor units. Refunds and disputes do not lower it. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub captured: Amount,
    /// The latest authorization. It stays after the capture. Absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized: Option<Authorization>,
    /// The single captures, by the provider's ids, where it tells of each. Absent if it tells their sum.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Part>,
    /// What was captured of the authorization as payments of their own, by their ids at the provider. 0 while it is being
    /// captured. Absent if there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captured_as: BTreeMap<String, Amount>,
    /// Whether the authorization may be captured in several parts. False if absent, or if the provider has not told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub several: bool,
    /// Whether one of its captures was the last. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The part of the authorization that was given up by a partial capture.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub released: Amount,
    /// Money that is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Money that a person vouches for: an invoice, cash on delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Promise>,
    /// What people told of it, if no provider does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<Manual>,
    /// Whether it was canceled before it was captured. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
    /// The latest attempt that failed. The customer may have paid since: `captured` tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The provider's own sum of its refunds.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub refunded_in_total: Amount,
    /// By the provider's id of the dispute. Absent if there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub disputes: BTreeMap<String, Dispute>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Authorization {
    /// When the provider told it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// What may be captured in all, in minor units of the payment's currency.
    pub amount: Amount,
    /// When it ends, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub until: Option<Timestamp>,
}

/// One of several captures. A failed one of 0 is a void that the provider could not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// Whether it was captured, or failed after all.
    pub status: PartStatus,
    /// In minor units of the payment's currency.
    pub amount: Amount,
}

/// The customer has finished checking out, with a method that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pending {
    /// When the provider told it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// When the method has moved the money at the latest, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// When the provider told it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// The provider's own code for the reason: `card_declined`.
    pub code: String,
}

/// A dispute, as the bank told it last. The fields are in the order in which two reports are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dispute {
    /// The provider's time of the report.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Only `open` and `lost` take the money away.
    pub status: DisputeStatus,
    /// In minor units of the dispute's own `currency`.
    pub amount: Amount,
    /// The bank's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    #[serde(flatten)]
    pub case: Case,
}

impl Payment {
    pub(super) fn new() -> Self {
        Self {
            currency: None,
            currency_told_by: CurrencySource::Capture,
            step: 1,
            captured: 0,
            authorized: None,
            parts: BTreeMap::new(),
            captured_as: BTreeMap::new(),
            several: false,
            closed: false,
            released: 0,
            pending: None,
            promised: None,
            manual: None,
            voided: false,
            failure: None,
            refunded_in_total: 0,
            disputes: BTreeMap::new(),
        }
    }

    /// Merges a fact. Repeated or reordered facts give the same payment. A single refund is no part of it.
    pub(super) fn record(&mut self, event: &MoneyEvent) {
        self.learn_currency(event);
        let at = event.at;
        match &event.fact {
            MoneyFact::Pending { until } => {
                self.pending = self.pending.max(Some(Pending { at, until: *until }));
            }
            MoneyFact::Promised { amount, until } => {
                let new = Promise { at, amount: *amount, until: *until };
                self.promised = self.promised.max(Some(new));
            }
            MoneyFact::Authorized { amount, until, several } => {
                self.several |= several;
                let new = Authorization { at, amount: *amount, until: *until };
                self.authorized = self.authorized.take().max(Some(new));
            }
            // Where the provider tells of each capture, that counts.
            MoneyFact::Captured(_) if self.tells_each_capture() => {}
            MoneyFact::Captured(amount) => self.captured = self.captured.max(*amount),
            MoneyFact::CapturePart { id, amount, status } => {
                let new = Part { status: *status, amount: *amount };
                let known = self.parts.entry(id.clone()).or_insert(new);
                *known = new.max(*known);
                if self.tells_each_capture() {
                    let done = self.parts.values().filter(|part| part.status == PartStatus::Succeeded);
                    self.captured = done.map(|part| part.amount).sum();
                }
            }
            MoneyFact::CapturedAs { id, amount, last } => {
                self.closed |= last;
                let known = self.captured_as.entry(id.clone()).or_insert(0);
                *known = (*known).max(*amount);
            }
            MoneyFact::Released(amount) => self.released = self.released.max(*amount),
            MoneyFact::Failed(code) => {
                self.failure = self.failure.take().max(Some(Failure { at, code: code.clone() }));
            }
            MoneyFact::Voided => self.voided = true,
            MoneyFact::RefundedInTotal(amount) => self.refunded_in_total = self.refunded_in_total.max(*amount),
            MoneyFact::Dispute { id, amount, status, case } => {
                let new =
                    Dispute { at, status: *status, amount: *amount, currency: event.currency, case: case.clone() };
                let known = self.disputes.entry(id.clone()).or_insert_with(|| new.clone());
                *known = known.clone().max(new);
            }
            MoneyFact::Refund { .. } => {}
        }
    }

    fn tells_each_capture(&self) -> bool {
        self.parts.values().any(|part| part.amount > 0)
    }

    /// A payment has one currency. If facts contradict each other, the one that knows it best is right.
    fn learn_currency(&mut self, event: &MoneyEvent) {
        let (Some(told_by), Some(currency)) = (event.fact.tells_currency_by(), event.currency) else { return };
        let new = (told_by, currency, event.step);
        if self.currency.is_none_or(|known| (self.currency_told_by, known, self.step) < new) {
            (self.currency_told_by, self.step) = (told_by, event.step);
            self.currency = Some(currency);
        }
    }

    /// When it was last heard of, if it has come to nothing: its last attempt failed, or it was canceled.
    pub(super) fn came_to_nothing_at(&self) -> Option<Timestamp> {
        let has_failed =
            self.failure.is_some() && self.authorized.is_none() && self.promised.is_none() && !self.is_pending();
        let is_nothing = self.captured == 0
            && self.refunded_in_total == 0
            && self.disputes.is_empty()
            && (self.voided || has_failed);
        let heard = [
            self.failure.as_ref().map(|failure| failure.at),
            self.authorized.as_ref().map(|authorized| authorized.at),
            self.pending.map(|pending| pending.at),
            self.promised.map(|promised| promised.at),
        ];
        is_nothing.then(|| heard.into_iter().flatten().max().unwrap_or(Timestamp::MIN))
    }

    /// Whether the payment counts for an order in `currency`. Other money is recorded and shown, but pays for nothing.
    pub(super) fn counts_in(&self, currency: Currency) -> bool {
        self.currency.is_none_or(|own| own == currency)
    }

    pub(super) fn is_disputed(&self) -> bool {
        self.disputes.values().any(Dispute::takes_money)
    }

    /// The captured amount that open disputes hold for now.
    pub(super) fn disputed(&self) -> Amount {
        self.taken_by(Dispute::is_open)
    }

    /// The captured amount that the bank has given back to the customer.
    pub(super) fn lost(&self) -> Amount {
        self.taken_by(Dispute::is_lost)
    }

    fn taken_by(&self, kind: impl Fn(&Dispute) -> bool) -> Amount {
        let own = self.disputes.values().filter(|dispute| kind(dispute));
        own.map(|dispute| dispute.amount_of(self)).sum::<Amount>().min(self.captured)
    }

    /// What was captured of it, also as payments of their own.
    pub(super) fn captured_anyhow(&self) -> Amount {
        self.captured + self.captured_as.values().sum::<Amount>()
    }

    /// Whether the provider has told that one of its captures failed, or a void.
    pub(super) fn has_failed_part(&self, id: &str) -> bool {
        self.parts.get(id).is_some_and(|part| part.status == PartStatus::Failed)
    }

    /// Whether nothing more can be captured of its authorization, if it had one. After a capture that is so, unless the
    /// provider said that there may be several.
    pub(super) fn is_over(&self) -> bool {
        self.voided || self.closed || self.released > 0 || (self.captured_anyhow() > 0 && !self.several)
    }

    /// What is authorized, and can still be captured.
    pub(super) fn authorized_now(&self) -> Amount {
        let left = |authorized: &Authorization| (authorized.amount - self.captured_anyhow()).max(0);
        self.authorized.as_ref().filter(|_| !self.is_over()).map_or(0, left)
    }

    /// Whether its money is on its way, as far as known.
    pub(super) fn is_pending(&self) -> bool {
        let failed_since = |at| self.failure.as_ref().is_some_and(|failure| failure.at >= at);
        self.captured == 0 && !self.voided && self.pending.is_some_and(|pending| !failed_since(pending.at))
    }
}

impl Dispute {
    fn is_open(&self) -> bool {
        self.status == DisputeStatus::Open
    }

    fn is_lost(&self) -> bool {
        self.status == DisputeStatus::Lost
    }

    /// Whether the bank holds its money, or has given it to the customer.
    pub(super) fn takes_money(&self) -> bool {
        self.is_open() || self.is_lost()
    }

    /// Its amount in the payment's currency. In another currency it may be about all of the payment.
    fn amount_of(&self, payment: &Payment) -> Amount {
        let is_comparable = self.currency.is_none() || self.currency == payment.currency;
        if is_comparable { self.amount } else { payment.captured }
    }
}
