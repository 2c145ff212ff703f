//! Returns of an order. Each unit that was sent may come back once.

use super::{Change, Order};
use crate::{
    Rejection,
    history::Stamp,
    ids::{LineId, ReturnId},
    problem::Code,
    returns::{self, Inspected, Inspection, RequestedUnits, Return},
    stock::StockChange,
};
use std::collections::BTreeMap;

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
        let requested = returns::request(&self.placed, &self.units_sent(), &earlier, wanted, key, stamp)?;
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
        self.returns.insert(id, next);
        Ok(self)
    }

    /// Finishes a return. The stock, the intended refund and the return change together, so that goods are not
    /// restocked twice, and money is not promised twice.
    pub fn inspect_return(
        mut self,
        id: ReturnId,
        found: &BTreeMap<LineId, Vec<Inspection>>,
        stamp: &Stamp,
    ) -> Result<Change, Rejection> {
        let read = self.returned(id)?.clone();
        let others = self.returns.iter().filter(|(other, _)| **other != id);
        let earlier: Vec<&Return> = others.map(|(_, other)| other).collect();
        let Inspected { value, stock, refund } = read.clone().inspect(found, &self.placed, &earlier, stamp)?;
        if value == read {
            return Ok(Change { goods: StockChange::default(), ..self.into() });
        }
        self.state = self.state.return_inspected(id, refund, stamp.at);
        self.returns.insert(id, value);
        Ok(Change { goods: stock, ..self.into() })
    }
}
