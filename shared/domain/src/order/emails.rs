//! E-mails of an order that did not reach its customer.

use super::Order;
use crate::{
    duty::{Duty, EmailKind, ItemName},
    order_state::OrderStatus,
};

impl Order {
    /// Whether nobody is written to: the customer's data was erased, nobody knows an address, or the shop that the order came from
    /// writes itself.
    pub fn writes_no_emails(&self) -> bool {
        self.state.is_erased() || self.placed.customer.email.is_unknown() || self.state.policy.emails_elsewhere
    }

    /// Owes an e-mail again, if it still tells the truth: a cancelled order is not confirmed.
    pub fn owe_mail_again(&mut self, item: &ItemName, kind: &EmailKind) {
        let is_over = matches!(self.state.status, OrderStatus::Cancelled { .. })
            && matches!(kind, EmailKind::PaymentConfirmed | EmailKind::OrderEdited(_));
        if is_over {
            return;
        }
        let owed = match item {
            ItemName::State => Some(&mut self.state.owed),
            ItemName::Fulfillment(id) => self.fulfillments.get_mut(id).map(|fulfillment| &mut fulfillment.owed),
            ItemName::Return(id) => self.returns.get_mut(id).map(|returned| &mut returned.owed),
            ItemName::Placed | ItemName::Forming | ItemName::Email(..) => None,
        };
        if let Some(owed) = owed {
            owed.insert(Duty::Email(kind.clone()));
        }
    }
}
