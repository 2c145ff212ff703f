//! What people do about an order's money: what they wait for, what they entered, and what they give back.

use super::{Ledger, Payment, PaymentMethod, Refund};
use crate::{
    ids::{PaymentId, RefundId},
    money::{Amount, Currency},
};
use jiff::Timestamp;

impl Payment {
    /// What people vouch for and has not come.
    pub(super) fn promised_now(&self) -> Amount {
        let promise = self.promised.filter(|_| !self.voided);
        promise.map_or(0, |promise| (promise.amount - self.captured).max(0))
    }

    /// Forgets who paid, and what people wrote of it.
    pub(crate) fn forget_payer(&mut self) {
        if let Some(manual) = &mut self.manual {
            (manual.reference, manual.payer) = (None, None);
        }
    }

    /// Whether it is expected, or on account, and nothing has come.
    fn is_awaited(&self) -> bool {
        self.captured == 0 && !self.voided && (self.promised.is_some() || self.pending.is_some())
    }
}

impl Ledger {
    /// What people vouch for in the order's currency, and has not come.
    pub fn promised(&self, currency: Currency) -> Amount {
        self.payments_in(currency).map(|(_, payment)| payment.promised_now()).sum()
    }

    /// When the first of that is due.
    pub fn promise_due_at(&self, currency: Currency) -> Option<Timestamp> {
        let open = self.payments_in(currency).filter(|(_, payment)| payment.promised_now() > 0);
        open.filter_map(|(_, payment)| payment.promised?.until).min()
    }

    /// Waits no more for what people expected or vouched for.
    pub(crate) fn give_up_promises(&mut self) {
        for (_, payment) in self.payments.iter_mut().filter(|(id, payment)| id.is_manual() && payment.is_awaited()) {
            payment.voided = true;
        }
    }

    /// The first payment that people wait for and that money by this method may be for: one by the same method, or an invoice that
    /// is paid by transfer.
    pub(crate) fn awaited(&self, method: PaymentMethod) -> Option<&PaymentId> {
        let by = |wanted: PaymentMethod| {
            let is_it = |payment: &Payment| {
                payment.is_awaited() && payment.manual.as_ref().is_some_and(|manual| manual.method == wanted)
            };
            self.payments.iter().find(|(_, payment)| is_it(payment)).map(|(id, _)| id)
        };
        let of_invoice = || by(PaymentMethod::Invoice).filter(|_| method == PaymentMethod::BankTransfer);
        by(method).or_else(of_invoice)
    }

    /// The payment that money was entered for under this id, whether it was waited for or not.
    pub(crate) fn entered(&self, id: &PaymentId) -> Option<(&PaymentId, &Payment)> {
        let known = |(own, payment): &(&PaymentId, &Payment)| {
            own.is_manual() && (*own == id || payment.parts.contains_key(id.id.as_str()))
        };
        self.payments.iter().find(known)
    }

    /// The ids under which the money of a payment was entered.
    pub fn entered_as(&self, id: &PaymentId) -> Vec<PaymentId> {
        let parts = self.payments.get(id).into_iter().flat_map(|payment| payment.parts.keys());
        let of_part = |part: &String| Some(PaymentId { provider: id.provider.clone(), id: part.parse().ok()? });
        let mut all: Vec<PaymentId> = parts.filter_map(of_part).filter(|part| part != id).collect();
        all.push(id.clone());
        all
    }

    /// The refunds that a person has to make, because no provider can.
    pub fn refunds_by_hand(&self) -> impl Iterator<Item = (&RefundId, &Refund)> {
        self.refunds.iter().filter(|(_, refund)| refund.payment.is_manual() && refund.is_owed())
    }
}
