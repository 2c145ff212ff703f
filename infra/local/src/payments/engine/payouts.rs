//! What has moved in an account, and what was paid out of it. All of it follows from the books.

use super::{
    account::Account,
    books::Books,
    movements::{Cause, Movement},
    payment::{DisputeStatus, RefundStatus},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

const DAY: i64 = 86_400;

/// What an account has paid out: all of a day, in one currency, at the day's end.
#[derive(Debug)]
pub(in crate::payments) struct Payout<'b> {
    /// A part of its id.
    pub(in crate::payments) name: String,
    pub(in crate::payments) at: Timestamp,
    pub(in crate::payments) currency: &'b str,
    pub(in crate::payments) parts: Vec<Movement<'b>>,
}

impl Payout<'_> {
    pub(in crate::payments) fn amount(&self) -> i64 {
        self.parts.iter().map(Movement::net).sum()
    }
}

impl Account {
    /// All that has moved, the oldest first.
    pub(in crate::payments) fn movements<'b>(&self, books: &'b Books) -> Vec<Movement<'b>> {
        let mut all = Vec::new();
        for payment in books.payments().iter().filter(|payment| self.holds_money(payment)) {
            let mut moved = |at, cause, amount| {
                let fee = self.dialect.fee(&cause, amount);
                all.push(Movement { at, payment, cause, amount, fee });
            };
            let received = payment.received();
            moved(payment.paid_at(), Cause::Captured, received);
            for refund in books.refunds_of(&payment.id).filter(|refund| refund.status == RefundStatus::Succeeded) {
                let at = Timestamp::from_second(refund.created).unwrap_or_default();
                moved(at, Cause::Refunded(refund), -refund.amount);
            }
            for dispute in books.disputes_of(&payment.id) {
                let amount = dispute.amount.min(received);
                moved(dispute.created, Cause::Disputed(dispute), -amount);
                if dispute.status == DisputeStatus::Won {
                    moved(dispute.updated, Cause::Won(dispute), amount);
                }
            }
        }
        all.sort_by_key(|movement| movement.at);
        all
    }

    /// What was paid out until now, the oldest first.
    pub(in crate::payments) fn payouts<'b>(&self, books: &'b Books) -> Vec<Payout<'b>> {
        let mut days: BTreeMap<(i64, &str), Vec<Movement<'b>>> = BTreeMap::new();
        for movement in self.movements(books) {
            let end = (movement.at.as_second().div_euclid(DAY) + 1) * DAY;
            days.entry((end, movement.payment.currency.as_str())).or_default().push(movement);
        }
        let payout = |((end, currency), parts): ((i64, &'b str), Vec<Movement<'b>>)| Payout {
            name: format!("{end}{currency}"),
            at: Timestamp::from_second(end).unwrap_or_default(),
            currency,
            parts,
        };
        days.into_iter().map(payout).filter(|payout| payout.at <= self.clock.now()).collect()
    }
}
