//! Returns (RMA): what a customer sends back, what the inspection found, and the refund.

use super::{
    Rejection,
    duty::{Due, Duty, EmailKind, Owed, due_of_work},
    history::{self, Entry, Event, Stamp},
    ids::{LineId, LocationId, RefundId, Sku},
    money::{Amount, Currency},
    names::names,
    placed_order::PlacedOrder,
    problem::Code,
    safeguards::Safeguard,
    stock::{StockChange, StockDelta, StockPlace},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub requested_at: Timestamp,
    pub status: ReturnStatus,
    pub lines: Vec<ReturnLine>,
    /// The caller's idempotency key: asking twice asks once.
    pub key: String,
    /// Where it was received. Its goods are restocked there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What is refunded for it, once that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Amount>,
    /// What its inspection proposes to refund, while an operator has to approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_approve: Option<Amount>,
    /// The price of shipping that is given back with it.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub shipping: Amount,
    /// Why less is refunded than the goods and the shipping cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Deduction>,
    /// Refunds made at the provider that count for this return.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credits: BTreeMap<RefundId, Amount>,
    #[serde(default, skip_serializing_if = "Owed::is_empty")]
    pub owed: Owed,
    pub history: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    Requested,
    Approved,
    Declined,
    PartiallyReceived,
    Received,
    Inspected,
}

impl ReturnStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::PartiallyReceived => "partially_received",
            Self::Received => "received",
            Self::Inspected => "inspected",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReturnLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// The line's SKU.
    pub sku: Sku,
    /// Units that are announced.
    pub quantity: u32,
    /// Why the customer sends them back. The refund does not depend on it.
    pub reason: ReturnReason,
    /// Units that have come so far, as a running total. 0 if absent.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub received: u32,
    /// What was found, once it is inspected. Without those that are `missing`, the units add up to `received`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inspected: Vec<Inspection>,
    /// What its inspection led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Amount>,
    /// Units that came and had been made good before, because their parcel was thought lost.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub made_good: u32,
}

/// What the inspector found of some units of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inspection {
    /// Units that this was found of.
    #[cfg_attr(feature = "schema", schemars(with = "crate::whole::Units"))]
    pub quantity: u32,
    /// What becomes of them. Only `restocked` units are for sale again.
    pub disposition: Disposition,
    /// Their condition, for people: neither stock nor refund depends on it. Absent if nobody judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
}

names! {
    /// Why the customer sends it back.
    ReturnReason {
        Color = "color",
        Defective = "defective",
        NotAsDescribed = "not_as_described",
        SizeTooLarge = "size_too_large",
        SizeTooSmall = "size_too_small",
        Style = "style",
        Unwanted = "unwanted",
        WrongItem = "wrong_item",
        Other = "other",
    }
}

names! {
    /// What becomes of a returned unit.
    Disposition {
        /// Back on the shelf, for sale.
        Restocked = "restocked",
        /// Not for sale: damaged or written off.
        NotRestocked = "not_restocked",
        /// Kept apart until somebody has cleaned, repaired or checked it.
        ProcessingRequired = "processing_required",
        /// Announced, but not in the box.
        Missing = "missing",
    }
}

names! {
    Grade { A = "A", B = "B", C = "C", }
}

/// What is asked to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RequestedLine"))]
pub struct RequestedUnits {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units to send back: at most those that were sent and are in no other return.
    #[cfg_attr(feature = "schema", schemars(with = "crate::whole::Units"))]
    pub quantity: u32,
    /// Why the customer sends them back. The refund does not depend on it.
    pub reason: ReturnReason,
}

/// A part of the price that is not given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deduction {
    /// What is kept of what was due, in minor units.
    pub amount: Amount,
    /// In the words of who decided it. `erased` once the customer's data was erased.
    pub reason: String,
}

