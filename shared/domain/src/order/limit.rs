//! How much customer service gives back of an order: no more than its key allows.

use super::Order;
use crate::{Rejection, limits::Limits, money::Amount, problem::Code, safeguards::Safeguard};

impl Order {
    /// The order as customer service has changed it from `before`, if it gives back no more of it than `limit`, all its
    /// keys together. None: whoever changed it has no limit.
    ///
    /// What counts is what a person decides to give while the customer keeps the goods, or that a person had to decide:
    /// refunds by hand, refunds of returns that waited for a decision, cheaper shipping. What follows by itself does not:
    /// a cancellation, units that an edit takes away, an inspection.
    pub fn within(mut self, limit: Option<&Limits>, before: &Self) -> Result<Self, Rejection> {
        let cheaper = before.placed.price_of_shipping() - self.placed.price_of_shipping();
        // What customer service itself has put on the price is not given back when somebody takes that off again, unless a
        // surplus had paid for it.
        let surplus = before.state.surplus(&before.state.ledger);
        let taken_off =
            if cheaper > 0 { cheaper.min(before.state.raised_by_service) } else { (cheaper + surplus).min(0) };
        let Some(limit) = limit else {
            self.state.raised_by_service -= taken_off.max(0);
            return Ok(self);
        };
        let given = self.decided_by_people() - before.decided_by_people() + (cheaper - taken_off).max(0);
        let currency = self.placed.currency;
        let (so_far, most) = (before.state.given_by_service, limit.of(currency).unwrap_or_default());
        if given > 0 && so_far + given > most && !Safeguard::RefundLimitIsKept.is_off() {
            let why = format!(
                "{} would go back, and this API key may give back {} of an order at most, of which customer service has given {}; \
                 an operator may give more",
                currency.format(given),
                currency.format(most),
                currency.format(so_far)
            );
            return Err(Rejection::new(Code::AboveRefundLimit, why));
        }
        self.state.given_by_service += given.max(0);
        self.state.raised_by_service -= taken_off;
        Ok(self)
    }

    /// Refunds by hand, and refunds of returns. Of these, a person's change decides only those that waited for a person.
    fn decided_by_people(&self) -> Amount {
        let by_hand: Amount = self.state.requested_refunds.iter().map(|refund| refund.amount).sum();
        let of_returns: Amount = self.returns.values().filter_map(|returned| returned.refund).sum();
        by_hand + of_returns
    }
}
