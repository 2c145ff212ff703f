//! Money goes back, with or without the goods.

use super::{
    known::{Ids, Known},
    money::Amount,
    order::{Charge, Line, Meta, Order, REDUCED_STOCK, REFUNDED_ITEM, RESTOCKED, Refund, Status, Tax, TaxLine},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A part of an order that is refunded: a line, a fee, or the shipping.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Of the order.
    pub(super) item: u64,
    pub(super) quantity: i64,
    /// Without tax.
    pub(super) total: Amount,
    /// By the rate's id.
    pub(super) taxes: Vec<(u64, Amount)>,
}

/// A refund that somebody wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// None: what the parts come to.
    pub(super) amount: Option<Amount>,
    pub(super) reason: String,
    pub(super) parts: Vec<Part>,
    pub(super) restocks: bool,
    /// The payment method is to send the money back by itself.
    pub(super) pays: bool,
}

/// Why nothing is refunded, in the shop's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrefunded {
    #[error("Invalid order ID.")]
    NoOrder,
    #[error("Invalid refund amount.")]
    Amount,
    #[error("The payment gateway for this order does not exist.")]
    NoGateway,
    #[error("The payment gateway for this order does not support automatic refunds.")]
    Gateway,
}

impl Known {
    /// Yields the refund's id.
    pub(super) fn refund(&mut self, id: u64, wanted: Wanted, now: Timestamp) -> Result<u64, Unrefunded> {
        let order = self.orders.get(&id).ok_or(Unrefunded::NoOrder)?;
        let Wanted { amount, reason, parts, restocks, pays } = wanted;
        let of_parts = || parts.iter().map(|part| part.total + part.taxes.iter().map(|(_, tax)| *tax).sum()).sum();
        let amount = amount.unwrap_or_else(of_parts).rounded(self.settings.decimals);
        let left = order.unrefunded();
        if amount < Amount::ZERO || amount > left {
            return Err(Unrefunded::Amount);
        }
        match order.payment_method.as_str() {
            _ if !pays => {}
            "card" => {}
            "cod" | "bacs" => return Err(Unrefunded::Gateway),
            _ => return Err(Unrefunded::NoGateway),
        }
        let is_full = amount == left;
        let refund_id = self.ids.post();
        let mut refund = refund_of(order, &parts, &mut self.ids);
        let kind = if is_full { "full" } else { "partial" };
        (refund.id, refund.at, refund.amount, refund.reason, refund.is_paid) = (refund_id, now, amount, reason, pays);
        refund.meta = vec![self.ids.meta("_refund_type", kind)];
        if let Some(order) = self.orders.get_mut(&id) {
            order.refunds.push(refund);
        }
        if restocks {
            self.restock(id, &parts, now);
        }
        if is_full {
            self.set_status(id, &Status::Refunded, now);
        }
        self.changed(id, now);
        Ok(refund_id)
    }

    fn restock(&mut self, id: u64, parts: &[Part], now: Timestamp) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        let (mut told, mut notes) = (Vec::new(), Vec::new());
        for part in parts.iter().filter(|part| part.quantity > 0) {
            let Some(line) = order.line_mut(part.item) else { continue };
            let Some(taken) = Meta::number(&line.meta, REDUCED_STOCK) else { continue };
            let moved = self.catalog.move_stock(line.bought(), part.quantity, now);
            let Some((counted, before)) = moved else { continue };
            let restocked = Meta::number(&line.meta, RESTOCKED).unwrap_or_default() + part.quantity;
            self.ids.note_down(&mut line.meta, REDUCED_STOCK, (taken - part.quantity).to_string());
            self.ids.note_down(&mut line.meta, RESTOCKED, restocked.to_string());
            notes.push(format!("Item #{counted} stock increased from {before} to {}.", before + part.quantity));
            told.push(counted);
        }
        for note in &notes {
            self.remark(id, note, now);
        }
        for product in told {
            self.tell("product.updated", product);
        }
    }

    /// Refunds all that is left, as the shop does when somebody only sets the status.
    pub(super) fn refund_the_rest(&mut self, id: u64, now: Timestamp) {
        let left = self.orders.get(&id).map(Order::unrefunded).filter(|left| *left > Amount::ZERO);
        let reason = "Order fully refunded.".to_owned();
        if let Some(left) = left {
            let wanted = Wanted { amount: Some(left), reason, parts: Vec::new(), restocks: false, pays: false };
            // It is not more than what is left.
            let _ = self.refund(id, wanted, now);
        }
    }
}

/// The lines of a refund.
fn refund_of(order: &Order, parts: &[Part], ids: &mut Ids) -> Refund {
    let mut refund = Refund {
        id: 0,
        at: Timestamp::UNIX_EPOCH,
        amount: Amount::ZERO,
        reason: String::new(),
        is_paid: false,
        lines: Vec::new(),
        shipping: Vec::new(),
        fees: Vec::new(),
        taxes: BTreeMap::new(),
        meta: Vec::new(),
    };
    let is_something = |part: &&Part| part.quantity != 0 || part.total != Amount::ZERO || !part.taxes.is_empty();
    for part in parts.iter().filter(is_something) {
        let taxes: Vec<Tax> =
            part.taxes.iter().map(|(rate, tax)| Tax { rate: *rate, subtotal: -*tax, total: -*tax }).collect();
        let about = vec![ids.meta(REFUNDED_ITEM, part.item.to_string())];
        let charge = |of: &Charge, id: u64, meta: Vec<Meta>| Charge {
            id,
            total: -part.total,
            taxes: taxes.clone(),
            meta,
            ..of.clone()
        };
        if let Some(line) = order.lines.iter().find(|line| line.id == part.item) {
            refund.lines.push(Line {
                id: ids.item(),
                quantity: -part.quantity,
                subtotal: -part.total,
                total: -part.total,
                taxes: taxes.clone(),
                meta: about,
                ..line.clone()
            });
        } else if let Some(fee) = order.fees.iter().find(|fee| fee.id == part.item) {
            refund.fees.push(charge(fee, ids.item(), about));
        } else if let Some(shipping) = order.shipping_lines.iter().find(|charge| charge.id == part.item) {
            refund.shipping.push(charge(shipping, ids.item(), about));
        }
    }
    for tax in refund.lines.iter().flat_map(|line| &line.taxes).chain(refund.fees.iter().flat_map(|fee| &fee.taxes)) {
        let line = refund.taxes.entry(tax.rate).or_default();
        line.tax = line.tax + tax.total;
    }
    for tax in refund.shipping.iter().flat_map(|charge| &charge.taxes) {
        let line = refund.taxes.entry(tax.rate).or_default();
        line.shipping = line.shipping + tax.total;
    }
    refund.taxes.values_mut().for_each(|line: &mut TaxLine| line.id = ids.item());
    refund
}