/// How much is to be refunded for a return, if not all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefundWish {
    pub amount: Option<Amount>,
    /// Needed if it is less than what is due.
    pub reason: Option<String>,
    /// It comes from somebody who is shown no money. So that no answer tells what is due, any amount needs a reason then, and
    /// one above what is due means all of it.
    pub sees_no_money: bool,
}

/// A finished inspection: the return, and the goods that go back into stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    pub value: Return,
    pub stock: StockChange,
}

/// Asks to return units. They must have been sent (`sent`, by line) and be in no earlier return.
pub fn request(
    placed: &PlacedOrder,
    sent: &BTreeMap<LineId, u32>,
    earlier: &[&Return],
    wanted: &[RequestedUnits],
    key: &str,
    stamp: &Stamp,
) -> Result<Return, Rejection> {
    let mut lines = Vec::new();
    for RequestedUnits { line, quantity, reason } in wanted {
        let Some(ordered) = placed.line(*line) else {
            return Err(Rejection::new(Code::UnknownLine, format!("the order has no line {line}")));
        };
        if wanted.iter().filter(|other| other.line == *line).count() > 1 {
            return Err(Rejection::new(Code::LineTwice, format!("line {line} is named twice; name it once")));
        }
        let sent = sent.get(line).copied().unwrap_or(0);
        let returning: u32 = earlier.iter().map(|other| other.units_claimed(*line)).sum();
        if *quantity > sent.saturating_sub(returning) {
            let why = format!(
                "line {line} ({}): {quantity} asked for, but {sent} shipped and {returning} already in a return",
                ordered.sku
            );
            return Err(Rejection::new(Code::NotReturnable, why));
        }
        lines.push(ReturnLine {
            line: *line,
            sku: ordered.sku.clone(),
            quantity: *quantity,
            reason: *reason,
            received: 0,
            inspected: Vec::new(),
            refund: None,
            made_good: 0,
        });
    }
    Ok(Return {
        requested_at: stamp.at,
        status: ReturnStatus::Requested,
        lines,
        key: key.to_owned(),
        location: None,
        refund: None,
        to_approve: None,
        shipping: 0,
        deduction: None,
        credits: BTreeMap::new(),
        owed: Owed::new(),
        history: vec![stamp.entry(Event::Requested, "")],
    })
}

impl Return {
    pub(crate) fn with_entry(mut self, stamp: &Stamp, what: Event, note: impl Into<String>) -> Self {
        history::add(&mut self.history, stamp.entry(what, note));
        self
    }

    /// Whether it was requested with exactly these lines.
    pub fn asks_for(&self, wanted: &[RequestedUnits]) -> bool {
        let asked = self.lines.iter().map(|line| (line.line, line.quantity, line.reason));
        asked.eq(wanted.iter().map(|wanted| (wanted.line, wanted.quantity, wanted.reason)))
    }

    /// The units of `line` that this return takes back or has taken back.
    fn units_claimed(&self, line: LineId) -> u32 {
        let own = self.lines.iter().filter(|own| own.line == line);
        match self.status {
            ReturnStatus::Declined => 0,
            ReturnStatus::Inspected => own.map(ReturnLine::units_to_refund).sum(),
            _ => own.map(|line| line.quantity).sum(),
        }
    }

    pub fn approve(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        match self.status {
            ReturnStatus::Approved => Ok(self),
            ReturnStatus::Requested => {
                self.status = ReturnStatus::Approved;
                Ok(self.with_entry(stamp, Event::Approved, ""))
            }
            _ => Err(self.not_in("be approved", "requested")),
        }
    }

    pub fn decline(mut self, reason: &str, stamp: &Stamp) -> Result<Self, Rejection> {
        match self.status {
            ReturnStatus::Declined => Ok(self),
            ReturnStatus::Requested | ReturnStatus::Approved => {
                self.status = ReturnStatus::Declined;
                self.credits.clear();
                Ok(self.with_entry(stamp, Event::Declined, reason))
            }
            _ => Err(self.not_in("be declined", "requested or approved")),
        }
    }

