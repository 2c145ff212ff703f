//! The money of an order: what providers reported, and what Orderly asked them to do.
//!
//! Everything a provider reports is merged as a fact: an absolute value per payment, refund or dispute. The later or
//! larger value wins. An event may therefore arrive twice, late or out of order, and the ledger ends up the same.
//! Nothing has to remember which events it has seen.

mod facts;

pub use facts::{DisputeStatus, MoneyEvent, MoneyFact, OurRefund, RefundStatus};

use super::{
    ids::{PaymentId, RefundId},
    money::{Amount, Currency},
    safeguards::Safeguard,
};
use facts::{is_one, one};
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
    /// The smallest amount that its provider moves, in minor units: every part of it is a multiple of this.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub step: Amount,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub captured: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized: Option<Authorization>,
    /// When the customer finished checking out with money that takes its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Moment>"))]
    pub pending: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The provider's own sum of its refunds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refunded_in_total: Amount,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub disputes: BTreeMap<String, Dispute>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Authorization {
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    pub amount: Amount,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dispute {
    pub amount: Amount,
    pub status: DisputeStatus,
}

/// A refund that Orderly asked for, or one that it heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refund {
    pub payment: PaymentId,
    pub amount: Amount,
    /// Counted from 1, and part of the idempotency key: after a definite failure a new attempt gets a new
    /// key. 0 for a refund that was made elsewhere.
    pub attempt: u32,
    #[serde(flatten)]
    pub state: RefundState,
}

/// intended → sent → pending or succeeded | failed | unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// Decided, and owed to the provider.
    Intended,
    /// On its way to the provider since `at`; what came of it is not recorded yet.
    Sent {
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
    },
    /// Sent at `at` first, and the answer told nothing (a time-out, a 5xx): the same key is used again.
    Unknown {
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
        at: Timestamp,
        reason: String,
    },
    /// The provider has it and works on it.
    Pending {
        provider_id: String,
    },
    Succeeded {
        provider_id: String,
    },
    /// The provider refused it; a person must look, and may order a new attempt under a new key.
    Failed {
        reason: String,
    },
}

impl Refund {
    /// Whether it counts against what may still be refunded: its money is gone, or on its way.
    fn counts(&self) -> bool {
        !matches!(self.state, RefundState::Failed { .. })
    }

    /// Whether it failed and Orderly had asked for it: a person may order a new attempt.
    fn may_be_ordered_again(&self) -> bool {
        !self.counts() && self.attempt > 0
    }

    pub fn has_succeeded(&self) -> bool {
        matches!(self.state, RefundState::Succeeded { .. })
    }

    /// Whether the provider still has to be asked.
    pub fn is_owed(&self) -> bool {
        matches!(self.state, RefundState::Intended | RefundState::Sent { .. } | RefundState::Unknown { .. })
    }
}

/// How an order stands with its money, derived from the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Unpaid,
    Pending,
    Authorized,
    PartiallyPaid,
    Paid,
    Overpaid,
    PartiallyRefunded,
    Refunded,
    Voided,
    Failed,
    Disputed,
}

/// The part of a payment that can still be refunded.
struct RefundablePart {
    payment: PaymentId,
    left: Amount,
    /// See [`Payment::step`].
    step: Amount,
    is_disputed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payments: BTreeMap<PaymentId, Payment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundId, Refund>,
}

impl Payment {
    fn new() -> Self {
        Self {
            currency: None,
            step: 1,
            captured: 0,
            authorized: None,
            pending: None,
            voided: false,
            failure: None,
            refunded_in_total: 0,
            disputes: BTreeMap::new(),
        }
    }

    /// Whether the payment counts for an order in `currency`. Other money is recorded and shown, but pays for nothing.
    fn counts_in(&self, currency: Currency) -> bool {
        self.currency.is_none_or(|own| own == currency)
    }

    fn is_disputed(&self) -> bool {
        self.disputes.values().any(|dispute| matches!(dispute.status, DisputeStatus::Open | DisputeStatus::Lost))
    }

    /// Whether its money is on its way, as far as known.
    fn is_pending(&self) -> bool {
        let failed_since = |at| self.failure.as_ref().is_some_and(|failure| failure.at >= at);
        !self.voided && self.pending.is_some_and(|at| !failed_since(at))
    }
}

impl Ledger {
    /// Merges a fact. Repeated or reordered facts give the same ledger.
    pub fn record(&mut self, event: &MoneyEvent) {
        let payment = self.payments.entry(event.payment.clone()).or_insert_with(Payment::new);
        payment.currency = payment.currency.or(event.currency);
        // A payment has one currency, so one step. An event without a currency has step 1.
        payment.step = payment.step.max(event.step);
        match &event.fact {
            MoneyFact::Pending => payment.pending = payment.pending.max(Some(event.at)),
            MoneyFact::Captured(amount) => payment.captured = payment.captured.max(*amount),
            MoneyFact::Voided => payment.voided = true,
            MoneyFact::RefundedInTotal(amount) => {
                payment.refunded_in_total = payment.refunded_in_total.max(*amount);
            }
            MoneyFact::Authorized(amount) => {
                let new = Authorization { at: event.at, amount: *amount };
                payment.authorized = payment.authorized.take().max(Some(new));
            }
            MoneyFact::Failed(code) => {
                let new = Failure { at: event.at, code: code.clone() };
                payment.failure = payment.failure.take().max(Some(new));
            }
            MoneyFact::Dispute { id, amount, status } => {
                let new = Dispute { amount: *amount, status: *status };
                let dispute = payment.disputes.entry(id.clone()).or_insert_with(|| new.clone());
                dispute.status = dispute.status.max(new.status);
                dispute.amount = dispute.amount.max(new.amount);
            }
            MoneyFact::Refund { ours, id, amount, status } => {
                self.record_refund(&event.payment, ours.as_ref(), id, *amount, *status);
            }
        }
    }

