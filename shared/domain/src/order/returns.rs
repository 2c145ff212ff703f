//! Returns of an order. Each unit that was sent may come back once.

use super::{Change, Order};
use crate::{
    Rejection,
    history::{Event, Stamp},
    ids::{LineId, RefundId, ReturnId},
    money::Amount,
    problem::Code,
    returns::{self, Inspected, Inspection, RefundWish, RequestedUnits, Return, ReturnStatus},
};
use std::collections::{BTreeMap, BTreeSet};

impl Order {
    /// Asks for a return, and returns its id. The same idempotency key asks only once. Two simultaneous requests get
    /// the same id, so that the loser sees what the winner takes back.
    pub fn request_return(
        mut self,
        wanted: &[RequestedUnits],
        key: &str,
        stamp: &Stamp,
    ) -> Result<(ReturnId, Self), Rejection> {
        if let Some((id, known)) = self.returns.iter().find(|(_, known)| known.key == key) {
            let other = "this idempotency key was used for another return";
            return if known.asks_for(wanted) { Ok((*id, self)) } else { Err(Rejection::new(Code::KeyReused, other)) };
        }
        let earlier: Vec<&Return> = self.returns.values().collect();
        let requested = returns::request(&self.placed, &self.units_returnable(), &earlier, wanted, key, stamp)?;
        let id = ReturnId::after(self.returns.keys());
        self.returns.insert(id, requested);
        Ok((id, self))
    }

    /// Changes only a return: approve, decline, receive.
    pub fn change_return(
        mut self,
        id: ReturnId,
        rule: impl FnOnce(Return) -> Result<Return, Rejection>,
    ) -> Result<Self, Rejection> {
        let next = rule(self.returned(id)?.clone())?;
        self.set_return(id, next);
        Ok(self)
    }

    fn set_return(&mut self, id: ReturnId, value: Return) {
        let before = self.state.surplus(&self.state.ledger);
        self.returns.insert(id, value);
        self.state.credited = self.returns.values().map(Return::credited).sum();
        self.state.restate_surplus(before);
    }

    /// Finishes the inspection of a return. The stock, the intended refund and the return change together, so that goods
    /// are not restocked twice, and money is not promised twice.
    ///
    /// An operator has to approve the refund if it is above the merchant's limit, or if money was refunded at the provider
    /// and no return says that it counts for it.
    pub fn inspect_return(
        mut self,
        id: ReturnId,
        found: &BTreeMap<LineId, Vec<Inspection>>,
        wish: &RefundWish,
        stamp: &Stamp,
    ) -> Result<Change, Rejection> {
        let read = self.returned(id)?.clone();
        let compensated = self.units_compensated();
        let made_good = self.units_made_good(&read);
        let Inspected { mut value, stock } =
            read.clone().inspect(found, &self.placed, &compensated, &made_good, stamp)?;
        if value == read {
            return Ok(self.into());
        }
        self.state.no_capture_is_under_way()?;
        self.returns.insert(id, value.clone());
        value.shipping = self.shipping_of_a_full_withdrawal();
        let amount = value.wish(wish, self.placed.currency)?;
        let is_above = self.state.policy.approves_above.is_some_and(|limit| amount > limit);
        let is_doubtful = amount > 0 && wish.amount.is_none() && self.refunded_elsewhere() > 0;
        if is_above || is_doubtful {
            value.to_approve = Some(amount);
            self.set_return(id, value);
            self.state.refund_to_approve(id, amount, stamp.at);
            self.hold_for_approval(stamp);
        } else {
            value.refund = Some(amount);
            self.set_return(id, value);
            self.state = self.state.return_inspected(id, amount, stamp.at);
        }
        Ok(Change { goods: stock, ..self.into() })
    }

