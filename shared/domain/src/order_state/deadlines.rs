//! Moments at which a person must hear of something that has not happened: an authorization that nobody captured, an invoice that
//! nobody paid, a refund whose outcome no provider told.

use super::{Hold, HoldReason, OrderState, OrderStatus, money::News};
use crate::{
    duty::Duty,
    history::{Event, Stamp},
    policy::Capturing,
};
use jiff::{SignedDuration, Timestamp};

/// So long before an authorization ends, a person hears of it.
const AUTHORIZATION_WARNING: SignedDuration = SignedDuration::from_hours(24);
/// A bank may take ten working days for a refund.
const REFUND_PATIENCE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Providers tell of a capture or a void within hours.
const CAPTURE_PATIENCE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What is on account is due after so many days, unless another day was said.
pub(super) const TERM: SignedDuration = SignedDuration::from_hours(TERM_DAYS * 24);
const TERM_DAYS: i64 = 30;

/// Something that people hear of at a moment, unless it happens before.
struct Deadline {
    /// When people hear of it.
    at: Timestamp,
    reason: HoldReason,
    /// Whether it is news: this moment, of all that have this reason.
    of: Timestamp,
    note: String,
}

impl OrderState {
    /// What people have not heard of yet.
    fn deadlines(&self) -> impl Iterator<Item = Deadline> {
        let all = self.authorization_ends().into_iter().chain(self.payment_is_due()).chain(self.outcomes_are_due());
        all.filter(|deadline| {
            let heard = match deadline.reason {
                HoldReason::AuthorizationEnds => self.warned_of,
                reason => self.reminded.get(&reason).copied(),
            };
            heard.is_none_or(|heard| heard < deadline.of)
        })
    }

    fn authorization_ends(&self) -> Option<Deadline> {
        let relies_on_it = self.status == OrderStatus::Open && self.policy.capturing != Capturing::WhenTold;
        let end = self.ledger.authorization_ends_at(self.currency).filter(|_| relies_on_it)?;
        let note = format!(
            "what the customer authorized can be captured until {end}: capture it now (POST /orders/{{id}}/capture), or cancel \
             the order; releasing this hold leaves it as it is"
        );
        let at = end.checked_sub(AUTHORIZATION_WARNING).ok()?;
        Some(Deadline { at, reason: HoldReason::AuthorizationEnds, of: end, note })
    }

    fn payment_is_due(&self) -> Option<Deadline> {
        let goes_on = matches!(self.status, OrderStatus::Open | OrderStatus::Completed);
        let is_covered = self.ledger.covers(self.total, self.currency);
        let due = self.ledger.promise_due_at(self.currency).filter(|_| goes_on && !is_covered)?;
        // Who let it wait hears of it again.
        let again = self.reminded.get(&HoldReason::PaymentOverdue).and_then(|told| told.checked_add(TERM).ok());
        let at = again.map_or(due, |again| again.max(due));
        let missing = self.total - self.ledger.written_off - self.ledger.captured(self.currency);
        let note = format!(
            "{} was due at {due}: enter it when it comes (POST /orders/{{id}}/payments), remind the customer, or withdraw the \
             payment; releasing this hold waits for another {TERM_DAYS} days",
            self.currency.format(missing)
        );
        Some(Deadline { at, reason: HoldReason::PaymentOverdue, of: at, note })
    }

    /// One for each request that a provider works on.
    fn outcomes_are_due(&self) -> impl Iterator<Item = Deadline> {
        let refunds = self
            .ledger
            .refunds()
            .map(|(id, refund)| (&refund.state, REFUND_PATIENCE, format!("refund {id}"), format!("refunds/{id}")));
        let captures = self
            .ledger
            .captures
            .iter()
            .map(|(id, capture)| (&capture.state, CAPTURE_PATIENCE, id.to_string(), format!("captures/{id}")));
        refunds.chain(captures).filter_map(|(state, patience, what, path)| {
            let at = state.pending_since()?.checked_add(patience).ok()?;
            let note = format!(
                "{what} is with its provider, which has not told what came of it: look there, and tell it with POST \
                 /orders/{{id}}/{path}/outcome; releasing this hold goes on waiting"
            );
            Some(Deadline { at, reason: HoldReason::OutcomeMissing, of: at, note })
        })
    }

    /// When a person has to hear of something next.
    pub(super) fn warns_at(&self) -> Option<Timestamp> {
        self.deadlines().map(|deadline| deadline.at).min()
    }

    /// Whether a person has to hear of something now.
    pub fn must_warn(&self, now: Timestamp) -> bool {
        self.warns_at().is_some_and(|at| at <= now)
    }

    /// Holds the order for all that a person has to hear of now.
    pub(super) fn warn(mut self, now: Timestamp) -> Self {
        let passed: Vec<Deadline> = self.deadlines().filter(|deadline| deadline.at <= now).collect();
        for Deadline { reason, of, note, .. } in passed {
            match reason {
                HoldReason::AuthorizationEnds => self.warned_of = Some(of),
                reason => drop(self.reminded.insert(reason, of.max(now))),
            }
            if let Some(told) = self.holds.get_mut(&reason).filter(|hold| hold.since == now) {
                told.note = format!("{}. {note}", told.note); // several requests are late
                continue;
            }
            self.holds.insert(reason, Hold { since: now, note });
            self.owed.remove(&Duty::FulfillmentDispatch);
            self.add_entry(&Stamp::orderly(now), Event::Held, reason.as_str());
        }
        self
    }

    /// What has happened after all, or cannot happen any more, holds nothing.
    pub(super) fn drop_holds_of_met_deadlines(&mut self, news: &News<'_>) {
        let met = [
            (HoldReason::AuthorizationEnds, self.ledger.authorization_ends_at(self.currency).is_none()),
            (HoldReason::PaymentOverdue, self.payment_is_due().is_none()),
            (HoldReason::OutcomeMissing, self.outcomes_are_due().all(|deadline| deadline.at > news.at)),
        ];
        for (reason, _) in met.into_iter().filter(|(_, is_met)| *is_met) {
            if self.holds.remove(&reason).is_some() {
                self.owe_dispatch();
            }
        }
    }
}
