//! What a person may do with an order. The API decides; what it would refuse to the role is not offered, nor what makes no sense by now.

use super::{Order, Returned};
use crate::chrome::Me;
use domain::order_state::HoldReason;

#[allow(clippy::struct_excessive_bools)] // each is an action
pub struct Can {
    pub serves: bool,
    is_operator: bool,
    pub works: bool,
    /// Also to cancel it.
    pub hold: bool,
    pub edit: bool,
    pub refund: bool,
    pub asks_returns: bool,
    pub capture: bool,
    pub accept: bool,
    pub invoice: bool,
    pub emails: bool,
}

impl Can {
    pub fn of(me: &Me, order: &Order) -> Self {
        let (serves, is_operator, is_over) = (me.serves(), me.is_operator(), order.is_over());
        let works = me.is_warehouse() || is_operator;
        let has_sent = order.parcels().any(|parcel| parcel.shipment.is_some());
        let may_refund = is_operator || me.refund_limit.contains_key(order.currency_code());
        let is_to_capture =
            order.payments.values().any(|payment| payment.authorized.is_some() && payment.captured == 0);
        Self {
            serves,
            is_operator,
            works,
            hold: serves && !is_over,
            edit: serves && !is_over && !order.lines.is_empty(),
            refund: serves && may_refund && order.captured > 0,
            asks_returns: serves && has_sent,
            capture: is_operator && is_to_capture,
            accept: is_operator && (order.status == "pending" || order.holds.contains_key("awaiting_payment")),
            invoice: serves && order.invoices.is_empty() && order.status != "pending" && order.status != "expired",
            emails: serves && order.emails.iter().any(|email| email.unreached_since.is_some()),
        }
    }

    pub fn any(&self) -> bool {
        self.hold
            || self.edit
            || self.refund
            || self.asks_returns
            || self.capture
            || self.accept
            || self.invoice
            || self.emails
    }

    /// Whether the page has the form of this name.
    pub fn offers(&self, order: &Order, action: &str) -> bool {
        let of_return =
            |may: &dyn Fn(&Returned) -> bool, id: &str| order.returns.iter().any(|back| back.id == id && may(back));
        match action.rsplit_once('-') {
            Some(("decline", id)) => of_return(&|back| self.decides(back), id),
            Some(("receive", id)) => of_return(&|back| self.receives(back), id),
            Some(("inspect", id)) => of_return(&|back| self.inspects(back), id),
            Some(("return-refund", id)) => of_return(&|back| self.decides_refund(back), id),
            _ => match action {
                "hold" | "cancel" => self.hold,
                "edit" => self.edit,
                "refund" => self.refund,
                "return" => self.asks_returns,
                "capture" => self.capture,
                "accept" => self.accept,
                "invoice" => self.invoice,
                "emails-retry" | "emails-dismiss" => self.emails,
                _ => false,
            },
        }
    }

    /// Releasing what is about money decides about money, and the decision about a return's refund is made at the return.
    pub fn releases(&self, reason: &str) -> bool {
        let is_about_money = reason.parse().is_ok_and(|reason: HoldReason| reason.is_about_money());
        self.serves && (self.is_operator || !is_about_money) && reason != "refund_to_approve"
    }

    pub fn decides(&self, back: &Returned) -> bool {
        self.serves && back.status == "requested"
    }

    pub fn receives(&self, back: &Returned) -> bool {
        self.works && matches!(back.status.as_str(), "approved" | "partially_received")
    }

    pub fn inspects(&self, back: &Returned) -> bool {
        self.works && matches!(back.status.as_str(), "partially_received" | "received")
    }

    pub fn decides_refund(&self, back: &Returned) -> bool {
        self.serves && back.to_approve.is_some()
    }
}
