//! The refund of a payment that no order takes: its order was refused, or never came.

use super::PaymentRecord;
use crate::{
    Rejection,
    duty::Duty,
    history::{self, Event, Stamp},
    ids::RefundId,
    ledger::{Attempt, Ledger, MoneyEvent, Progress, Refund, RequestName},
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

    /// Its ledger, if it goes back to its customer.
    pub(super) fn given_back_ledger(&self) -> Option<Ledger> {
        self.is_given_back().then(|| self.ledger())
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
        if !self.is_given_back() {
            // No order will book its money any more.
            let ledger = self.ledger();
            self.books.write_down(&Ledger::default(), &ledger, stamp.at, NAME, stamp.at);
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

    /// See [`OrderState::request_sent`](crate::order_state::OrderState::request_sent).
    pub fn request_sent(mut self, name: &RequestName, at: Timestamp) -> Self {
        if let Some(progress) = self.progress(name) {
            progress.send(at);
        }
        self
    }

    /// See [`OrderState::request_unknown`](crate::order_state::OrderState::request_unknown).
    pub fn request_unknown(mut self, attempt: &Attempt, why: &str, may_have_begun: bool, now: Timestamp) -> Self {
        if let Some(progress) = self.progress(&attempt.name) {
            progress.become_unknown(attempt.number, why, may_have_begun, now);
        }
        self
    }

    /// See [`OrderState::request_begun`](crate::order_state::OrderState::request_begun).
    pub fn request_begun(mut self, attempt: &Attempt, provider_id: &str, now: Timestamp) -> Self {
        if let Some(progress) = self.progress(&attempt.name) {
            progress.begin(attempt.number, provider_id, now);
        }
        self.follow_refunds(now);
        self
    }

    /// See [`OrderState::request_not_made`](crate::order_state::OrderState::request_not_made).
    pub fn request_not_made(mut self, attempt: &Attempt, why: &str, now: Timestamp) -> Self {
        if self.progress(&attempt.name).is_some_and(|progress| progress.begin_anew(attempt.number)) {
            history::add(
                &mut self.history,
                Stamp::orderly(now).entry(Event::RefundRetried, format!("{} {why}", attempt.name)),
            );
            self.follow_refunds(now);
        }
        self
    }

    /// See [`OrderState::request_refused`](crate::order_state::OrderState::request_refused).
    pub fn request_refused(mut self, attempt: &Attempt, why: &str, now: Timestamp) -> Self {
        if self.progress(&attempt.name).is_some_and(|progress| progress.refuse(attempt.number, why)) {
            history::add(
                &mut self.history,
                Stamp::orderly(now).entry(Event::RefundFailed, format!("{} {why}", attempt.name)),
            );
        }
        self.follow_refunds(now);
        self
    }

    /// A payment that no order takes has only refunds.
    fn progress(&mut self, name: &RequestName) -> Option<Progress<'_>> {
        match name {
            RequestName::Refund(id) => self.refunds.get_mut(id).map(Refund::progress),
            RequestName::Capture(_) | RequestName::Evidence(_) => None,
        }
    }

    /// Drops the duty to refund once no refund is owed.
    pub fn owe_requests(mut self, now: Timestamp) -> Self {
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
