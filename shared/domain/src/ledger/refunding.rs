//! What may still be refunded, and from which payment.

use super::{Ledger, Payment, Refund, RequestState};
use crate::{
    ids::{PaymentId, RefundId},
    money::{Amount, Currency},
    safeguards::Safeguard,
};
use std::collections::BTreeMap;

/// The part of a payment that can still be refunded.
pub(super) struct RefundablePart {
    payment: PaymentId,
    /// What can be refunded now.
    pub(super) free: Amount,
    /// What can be refunded if the open disputes are won. Refunds that wait for that are no part of it.
    disputed: Amount,
    /// See [`Payment::step`].
    step: Amount,
}

impl Ledger {
    /// The amount refunded of a payment. The provider's total and the single refunds describe the same money, and the
    /// larger one is right. The total may include a refund that failed later, so such refunds are subtracted from it.
    pub(super) fn refunded_of(&self, id: &PaymentId, payment: &Payment, counts: impl Fn(&Refund) -> bool) -> Amount {
        let sum = self.sum_of(id, |refund| counts(refund));
        let came_back: Amount =
            self.refunds().filter(|(_, refund)| refund.payment == *id).map(|(_, refund)| refund.came_back).sum();
        sum.max(payment.refunded_in_total - self.sum_of(id, Refund::failed_later) - came_back)
    }

    /// What has gone back of a payment for good.
    pub(crate) fn refunded_for_good(&self, id: &PaymentId) -> Amount {
        self.payments.get(id).map_or(0, |payment| self.refunded_of(id, payment, Refund::has_succeeded).max(0))
    }

    /// What banks have taken of a payment for disputes.
    pub(crate) fn disputed_of(&self, id: &PaymentId) -> Amount {
        self.payments.get(id).map_or(0, |payment| payment.disputed() + payment.lost())
    }

    pub(super) fn sum_of(&self, id: &PaymentId, wanted: impl Fn(&Refund) -> bool) -> Amount {
        let own = self.refunds().filter(|(_, refund)| refund.payment == *id && wanted(refund));
        own.map(|(_, refund)| refund.amount).sum()
    }

    /// What may still be refunded of each payment in the order's currency.
    pub(super) fn refundable_parts(&self, currency: Currency) -> Vec<RefundablePart> {
        let part = |(id, payment): (&PaymentId, &Payment)| {
            let left = payment.captured - self.refunded_of(id, payment, Refund::counts) - payment.lost();
            let disputed = payment.disputed().min(left.max(0));
            let waiting = self.sum_of(id, Refund::is_blocked);
            RefundablePart {
                payment: id.clone(),
                free: (left - disputed).max(0),
                disputed: (disputed - waiting).max(0),
                step: payment.step,
            }
        };
        let mut parts: Vec<RefundablePart> = self.payments_in(currency).map(part).collect();
        // What providers can give back at once goes first, and each kind in the order of its ids.
        parts.sort_by_key(|part| part.payment.is_manual());
        parts
    }

    /// The captured amount that has not been refunded. It includes what a dispute blocks for now.
    pub fn not_refunded(&self, currency: Currency) -> Amount {
        self.refundable_parts(currency).iter().map(|part| part.free + part.disputed).sum()
    }

    /// Intends to refund `amount` under the name `name`, over as many payments as needed, and never more than is left
    /// of the captured amount. Returns the amount intended: 0 if the name was used before.
    ///
    /// An amount that a dispute blocks comes last, and waits for the end of the dispute. An amount smaller than a
    /// provider can move passes to the next payment. After the last payment it is kept for the next refund, so that the
    /// parts of a payment add up to all of it.
    pub fn intend_refund(&mut self, name: &str, amount: Amount, currency: Currency) -> Amount {
        if amount <= 0 || self.refunds.contains_key(name) {
            return 0;
        }
        let parts = self.refundable_parts(currency);
        let free = parts.iter().map(|part| (part, part.free, RequestState::Intended));
        let disputed = parts.iter().map(|part| (part, part.disputed, RequestState::Blocked));
        let sources = free.chain(disputed).filter(|(_, refundable, _)| *refundable > 0);
        let (mut left, mut rest, mut intended, mut made) = (amount + self.rounded, 0, 0, 0);
        for (part, refundable, state) in sources {
            let most = if Safeguard::RefundCap.is_off() { left } else { left.min(refundable) };
            let amount = most - most % part.step;
            let id = if made == 0 { name.to_owned() } else { format!("{name}.{}", made + 1) };
            let Ok(id) = id.parse::<RefundId>() else { break };
            rest += refundable - amount;
            if amount > 0 {
                if state == RequestState::Intended {
                    intended += amount;
                }
                self.refunds
                    .insert(id, Refund { payment: part.payment.clone(), amount, attempt: 1, came_back: 0, state });
                made += 1;
                left -= amount;
            }
        }
        self.rounded = left.clamp(0, rest.max(0));
        intended
    }

    /// Intends each failed refund again, as another attempt, as far as its payment still has the money. Returns how
    /// many.
    pub fn retry_failed(&mut self, currency: Currency) -> usize {
        let parts = self.refundable_parts(currency).into_iter();
        let mut room: BTreeMap<PaymentId, Amount> = parts.map(|part| (part.payment, part.free)).collect();
        let failed = |refund: &&mut Refund| refund.may_be_ordered_again();
        let mut retried = 0;
        for refund in self.refunds.values_mut().filter(failed) {
            if let Some(left) = room.get_mut(&refund.payment).filter(|left| refund.amount <= **left) {
                *left -= refund.amount;
                if refund.failed_later() {
                    refund.came_back += refund.amount;
                }
                refund.attempt += 1;
                refund.state = RequestState::Intended;
                retried += 1;
            }
        }
        retried
    }

    /// Lets the refunds of a payment follow its disputes. What was won back is refunded. What was lost the bank has
    /// given to the customer, so it is not refunded as well.
    pub(super) fn follow_disputes(&mut self, id: &PaymentId) {
        let waits = |refund: &Refund| refund.payment == *id && (refund.is_blocked() || refund.is_covered());
        let Some(payment) = self.payments.get(id).filter(|_| self.refunds.values().any(waits)) else { return };
        let (disputed, lost) = (payment.disputed(), payment.lost());
        let mut free = payment.captured - self.refunded_of(id, payment, Refund::counts) - disputed - lost;
        for refund in self.refunds.values_mut().filter(|refund| waits(refund)) {
            refund.state = if refund.amount <= free {
                free -= refund.amount;
                RequestState::Intended
            } else if disputed > 0 {
                RequestState::Blocked
            } else {
                RequestState::Covered
            };
        }
    }

    /// Whether a refund of Orderly's has failed and has not been ordered again.
    pub fn has_refund_under_way(&self) -> bool {
        self.refunds().any(|(_, refund)| refund.goes_back() && !refund.has_succeeded())
    }

    pub fn has_failed_refund(&self) -> bool {
        self.refunds.values().any(Refund::may_be_ordered_again)
    }

    /// The amount of decided refunds that wait for the end of a dispute.
    pub fn blocked(&self) -> Amount {
        self.refunds.values().filter(|refund| refund.is_blocked()).map(|refund| refund.amount).sum()
    }

    /// The refunds that Orderly still has to ask a provider for.
    pub fn owed_refunds(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        self.refunds.iter().filter(|(_, refund)| refund.is_owed() && !refund.payment.is_manual())
    }
}
