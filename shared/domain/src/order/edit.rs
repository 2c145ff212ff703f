//! Changes of an order before it leaves: fewer units, another address, another contact, other shipping.

use super::{Change, Order};
use crate::{
    Rejection,
    fulfillment::FulfillmentStatus,
    history::Stamp,
    ids::{FulfillmentId, LineId},
    placed_order::{Address, Customer, PlacedOrder, Shipping},
    problem::Code,
};
use std::collections::BTreeMap;

/// What is to be changed. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// How many units of a line are left; none removes the line.
    pub lines: BTreeMap<LineId, u32>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub customer: Option<Customer>,
    pub shipping: Option<Shipping>,
    pub reason: String,
}

impl Order {
    /// Edits the order: its next revision. Units are taken away where nobody works on them. What was paid for them is
    /// refunded; what other shipping costs more is asked for. The warehouse hears of it. An edit that changes nothing is a
    /// repetition.
    pub fn edit(mut self, edit: &Edit, stamp: &Stamp) -> Result<Change, Rejection> {
        let before = self.placed.clone();
        if !self.state.status.is_active() {
            let why =
                format!("the order is {}; only one that is pending or open can be edited", self.state.status.as_str());
            return Err(Rejection::new(Code::NotActive, why));
        }
        for (line, quantity) in &edit.lines {
            self.reduce(*line, *quantity)?;
        }
        let shipping_given_back = self.shipping_given_back();
        self.change_where_and_who(edit);
        let Some(totals) = self.placed.totals() else {
            let why = "the discount of the shipping is larger than its price";
            return Err(Rejection::new(Code::DiscountTooLarge, why));
        };
        if self.placed.tax_included && edit.shipping.as_ref().is_some_and(Shipping::has_tax_above_price) {
            let why = "the tax of the shipping is larger than its price, of which it is a part";
            return Err(Rejection::new(Code::TaxTooLarge, why));
        }
        if let Some(fault) = self.placed.new_tax_fault(&before) {
            return Err(Rejection::new(Code::TaxUnfit, format!("{} {}", fault.field, fault.why)));
        }
        if self.placed.price_of_shipping() < shipping_given_back {
            let given = self.placed.currency.format(shipping_given_back);
            let why = format!("{given} of the shipping are given back already, so it must cost as much at least");
            return Err(Rejection::new(Code::AlreadyRefunded, why));
        }
        if self.placed == before {
            return Ok(self.into());
        }
        let goes_elsewhere =
            self.placed.shipping_address != before.shipping_address || self.placed.shipping != before.shipping;
        if goes_elsewhere {
            self.nobody_works_on_it()?;
        }
        if totals.total != before.total {
            self.state.no_capture_is_under_way()?;
        }
        self.placed.total = totals.total;
        self.placed.revision = before.revision.next();
        // The money first: what is taken away may be the last that the order waited for.
        self.state.edited(&self.placed, &told(&before, &self.placed, &edit.reason), stamp);
        for (id, fulfillment) in &mut self.fulfillments {
            if goes_elsewhere && fulfillment.status == FulfillmentStatus::Open {
                fulfillment.owe_notice();
            }
            self.state.fulfillments.insert(*id, fulfillment.status);
        }
        self.hand_services_on();
        self.capture_parcels(stamp.at);
        if self.state.holds.is_empty() {
            self.state.complete_when_done(stamp.at);
        }
        Ok(self.into())
    }

    /// Takes units of a line away, first those that no location has.
    fn reduce(&mut self, id: LineId, quantity: u32) -> Result<(), Rejection> {
        let Some(line) = self.placed.line(id).cloned() else {
            return match quantity {
                0 => Ok(()), // it was removed before
                _ => Err(Rejection::new(Code::UnknownLine, format!("the order has no line {id}"))),
            };
        };
        if quantity > line.quantity || (quantity == 0 && self.placed.lines.len() == 1) {
            let why = format!(
                "line {id} ({}) has {}; an edit only takes units away, and leaves at least one line. Cancel the order, or place \
                 another one",
                line.sku, line.quantity
            );
            return Err(Rejection::new(Code::OnlyLess, why));
        }
        let paid_back = self.units_compensated().get(&id).copied().unwrap_or_default();
        if quantity < line.quantity && paid_back > quantity {
            let why =
                format!("line {id} ({}): {paid_back} units are paid back already, so as many must stay", line.sku);
            return Err(Rejection::new(Code::AlreadyRefunded, why));
        }
        let gone = line.quantity - quantity;
        if line.stocked {
            let left = gone - self.state.give_up(id, gone);
            let left = left - self.take_off_picklists(id, left);
            if left > 0 {
                let why = format!(
                    "line {id} ({}): {left} of the {gone} units are being picked or have left; hold the order, or wait for their return",
                    line.sku
                );
                return Err(Rejection::new(Code::AlreadyPicking, why));
            }
        } else if let Some(at) = self.begun_with_service(id).filter(|_| gone > 0) {
            let why = format!(
                "line {id} ({}) goes with fulfillment {at}, which is being picked or has left; refund it instead",
                line.sku
            );
            return Err(Rejection::new(Code::AlreadyPicking, why));
        }
        if gone > 0 {
            self.placed = self.placed.with_quantity(id, quantity);
        }
        Ok(())
    }