    /// Counts what has come back so far, by line. The counts are totals, so a repetition is harmless.
    pub fn receive(
        mut self,
        received: &BTreeMap<LineId, u32>,
        location: &LocationId,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        let takes =
            matches!(self.status, ReturnStatus::Approved | ReturnStatus::PartiallyReceived | ReturnStatus::Received);
        if !takes {
            return Err(self.not_in("be received", "approved"));
        }
        let before = self.clone();
        for (line, count) in received {
            let Some(own) = self.lines.iter_mut().find(|own| own.line == *line) else {
                return Err(Rejection::new(Code::UnknownLine, format!("line {line} is not part of this return")));
            };
            if *count > own.quantity || *count < own.received {
                let why = format!(
                    "line {line}: {count} received in total, but it must be {} (already received) to {} (announced)",
                    own.received, own.quantity
                );
                return Err(Rejection::new(Code::WrongCount, why));
            }
            own.received = *count;
        }
        let all = self.lines.iter().all(|line| line.received == line.quantity);
        self.status = if all { ReturnStatus::Received } else { ReturnStatus::PartiallyReceived };
        self.location = Some(location.clone());
        if self == before {
            return Ok(self);
        }
        let units = self.units_received();
        if before.units_received() == 0 && units > 0 {
            self.owed.insert(Duty::Email(EmailKind::ReturnReceived)); // no thanks for an empty box
        }
        Ok(self.with_entry(stamp, Event::Received, format!("{units} in total")))
    }

    /// Finishes the inspection. Every announced unit gets a disposition; units that never came are missing. Good units
    /// go back into stock, and units that came get the price that the customer paid. Repeating the inspection changes
    /// nothing.
    ///
    /// `compensated` are the units of each line that are paid back already: each unit's share of the line's price is
    /// refunded once. `made_good` are the units of parcels that arrived after they had been made good: they come back first,
    /// and nothing is refunded for them.
    pub fn inspect(
        mut self,
        found: &BTreeMap<LineId, Vec<Inspection>>,
        placed: &PlacedOrder,
        compensated: &BTreeMap<LineId, u32>,
        made_good: &BTreeMap<LineId, u32>,
        stamp: &Stamp,
    ) -> Result<Inspected, Rejection> {
        if self.status == ReturnStatus::Inspected && self.found() == *found {
            return Ok(Inspected { value: self, stock: StockChange::default() });
        }
        let (Some(location), ReturnStatus::PartiallyReceived | ReturnStatus::Received) =
            (self.location.clone(), self.status)
        else {
            return Err(self.not_in("be inspected", "received"));
        };
        if let Some(line) = found.keys().find(|line| self.lines.iter().all(|own| own.line != **line)) {
            return Err(Rejection::new(Code::UnknownLine, format!("line {line} is not part of this return")));
        }
        let mut stock = StockChange::default();
        for own in &mut self.lines {
            own.inspected = found.get(&own.line).cloned().unwrap_or_default();
            let came: u32 = own.units_to_refund();
            if came != own.received {
                let why = format!(
                    "line {} ({}): {} received, but {came} inspected; give each received unit a disposition",
                    own.line, own.sku, own.received
                );
                return Err(Rejection::new(Code::NotAllInspected, why));
            }
            let place = StockPlace { sku: own.sku.clone(), location: location.clone() };
            own.inspected.iter().for_each(|units| stock.add(place.clone(), units.stock_change()));
            let before = compensated.get(&own.line).copied().unwrap_or_default();
            own.made_good = made_good.get(&own.line).copied().unwrap_or_default().min(came);
            own.refund = Some(placed.price_of_next_units(own.line, before, came - own.made_good));
        }
        self.status = ReturnStatus::Inspected;
        let note = placed.currency.format(self.price_of_goods());
        Ok(Inspected { value: self.with_entry(stamp, Event::Inspected, note), stock })
    }

