//! Captures and voids of an order: when they are decided, and what follows from them.

use super::{Hold, HoldReason, OrderState, OrderStatus, money::News};
use crate::{
    Rejection,
    duty::Duty,
    history::{Event, Stamp},
    ledger::{Ledger, Rest},
    money::Amount,
    policy::Capturing,
    problem::Code,
    refund_cause::RefundCause,
    safeguards::Safeguard,
};
use jiff::Timestamp;

impl OrderState {
    /// What the order can count on: what is captured, what Orderly can capture by itself, and what people vouch for.
    pub(super) fn secured(&self, ledger: &Ledger) -> Amount {
        let by_providers = match self.policy.capturing {
            Capturing::WhenTold => ledger.captured(self.currency),
            Capturing::AtHandOver | Capturing::PerParcel | Capturing::BeforeHandOver => ledger.secured(self.currency),
        };
        by_providers + ledger.promised(self.currency)
    }

    /// What must be captured in all.
    fn needed_money(&self) -> Amount {
        self.total - self.ledger.written_off
    }

    /// What is to be captured, and is neither captured nor decided to be.
    fn to_capture(&self) -> Amount {
        let decided = if Safeguard::CapturedOnce.is_off() { 0 } else { self.ledger.being_captured() };
        (self.needed_money() - self.ledger.captured_or_turned(self.currency) - decided).max(0)
    }

    /// A capture that is on its way decides how much of the order's money is there. Until that is known, nobody changes how
    /// much is due.
    pub(crate) fn no_capture_is_under_way(&self) -> Result<(), Rejection> {
        if self.ledger.being_captured() == 0 {
            return Ok(());
        }
        let why = "its money is being captured right now: try again in a minute";
        Err(Rejection::new(Code::CaptureUnderWay, why))
    }

    /// Captures what is due of an order that goes out, where the shop says so.
    pub(crate) fn capture_for(&mut self, moment: Capturing, at: Timestamp) {
        if self.policy.capturing == moment {
            self.intend_capture(self.to_capture(), &Stamp::orderly(at));
        }
    }

    /// Captures what the parcels that have left are worth, where each is captured by itself. `worth`: of all of them, with
    /// what is no goods.
    pub(crate) fn capture_parcels(&mut self, worth: Amount, at: Timestamp) {
        if self.policy.capturing == Capturing::PerParcel {
            self.sent_worth = worth;
            self.capture_what_has_left(at);
            self.void_what_is_authorized(at);
        }
    }

    /// A payment has one capture under way at most. What left meanwhile is captured after it. A person decides about what
    /// could not be captured.
    pub(super) fn capture_what_has_left(&mut self, at: Timestamp) {
        if self.sent_worth == 0 || self.holds.contains_key(&HoldReason::CaptureFailed) {
            return;
        }
        let (due, has_left) = (self.to_capture(), self.left_uncaptured());
        let amount = if self.ledger.may_be_captured_in_parts() { due.min(has_left) } else { due };
        if has_left > 0 && amount > 0 {
            self.intend_capture(amount, &Stamp::orderly(at));
        }
    }

    /// What the parcels that have left are worth beyond what is captured, or decided to be. It may be negative.
    fn left_uncaptured(&self) -> Amount {
        let captured = self.ledger.captured_or_turned(self.currency) + self.ledger.being_captured();
        self.sent_worth - self.sent_given_up - captured
    }

    /// The last capture of what is due gives the rest of the authorization up.
    fn intend_capture(&mut self, amount: Amount, stamp: &Stamp) {
        let rest = if amount < self.to_capture() { Rest::Kept } else { Rest::GivenUp };
        let decided = self.ledger.intend_capture(amount, self.currency, rest);
        self.owe_captures();
        if decided > 0 {
            self.add_entry(stamp, Event::CaptureIntended, self.currency.format(decided));
        }
    }

