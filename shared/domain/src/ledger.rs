//! The money of an order: what providers reported, and what Orderly asked them to do.
//!
//! Everything a provider reports is merged as a fact. An amount is an absolute value per payment or refund, and the
//! larger one wins. A state of a dispute has the time of the bank, and the later one wins. An event may therefore arrive
//! twice, late or out of order, and the ledger ends up the same. Nothing has to remember which events it has seen.

mod by_hand;
mod capture;
mod evidence;
mod facts;
mod manual;
mod payment;
mod refund;
mod refunding;
mod request;

pub use capture::{Capture, CaptureTerms, Rest};
pub use evidence::{Evidence, OwnWords};
pub use facts::{Case, CurrencySource, DisputeStatus, MoneyEvent, MoneyFact, OurRefund, PartStatus, RefundStatus};
pub use manual::{Manual, Payer, PaymentMethod, PaymentText, Promise};
pub use payment::{Authorization, Dispute, Failure, Part, Payment, Pending};
pub use refund::Refund;
pub(crate) use request::Progress;
pub use request::{Attempt, RequestName, RequestState};

use super::{
    ids::{CaptureId, PaymentId, ProviderId, RefundId},
    money::{Amount, Currency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How an order stands with its money, derived from the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Unpaid,
    Pending,
    Authorized,
    PartiallyPaid,
    /// Exactly what is due is kept: more may have come and gone back.
    Paid,
    Overpaid,
    PartiallyRefunded,
    Refunded,
    Voided,
    Failed,
    Disputed,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payments: BTreeMap<PaymentId, Payment>,
    /// All refunds by name, also those that a provider makes of an authorization's rest. [`Ledger::refunds`] leaves
    /// these out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundId, Refund>,
    /// What Orderly asked to be captured, or given up, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<CaptureId, Capture>,
    /// How the shop answered disputes, by the provider's ids of these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<ProviderId, Evidence>,
    /// Decided to be refunded, and so far too little for the provider to move.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub rounded: Amount,
    /// What a person accepted not to get.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub written_off: Amount,
}

impl Ledger {
    /// Merges a fact. Repeated or reordered facts give the same ledger.
    pub fn record(&mut self, event: &MoneyEvent) {
        self.merge(event);
        self.follow_disputes(&event.payment);
        self.follow_captures(&event.payment);
        self.follow_evidence();
    }

    /// Merges facts at once. What follows from a dispute follows from all of them: some alone may say too little.
    pub fn record_all(&mut self, events: &[MoneyEvent]) {
        for event in events {
            self.merge(event);
        }
        let payments: Vec<PaymentId> = self.payments.keys().cloned().collect();
        for payment in &payments {
            self.follow_disputes(payment);
            self.follow_captures(payment);
        }
        self.follow_evidence();
    }

    fn merge(&mut self, event: &MoneyEvent) {
        self.expect(&event.payment).record(event);
        if let MoneyFact::Refund { ours, id, amount, status } = &event.fact {
            let state = RequestState::reported(*status, id, event.at);
            self.record_refund(&event.payment, ours.as_ref(), id, *amount, state);
        }
    }

    /// Forgets the oldest of the payments that came to nothing, so that a customer who tries for ever fills no ledger. If
    /// one of them is paid after all, that fact brings it back.
    pub fn forget_what_came_to_nothing(&mut self) {
        /// So many that came to nothing are shown.
        const KEPT: usize = 20;
        let nothing = |(id, payment): (&PaymentId, &Payment)| Some((payment.came_to_nothing_at()?, id.clone()));
        let mut failed: Vec<_> = self.payments.iter().filter_map(nothing).collect();
        failed.sort();
        for (_, id) in failed.iter().rev().skip(KEPT) {
            self.payments.remove(id);
        }
    }

    /// The payment, known from now on even if nothing has been heard of it yet.
    pub fn expect(&mut self, payment: &PaymentId) -> &mut Payment {
        self.payments.entry(payment.clone()).or_insert_with(Payment::new)
    }

    fn record_refund(
        &mut self,
        payment: &PaymentId,
        ours: Option<&OurRefund>,
        provider_id: &str,
        amount: Amount,
        state: RequestState,
    ) {
        let known = ours.and_then(|ours| Some((ours, self.refunds.get_mut(&ours.id)?)));
        let refund = match known {
            Some((ours, refund)) if ours.is_attempt_of(refund) => refund,
            Some(_) => return, // an attempt that has been given up
            None => {
                // Made in the provider's dashboard. Every provider's id fits into ours. If one did not, the provider's
                // total would still count the money.
                let Ok(id) = provider_id.parse() else { return };
                let new = Refund { payment: payment.clone(), amount, attempt: 0, came_back: 0, state: state.clone() };
                self.refunds.entry(id).or_insert(new)
            }
        };
        refund.hear(state);
    }

    /// The refunds of the order, without those that only gave up the rest of an authorization: such a rest was never
    /// charged.
    pub fn refunds(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        self.refunds.iter().filter(|(id, refund)| !self.is_rest_of_authorization(id, refund))
    }

    /// Whether a refund gave up the rest of an authorization. Nothing but the amount tells it from a refund that was made
    /// at the provider. If there are several of that amount, one of them is the rest, whichever it is.
    fn is_rest_of_authorization(&self, id: &RefundId, refund: &Refund) -> bool {
        let is_candidate = |other: &Refund| {
            other.was_made_elsewhere() && other.payment == refund.payment && other.amount == refund.amount
        };
        let released = self.payments.get(&refund.payment).map_or(0, |payment| payment.released);
        released > 0
            && released == refund.amount
            && self.refunds.iter().find(|(_, other)| is_candidate(other)).is_some_and(|(first, _)| first == id)
    }

    /// The currency of its payments, where all are of one.
    pub fn currency(&self) -> Option<Currency> {
        self.payments.values().find_map(|payment| payment.currency)
    }

    /// The amount captured in the order's currency.
    pub fn captured(&self, currency: Currency) -> Amount {
        self.payments_in(currency).map(|(_, payment)| payment.captured).sum()
    }

    fn payments_in(&self, currency: Currency) -> impl Iterator<Item = (&PaymentId, &Payment)> {
        self.payments.iter().filter(move |(_, payment)| payment.counts_in(currency))
    }

    /// The amount that is refunded, on its way back, or decided to be refunded.
    pub fn refunded(&self, currency: Currency) -> Amount {
        self.payments_in(currency).map(|(id, payment)| self.refunded_of(id, payment, Refund::counts)).sum()
    }

    /// The amount that was refunded at the provider, and not by Orderly. It may be known by the provider's sum alone.
    pub fn refunded_elsewhere(&self, currency: Currency) -> Amount {
        let elsewhere = |(id, payment): (&PaymentId, &Payment)| {
            let ours = self.sum_of(id, |refund| refund.attempt > 0 && refund.counts());
            (self.refunded_of(id, payment, Refund::counts) - ours).max(0)
        };
        self.payments_in(currency).map(elsewhere).sum()
    }

    /// The amount that has been refunded for good.
    pub fn settled_refunds(&self, currency: Currency) -> Amount {
        self.payments_in(currency).map(|(id, payment)| self.refunded_of(id, payment, Refund::has_succeeded)).sum()
    }

    /// The amount captured less the amount refunded. It may be negative.
    pub fn kept(&self, currency: Currency) -> Amount {
        self.captured(currency) - self.refunded(currency)
    }

    /// Whether enough has been captured for an order of this total.
    pub fn covers(&self, total: Amount, currency: Currency) -> bool {
        self.captured(currency) >= total - self.written_off
    }

    /// What banks have given back to customers for disputes.
    pub(crate) fn lost(&self, currency: Currency) -> Amount {
        self.payments_in(currency).map(|(_, payment)| payment.lost()).sum()
    }

    /// What was paid beyond the total, and is not refunded or decided to be.
    pub fn surplus(&self, total: Amount, currency: Currency) -> Amount {
        (self.kept(currency) - self.lost(currency) - self.blocked() - self.rounded - total).max(0)
    }

    /// The payments that still hold money of the customer, in any currency.
    fn not_given_back(&self) -> impl Iterator<Item = &Payment> {
        let is_left = |(id, payment): &(&PaymentId, &Payment)| {
            payment.captured > self.refunded_of(id, payment, Refund::counts) + payment.lost()
        };
        self.payments.iter().filter(is_left).map(|(_, payment)| payment)
    }

    /// Whether any payment holds money of the customer, in any currency.
    pub fn has_money(&self) -> bool {
        self.not_given_back().next().is_some()
    }

    /// Money in another currency than the order's that payments hold. Of several other currencies, it is one.
    pub fn foreign_money(&self, currency: Currency) -> Option<(Currency, Amount)> {
        let foreign = || self.not_given_back().filter(|payment| !payment.counts_in(currency));
        let other = foreign().find_map(|payment| payment.currency)?;
        Some((other, foreign().filter(|payment| payment.currency == Some(other)).map(|payment| payment.captured).sum()))
    }

    /// Whether money of the customer is here or promised.
    pub fn has_or_awaits_money(&self) -> bool {
        let promised = |payment: &Payment| {
            payment.is_pending()
                || payment.promised_now() > 0
                || (!payment.voided && payment.captured == 0 && payment.authorized.is_some())
        };
        self.has_money() || self.payments.values().any(promised)
    }

    /// Until when money that is on its way is waited for, if any is. None within: its method's time is not known.
    pub fn pending_until(&self) -> Option<Option<Timestamp>> {
        let pending = self.payments.values().filter(|payment| payment.is_pending());
        pending.filter_map(|payment| payment.pending).map(|pending| pending.until).max()
    }

    /// The payments of which the provider may know more than has been heard: nothing captured, and not given up.
    pub fn unfinished_payments(&self) -> impl Iterator<Item = &PaymentId> {
        let is_unfinished =
            |(id, payment): &(&PaymentId, &Payment)| payment.captured == 0 && !payment.voided && !id.is_manual();
        self.payments.iter().filter(is_unfinished).map(|(id, _)| id)
    }

    /// Disputes that have not ended well: their money is gone, or may be soon.
    pub fn disputes(&self) -> impl Iterator<Item = &str> {
        let all = self.payments.values().flat_map(|payment| &payment.disputes);
        all.filter(|(_, dispute)| dispute.takes_money()).map(|(id, _)| id.as_str())
    }

    pub fn status(&self, total: Amount, currency: Currency) -> PaymentStatus {
        let payments = || self.payments_in(currency).map(|(_, payment)| payment);
        let (captured, refunded) = (self.captured(currency), self.settled_refunds(currency));
        let kept = captured - refunded;
        if payments().any(Payment::is_disputed) {
            PaymentStatus::Disputed
        } else if captured > 0 && refunded >= captured {
            PaymentStatus::Refunded
        } else if kept > total {
            PaymentStatus::Overpaid
        } else if kept >= total - self.written_off {
            PaymentStatus::Paid
        } else if captured > 0 && refunded > 0 {
            PaymentStatus::PartiallyRefunded
        } else if captured > 0 {
            PaymentStatus::PartiallyPaid
        } else if payments().any(|p| !p.voided && p.authorized.as_ref().is_some_and(|a| a.amount > 0)) {
            PaymentStatus::Authorized
        } else if payments().any(|payment| payment.is_pending() || payment.promised_now() > 0) {
            PaymentStatus::Pending
        } else if payments().any(|p| p.voided) {
            PaymentStatus::Voided
        } else if payments().any(|p| p.failure.is_some()) {
            PaymentStatus::Failed
        } else {
            PaymentStatus::Unpaid
        }
    }
}

#[cfg(test)]
mod tests;