    /// Decides the refund of an inspected return that waits for it. `credits` are refunds that were made at the provider
    /// for this return: they count for it, whether it is inspected yet or not.
    pub fn decide_return_refund(
        mut self,
        id: ReturnId,
        wish: &RefundWish,
        credits: &BTreeSet<RefundId>,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        let mut value = self.returned(id)?.clone();
        let surplus = self.state.surplus(&self.state.ledger);
        if value.refund.is_some() {
            let why = "the refund of this return is decided; POST /orders/{id}/refunds orders another one";
            return Err(Rejection::new(Code::WrongStatus, why));
        }
        for credit in credits {
            let amount = self.refund_made_elsewhere(credit, id)?;
            if value.credits.insert(credit.clone(), amount).is_none() {
                value = value.with_entry(stamp, Event::Credited, credit.to_string());
            }
        }
        match value.to_approve {
            Some(_) => {
                self.state.no_capture_is_under_way()?;
                let amount = value.wish(wish, self.placed.currency)?;
                (value.to_approve, value.refund) = (None, Some(amount));
                let note = self.placed.currency.format(amount);
                self.set_return(id, value.with_entry(stamp, Event::RefundApproved, note));
                self.state.follow_credits(surplus, stamp.at);
                self.hold_for_approval(stamp);
                self.state = self.state.return_inspected(id, amount, stamp.at);
            }
            None if credits.is_empty() || wish.amount.is_some() || value.status == ReturnStatus::Declined => {
                let why =
                    format!("the return is {}; its refund is decided once it is inspected", value.status.as_str());
                return Err(Rejection::new(Code::WrongStatus, why));
            }
            None => {
                if value != *self.returned(id)? {
                    // Two returns that take the same credit at once meet on the version of the state.
                    self.state.add_entry(stamp, Event::Credited, format!("return {id}"));
                }
                self.set_return(id, value);
                self.state.follow_credits(surplus, stamp.at);
            }
        }
        Ok(self)
    }

    /// Holds the order while any return waits for an operator.
    fn hold_for_approval(&mut self, stamp: &Stamp) {
        let waiting = self.returns.iter().find_map(|(id, other)| Some((*id, other.to_approve?)));
        let elsewhere = self.refunded_elsewhere();
        self.state.hold_for_approval(waiting, elsewhere, stamp.at);
    }

    /// The price of shipping that is given back with the last unit of an order that comes back whole, or did not arrive.
    pub(super) fn shipping_of_a_full_withdrawal(&self) -> Amount {
        let mut came: BTreeMap<LineId, u32> = BTreeMap::new();
        let came_back = self.returns.values().flat_map(Return::units_paid_back);
        for (line, units) in came_back.chain(self.units_of_refunded_parcels()) {
            *came.entry(line).or_default() += units;
        }
        let is_whole = self.placed.stocked_lines().all(|line| came.get(&line.id).is_some_and(|n| *n >= line.quantity));
        if is_whole { self.shipping_not_given_back() } else { 0 }
    }

    /// What was refunded at the provider, and counts for no return.
    fn refunded_elsewhere(&self) -> Amount {
        (self.state.ledger.refunded_elsewhere(self.placed.currency) - self.state.credited).max(0)
    }

    /// The amount of a refund that was made at the provider, and counts for no other return.
    fn refund_made_elsewhere(&self, credit: &RefundId, own: ReturnId) -> Result<Amount, Rejection> {
        let known = self.state.ledger.refunds().find(|(id, refund)| *id == credit && refund.was_made_elsewhere());
        let other = self.returns.iter().find(|(id, other)| **id != own && other.credits.contains_key(credit));
        match (known, other) {
            (Some((_, refund)), None) => Ok(refund.amount),
            (Some(_), Some((other, _))) => {
                Err(Rejection::new(Code::UnknownRefund, format!("refund {credit} counts for return {other}")))
            }
            (None, _) => {
                let why = format!("no refund {credit} was made at the provider; GET /orders/{{id}} lists them");
                Err(Rejection::new(Code::UnknownRefund, why))
            }
        }
    }
}