    /// Captures what a person says, or all that is due. Asking again for what is under way changes nothing.
    pub fn request_capture(mut self, amount: Option<Amount>, stamp: &Stamp) -> Result<Self, Rejection> {
        let (due, asked) = (self.to_capture(), amount.unwrap_or(self.to_capture()));
        let is_repetition = match amount {
            Some(amount) => amount == self.ledger.being_captured(),
            None => due == 0,
        };
        if self.ledger.being_captured() > 0 && is_repetition {
            return Ok(self);
        }
        let mut next = self.ledger.clone();
        let capturable = next.intend_capture(Amount::MAX, self.currency, Rest::GivenUp);
        if capturable == 0 || due == 0 || !self.goes_on() {
            let why = "nothing that is due of the order is authorized and not captured yet";
            return Err(Rejection::new(Code::NothingToCapture, why));
        }
        if asked > due.min(capturable) {
            let money = |amount| self.currency.format(amount);
            let why = format!(
                "{} is asked for; {} is due, and {} is authorized",
                money(asked),
                money(due),
                money(capturable)
            );
            return Err(Rejection::new(Code::MoreThanLeft, why));
        }
        self.intend_capture(asked, stamp);
        Ok(self)
    }

    fn goes_on(&self) -> bool {
        matches!(self.status, OrderStatus::Pending { .. } | OrderStatus::Open | OrderStatus::Completed)
    }

    /// No parcel leaves before its money is captured, where the shop says so.
    pub(crate) fn may_leave(&self) -> Result<(), Rejection> {
        let is_due = self.policy.capturing == Capturing::BeforeHandOver
            && self.ledger.captured(self.currency) + self.ledger.promised(self.currency) < self.needed_money()
            && !Safeguard::NothingLeavesUncaptured.is_off();
        if !is_due {
            return Ok(());
        }
        let why = "its payment is not captured yet: try again in a minute; an operator sees why it is not";
        Err(Rejection::new(Code::NotCaptured, why))
    }

    /// Gives up what the customer of a cancelled order has authorized, and where Orderly captures also what is authorized beyond
    /// an order's total: the customer may have tried twice.
    pub(super) fn void_what_is_authorized(&mut self, at: Timestamp) {
        let is_cancelled = matches!(self.status, OrderStatus::Cancelled { .. });
        let has_all = self.policy.capturing != Capturing::WhenTold
            && matches!(self.status, OrderStatus::Open | OrderStatus::Completed)
            && self.ledger.covers(self.total, self.currency)
            && self.ledger.being_captured() == 0;
        if !(is_cancelled || has_all) || Safeguard::AuthorizationIsVoided.is_off() {
            return;
        }
        let voids = self.ledger.intend_voids();
        self.owe_captures();
        if voids > 0 {
            self.add_entry(&Stamp::orderly(at), Event::VoidIntended, "");
        }
    }

    pub(super) fn owe_captures(&mut self) {
        if self.ledger.owed_captures().next().is_some() {
            self.owed.insert(Duty::Capture);
        } else {
            self.owed.remove(&Duty::Capture);
        }
    }