    /// The price of the units that came.
    fn price_of_goods(&self) -> Amount {
        self.lines.iter().filter_map(|line| line.refund).sum()
    }

    /// What is due for it at most: goods and shipping, less what was refunded for it elsewhere.
    pub(crate) fn due_amount(&self) -> Amount {
        self.price_of_goods() + self.shipping - self.credited()
    }

    /// What refunds that were made elsewhere pay of it. Once it is inspected, that is no more than what is due for it.
    pub(crate) fn credited(&self) -> Amount {
        let sum = self.credits.values().sum::<Amount>();
        if self.status == ReturnStatus::Inspected { sum.min(self.price_of_goods() + self.shipping) } else { sum }
    }

    /// The amount to refund. Less than what is due needs a reason, and becomes a deduction.
    pub(crate) fn wish(&mut self, wish: &RefundWish, currency: Currency) -> Result<Amount, Rejection> {
        let due = self.due_amount();
        let amount = match wish.amount {
            Some(_) if wish.sees_no_money && wish.reason.is_none() => {
                let why = "`refund` needs a `reason`, which the customer may ask for";
                return Err(Rejection::new(Code::NoReason, why));
            }
            Some(amount) if wish.sees_no_money => amount.min(due),
            wanted => wanted.unwrap_or(due),
        };
        if amount > due {
            let why = format!("{} is asked for, and {} is due", currency.format(amount), currency.format(due));
            return Err(Rejection::new(Code::MoreThanLeft, why));
        }
        self.deduction = match &wish.reason {
            _ if amount == due => None,
            Some(reason) => Some(Deduction { amount: due - amount, reason: reason.clone() }),
            None => {
                let why =
                    format!("less than {} needs a `reason`, which the customer may ask for", currency.format(due));
                return Err(Rejection::new(Code::NoReason, why));
            }
        };
        Ok(amount)
    }

    fn found(&self) -> BTreeMap<LineId, Vec<Inspection>> {
        let inspected = self.lines.iter().filter(|line| !line.inspected.is_empty());
        inspected.map(|line| (line.line, line.inspected.clone())).collect()
    }

    fn units_received(&self) -> u32 {
        self.lines.iter().map(|line| line.received).sum()
    }

    /// The units that were inspected and whose price is paid back, by line.
    pub(crate) fn units_paid_back(&self) -> impl Iterator<Item = (LineId, u32)> {
        let is_inspected = self.status == ReturnStatus::Inspected;
        let paid = |line: &ReturnLine| (line.line, line.units_to_refund() - line.made_good);
        self.lines.iter().filter(move |_| is_inspected).map(paid)
    }

    /// When to look at it again if nothing happens before.
    pub fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        due_of_work(&self.owed, last, now)
    }

    fn not_in(&self, what: &str, needed: &str) -> Rejection {
        let why = format!("the return is {}; only one that is {needed} can {what}", self.status.as_str());
        Rejection::new(Code::WrongStatus, why)
    }
}

impl ReturnLine {
    /// The inspected units that really came.
    pub fn units_to_refund(&self) -> u32 {
        let came = self.inspected.iter().filter(|units| units.disposition != Disposition::Missing);
        came.map(|units| units.quantity).sum()
    }
}

impl Inspection {
    /// The change of the stock: every unit that came is on hand again, but only a restocked one is available.
    pub(crate) fn stock_change(&self) -> StockDelta {
        let units = i64::from(self.quantity);
        let on_hand = StockDelta { on_hand: units, ..StockDelta::default() };
        match self.disposition {
            Disposition::Restocked => on_hand,
            Disposition::NotRestocked if Safeguard::DamagedIsNotSold.is_off() => on_hand,
            Disposition::NotRestocked => StockDelta { damaged: units, ..on_hand },
            Disposition::ProcessingRequired => StockDelta { quality_control: units, ..on_hand },
            Disposition::Missing => StockDelta::default(),
        }
    }
}

#[cfg(test)]
mod tests;
