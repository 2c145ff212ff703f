//! Payments and refunds of an order.

use super::{Hold, HoldReason, OrderState, OrderStatus};
use crate::{
    Rejection,
    duty::{Duty, EmailKind},
    history::{Actor, Event, Stamp},
    ledger::{DisputeStatus, Ledger, MoneyEvent, MoneyFact, PartStatus, Refund, RefundStatus, RequestState},
    money::Amount,
    placed_order::PlacedOrder,
    problem::Code,
    refund_cause::RefundCause,
    safeguards::Safeguard,
};
use jiff::Timestamp;

/// A fact about money that is now in the ledger.
pub(super) struct News<'a> {
    event: &'a MoneyEvent,
    /// Who told it, and when Orderly heard it.
    told: &'a Stamp,
    /// The ledger before the fact.
    pub(super) before: Ledger,
    pub(super) at: Timestamp,
}

/// The consequences of a fact about money, in this order: a step may rely on the steps before it, and the timeline
/// tells the fact before its consequences.
const CONSEQUENCES: [fn(&mut OrderState, &News<'_>); 20] = [
    OrderState::tell_of_money,
    |state, news| state.announce_refunds(&news.before, news.at),
    |state, _| state.owe_refunds(),
    |state, news| state.announce_captures(&news.before, news.at),
    // Before anything is captured: a person decides about what was lost.
    OrderState::hold_when_a_capture_is_lost,
    |state, news| state.capture_what_has_left(news.at),
    |state, _| state.owe_captures(),
    |state, news| state.announce_evidence(&news.before, news.at),
    |state, _| state.owe_evidence(),
    OrderState::drop_holds_of_met_deadlines,
    OrderState::follow_disputes,
    OrderState::drop_hold_for_a_broken_promise,
    OrderState::go_on_when_the_rest_is_paid,
    |state, news| state.open_when_paid(news.at),
    OrderState::ask_again_when_unsecured,
    // After the order has opened, because only an open order's goods would be sent.
    |state, news| state.hold_when_refunded(&news.before, news.at),
    OrderState::hold_incomplete_payment,
    OrderState::follow_surplus,
    OrderState::refund_money_of_a_cancelled_order,
    |state, news| state.void_what_is_authorized(news.at),
];

impl OrderState {
    /// Records a fact about money that its provider tells. Recording it again changes nothing.
    pub fn record(self, event: &MoneyEvent, at: Timestamp) -> Self {
        self.record_as(event, &Stamp::new(Actor::provider(event.payment.provider.as_str()), at))
    }

    /// Records a fact about money, whoever tells it.
    pub(super) fn record_as(mut self, event: &MoneyEvent, told: &Stamp) -> Self {
        let (before, at) = (self.ledger.clone(), told.at);
        self.ledger.record(event);
        if matches!(event.fact, MoneyFact::Failed(_) | MoneyFact::Voided) {
            self.ledger.forget_what_came_to_nothing();
        }
        if self.ledger != before {
            self.books.write_down(&before, &self.ledger, event.at, &event.event, at);
            let news = News { event, told, before, at };
            for follow in CONSEQUENCES {
                follow(&mut self, &news);
            }
        }
        self
    }

    /// Adds the fact to the timeline. What only confirms what is known is not news.
    fn tell_of_money(&mut self, News { event, told, before, .. }: &News<'_>) {
        let currency = event.currency.unwrap_or(self.currency);
        let is_sum = matches!(event.fact, MoneyFact::RefundedInTotal(_));
        if is_sum && self.ledger.refunded(currency) == before.refunded(currency) {
            return;
        }
        let captured = |ledger: &Ledger| ledger.payments.get(&event.payment).map(|payment| payment.captured);
        if event.fact.is_capture() && captured(&self.ledger) == captured(before) {
            return; // it only says the currency again
        }
        if let MoneyFact::Refund { id, .. } = &event.fact
            && self.ledger.refunds.contains_key(id.as_str())
            && self.ledger.refunds().all(|(real, _)| real.as_str() != id)
        {
            return; // the rest of an authorization
        }
        let money = |amount: Amount| currency.format(amount);
        let (what, note) = match &event.fact {
            MoneyFact::Pending { .. } => (Event::PaymentPending, String::new()),
            MoneyFact::Promised { amount, .. } => (Event::PaymentPromised, money(*amount)),
            MoneyFact::Authorized { amount, .. } => (Event::PaymentAuthorized, money(*amount)),
            MoneyFact::Captured(amount) | MoneyFact::CapturePart { amount, status: PartStatus::Succeeded, .. } => {
                (Event::PaymentCaptured, money(*amount))
            }
            // A void that the provider could not do is told with the void, and a capture that is a payment with that payment.
            MoneyFact::CapturePart { amount: 0, .. } | MoneyFact::CapturedAs { .. } => return,
            // What a person takes back is told once, as given up.
            MoneyFact::CapturePart { status: PartStatus::Failed, .. } if event.payment.is_manual() => return,
            MoneyFact::CapturePart { amount, status: PartStatus::Failed, .. } => (Event::CaptureFailed, money(*amount)),
            MoneyFact::Released(amount) => (Event::AuthorizationReleased, money(*amount)),
            MoneyFact::Failed(code) => (Event::PaymentFailed, code.clone()),
            MoneyFact::Voided => (Event::PaymentVoided, String::new()),
            MoneyFact::RefundedInTotal(amount) => (Event::RefundedInTotal, money(*amount)),
            MoneyFact::Refund { amount, status, .. } => match status {
                RefundStatus::Pending => (Event::RefundPending, money(*amount)),
                RefundStatus::Succeeded => (Event::RefundSucceeded, money(*amount)),
                RefundStatus::Failed => (Event::RefundFailed, money(*amount)),
            },
            MoneyFact::Dispute { amount, status: DisputeStatus::Inquiry | DisputeStatus::Open, case, .. }
                if case.answered =>
            {
                (Event::DisputeAnswered, money(*amount))
            }
            MoneyFact::Dispute { amount, status, .. } => match status {
                DisputeStatus::Inquiry => (Event::DisputeInquiry, money(*amount)),
                DisputeStatus::InquiryClosed => (Event::DisputeInquiryClosed, money(*amount)),
                DisputeStatus::Open => (Event::DisputeOpened, money(*amount)),
                DisputeStatus::Won => (Event::DisputeWon, money(*amount)),
                DisputeStatus::Lost => (Event::DisputeLost, money(*amount)),
            },
        };
        let note = format!("{note} {}", event.event);
        self.add_entry(told, what, note.trim_start());
    }

    /// Tells the customer of a refund that has now succeeded, and holds the order for a person if one has now failed.
    pub(super) fn announce_refunds(&mut self, before: &Ledger, at: Timestamp) {
        let mut blocked = 0;
        let mut told = Vec::new();
        for (id, refund) in self.ledger.refunds() {
            let old = before.refunds.get(id).map(|old| &old.state);
            match &refund.state {
                new if old == Some(new) => {}
                RequestState::Succeeded { .. } => {
                    self.owed.insert(Duty::Email(EmailKind::RefundSent(id.clone())));
                }
                RequestState::Failed { reason, .. } => {
                    let note = format!("refund {id} failed: {reason}");
                    self.holds.insert(HoldReason::RefundFailed, Hold { since: at, note });
                }
                RequestState::Blocked => blocked += refund.amount,
                RequestState::Covered => told.push((Event::RefundCovered, id.to_string())),
                RequestState::Intended if old == Some(&RequestState::Blocked) => {
                    told.push((Event::RefundIntended, id.to_string()));
                }
                RequestState::Intended
                | RequestState::Sent { .. }
                | RequestState::Unknown { .. }
                | RequestState::Pending { .. } => {}
            }
        }
        if blocked > 0 {
            let note = format!("{} until the dispute ends", self.currency.format(blocked));
            told.push((Event::RefundBlocked, note));
        }
        for (what, note) in told {
            self.add_entry(&Stamp::orderly(at), what, note);
        }
    }

    /// A hold that a person released comes back only with another dispute.
    fn follow_disputes(&mut self, news: &News<'_>) {
        let is_as_before =
            self.ledger.disputes().eq(news.before.disputes()) && self.ledger.blocked() == news.before.blocked();
        if !is_as_before {
            self.hold_while_disputed(news.at);
        }
    }

    /// Holds goods back while their money is disputed, until the dispute is won or a person releases them. Holds an
    /// order without goods while a dispute keeps its refund from going out.
    pub(super) fn hold_while_disputed(&mut self, at: Timestamp) {
        let disputes: Vec<&str> = self.ledger.disputes().collect();
        let concerns = self.status == OrderStatus::Open || self.ledger.blocked() > 0;
        if disputes.is_empty() || !concerns {
            if self.holds.remove(&HoldReason::PaymentDisputed).is_some() {
                self.owe_dispatch();
            }
        } else {
            let note = format!("payment dispute {}", disputes.join(", "));
            self.holds.entry(HoldReason::PaymentDisputed).or_insert(Hold { since: at, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// Drops the hold of an unpaid order once its money, or the promise of it, is gone. It then expires like any unpaid
    /// order.
    fn drop_hold_for_a_broken_promise(&mut self, News { before, .. }: &News<'_>) {
        if self.status.is_unpaid() && before.has_or_awaits_money() && !self.ledger.has_or_awaits_money() {
            self.holds.remove(&HoldReason::AwaitingPayment);
        }
    }

    /// An open order that waited for more money, because an edit made it dearer, goes on.
    fn go_on_when_the_rest_is_paid(&mut self, _: &News<'_>) {
        if self.asks_for.is_some() && self.still_due() == 0 {
            self.asks_for = None;
            self.holds.remove(&HoldReason::AwaitingPayment);
            self.owe_dispatch();
        }
    }

    pub(super) fn open_when_paid(&mut self, at: Timestamp) {
        let is_paid = self.ledger.covers(self.total, self.currency);
        let is_secured = self.secured(&self.ledger) >= self.total - self.ledger.written_off;
        if !self.status.is_unpaid() || !(is_paid || is_secured) {
            return;
        }
        self.status = OrderStatus::Open;
        self.holds.remove(&HoldReason::AwaitingPayment);
        self.owed.insert(Duty::StockDeduction);
        self.hold_while_disputed(at);
        self.add_entry(&Stamp::orderly(at), if is_paid { Event::Paid } else { Event::Secured }, "");
        // Enough was captured, and some of it has gone back before.
        if is_paid && self.ledger.kept(self.currency) < self.total - self.ledger.written_off {
            self.hold_refunded(at);
        }
    }

    /// Holds goods back when all their money has been refunded, whoever ordered the refund.
    pub(super) fn hold_when_refunded(&mut self, before: &Ledger, at: Timestamp) {
        let (was, is) = (before.kept(self.currency), self.ledger.kept(self.currency));
        if self.status == OrderStatus::Open && was > 0 && is <= 0 {
            self.hold_refunded(at);
        }
    }

    /// Holds goods back whose money has gone back.
    fn hold_refunded(&mut self, at: Timestamp) {
        if self.stock.is_empty() && self.confirmed {
            return; // nothing is left to hold
        }
        let kept = self.currency.format(self.ledger.kept(self.currency));
        let note =
            format!("only {kept} are left after refunds: cancel the order, or release it to send it all the same");
        self.holds.insert(HoldReason::PaymentRefunded, Hold { since: at, note });
        self.owed.remove(&Duty::FulfillmentDispatch);
    }

    /// Holds an order that got only a part of its money, or money in another currency. Only the rest of the money or a
    /// person moves it on.
    fn hold_incomplete_payment(&mut self, News { event, at, .. }: &News<'_>) {
        let is_capture = event.fact.is_capture();
        if !is_capture || !self.status.is_unpaid() || !self.ledger.has_money() {
            return;
        }
        let total = self.currency.format(self.total);
        let late = if self.status == OrderStatus::Expired { " after the order expired" } else { "" };
        let note = match self.ledger.foreign_money(self.currency) {
            Some((currency, amount)) => format!(
                "{} was paid{late}, but {total} is due: cancel the order, and refund that at the provider",
                currency.format(amount)
            ),
            None => format!(
                "{} of {total} was paid{late}: accept it with accept-payment, cancel the order to refund it, or wait for the rest",
                self.currency.format(self.ledger.kept(self.currency))
            ),
        };
        if self.holds.get(&HoldReason::AwaitingPayment).is_none_or(|hold| hold.note != note) {
            self.holds.insert(HoldReason::AwaitingPayment, Hold { since: *at, note });
            self.add_entry(&Stamp::orderly(*at), Event::Held, HoldReason::AwaitingPayment.as_str());
        }
    }

    /// What was paid beyond the total, and is not refunded or decided to be. What goes back for goods is no part of it:
    /// the total still counts them.
    pub fn surplus(&self, ledger: &Ledger) -> Amount {
        ledger.surplus(self.total - self.paid_back_for_goods(ledger), self.currency)
    }

    /// What is refunded, or decided to be, for units and shipping that the total counts: by us, or elsewhere.
    fn paid_back_for_goods(&self, ledger: &Ledger) -> Amount {
        self.goods_paid_back(ledger, Refund::goes_back) + self.credited
    }

    /// Gives back what was paid beyond the total, or holds the order until a person has decided about it. A refund of ours
    /// that failed waits for a person already.
    fn follow_surplus(&mut self, News { event, before, at, .. }: &News<'_>) {
        if !matches!(self.status, OrderStatus::Open | OrderStatus::Completed) {
            return;
        }
        let (was, is) = (self.surplus(before), self.surplus(&self.ledger));
        let foreign = self.ledger.foreign_money(self.currency);
        let is_about_ours = matches!(event.fact, MoneyFact::Refund { ours: Some(_), .. });
        if is > was && !is_about_ours && !Safeguard::SurplusIsSeen.is_off() {
            if self.policy.refunds_surplus {
                self.add_entry(&Stamp::orderly(*at), Event::Overpaid, self.currency.format(is - was));
                self.refund_and_hold(&self.next_cause(RefundCause::Surplus), is - was, *at);
            } else {
                self.hold_surplus(is - was, *at);
            }
        } else if foreign.is_some() && foreign != before.foreign_money(self.currency) {
            let amount = foreign.map(|(currency, amount)| currency.format(amount)).unwrap_or_default();
            let note = format!("{amount} was paid besides: refund that at the provider, then release this hold");
            self.holds.insert(HoldReason::Overpaid, Hold { since: *at, note });
            self.add_entry(&Stamp::orderly(*at), Event::Overpaid, amount);
        }
        self.drop_hold_for_a_gone_surplus();
        if self.holds.contains_key(&HoldReason::Overpaid) {
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    fn hold_surplus(&mut self, more: Amount, at: Timestamp) {
        self.add_entry(&Stamp::orderly(at), Event::Overpaid, self.currency.format(more));
        let note = self.surplus_note();
        self.holds.insert(HoldReason::Overpaid, Hold { since: at, note });
    }

    fn surplus_note(&self) -> String {
        let paid = self.currency.format(self.total + self.surplus(&self.ledger));
        let due = self.currency.format(self.total);
        format!("{paid} is paid, and {due} is due: refund the difference, or release the order to keep it")
    }

    /// What people are told of a surplus follows it when it shrinks from `before`, since they refund what they are told.
    pub(crate) fn restate_surplus(&mut self, before: Amount) {
        if self.surplus(&self.ledger) < before {
            self.drop_hold_for_a_gone_surplus();
            let note = self.surplus_note();
            if let Some(hold) = self.holds.get_mut(&HoldReason::Overpaid) {
                hold.note = note;
            }
        }
    }

    /// A refund that was made at the provider now counts for goods, so it gave back no surplus. The surplus was `before`. A person's
    /// refund that gave back a surplus and more meant all of it as such; what is left then is a person's decision.
    pub(crate) fn follow_credits(&mut self, before: Amount, at: Timestamp) {
        for n in 0..self.requested_refunds.len() {
            let more = (self.surplus(&self.ledger) - before).max(0);
            let request = &mut self.requested_refunds[n];
            if request.of_surplus > 0 && request.lines.is_empty() && request.shipping == 0 {
                request.of_surplus += more.min(request.amount - request.of_surplus);
            }
        }
        let more = self.surplus(&self.ledger) - before;
        let goes_on = matches!(self.status, OrderStatus::Open | OrderStatus::Completed);
        if more > 0 && goes_on && !Safeguard::SurplusIsSeen.is_off() {
            self.hold_surplus(more, at);
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    pub(super) fn drop_hold_for_a_gone_surplus(&mut self) {
        if self.surplus(&self.ledger) == 0
            && self.ledger.foreign_money(self.currency).is_none()
            && self.holds.remove(&HoldReason::Overpaid).is_some()
        {
            self.owe_dispatch();
        }
    }

    /// Takes over the next revision of what was placed. What it costs less is refunded; what it costs more is asked for.
    pub(crate) fn edited(&mut self, placed: &PlacedOrder, what: &str, stamp: &Stamp) {
        let saved = self.total - placed.total;
        let was_too_much = self.surplus(&self.ledger);
        (self.revision, self.total) = (placed.revision, placed.total);
        self.add_entry(stamp, Event::Edited, what);
        if self.confirmed {
            self.owed.insert(Duty::Email(EmailKind::OrderEdited(placed.revision.number())));
        }
        self.open_when_paid(stamp.at);
        if self.status != OrderStatus::Open {
            return;
        }
        let refund = saved.min(self.surplus(&self.ledger));
        self.refund_and_hold(&RefundCause::Edit(placed.revision.number()), refund, stamp.at);
        self.ask_for(-saved - was_too_much, stamp.at);
        self.owe_dispatch();
    }

    /// Asks for more money, less what was asked for too much before, and holds the goods until it has come.
    fn ask_for(&mut self, more: Amount, at: Timestamp) {
        let secured = self.secured(&self.ledger);
        let due = self.still_due() + more;
        if due <= 0 {
            if self.asks_for.take().is_some() {
                self.holds.remove(&HoldReason::AwaitingPayment);
            }
        } else {
            self.asks_for = Some(secured + due);
            let note = format!("{} more is due after an edit: it goes on when that is paid", self.currency.format(due));
            self.holds.insert(HoldReason::AwaitingPayment, Hold { since: at, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
        }
    }

    /// What is still to be paid of an open order that an edit made dearer.
    pub fn still_due(&self) -> Amount {
        self.asks_for.map_or(0, |asked| (asked - self.secured(&self.ledger)).max(0))
    }

    /// Accepts what was paid of a pending or expired order as enough. The difference is written off, and the order goes
    /// on.
    pub fn accept_payment(mut self, reason: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        let kept = self.ledger.kept(self.currency);
        let missing = self.total - self.ledger.written_off - kept;
        if !self.status.is_unpaid() || kept <= 0 || missing <= 0 {
            let why = "only an order that waits for payment and has a part of it can go on with that part";
            return Err(Rejection::new(Code::NothingToAccept, why));
        }
        self.ledger.written_off = self.total - kept;
        self.add_entry(stamp, Event::ShortPaymentAccepted, format!("{} {reason}", self.currency.format(missing)));
        self.open_when_paid(stamp.at);
        Ok(self)
    }

    /// Refunds money that arrives for a cancelled order, or that a bank gives back for it.
    fn refund_money_of_a_cancelled_order(&mut self, News { event, at, .. }: &News<'_>) {
        let brings_money = event.fact.is_capture() || matches!(event.fact, MoneyFact::Dispute { .. });
        let is_cancelled = matches!(self.status, OrderStatus::Cancelled { .. });
        if !brings_money || !is_cancelled || Safeguard::LateMoneyGoesBack.is_off() {
            return;
        }
        self.refund_and_hold(&self.next_cause(RefundCause::LatePayment), self.ledger.not_refunded(self.currency), *at);
        self.hold_foreign_money(*at);
    }

    /// The first cause of a kind that no refund has yet.
    fn next_cause(&self, kind: impl Fn(u32) -> RefundCause) -> RefundCause {
        let is_taken = |n| self.ledger.refunds.contains_key(kind(n).to_string().as_str());
        let mut n = 1;
        while is_taken(n) {
            n += 1;
        }
        kind(n)
    }

    /// Holds a cancelled order that has money in another currency. Orderly refunds only in the order's currency, so a
    /// person must send the rest back.
    pub(super) fn hold_foreign_money(&mut self, at: Timestamp) {
        if matches!(self.status, OrderStatus::Cancelled { .. }) && self.ledger.foreign_money(self.currency).is_some() {
            let note = "was paid in another currency than its own: refund that at the provider, then release this hold";
            let hold = Hold { since: at, note: note.to_owned() };
            self.holds.entry(HoldReason::RefundFailed).or_insert(hold);
        }
    }
}
