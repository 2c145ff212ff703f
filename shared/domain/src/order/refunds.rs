//! Refunds that people order, and what every unit of the order has cost its merchant already: no unit is paid back twice.

use super::Order;
use crate::{
    Rejection,
    history::{Event, Stamp},
    ids::LineId,
    money::Amount,
    problem::Code,
    refund_cause::RefundCause,
    requested_refund::{RefundRequest, RequestedRefund},
    returns::Return,
};
use std::collections::BTreeMap;

/// They are kept in the order's state, which has a limit.
const MAX_REFUNDS: usize = 200;
/// And so many lines in all of them.
const MAX_PARTS: usize = 2_000;

impl Order {
    /// Decides to refund an amount, the price of units, or a part of the shipping price. Never more than is left of what
    /// was captured. The same idempotency key orders once.
    pub fn request_refund(mut self, request: &RefundRequest, stamp: &Stamp) -> Result<Self, Rejection> {
        if let Some(known) = self.state.requested_refunds.iter().find(|known| known.key == request.key) {
            let other = "this idempotency key was used for another refund";
            return if known.is_of(request) { Ok(self) } else { Err(Rejection::new(Code::KeyReused, other)) };
        }
        let parts = |refund: &RequestedRefund| 1 + refund.lines.len();
        let before: usize = self.state.requested_refunds.iter().map(parts).sum();
        if self.state.requested_refunds.len() >= MAX_REFUNDS || before + request.lines.len() > MAX_PARTS {
            let why = format!(
                "at most {MAX_REFUNDS} refunds of an order, of {MAX_PARTS} lines in all, can be asked for here; make further ones at the provider"
            );
            return Err(Rejection::new(Code::TooManyRefunds, why));
        }
        let price = self.price_of_units_to_refund(&request.lines)? + self.shipping_to_refund(request.shipping)?;
        let amount = request.amount.unwrap_or(price);
        let (left, currency) = (self.state.ledger.not_refunded(self.placed.currency), self.placed.currency);
        if amount > left || amount == 0 {
            let why = format!(
                "{} is asked for, and {} is left to refund; name an amount from the smallest unit to that",
                currency.format(amount),
                currency.format(left)
            );
            return Err(Rejection::new(Code::MoreThanLeft, why));
        }
        let RefundRequest { lines, shipping, reason, key, .. } = request.clone();
        let of_surplus = self.state.surplus(&self.state.ledger).min(amount - price.min(amount));
        self.state.requested_refunds.push(RequestedRefund { key, amount, lines, shipping, of_surplus });
        let nth = u32::try_from(self.state.requested_refunds.len()).unwrap_or(u32::MAX);
        self.state.add_entry(stamp, Event::RefundRequested, format!("{} {reason}", currency.format(amount)));
        self.state.refund_and_hold(&RefundCause::Requested(nth), amount, stamp.at);
        Ok(self)
    }

    fn price_of_units_to_refund(&self, lines: &BTreeMap<LineId, u32>) -> Result<Amount, Rejection> {
        let compensated = self.units_compensated();
        let given_up = if self.is_rest_cancelled() { self.units_not_sent() } else { BTreeMap::new() };
        let price = |(line, count): (&LineId, &u32)| {
            let Some(ordered) = self.placed.line(*line) else {
                return Err(Rejection::new(Code::UnknownLine, format!("the order has no line {line}")));
            };
            let before = compensated.get(line).copied().unwrap_or_default();
            let come = ordered.quantity.saturating_sub(given_up.get(line).copied().unwrap_or_default());
            if *count > come.saturating_sub(before) {
                let why = format!(
                    "line {line} ({}): {count} asked for, but {} of {} are paid back already",
                    ordered.sku,
                    ordered.quantity - come.saturating_sub(before),
                    ordered.quantity
                );
                return Err(Rejection::new(Code::AlreadyRefunded, why));
            }
            Ok(self.placed.price_of_next_units(*line, before, *count))
        };
        lines.iter().map(price).sum()
    }

    fn shipping_to_refund(&self, shipping: Amount) -> Result<Amount, Rejection> {
        let left = self.shipping_not_given_back();
        if shipping > left {
            let (asked, left) = (self.placed.currency.format(shipping), self.placed.currency.format(left));
            return Err(Rejection::new(
                Code::MoreThanLeft,
                format!("{asked} of shipping is asked for, and {left} is left"),
            ));
        }
        Ok(shipping)
    }

    /// The units of each line whose price has been paid back, or is decided to be. They are a line's first units.
    pub(super) fn units_compensated(&self) -> BTreeMap<LineId, u32> {
        let mut units = BTreeMap::new();
        let returned = self.returns.values().flat_map(Return::units_paid_back);
        let requested = self.state.requested_refunds.iter().flat_map(|refund| refund.lines.clone());
        for (line, count) in returned.chain(requested).chain(self.units_of_refunded_parcels()) {
            *units.entry(line).or_default() += count;
        }
        units
    }

    /// The price of shipping that has not been given back.
    pub(super) fn shipping_not_given_back(&self) -> Amount {
        (self.placed.price_of_shipping() - self.shipping_given_back()).max(0)
    }

    /// What has been given back of the price of shipping, or is decided to be.
    pub(super) fn shipping_given_back(&self) -> Amount {
        let returned: Amount = self.returns.values().map(|returned| returned.shipping).sum();
        let requested: Amount = self.state.requested_refunds.iter().map(|refund| refund.shipping).sum();
        let of_parcels: Amount = self.resolutions().map(|resolution| resolution.shipping).sum();
        returned + requested + of_parcels
    }
}