    fn record_refund(
        &mut self,
        payment: &PaymentId,
        ours: Option<&OurRefund>,
        provider_id: &str,
        amount: Amount,
        status: RefundStatus,
    ) {
        let provider_id = provider_id.to_owned();
        let state = match status {
            RefundStatus::Pending => RefundState::Pending { provider_id: provider_id.clone() },
            RefundStatus::Succeeded => RefundState::Succeeded { provider_id: provider_id.clone() },
            RefundStatus::Failed => RefundState::Failed { reason: "the provider reports that it failed".into() },
        };
        let known = ours.and_then(|ours| Some((ours, self.refunds.get_mut(&ours.id)?)));
        let refund = match known {
            Some((ours, refund)) if ours.attempt == refund.attempt => refund,
            Some(_) => return, // an attempt that has been given up
            None => {
                // Made in the provider's dashboard. Every provider's id fits into ours. If one did not, the provider's
                // total would still count the money.
                let Ok(id) = provider_id.parse() else { return };
                let new = Refund { payment: payment.clone(), amount, attempt: 0, state: state.clone() };
                self.refunds.entry(id).or_insert(new)
            }
        };
        // A failure is final. Only a failure undoes a success.
        match (&refund.state, &state) {
            (RefundState::Failed { .. }, _) | (RefundState::Succeeded { .. }, RefundState::Pending { .. }) => {}
            _ => refund.state = state,
        }
    }

    /// The amount captured in the order's currency.
    pub fn captured(&self, currency: Currency) -> Amount {
        let own = self.payments.values().filter(|payment| payment.counts_in(currency));
        own.map(|payment| payment.captured).sum()
    }

    /// The amount that is refunded, on its way back, or decided to be refunded.
    pub fn refunded(&self, currency: Currency) -> Amount {
        let own = self.payments.iter().filter(|(_, payment)| payment.counts_in(currency));
        own.map(|(id, payment)| self.refunded_of(id, payment, Refund::counts)).sum()
    }

    /// The amount that has been refunded for good.
    pub fn settled_refunds(&self, currency: Currency) -> Amount {
        let own = self.payments.iter().filter(|(_, payment)| payment.counts_in(currency));
        own.map(|(id, payment)| self.refunded_of(id, payment, Refund::has_succeeded)).sum()
    }

    /// The amount captured less the amount refunded. It may be negative.
    pub fn kept(&self, currency: Currency) -> Amount {
        self.captured(currency) - self.refunded(currency)
    }

    /// The payments that still hold money of the customer, in any currency.
    fn not_given_back(&self) -> impl Iterator<Item = &Payment> {
        let is_left =
            |(id, payment): &(&PaymentId, &Payment)| payment.captured > self.refunded_of(id, payment, Refund::counts);
        self.payments.iter().filter(is_left).map(|(_, payment)| payment)
    }

    /// Whether any payment holds money of the customer, in any currency.
    pub fn has_money(&self) -> bool {
        self.not_given_back().next().is_some()
    }

    /// Whether a payment in another currency than the order's holds money of the customer.
    pub fn has_foreign_money(&self, currency: Currency) -> bool {
        self.not_given_back().any(|payment| !payment.counts_in(currency))
    }

    /// Whether money of the customer is here or promised.
    pub fn has_or_awaits_money(&self) -> bool {
        let promised = |payment: &Payment| {
            payment.is_pending() || (!payment.voided && payment.captured == 0 && payment.authorized.is_some())
        };
        self.has_money() || self.payments.values().any(promised)
    }

    /// The amount refunded of a payment. The provider's total and the single refunds describe the same money, and the
    /// larger one is right. The total may include a refund that failed later, so failed refunds are subtracted from it.
    /// (A refund that the provider refused at once was never in the total. If the single refunds do not make up for
    /// that, the provider still refuses an excess.)
    fn refunded_of(&self, id: &PaymentId, payment: &Payment, counts: impl Fn(&Refund) -> bool) -> Amount {
        let sum = |wanted: &dyn Fn(&Refund) -> bool| -> Amount {
            let own = self.refunds.values().filter(|refund| refund.payment == *id && wanted(refund));
            own.map(|refund| refund.amount).sum()
        };
        sum(&counts).max(payment.refunded_in_total - sum(&|refund| !refund.counts()))
    }

