//! What the shop's people do about an order.

use super::{
    known::Known,
    money::Amount,
    order::{Meta, Order, REDUCED_STOCK, Status},
    pricing,
    refunds::{Part, Unrefunded, Wanted},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Units of a line, by its id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    pub line: u64,
    pub quantity: i64,
}

/// A refund, as a person of the shop makes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefundAct {
    /// A decimal in the shop's currency. None: what the lines and the shipping come to, or, without any, all that is left.
    pub amount: Option<String>,
    pub reason: String,
    pub lines: Vec<Units>,
    pub shipping: bool,
    /// The goods go back to the stock.
    pub restock: bool,
}

/// Why something cannot be done about an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    #[error("there is no such order")]
    NoOrder,
    #[error("the order has no such line")]
    NoLine,
    #[error("a quantity is 0 or more")]
    Quantity,
    #[error("{0:?} is no amount")]
    Amount(String),
    #[error("{0:?} is no status of this shop")]
    NoStatus(String),
    #[error(transparent)]
    Unrefunded(#[from] Unrefunded),
}

impl Known {
    /// Sets a status, with what the shop does by itself then.
    pub(super) fn mark(&mut self, id: u64, status: &str, now: Timestamp) -> Result<(), Undone> {
        if !self.orders.contains_key(&id) {
            return Err(Undone::NoOrder);
        }
        let status = self.status(status).ok_or_else(|| Undone::NoStatus(status.to_owned()))?;
        self.set_status(id, &status, now);
        if status == Status::Refunded {
            self.refund_the_rest(id, now);
        }
        Ok(())
    }

    /// A status that orders may have here.
    pub(super) fn status(&self, name: &str) -> Option<Status> {
        let Ok(status) = name.parse();
        let is_known = match &status {
            Status::Plugin(name) => self.settings.statuses.contains(name),
            Status::Trash => false,
            _ => true,
        };
        is_known.then_some(status)
    }

    /// Refunds by hand.
    pub(super) fn refund_by_hand(&mut self, id: u64, act: RefundAct, now: Timestamp) -> Result<u64, Undone> {
        let order = self.orders.get(&id).ok_or(Undone::NoOrder)?;
        let RefundAct { amount, reason, lines, shipping, restock } = act;
        let mut parts = Vec::new();
        for Units { line, quantity } in lines {
            let line = order.lines.iter().find(|own| own.id == line).ok_or(Undone::NoLine)?;
            let share = |amount: Amount| amount.share(quantity, line.quantity.max(1)).rounded(self.settings.decimals);
            let taxes = line.taxes.iter().map(|tax| (tax.rate, share(tax.total))).collect();
            parts.push(Part { item: line.id, quantity, total: share(line.total), taxes });
        }
        for charge in order.shipping_lines.iter().filter(|_| shipping) {
            let taxes = charge.taxes.iter().map(|tax| (tax.rate, tax.total.rounded(self.settings.decimals))).collect();
            parts.push(Part { item: charge.id, quantity: 0, total: charge.total, taxes });
        }
        let amount = amount.filter(|text| !text.trim().is_empty());
        let amount = amount.map(|text| Amount::parse(&text).ok_or_else(|| Undone::Amount(text.clone()))).transpose()?;
        let amount = amount.or_else(|| parts.is_empty().then(|| order.unrefunded()));
        Ok(self.refund(id, Wanted { amount, reason, parts, restocks: restock, pays: false }, now)?)
    }

    /// A line gets another quantity; with 0 it goes. Its amounts and the stock follow.
    pub(super) fn edit(&mut self, id: u64, Units { line, quantity }: Units, now: Timestamp) -> Result<(), Undone> {
        if quantity < 0 {
            return Err(Undone::Quantity);
        }
        let order = self.orders.get_mut(&id).ok_or(Undone::NoOrder)?;
        let own = order.line_mut(line).ok_or(Undone::NoLine)?;
        let taken = Meta::number(&own.meta, REDUCED_STOCK);
        let moved = taken.and_then(|taken| self.catalog.move_stock(own.bought(), taken - quantity, now));
        if moved.is_some() {
            self.ids.note_down(&mut own.meta, REDUCED_STOCK, quantity.to_string());
        }
        let before = std::mem::replace(&mut own.quantity, quantity).max(1);
        own.subtotal = own.subtotal.share(quantity, before);
        own.total = own.total.share(quantity, before);
        for tax in &mut own.taxes {
            tax.subtotal = tax.subtotal.share(quantity, before);
            tax.total = tax.total.share(quantity, before);
        }
        if quantity == 0 {
            order.lines.retain(|own| own.id != line);
        }
        follow_coupons(order);
        self.add_up(id);
        if let Some((product, _)) = moved {
            self.tell("product.updated", product);
        }
        self.changed(id, now);
        Ok(())
    }

    /// Some fields of the address that the goods go to change, or of the customer's own.
    pub(super) fn readdress(
        &mut self,
        id: u64,
        shipping: &Value,
        billing: &Value,
        now: Timestamp,
    ) -> Result<(), Undone> {
        let order = self.orders.get_mut(&id).ok_or(Undone::NoOrder)?;
        order.shipping = order.shipping.with(shipping);
        order.billing = order.billing.with(billing);
        self.changed(id, now);
        Ok(())
    }

    /// Throws an order away. Its stock stays as it is.
    pub(super) fn trash(&mut self, id: u64, now: Timestamp) -> Result<(), Undone> {
        let order = self.orders.get_mut(&id).ok_or(Undone::NoOrder)?;
        if order.status != Status::Trash {
            order.before_trash = Some(std::mem::replace(&mut order.status, Status::Trash));
            order.modified = now;
            self.tell("order.deleted", id);
        }
        Ok(())
    }

    /// Takes an order out of the trash again.
    pub(super) fn restore(&mut self, id: u64, now: Timestamp) -> Result<(), Undone> {
        let order = self.orders.get_mut(&id).ok_or(Undone::NoOrder)?;
        if let Some(before) = order.before_trash.take() {
            order.status = before;
            order.modified = now;
            self.tell("order.restored", id);
            self.tell("order.updated", id);
        }
        Ok(())
    }
}

/// A coupon is worth what it takes off the lines that are left.
fn follow_coupons(order: &mut Order) {
    let (discount, discount_tax) = pricing::taken_off(&order.lines);
    if let Some(coupon) = order.coupons.first_mut() {
        (coupon.discount, coupon.discount_tax) = (discount, discount_tax);
    }
}
