//! When an order needs an invoice or a credit note.

use super::{OrderState, OrderStatus, refunds::decided};
use crate::{
    Rejection,
    duty::Duty,
    history::{Event, Stamp},
    invoice::{InvoiceKind, Issued},
    ledger::Refund,
    money::Amount,
    policy::Invoicing,
    problem::Code,
    refund_cause::RefundCause,
    safeguards::Safeguard,
};

impl OrderState {
    /// What the customer is charged in all: the total, less what was written off, cancelled, returned or refunded. A decided
    /// refund counts whatever becomes of it at the provider: the customer is owed it. What the bank takes for a dispute does
    /// not: the price stays what it is.
    pub fn charged(&self) -> Amount {
        if matches!(self.status, OrderStatus::Cancelled { .. }) {
            return 0;
        }
        let decided = self.goods_paid_back(&self.ledger, |_| true);
        let due = self.total - self.ledger.written_off;
        (due - decided - self.credited.max(self.reduced_elsewhere(due))).max(0)
    }

    /// What was refunded at the provider, beyond what had been paid too much, and beyond refunds of ours that failed: people
    /// make those up there.
    fn reduced_elsewhere(&self, due: Amount) -> Amount {
        let made_up = self.goods_paid_back(&self.ledger, |refund| !refund.goes_back());
        (self.ledger.refunded_elsewhere(self.currency) - self.paid_too_much(due) - made_up).max(0)
    }

    /// What came beyond what is due, and has gone back neither by a refund of ours nor by a bank.
    fn paid_too_much(&self, due: Amount) -> Amount {
        let is_of_surplus = |of: &RefundCause| {
            matches!(of, RefundCause::Surplus(_) | RefundCause::LatePayment(_) | RefundCause::Edit(_))
        };
        let going_back = |wanted: &dyn Fn(&RefundCause) -> bool| decided(&self.ledger, Refund::goes_back, wanted);
        let requested = (1..).zip(&self.requested_refunds);
        let of_requested: Amount = requested
            .map(|(n, request)| request.of_surplus.min(going_back(&|of| *of == RefundCause::Requested(n))))
            .sum();
        let gone = going_back(&is_of_surplus) + of_requested + self.ledger.lost(self.currency);
        (self.ledger.captured(self.currency) - gone - due).max(0)
    }

    /// Whether its time has come. An order with an invoice goes on being invoiced, whatever becomes of its channel.
    fn is_invoiced(&self) -> bool {
        if !self.invoices.issued.is_empty() {
            return true;
        }
        let is_time = match self.policy.invoicing {
            Invoicing::WhenTold => false,
            Invoicing::AtPayment => true,
            Invoicing::AtHandOver => self.invoices.has_left || self.status == OrderStatus::Completed,
        };
        let goes_on = matches!(self.status, OrderStatus::Open | OrderStatus::Completed);
        goes_on && (is_time || self.invoices.asked) && !self.invoices.elsewhere
    }

    /// Notes that a parcel has left, where that is the time of the invoice.
    pub(crate) fn invoice_what_leaves(&mut self) {
        self.invoices.has_left = self.policy.invoicing == Invoicing::AtHandOver;
    }

    /// Whether its documents do not add up to what it charges.
    pub fn needs_invoice(&self) -> bool {
        self.is_invoiced() && self.invoices.total() != self.charged()
    }

    /// Owes the document that is missing, if one is. Every write of a state does so, since many rules change what is charged.
    pub fn owe_invoice(&mut self) {
        if self.needs_invoice() && !Safeguard::InvoiceIsOwed.is_off() {
            self.owed.insert(Duty::Invoice);
        } else {
            self.owed.remove(&Duty::Invoice);
        }
    }

    /// Has an invoice issued now. Asking again changes nothing.
    pub fn request_invoice(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.invoices.asked && !self.invoices.elsewhere || !self.invoices.issued.is_empty() {
            return Ok(self);
        }
        if !matches!(self.status, OrderStatus::Open | OrderStatus::Completed) {
            let why =
                format!("the order is {}; only one that goes on, or is completed, is invoiced", self.status.as_str());
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        if self.is_erased() {
            let why = "the customer's data was erased, and an invoice must name its buyer";
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        if self.charged() == 0 {
            let why = "the order charges nothing, so there is nothing to invoice";
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        (self.invoices.asked, self.invoices.elsewhere) = (true, false);
        Ok(self.with_entry(stamp, Event::InvoiceRequested, ""))
    }

    /// Records a document that is issued in the same write.
    pub fn invoice_issued(mut self, issued: Issued, stamp: &Stamp) -> Self {
        let what = match issued.kind {
            InvoiceKind::Invoice => Event::InvoiceIssued,
            InvoiceKind::CreditNote => Event::CreditNoteIssued,
        };
        let note = format!("{} {}", issued.number, self.currency.format(issued.total));
        self.invoices.issued.push(issued);
        self.with_entry(stamp, what, note)
    }

    /// Records that its channel's orders are invoiced elsewhere.
    pub fn invoiced_elsewhere(mut self) -> Self {
        self.invoices.elsewhere = true;
        self
    }
}
