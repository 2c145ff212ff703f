//! The bodies of the requests.

use api::{Body, Fields};
use domain::{
    ids::{LineId, LocationId},
    placed_order::MAX_LINES,
    returns::{Inspection, RequestedUnits},
    text::Reason,
    whole::{FoundUnits, Units},
};
use std::collections::BTreeMap;

/// Units of one line may need several dispositions.
const MAX_INSPECTED: usize = 4 * MAX_LINES;

/// What the customer wants to send back.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct RequestReturn {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Vec<RequestedUnits>,
}

/// Why a return is declined.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct DeclineReturn {
    pub reason: Reason,
}

/// What has come back so far, in total.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReceiveReturn {
    /// Where it came to, which is where it is restocked.
    pub location: LocationId,
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Vec<ReceivedLine>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ReceivedLine {
    pub line: LineId,
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
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_INSPECTED)))]
    pub lines: Vec<InspectedLine>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct InspectedLine {
    pub line: LineId,
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub units: Inspection,
}

impl InspectReturn {
    /// What was found, by line.
    pub fn by_line(self) -> BTreeMap<LineId, Vec<Inspection>> {
        let mut by_line: BTreeMap<LineId, Vec<Inspection>> = BTreeMap::new();
        for InspectedLine { line, units } in self.lines {
            by_line.entry(line).or_default().push(units);
        }
        by_line
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
        let returned = Self { location: location?, lines: lines? };
        if returned.by_line().len() < returned.lines.len() {
            fields.report("lines", "names a line twice");
        }
        Some(returned)
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
        Some(Self { lines: lines? })
    }
}

#[cfg(test)]
mod tests;