    /// What may still be refunded of each payment. Disputed payments come last: the bank holds their money. A disputed
    /// amount that already stands as a failed refund is not counted again.
    fn refundable_parts(&self, currency: Currency) -> Vec<RefundablePart> {
        let own = self.payments.iter().filter(|(_, payment)| payment.counts_in(currency));
        let standing = |id: &PaymentId| -> Amount {
            let failed = self.refunds.values().filter(|refund| refund.payment == *id && refund.may_be_ordered_again());
            failed.map(|refund| refund.amount).sum()
        };
        let part = |(id, payment): (&PaymentId, &Payment)| {
            let is_disputed = payment.is_disputed();
            let left = payment.captured - self.refunded_of(id, payment, Refund::counts);
            let left = if is_disputed { left - standing(id) } else { left };
            RefundablePart { payment: id.clone(), left, step: payment.step, is_disputed }
        };
        let mut parts: Vec<RefundablePart> = own.map(part).filter(|part| part.left > 0).collect();
        parts.sort_by_key(|part| part.is_disputed);
        parts
    }

    /// The captured amount that has not been refunded. It includes what a dispute blocks for now.
    pub fn not_refunded(&self, currency: Currency) -> Amount {
        self.refundable_parts(currency).iter().map(|part| part.left).sum()
    }

    /// Intends to refund `amount` under the name `name`, over as many payments as needed, and never more than is left
    /// of the captured amount. Returns the amount intended: 0 if the name was used before.
    ///
    /// An amount that a dispute blocks is not forgotten: it is recorded as failed, for a person to order again. An
    /// amount smaller than a provider can move passes to the next payment. After the last payment it is dropped.
    pub fn intend_refund(&mut self, name: &str, amount: Amount, currency: Currency) -> Amount {
        if self.refunds.contains_key(name) {
            return 0;
        }
        let (mut left, mut intended) = (amount, 0);
        for (n, RefundablePart { payment, left: refundable, step, is_disputed }) in
            self.refundable_parts(currency).into_iter().enumerate()
        {
            let part = if Safeguard::RefundCap.is_off() { left } else { left.min(refundable) };
            let part = part - part % step;
            let id = if n == 0 { name.to_owned() } else { format!("{name}.{}", n + 1) };
            let Ok(id) = id.parse::<RefundId>() else { break };
            if part > 0 {
                let state = if is_disputed {
                    RefundState::Failed { reason: "its payment is disputed".to_owned() }
                } else {
                    intended += part;
                    RefundState::Intended
                };
                self.refunds.insert(id, Refund { payment, amount: part, attempt: 1, state });
                left -= part;
            }
        }
        intended
    }

    /// Intends each failed refund again, as another attempt, as far as its payment still has the money. Returns how
    /// many.
    pub fn retry_failed(&mut self, currency: Currency) -> usize {
        let parts = self.refundable_parts(currency).into_iter().filter(|part| !part.is_disputed);
        let mut room: BTreeMap<PaymentId, Amount> = parts.map(|part| (part.payment, part.left)).collect();
        let failed = |refund: &&mut Refund| refund.may_be_ordered_again();
        let mut retried = 0;
        for refund in self.refunds.values_mut().filter(failed) {
            if let Some(left) = room.get_mut(&refund.payment).filter(|left| refund.amount <= **left) {
                *left -= refund.amount;
                refund.attempt += 1;
                refund.state = RefundState::Intended;
                retried += 1;
            }
        }
        retried
    }

    /// Whether a refund of Orderly's has failed and has not been ordered again.
    pub fn has_failed_refund(&self) -> bool {
        self.refunds.values().any(Refund::may_be_ordered_again)
    }

    /// Disputes that have not been won: their money is gone, or may be soon.
    pub fn disputes(&self) -> impl Iterator<Item = &str> {
        let all = self.payments.values().flat_map(|payment| &payment.disputes);
        all.filter(|(_, dispute)| dispute.status != DisputeStatus::Won).map(|(id, _)| id.as_str())
    }

    /// The refunds that Orderly still has to ask a provider for.
    pub fn owed_refunds(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        self.refunds.iter().filter(|(_, refund)| refund.is_owed())
    }

    pub fn status(&self, total: Amount, currency: Currency) -> PaymentStatus {
        let payments = || self.payments.values().filter(|payment| payment.counts_in(currency));
        let captured = self.captured(currency);
        let refunded = self.settled_refunds(currency);
        if payments().any(Payment::is_disputed) {
            PaymentStatus::Disputed
        } else if captured > 0 && refunded >= captured {
            PaymentStatus::Refunded
        } else if captured > 0 && refunded > 0 {
            PaymentStatus::PartiallyRefunded
        } else if captured > total {
            PaymentStatus::Overpaid
        } else if captured == total {
            PaymentStatus::Paid
        } else if captured > 0 {
            PaymentStatus::PartiallyPaid
        } else if payments().any(|p| !p.voided && p.authorized.as_ref().is_some_and(|a| a.amount > 0)) {
            PaymentStatus::Authorized
        } else if payments().any(Payment::is_pending) {
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

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(amount: &Amount) -> bool {
    *amount == 0
}

#[cfg(test)]
mod tests;
