//! Refunds of an order: decided, held, ordered again, and summed up by their causes.

use super::{Hold, HoldReason, OrderState};
use crate::{
    Rejection,
    duty::Duty,
    history::{Event, Stamp},
    ids::ReturnId,
    ledger::{Ledger, Refund},
    money::Amount,
    problem::Code,
    refund_cause::RefundCause,
};
use jiff::Timestamp;

impl OrderState {
    /// Decides to refund, and owes the refund.
    pub fn intend_refund(mut self, cause: &RefundCause, amount: Amount, at: Timestamp) -> Self {
        self.refund_and_hold(cause, amount, at);
        self
    }

    /// Tells that the refund of a return waits for an operator.
    pub(crate) fn refund_to_approve(&mut self, id: ReturnId, amount: Amount, at: Timestamp) {
        let note = format!("return {id} {}", self.currency.format(amount));
        self.add_entry(&Stamp::orderly(at), Event::RefundToApprove, note);
    }

    /// Holds the order while the refund of a return waits: `waiting` is the first, with its amount. `elsewhere` was
    /// refunded at the provider, and counts for no return.
    pub(crate) fn hold_for_approval(&mut self, waiting: Option<(ReturnId, Amount)>, elsewhere: Amount, at: Timestamp) {
        let Some((id, amount)) = waiting else {
            if self.holds.remove(&HoldReason::RefundToApprove).is_some() {
                self.owe_dispatch();
            }
            return;
        };
        let money = |amount| self.currency.format(amount);
        let doubt = match elsewhere {
            0 => String::new(),
            elsewhere => {
                format!(" {} were refunded at the provider: say whether that is for this return.", money(elsewhere))
            }
        };
        let note = format!(
            "return {id}: {} to refund.{doubt} Decide with POST /orders/{{id}}/returns/{id}/refund",
            money(amount)
        );
        let hold = Hold { since: at, note: String::new() };
        self.holds.entry(HoldReason::RefundToApprove).or_insert(hold).note = note;
    }

    pub(crate) fn refund_and_hold(&mut self, cause: &RefundCause, amount: Amount, at: Timestamp) {
        let before = self.ledger.clone();
        let stamp = Stamp::orderly(at);
        let name = cause.to_string();
        let intended = self.ledger.intend_refund(&name, amount, self.currency);
        self.announce_refunds(&before, at);
        if self.ledger.blocked() > before.blocked() {
            self.hold_while_disputed(at);
        }
        self.drop_hold_for_a_gone_surplus();
        self.owe_refunds();
        if intended > 0 {
            self.hold_when_refunded(&before, at);
            self.add_entry(&stamp, Event::RefundIntended, format!("{name} {}", self.currency.format(intended)));
        }
    }

    /// Refunds the price of an inspected return. The timeline records the inspection even if nothing is refunded, so
    /// that two inspections of one order always conflict on its version.
    pub fn return_inspected(mut self, id: ReturnId, refund: Amount, at: Timestamp) -> Self {
        let cause = RefundCause::Return(id);
        self.give_back(&cause, refund, at);
        if !self.ledger.refunds.contains_key(cause.to_string().as_str()) {
            self.add_entry(&Stamp::orderly(at), Event::ReturnInspected, id.to_string());
        }
        self
    }

    /// Owes the refunds that the provider still has to be asked for, if there are any.
    pub(super) fn owe_refunds(&mut self) {
        if self.ledger.owed_refunds().next().is_some() {
            self.owed.insert(Duty::Refund);
        } else {
            self.owed.remove(&Duty::Refund);
        }
        self.owe_shop();
    }

    /// Orders a new attempt at each failed refund, under a new idempotency key.
    pub fn retry_refunds(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.ledger.retry_failed(self.currency) == 0 {
            let why = "no refund of this order has failed, or its payment has nothing left to refund";
            return Err(Rejection::new(Code::NothingToRetry, why));
        }
        self.owe_refunds();
        if !self.ledger.has_failed_refund() {
            self.holds.remove(&HoldReason::RefundFailed);
        }
        self.hold_foreign_money(stamp.at);
        self.owe_dispatch();
        Ok(self.with_entry(stamp, Event::RefundRetried, ""))
    }

    /// What was decided to go back for units and shipping that the total counts, of the refunds of ours that count.
    pub(super) fn goods_paid_back(&self, ledger: &Ledger, counts: fn(&Refund) -> bool) -> Amount {
        let sum = |wanted: &dyn Fn(&RefundCause) -> bool| decided(ledger, counts, wanted);
        let requested = (1..)
            .zip(&self.requested_refunds)
            .map(|(n, request)| (sum(&|of| *of == RefundCause::Requested(n)) - request.of_surplus).max(0));
        sum(&|of| matches!(of, RefundCause::CancelUnsent | RefundCause::Return(_) | RefundCause::Parcel(..)))
            + requested.sum::<Amount>()
    }
}

/// What Orderly decided to refund for these causes, of the refunds that count.
pub(super) fn decided(ledger: &Ledger, counts: fn(&Refund) -> bool, wanted: &dyn Fn(&RefundCause) -> bool) -> Amount {
    let ours = ledger.refunds().filter(|(_, refund)| counts(refund));
    ours.filter(|(id, _)| RefundCause::of(id).is_some_and(|of| wanted(&of))).map(|(_, refund)| refund.amount).sum()
}
