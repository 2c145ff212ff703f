//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    ids::{LineId, LocationId, RefundId},
    money::Amount,
    placed_order::MAX_LINES,
    returns::{Inspection, RefundWish, RequestedUnits},
    text::Reason,
    whole::{FoundUnits, Price, Units},
};
use std::collections::{BTreeMap, BTreeSet};

/// Units of one line may need several dispositions.
const MAX_INSPECTED: usize = 4 * MAX_LINES;

/// What the customer wants to send back.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct RequestReturn {
    /// What is to come back, each line once.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Vec<RequestedUnits>,
}

/// Why a return is declined.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct DeclineReturn {
    /// In your own words, for the timeline. The customer gets no e-mail about it.
    pub reason: Reason,
}

/// What has come back so far, in total.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReceiveReturn {
    /// Where it came to, which is where it is restocked.
    pub location: LocationId,
    /// Each line once. One that is left out stays as it is.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Vec<ReceivedLine>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReceivedLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    /// Units that have come so far in all, not only this time: never fewer than before.
    pub received: FoundUnits,
}

impl ReceiveReturn {
    /// What has come back, by line.
    pub fn by_line(&self) -> BTreeMap<LineId, u32> {
        self.lines.iter().map(|line| (line.line, line.received.get())).collect()
    }
}

/// What was found: a disposition for every received unit.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct InspectReturn {
    /// Every unit that came. A line may have several entries, and units that did not come are `missing`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_INSPECTED)))]
    pub lines: Vec<InspectedLine>,
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub wish: Wish,
}

/// How much is refunded.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct Wish {
    /// In minor units, from 0 to what is due, which is what it is without this field.
    #[cfg_attr(feature = "schema", schemars(rename = "refund", with = "Option<Price>"))]
    pub amount: Option<Amount>,
    /// Why less than what is due is refunded. Needed only then.
    pub reason: Option<Reason>,
}

/// The refund of a return, and which refunds that were made at the provider count for it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct DecideRefund {
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub wish: Wish,
    /// Names of refunds as `GET /orders/{order_id}` lists them.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<RefundId>>", length(min = 1, max = MAX_CREDITS)))]
    pub refunds: BTreeSet<RefundId>,
}

/// The refunds that one request lets count for a return.
const MAX_CREDITS: usize = 20;

impl Wish {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (amount, reason): (Option<Option<Price>>, _) =
            (fields.optional_whole("refund"), fields.optional_text("reason"));
        Some(Self { amount: amount?.map(Price::get), reason: reason? })
    }

    pub fn wish(self) -> RefundWish {
        let reason = self.reason.map(|reason| reason.to_string());
        RefundWish { amount: self.amount, reason, ..RefundWish::default() }
    }
}

impl Body for DecideRefund {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let wish = Wish::read(fields);
        let refunds = fields.optional_texts("refunds", 1..=MAX_CREDITS, str::parse);
        let (wish, refunds) = (wish?, refunds?);
        if wish.amount.is_none() && refunds.is_none() {
            fields.report("refund", "is required unless `refunds` name what was refunded already");
        }
        Some(Self { wish, refunds: refunds.unwrap_or_default().into_iter().collect() })
    }
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct InspectedLine {
    /// The id of the order's line: its place in the order as it was placed, from 0.
    pub line: LineId,
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub units: Inspection,
}

impl InspectReturn {
    /// What was found by line, and how much is refunded.
    pub fn found_and_wish(self) -> (BTreeMap<LineId, Vec<Inspection>>, RefundWish) {
        let mut by_line: BTreeMap<LineId, Vec<Inspection>> = BTreeMap::new();
        for InspectedLine { line, units } in self.lines {
            by_line.entry(line).or_default().push(units);
        }
        (by_line, self.wish.wish())
    }
}

impl Body for RequestReturn {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let lines = fields.list("lines", 1..=MAX_LINES, |fields| {
            let (line, quantity): (_, Option<Units>) = (fields.line(), fields.whole("quantity"));
            let reason = fields.text("reason");
            Some(RequestedUnits { line: line?, quantity: quantity?.get(), reason: reason? })
        });
        Some(Self { lines: lines? })
    }
}

impl Body for DeclineReturn {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { reason: fields.text("reason")? })
    }
}

impl Body for ReceiveReturn {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let location = fields.text("location");
        let lines = fields.list("lines", 1..=MAX_LINES, |fields| {
            let (line, received) = (fields.line(), fields.whole("received"));
            Some(ReceivedLine { line: line?, received: received? })
        });
        let lines = lines?;
        fields.each_line_once("lines", lines.iter().map(|line| line.line));
        Some(Self { location: location?, lines })
    }
}

impl Body for InspectReturn {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let lines = fields.list("lines", 1..=MAX_INSPECTED, |fields| {
            let (line, quantity): (_, Option<Units>) = (fields.line(), fields.whole("quantity"));
            let disposition = fields.text("disposition");
            let grade = fields.optional_text("grade");
            let units = Inspection { quantity: quantity?.get(), disposition: disposition?, grade: grade? };
            Some(InspectedLine { line: line?, units })
        });
        let wish = Wish::read(fields);
        Some(Self { lines: lines?, wish: wish? })
    }
}

#[cfg(test)]
mod tests;
