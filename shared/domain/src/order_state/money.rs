//! Payments and refunds of an order.

use super::{Hold, HoldReason, OrderState, OrderStatus};
use crate::{
    Rejection,
    duty::{Duty, EmailKind},
    history::Actor,
    ids::{RefundId, ReturnId},
    ledger::{DisputeStatus, Ledger, MoneyEvent, MoneyFact, OurRefund, RefundState, RefundStatus},
    money::Amount,
};
use jiff::Timestamp;

impl OrderState {
    /// Takes in a fact about money. The same fact again changes nothing.
    pub fn record(mut self, event: &MoneyEvent, now: Timestamp) -> Self {
        let before = self.ledger.clone();
        self.ledger.record(event);
        if self.ledger == before {
            return self;
        }
        let by = Actor::provider(event.payment.parts().0);
        let currency = event.currency.unwrap_or(self.currency);
        let money = |amount: Amount| currency.format(amount);
        let (what, note) = match &event.fact {
            MoneyFact::Pending => ("payment-pending", String::new()),
            MoneyFact::Authorized(amount) => ("payment-authorized", money(*amount)),
            MoneyFact::Captured(amount) => ("payment-captured", money(*amount)),
            MoneyFact::Failed(code) => ("payment-failed", code.clone()),
            MoneyFact::Voided => ("payment-voided", String::new()),
            MoneyFact::RefundedInTotal(amount) => ("refunded-in-total", money(*amount)),
            MoneyFact::Refund { amount, status, .. } => match status {
                RefundStatus::Pending => ("refund-pending", money(*amount)),
                RefundStatus::Succeeded => ("refund-succeeded", money(*amount)),
                RefundStatus::Failed => ("refund-failed", money(*amount)),
            },
            MoneyFact::Dispute { amount, status, .. } => match status {
                DisputeStatus::Inquiry => ("dispute-inquiry", money(*amount)),
                DisputeStatus::Open => ("dispute-opened", money(*amount)),
                DisputeStatus::Won => ("dispute-won", money(*amount)),
                DisputeStatus::Lost => ("dispute-lost", money(*amount)),
            },
        };
        let note = format!("{note} {}", event.event);
        // A sum that only adds up the refunds that are known is no news.
        let is_sum = matches!(event.fact, MoneyFact::RefundedInTotal(_));
        if !is_sum || self.ledger.refunded(currency) != before.refunded(currency) {
            self = self.noted(now, &by, what, note.trim_start());
        }
        self.follow_refunds(&before, now);
        if matches!(event.fact, MoneyFact::Dispute { .. }) {
            self.follow_disputes(now);
        }
        self.follow_promises(&before);
        let captured = matches!(event.fact, MoneyFact::Captured(_));
        let mut next = self.open_if_paid(now).without_refund_duty();
        next.hold_if_refunded(&before, now);
        if captured {
            next.hold_if_expired(now);
            next.refund_if_cancelled(now)
        } else {
            next
        }
    }

    /// Without money or the promise of some, an unpaid order goes the way of all unpaid orders.
    fn follow_promises(&mut self, before: &Ledger) {
        let is_unpaid = matches!(self.status, OrderStatus::Pending { .. } | OrderStatus::Expired);
        if is_unpaid && before.has_or_awaits_money() && !self.ledger.has_or_awaits_money() {
            self.holds.remove(&HoldReason::AwaitingPayment);
        }
    }

    /// Some money came too late for an order that needs more: nothing moves it on but a person or the rest of it.
    fn hold_if_expired(&mut self, now: Timestamp) {
        if self.status == OrderStatus::Expired && self.ledger.has_money() {
            let note = "a part was paid after the order expired: cancel it to refund that".to_owned();
            self.holds.entry(HoldReason::AwaitingPayment).or_insert(Hold { since: now, note });
        }
    }