    /// Holds the order for a person if a capture or a void has failed, and drops that hold when the money is there.
    pub(super) fn announce_captures(&mut self, before: &Ledger, at: Timestamp) {
        let mut failed = Vec::new();
        for (id, capture) in self.ledger.captures.iter().filter(|(_, capture)| capture.has_failed()) {
            let is_new = before.captures.get(id).is_none_or(|old| old.state != capture.state);
            let payment = self.ledger.payments.get(&capture.payment);
            let was_captured = payment.is_some_and(|payment| payment.captured > capture.terms.after);
            if is_new && !(capture.is_void() && was_captured) {
                failed.push(format!("{id} {}", capture.reason()));
            }
        }
        let is_covered = self.ledger.covers(self.total, self.currency);
        if is_covered && self.holds.remove(&HoldReason::CaptureFailed).is_some() {
            self.owe_dispatch();
        }
        for note in failed {
            self.add_entry(&Stamp::orderly(at), Event::CaptureFailed, note.clone());
            let is_cancelled = matches!(self.status, OrderStatus::Cancelled { .. });
            if is_covered && !is_cancelled {
                continue;
            }
            let way_on = if is_cancelled {
                "void it at the provider, then release this hold"
            } else {
                "capture again (POST /orders/{id}/capture), let the customer pay again, or cancel the order; releasing this hold \
                 writes the money off"
            };
            self.holds.insert(HoldReason::CaptureFailed, Hold { since: at, note: format!("{note}: {way_on}") });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// Holds an order whose goods have left and whose money is gone, because a bank rejected its capture afterwards: all of
    /// them, or some where each parcel is captured by itself. One whose goods are here asks for its money again.
    pub(super) fn hold_when_a_capture_is_lost(&mut self, news: &News<'_>) {
        let captured = |ledger: &Ledger| ledger.captured(self.currency);
        let lost = captured(&news.before) - captured(&self.ledger);
        let is_covered = self.ledger.covers(self.total, self.currency);
        let have_left = match self.status {
            OrderStatus::Completed => true,
            OrderStatus::Open => self.left_uncaptured() > 0,
            _ => false,
        };
        if lost <= 0 || !have_left || is_covered {
            return;
        }
        let note = format!(
            "{} was captured, and that was rejected or taken back after the goods had left: capture again (POST \
             /orders/{{id}}/capture), or let the customer pay again; releasing this hold writes the money off",
            self.currency.format(lost)
        );
        self.holds.insert(HoldReason::CaptureFailed, Hold { since: news.at, note });
        self.owed.remove(&Duty::FulfillmentDispatch);
    }

    /// An open order whose authorization is gone asks for its money again.
    pub(super) fn ask_again_when_unsecured(&mut self, news: &News<'_>) {
        let needed = self.needed_money();
        let was_secured = self.secured(&news.before) >= needed;
        if self.status != OrderStatus::Open || !was_secured || self.secured(&self.ledger) >= needed {
            return;
        }
        self.asks_for = Some(needed);
        let note = "what the customer had authorized is gone: it goes on when that is paid or authorized again";
        self.holds.insert(HoldReason::AwaitingPayment, Hold { since: news.at, note: note.to_owned() });
        self.add_entry(&Stamp::orderly(news.at), Event::Held, HoldReason::AwaitingPayment.as_str());
        self.owed.remove(&Duty::FulfillmentDispatch);
    }

    /// Writes off what could not be captured, since a person lets the order go on without it. One that has not begun still
    /// waits for its money. Where each parcel is captured by itself, those that have not left can still be captured.
    pub(super) fn write_off_uncaptured(&mut self) {
        if !matches!(self.status, OrderStatus::Open | OrderStatus::Completed) {
            return;
        }
        let due = self.to_capture();
        if self.policy.capturing == Capturing::PerParcel {
            self.give_up_sent(due);
        } else {
            self.ledger.written_off += due;
        }
    }

    /// Writes off up to `price` of what has left and is not captured, where each parcel is captured by itself. Returns what of
    /// the price is left.
    pub(crate) fn give_up_sent(&mut self, price: Amount) -> Amount {
        if self.policy.capturing != Capturing::PerParcel {
            return price;
        }
        let uncaptured = self.to_capture().min(self.left_uncaptured().max(0)).min(price);
        self.ledger.written_off += uncaptured;
        self.sent_given_up += uncaptured;
        price - uncaptured
    }

    /// Lets the order go on without what it asked for. Where nothing leaves uncaptured, that is written off.
    pub(super) fn waive_what_is_asked_for(&mut self) {
        if self.policy.capturing != Capturing::WhenTold {
            self.ledger.written_off += self.still_due();
        }
        self.asks_for = None;
    }

    /// Gives the price of goods back that will not come, or have come back. What of it is not captured is written off, and
    /// the rest is refunded. If nothing more is to be captured then, what is still authorized is given up.
    pub(super) fn give_back(&mut self, cause: &RefundCause, price: Amount, at: Timestamp) {
        // Where each parcel is captured by itself, what others still capture pays for nothing that came back.
        let is_by_parcel = self.policy.capturing == Capturing::PerParcel && *cause != RefundCause::CancelUnsent;
        let captured = if is_by_parcel { self.give_up_sent(price) } else { self.write_off_first(price) };
        self.refund_and_hold(cause, captured, at);
        self.void_what_is_authorized(at);
    }

    fn write_off_first(&mut self, price: Amount) -> Amount {
        let due = match self.policy.capturing {
            Capturing::WhenTold => self.to_capture().min(self.ledger.promised(self.currency)),
            // What has left is captured, or a person is asked about it.
            Capturing::PerParcel => self.to_capture() - self.left_uncaptured().max(0),
            Capturing::AtHandOver | Capturing::BeforeHandOver => self.to_capture(),
        };
        let uncaptured = due.min(price).max(0);
        self.ledger.written_off += uncaptured;
        price - uncaptured
    }
}
