//! The bodies of the requests, and how they are read.

use api::{Decoder, Error, Fields, text};
use domain::{
    ids::LocationId,
    returns::{Inspection, RequestedUnits, ReturnReason},
};
use serde_json::Value;
use std::collections::BTreeMap;

const MAX_LINES: usize = 50;
/// Units of one line may need several dispositions.
const MAX_INSPECTED: usize = 4 * MAX_LINES;
const MAX_REASON: usize = 200;
const UNITS: std::ops::RangeInclusive<i64> = 1..=100_000;

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
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_REASON)))]
    pub reason: String,
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
    pub line: u16,
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = *UNITS.end())))]
    pub received: u32,
}

impl ReceiveReturn {
    /// What has come back, by line.
    pub fn by_line(&self) -> BTreeMap<u16, u32> {
        self.lines.iter().map(|line| (line.line, line.received)).collect()
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
    pub line: u16,
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub units: Inspection,
}

impl InspectReturn {
    /// What was found, by line.
    pub fn by_line(self) -> BTreeMap<u16, Vec<Inspection>> {
        let mut by_line: BTreeMap<u16, Vec<Inspection>> = BTreeMap::new();
        for InspectedLine { line, units } in self.lines {
            by_line.entry(line).or_default().push(units);
        }
        by_line
    }
}

fn line(fields: &Fields<'_>) -> Option<u16> {
    fields.integer("line", 0..=i64::from(u16::MAX))
}

pub fn ask(body: &Value) -> Result<RequestReturn, Error> {
    Decoder::read(body, |fields| {
        let lines = fields.list("lines", 1..=MAX_LINES, |fields| {
            let line = line(fields);
            let quantity = fields.integer("quantity", UNITS);
            let reason = fields.name::<ReturnReason>("reason");
            Some(RequestedUnits { line: line?, quantity: quantity?, reason: reason? })
        });
        Some(RequestReturn { lines: lines? })
    })
}

pub fn decline(body: &Value) -> Result<DeclineReturn, Error> {
    Decoder::read(body, |fields| Some(DeclineReturn { reason: fields.text("reason", text(MAX_REASON))? }))
}

pub fn receive(body: &Value) -> Result<ReceiveReturn, Error> {
    Decoder::read(body, |fields| {
        let location = fields.name("location");
        let lines = fields.list("lines", 1..=MAX_LINES, |fields| {
            let line = line(fields);
            let received = fields.integer("received", 0..=*UNITS.end());
            Some(ReceivedLine { line: line?, received: received? })
        });
        let returned = ReceiveReturn { location: location?, lines: lines? };
        if returned.by_line().len() < returned.lines.len() {
            fields.report("lines", "names a line twice");
        }
        Some(returned)
    })
}

pub fn inspect(body: &Value) -> Result<InspectReturn, Error> {
    Decoder::read(body, |fields| {
        let lines = fields.list("lines", 1..=MAX_INSPECTED, |fields| {
            let line = line(fields);
            let quantity = fields.integer("quantity", UNITS);
            let disposition = fields.name("disposition");
            let grade = fields.optional_name("grade");
            let units = Inspection { quantity: quantity?, disposition: disposition?, grade: grade? };
            Some(InspectedLine { line: line?, units })
        });
        Some(InspectReturn { lines: lines? })
    })
}

#[cfg(test)]
mod tests;