    /// Goods are not sent off when all of their money has gone back, whoever ordered that; nor when so much went back
    /// before they were paid for that they are not.
    fn hold_if_refunded(&mut self, before: &Ledger, now: Timestamp) {
        let (was, is) = (before.kept(self.currency), self.ledger.kept(self.currency));
        let just_paid = before.captured(self.currency) < self.total && is < self.total;
        if self.status == OrderStatus::Open && !self.stock.is_empty() && (just_paid || (was > 0 && is <= 0)) {
            let kept = self.currency.format(is);
            let note =
                format!("only {kept} are left after refunds: cancel the order, or release it to send it all the same");
            self.holds.insert(HoldReason::PaymentRefunded, Hold { since: now, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// A refund that has now succeeded is told to the customer; one that has now failed is for a person to look at.
    fn follow_refunds(&mut self, before: &Ledger, now: Timestamp) {
        for (id, refund) in &self.ledger.refunds {
            let old = before.refunds.get(id).map(|old| &old.state);
            match &refund.state {
                new if old == Some(new) => {}
                RefundState::Succeeded { .. } => {
                    self.owed.insert(Duty::Email(EmailKind::RefundSent(id.clone())));
                }
                RefundState::Failed { reason } => {
                    let note = format!("refund {id} failed: {reason}");
                    self.holds.insert(HoldReason::RefundFailed, Hold { since: now, note });
                }
                RefundState::Intended
                | RefundState::Sent { .. }
                | RefundState::Unknown { .. }
                | RefundState::Pending { .. } => {}
            }
        }
    }

    /// Goods whose money is disputed are not sent off until the dispute is won, or a person has looked. This goes by
    /// the ledger, not by the event, which may be an old one that comes late.
    fn follow_disputes(&mut self, now: Timestamp) {
        let disputes: Vec<&str> = self.ledger.disputes().collect();
        if disputes.is_empty() {
            if self.holds.remove(&HoldReason::PaymentDisputed).is_some() {
                self.owe_dispatch();
            }
        } else if self.status == OrderStatus::Open {
            let note = format!("payment dispute {}", disputes.join(", "));
            self.holds.entry(HoldReason::PaymentDisputed).or_insert(Hold { since: now, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    pub(super) fn open_if_paid(mut self, now: Timestamp) -> Self {
        let waits = matches!(self.status, OrderStatus::Pending { .. } | OrderStatus::Expired);
        if !waits || self.ledger.captured(self.currency) < self.total {
            return self;
        }
        self.status = OrderStatus::Open;
        self.holds.remove(&HoldReason::AwaitingPayment);
        self.owed.insert(Duty::StockDeduction);
        self.follow_disputes(now);
        self.noted(now, &Actor::orderly(), "paid", "")
    }

    /// Money that comes for a cancelled order goes back.
    fn refund_if_cancelled(self, now: Timestamp) -> Self {
        if !matches!(self.status, OrderStatus::Cancelled { .. }) {
            return self;
        }
        let name = (1..).map(|n| if n == 1 { "late".to_owned() } else { format!("late-{n}") });
        let free = |name: &String| !self.ledger.refunds.contains_key(name.as_str());
        let Some(name) = { name }.find(free) else { return self };
        let amount = self.ledger.not_refunded(self.currency);
        let mut state = self.intend_refund(&name, amount, now);
        state.hold_foreign_money(now);
        state
    }

    /// Orderly refunds in the order's currency only. What came to a cancelled order in another one is for a person to send
    /// back.
    pub(super) fn hold_foreign_money(&mut self, now: Timestamp) {
        if matches!(self.status, OrderStatus::Cancelled { .. }) && self.ledger.has_foreign_money(self.currency) {
            let note = "was paid in another currency than its own: refund that at the provider, then release this hold";
            let hold = Hold { since: now, note: note.to_owned() };
            self.holds.entry(HoldReason::RefundFailed).or_insert(hold);
        }
    }

    /// Decides to refund, and owes the doing of it.
    pub fn intend_refund(mut self, name: &str, amount: Amount, now: Timestamp) -> Self {
        let before = self.ledger.clone();
        let intended = self.ledger.intend_refund(name, amount, self.currency);
        let told = format!("{name} {}", self.currency.format(intended));
        let failed = self.ledger.has_failed_refund() && !before.has_failed_refund();
        self.follow_refunds(&before, now);
        if failed {
            self = self.noted(now, &Actor::orderly(), "refund-failed", format!("{name} its payment is disputed"));
        }
        if intended == 0 {
            return self;
        }
        self.hold_if_refunded(&before, now);
        self.owed.insert(Duty::Refund);
        self.noted(now, &Actor::orderly(), "refund-intended", told)
    }

    /// Takes note that a return has been inspected, if no refund of it tells that already.
    pub fn inspected(self, id: &ReturnId, now: Timestamp) -> Self {
        if self.ledger.refunds.contains_key(format!("return-{id}").as_str()) {
            return self;
        }
        self.noted(now, &Actor::orderly(), "return-inspected", id.as_str())
    }

    /// The provider is about to be asked. From here on the outcome is unknown until it is recorded.
    pub fn refund_sent(mut self, id: &RefundId, now: Timestamp) -> Self {
        if let Some(refund) = self.ledger.refunds.get_mut(id)
            && refund.state == RefundState::Intended
        {
            refund.state = RefundState::Sent { at: now };
        }
        self
    }

    /// The provider's answer told nothing. The refund is still owed, under the same key.
    pub fn refund_unknown(mut self, ours: &OurRefund, why: &str) -> Self {
        let refund = self.ledger.refunds.get_mut(&ours.id).filter(|refund| refund.attempt == ours.attempt);
        if let Some(refund) = refund
            && let RefundState::Sent { at } | RefundState::Unknown { at, .. } = refund.state
        {
            refund.state = RefundState::Unknown { at, reason: why.to_owned() };
        }
        self
    }

    /// The provider refused this attempt at a refund for good: a person must look.
    pub fn refund_refused(mut self, ours: &OurRefund, why: &str, now: Timestamp) -> Self {
        let before = self.ledger.clone();
        let refund = self.ledger.refunds.get_mut(&ours.id);
        if let Some(refund) = refund.filter(|refund| refund.is_owed() && refund.attempt == ours.attempt) {
            refund.state = RefundState::Failed { reason: why.to_owned() };
            self.follow_refunds(&before, now);
            self = self.noted(now, &Actor::orderly(), "refund-failed", format!("{} {why}", ours.id));
        }
        self.without_refund_duty()
    }

    /// Drops the duty to refund once no refund is owed.
    pub fn without_refund_duty(mut self) -> Self {
        if self.ledger.owed_refunds().next().is_none() {
            self.owed.remove(&Duty::Refund);
        }
        self
    }

    /// Orders a new attempt at the refunds that failed, each under a new idempotency key.
    pub fn retry_refunds(mut self, by: &Actor, now: Timestamp) -> Result<Self, Rejection> {
        if self.ledger.retry_failed(self.currency) == 0 {
            let why = "no refund of this order has failed, or its payment is disputed or has nothing left to refund";
            return Err(Rejection::new("nothing-to-retry", why));
        }
        self.owed.insert(Duty::Refund);
        if !self.ledger.has_failed_refund() {
            self.holds.remove(&HoldReason::RefundFailed);
        }
        self.hold_foreign_money(now);
        self.owe_dispatch();
        Ok(self.noted(now, by, "refund-retried", ""))
    }
}