    /// The fulfillment that a line without stock goes with, if somebody has begun it: the customer gets what was sold then.
    fn begun_with_service(&self, line: LineId) -> Option<FulfillmentId> {
        let is_begun = |status| {
            !matches!(status, FulfillmentStatus::Open | FulfillmentStatus::Short | FulfillmentStatus::Cancelled)
        };
        let mut fulfillments = self.fulfillments.iter().filter(|(_, fulfillment)| is_begun(fulfillment.status));
        fulfillments
            .find(|(_, fulfillment)| fulfillment.services.iter().any(|service| service.line == line))
            .map(|(id, _)| *id)
    }

    /// Takes up to `units` of a line off the picklists that nobody has begun. Returns how many those were.
    fn take_off_picklists(&mut self, line: LineId, units: u32) -> u32 {
        let mut taken = 0;
        let open: Vec<FulfillmentId> =
            self.fulfillments.iter().filter(|(_, f)| f.status == FulfillmentStatus::Open).map(|(id, _)| *id).collect();
        for id in open {
            if let Some(fulfillment) = self.fulfillments.get_mut(&id).filter(|_| taken < units) {
                let off = fulfillment.take_off(line, units - taken);
                self.state.shipped(line, off, &fulfillment.location.clone());
                taken += off;
            }
        }
        taken
    }

    fn change_where_and_who(&mut self, edit: &Edit) {
        let placed = &mut self.placed;
        placed.shipping_address = edit.shipping_address.clone().unwrap_or_else(|| placed.shipping_address.clone());
        placed.billing_address = edit.billing_address.clone().or_else(|| placed.billing_address.clone());
        placed.customer = edit.customer.clone().unwrap_or_else(|| placed.customer.clone());
        if let Some(shipping) = edit.shipping.as_ref().filter(|shipping| **shipping != placed.shipping) {
            *placed = placed.with_shipping(shipping.clone());
        }
    }

    fn nobody_works_on_it(&self) -> Result<(), Rejection> {
        let is_worked_on = |status| {
            matches!(status, FulfillmentStatus::Picking | FulfillmentStatus::Picked | FulfillmentStatus::Packed)
        };
        match self.fulfillments.iter().find(|(_, fulfillment)| is_worked_on(fulfillment.status)) {
            Some((id, fulfillment)) => {
                let why = format!(
                    "fulfillment {id} is {}: its address and shipping cannot be changed any more; hold the order to stop it",
                    fulfillment.status.as_str()
                );
                Err(Rejection::new(Code::AlreadyPicking, why))
            }
            None => Ok(()),
        }
    }
}

/// What the timeline tells of an edit. A customer's data is no part of it.
fn told(before: &PlacedOrder, after: &PlacedOrder, reason: &str) -> String {
    let quantity = |of: &PlacedOrder, id| of.line(id).map_or(0, |line| line.quantity);
    let changed = before.lines.iter().filter(|line| quantity(after, line.id) != line.quantity);
    let lines = changed.map(|line| format!("{} {}→{}", line.sku, line.quantity, quantity(after, line.id)));
    let parts = [
        (before.shipping_address != after.shipping_address, "shipping address"),
        (before.billing_address != after.billing_address, "billing address"),
        (before.customer != after.customer, "contact"),
        (before.shipping != after.shipping, "shipping"),
    ];
    let parts = parts.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what.to_owned());
    let all: Vec<String> = lines.chain(parts).collect();
    format!("{}: {reason}", all.join(", "))
}
