//! Payments and refunds of an order.

use super::{Hold, HoldReason, OrderState, OrderStatus};
use crate::{
    Rejection,
    duty::{Duty, EmailKind},
    history::{Actor, Event, Stamp},
    ids::{RefundId, ReturnId},
    ledger::{DisputeStatus, Ledger, MoneyEvent, MoneyFact, OurRefund, RefundState, RefundStatus},
    money::Amount,
    problem::Code,
    refund_cause::RefundCause,
    safeguards::Safeguard,
};
use jiff::Timestamp;

/// A fact about money that is now in the ledger.
struct News<'a> {
    event: &'a MoneyEvent,
    /// The ledger before the fact.
    before: Ledger,
    at: Timestamp,
}

/// The consequences of a fact about money, in this order: a step may rely on the steps before it, and the timeline
/// tells the fact before its consequences.
const CONSEQUENCES: [fn(&mut OrderState, &News<'_>); 9] = [
    OrderState::tell_of_money,
    |state, news| state.announce_refunds(&news.before, news.at),
    OrderState::follow_disputes,
    OrderState::drop_hold_for_a_broken_promise,
    |state, news| state.open_when_paid(news.at),
    |state, _| state.drop_refund_duty_when_none_is_owed(),
    // After the order has opened, because only an open order's goods would be sent.
    |state, news| state.hold_when_refunded(&news.before, news.at),
    OrderState::hold_late_part,
    OrderState::refund_money_of_a_cancelled_order,
];

impl OrderState {
    /// Records a fact about money. Recording it again changes nothing.
    pub fn record(mut self, event: &MoneyEvent, at: Timestamp) -> Self {
        let before = self.ledger.clone();
        self.ledger.record(event);
        if self.ledger != before {
            let news = News { event, before, at };
            for follow in CONSEQUENCES {
                follow(&mut self, &news);
            }
        }
        self
    }

    /// Adds the fact to the timeline. A total that only confirms the known refunds is not news.
    fn tell_of_money(&mut self, News { event, before, at }: &News<'_>) {
        let currency = event.currency.unwrap_or(self.currency);
        let is_sum = matches!(event.fact, MoneyFact::RefundedInTotal(_));
        if is_sum && self.ledger.refunded(currency) == before.refunded(currency) {
            return;
        }
        let money = |amount: Amount| currency.format(amount);
        let (what, note) = match &event.fact {
            MoneyFact::Pending => (Event::PaymentPending, String::new()),
            MoneyFact::Authorized(amount) => (Event::PaymentAuthorized, money(*amount)),
            MoneyFact::Captured(amount) => (Event::PaymentCaptured, money(*amount)),
            MoneyFact::Failed(code) => (Event::PaymentFailed, code.clone()),
            MoneyFact::Voided => (Event::PaymentVoided, String::new()),
            MoneyFact::RefundedInTotal(amount) => (Event::RefundedInTotal, money(*amount)),
            MoneyFact::Refund { amount, status, .. } => match status {
                RefundStatus::Pending => (Event::RefundPending, money(*amount)),
                RefundStatus::Succeeded => (Event::RefundSucceeded, money(*amount)),
                RefundStatus::Failed => (Event::RefundFailed, money(*amount)),
            },
            MoneyFact::Dispute { amount, status, .. } => match status {
                DisputeStatus::Inquiry => (Event::DisputeInquiry, money(*amount)),
                DisputeStatus::Open => (Event::DisputeOpened, money(*amount)),
                DisputeStatus::Won => (Event::DisputeWon, money(*amount)),
                DisputeStatus::Lost => (Event::DisputeLost, money(*amount)),
            },
        };
        let note = format!("{note} {}", event.event);
        let stamp = Stamp::new(Actor::provider(event.payment.provider.as_str()), *at);
        self.add_entry(&stamp, what, note.trim_start());
    }

    /// Tells the customer of a refund that has now succeeded, and holds the order for a person if one has now failed.
    fn announce_refunds(&mut self, before: &Ledger, at: Timestamp) {
        for (id, refund) in &self.ledger.refunds {
            let old = before.refunds.get(id).map(|old| &old.state);
            match &refund.state {
                new if old == Some(new) => {}
                RefundState::Succeeded { .. } => {
                    self.owed.insert(Duty::Email(EmailKind::RefundSent(id.clone())));
                }
                RefundState::Failed { reason } => {
                    let note = format!("refund {id} failed: {reason}");
                    self.holds.insert(HoldReason::RefundFailed, Hold { since: at, note });
                }
                RefundState::Intended
                | RefundState::Sent { .. }
                | RefundState::Unknown { .. }
                | RefundState::Pending { .. } => {}
            }
        }
    }

    fn follow_disputes(&mut self, news: &News<'_>) {
        if matches!(news.event.fact, MoneyFact::Dispute { .. }) {
            self.hold_while_disputed(news.at);
        }
    }

    /// Holds goods back while their money is disputed, until the dispute is won or a person releases them. It looks at
    /// the ledger and not at the event, which may be old and late.
    fn hold_while_disputed(&mut self, at: Timestamp) {
        let disputes: Vec<&str> = self.ledger.disputes().collect();
        if disputes.is_empty() {
            if self.holds.remove(&HoldReason::PaymentDisputed).is_some() {
                self.owe_dispatch();
            }
        } else if self.status == OrderStatus::Open {
            let note = format!("payment dispute {}", disputes.join(", "));
            self.holds.entry(HoldReason::PaymentDisputed).or_insert(Hold { since: at, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// Drops the hold of an unpaid order once its money, or the promise of it, is gone. It then expires like any unpaid
    /// order.
    fn drop_hold_for_a_broken_promise(&mut self, News { before, .. }: &News<'_>) {
        let is_unpaid = matches!(self.status, OrderStatus::Pending { .. } | OrderStatus::Expired);
        if is_unpaid && before.has_or_awaits_money() && !self.ledger.has_or_awaits_money() {
            self.holds.remove(&HoldReason::AwaitingPayment);
        }
    }

    pub(super) fn open_when_paid(&mut self, at: Timestamp) {
        let waits = matches!(self.status, OrderStatus::Pending { .. } | OrderStatus::Expired);
        if !waits || self.ledger.captured(self.currency) < self.total {
            return;
        }
        self.status = OrderStatus::Open;
        self.holds.remove(&HoldReason::AwaitingPayment);
        self.owed.insert(Duty::StockDeduction);
        self.hold_while_disputed(at);
        self.add_entry(&Stamp::orderly(at), Event::Paid, "");
    }

    fn drop_refund_duty_when_none_is_owed(&mut self) {
        if self.ledger.owed_refunds().next().is_none() {
            self.owed.remove(&Duty::Refund);
        }
    }

    /// Holds goods back when all their money has been refunded, whoever ordered the refund, or when refunds before the
    /// order opened leave less than its total.
    fn hold_when_refunded(&mut self, before: &Ledger, at: Timestamp) {
        let (was, is) = (before.kept(self.currency), self.ledger.kept(self.currency));
        let just_paid = before.captured(self.currency) < self.total && is < self.total;
        if self.status == OrderStatus::Open && !self.stock.is_empty() && (just_paid || (was > 0 && is <= 0)) {
            let kept = self.currency.format(is);
            let note =
                format!("only {kept} are left after refunds: cancel the order, or release it to send it all the same");
            self.holds.insert(HoldReason::PaymentRefunded, Hold { since: at, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// Holds an expired order that got only a part of its money. Only the rest of the money or a person moves it on.
    fn hold_late_part(&mut self, News { event, at, .. }: &News<'_>) {
        let is_capture = matches!(event.fact, MoneyFact::Captured(_));
        if is_capture && self.status == OrderStatus::Expired && self.ledger.has_money() {
            let note = "a part was paid after the order expired: cancel it to refund that".to_owned();
            self.holds.entry(HoldReason::AwaitingPayment).or_insert(Hold { since: *at, note });
        }
    }

    /// Refunds money that arrives for a cancelled order.
    fn refund_money_of_a_cancelled_order(&mut self, News { event, at, .. }: &News<'_>) {
        let is_capture = matches!(event.fact, MoneyFact::Captured(_));
        let is_cancelled = matches!(self.status, OrderStatus::Cancelled { .. });
        if !is_capture || !is_cancelled || Safeguard::LateMoneyGoesBack.is_off() {
            return;
        }
        let is_taken = |n: u32| self.ledger.refunds.contains_key(RefundCause::LatePayment(n).to_string().as_str());
        let mut n = 1;
        while is_taken(n) {
            n += 1;
        }
        self.refund_and_hold(&RefundCause::LatePayment(n), self.ledger.not_refunded(self.currency), *at);
        self.hold_foreign_money(*at);
    }

    /// Holds a cancelled order that has money in another currency. Orderly refunds only in the order's currency, so a
    /// person must send the rest back.
    pub(super) fn hold_foreign_money(&mut self, at: Timestamp) {
        if matches!(self.status, OrderStatus::Cancelled { .. }) && self.ledger.has_foreign_money(self.currency) {
            let note = "was paid in another currency than its own: refund that at the provider, then release this hold";
            let hold = Hold { since: at, note: note.to_owned() };
            self.holds.entry(HoldReason::RefundFailed).or_insert(hold);
        }
    }

    /// Decides to refund, and owes the refund.
    pub fn intend_refund(mut self, cause: &RefundCause, amount: Amount, at: Timestamp) -> Self {
        self.refund_and_hold(cause, amount, at);
        self
    }

    pub(super) fn refund_and_hold(&mut self, cause: &RefundCause, amount: Amount, at: Timestamp) {
        let before = self.ledger.clone();
        let stamp = Stamp::orderly(at);
        let name = cause.to_string();
        let intended = self.ledger.intend_refund(&name, amount, self.currency);
        let failed = self.ledger.has_failed_refund() && !before.has_failed_refund();
        self.announce_refunds(&before, at);
        if failed {
            self.add_entry(&stamp, Event::RefundFailed, format!("{name} its payment is disputed"));
        }
        if intended > 0 {
            self.hold_when_refunded(&before, at);
            self.owed.insert(Duty::Refund);
            self.add_entry(&stamp, Event::RefundIntended, format!("{name} {}", self.currency.format(intended)));
        }
    }

    /// Refunds the price of an inspected return. The timeline records the inspection even if nothing is refunded, so
    /// that two inspections of one order always conflict on its version.
    pub fn return_inspected(mut self, id: ReturnId, refund: Amount, at: Timestamp) -> Self {
        let cause = RefundCause::Return(id);
        self.refund_and_hold(&cause, refund, at);
        if !self.ledger.refunds.contains_key(cause.to_string().as_str()) {
            self.add_entry(&Stamp::orderly(at), Event::ReturnInspected, id.to_string());
        }
        self
    }

    /// Records that the provider is about to be asked. From here on the outcome is unknown until it is recorded.
    pub fn refund_sent(mut self, id: &RefundId, at: Timestamp) -> Self {
        if let Some(refund) = self.ledger.refunds.get_mut(id)
            && refund.state == RefundState::Intended
        {
            refund.state = RefundState::Sent { at };
        }
        self
    }

    /// Records that the provider's answer was inconclusive. The refund is still owed, under the same key.
    pub fn refund_unknown(mut self, ours: &OurRefund, why: &str) -> Self {
        let refund = self.ledger.refunds.get_mut(&ours.id).filter(|refund| refund.attempt == ours.attempt);
        if let Some(refund) = refund
            && let RefundState::Sent { at } | RefundState::Unknown { at, .. } = refund.state
        {
            refund.state = RefundState::Unknown { at, reason: why.to_owned() };
        }
        self
    }

    /// Records that the provider refused this attempt for good. A person must look.
    pub fn refund_refused(mut self, ours: &OurRefund, why: &str, at: Timestamp) -> Self {
        let before = self.ledger.clone();
        let refund = self.ledger.refunds.get_mut(&ours.id);
        if let Some(refund) = refund.filter(|refund| refund.is_owed() && refund.attempt == ours.attempt) {
            refund.state = RefundState::Failed { reason: why.to_owned() };
            self.announce_refunds(&before, at);
            self.add_entry(&Stamp::orderly(at), Event::RefundFailed, format!("{} {why}", ours.id));
        }
        self.without_refund_duty()
    }

    /// Drops the duty to refund once no refund is owed.
    pub fn without_refund_duty(mut self) -> Self {
        self.drop_refund_duty_when_none_is_owed();
        self
    }

    /// Orders a new attempt at each failed refund, under a new idempotency key.
    pub fn retry_refunds(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.ledger.retry_failed(self.currency) == 0 {
            let why = "no refund of this order has failed, or its payment is disputed or has nothing left to refund";
            return Err(Rejection::new(Code::NothingToRetry, why));
        }
        self.owed.insert(Duty::Refund);
        if !self.ledger.has_failed_refund() {
            self.holds.remove(&HoldReason::RefundFailed);
        }
        self.hold_foreign_money(stamp.at);
        self.owe_dispatch();
        Ok(self.with_entry(stamp, Event::RefundRetried, ""))
    }
}
