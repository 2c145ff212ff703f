//! The refund of a payment that no order takes: its order was refused, or never came.

use super::PaymentRecord;
use crate::{
    Rejection,
    duty::Duty,
    history::{self, Event, Stamp},
    ids::RefundId,
    ledger::{Ledger, MoneyEvent, OurRefund, Refund},
    money::Currency,
    payment_record::Named,
    problem::Code,
    safeguards::Safeguard,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The name of the refund. It is part of the idempotency key at the provider.
const NAME: &str = "unmatched";

impl PaymentRecord {
    /// The payment as its events tell it, with the refunds that a person decided.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger { refunds: self.refunds.clone(), ..Ledger::default() };
        ledger.record_all(&self.events);
        ledger
    }

    pub fn currency(&self) -> Option<Currency> {
        self.ledger().currency()
    }

    /// Whether its money goes back to the customer, or has gone. No order may take it then.
    pub fn is_given_back(&self) -> bool {
        !Safeguard::GivenBackIsNotTaken.is_off() && self.refunds.values().any(Refund::goes_back)
    }

    /// Decides to refund all that is left of it, and owes the refund. What failed is tried again under a new key. A repeated
    /// decision changes nothing.
    pub fn give_back(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        let mut ledger = self.ledger();
        let Some(currency) = ledger.currency().filter(|currency| ledger.captured(*currency) > 0) else {
            let why = "nothing of the payment has been captured; an authorization is voided at the provider";
            return Err(Rejection::new(Code::NothingToRefund, why));
        };
        let amount = ledger.not_refunded(currency);
        if amount > 0 {
            ledger.retry_failed(currency);
            let name = match self.refunds.len() {
                0 => NAME.to_owned(),
                before => format!("{NAME}-{}", before + 1),
            };
            ledger.intend_refund(&name, ledger.not_refunded(currency), currency);
        }
        let refunds = own(ledger);
        if refunds == self.refunds {
            let why = "all of the payment has gone back already, or its bank has taken it";
            let is_repetition = self.refunds.values().any(Refund::goes_back);
            return if is_repetition { Ok(self) } else { Err(Rejection::new(Code::NothingToRefund, why)) };
        }
        self.refunds = refunds;
        history::add(&mut self.history, stamp.entry(Event::RefundRequested, currency.format(amount)));
        self.follow_refunds(stamp.at);
        Ok(self)
    }

    /// Merges what the provider tells.
    pub fn record(self, event: &MoneyEvent, now: Timestamp) -> Self {
        self.keep(event, &Named::default(), now)
    }

    /// See [`OrderState::refund_sent`](crate::order_state::OrderState::refund_sent).
    pub fn refund_sent(mut self, id: &RefundId, at: Timestamp) -> Self {
        if let Some(refund) = self.refunds.get_mut(id) {
            refund.send(at);
        }
        self
    }

    /// See [`OrderState::refund_unknown`](crate::order_state::OrderState::refund_unknown).
    pub fn refund_unknown(mut self, ours: &OurRefund, why: &str, may_have_begun: bool, now: Timestamp) -> Self {
        if let Some(refund) = self.refunds.get_mut(&ours.id) {
            refund.become_unknown(ours.attempt, why, may_have_begun, now);
        }
        self
    }

    /// See [`OrderState::refund_not_made`](crate::order_state::OrderState::refund_not_made).
    pub fn refund_not_made(mut self, ours: &OurRefund, why: &str, now: Timestamp) -> Self {
        if self.refunds.get_mut(&ours.id).is_some_and(|refund| refund.begin_anew(ours.attempt)) {
            history::add(
                &mut self.history,
                Stamp::orderly(now).entry(Event::RefundRetried, format!("{} {why}", ours.id)),
            );
            self.follow_refunds(now);
        }
        self
    }

    /// See [`OrderState::refund_refused`](crate::order_state::OrderState::refund_refused).
    pub fn refund_refused(mut self, ours: &OurRefund, why: &str, now: Timestamp) -> Self {
        if self.refunds.get_mut(&ours.id).is_some_and(|refund| refund.refuse(ours.attempt, why)) {
            history::add(
                &mut self.history,
                Stamp::orderly(now).entry(Event::RefundFailed, format!("{} {why}", ours.id)),
            );
        }
        self.follow_refunds(now);
        self
    }

    /// Drops the duty to refund once no refund is owed.
    pub fn without_refund_duty(mut self, now: Timestamp) -> Self {
        self.owe_refunds(now);
        self
    }

    fn owe_refunds(&mut self, now: Timestamp) {
        if self.refunds.values().any(Refund::is_owed) {
            self.owed.insert(Duty::Refund);
            self.refund_owed_since.get_or_insert(now);
        } else {
            self.owed.remove(&Duty::Refund);
            self.refund_owed_since = None;
        }
    }

    /// Lets the refunds follow what the provider tells. As long as money is left, the payment is unmatched.
    pub(super) fn follow_refunds(&mut self, now: Timestamp) {
        let ledger = self.ledger();
        self.unmatched_at = if ledger.has_money() { self.unmatched_at.or(Some(now)) } else { None };
        self.refunds = own(ledger);
        self.owe_refunds(now);
    }
}

/// The refunds that Orderly was asked for.
fn own(ledger: Ledger) -> BTreeMap<RefundId, Refund> {
    ledger.refunds.into_iter().filter(|(_, refund)| refund.attempt > 0).collect()
}
