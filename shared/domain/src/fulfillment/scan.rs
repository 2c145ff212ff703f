//! Picking by scanner: what is taken is counted as it is taken, so that nothing is lost with the device.

use super::{Fulfillment, FulfillmentStatus, PackedLine, PickLine};
use crate::{
    Rejection,
    history::{Event, Stamp},
    ids::{LineId, Sku},
    problem::Code,
};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a scanner read, and what that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub sku: Sku,
    /// For how many units the code stands.
    pub units: u32,
    /// The bin that it was taken from, if that was scanned too.
    pub bin: Option<String>,
    /// The caller's idempotency key: a scan that is sent again is counted once.
    pub key: String,
}

impl Scan {
    /// Whether it may have been taken from this bin. What was not told about a bin does not speak against it.
    pub(crate) fn is_from(&self, bin: Option<&str>) -> bool {
        self.bin.is_none() || bin.is_none() || self.bin.as_deref() == bin
    }

    /// It was taken from another bin than these.
    pub(crate) fn wrong_bin<'a>(&self, bins: impl Iterator<Item = &'a str>) -> Rejection {
        let bins: Vec<&str> = bins.collect();
        let why = format!("{} is to be taken from {}", self.sku, bins.join(" or "));
        Rejection::new(Code::WrongBin, why)
    }
}

/// What is to be taken next, for whoever has scanned something else: units, SKU, bin, and what else there is to say.
pub(crate) fn expected<'a>(next: impl Iterator<Item = (u32, &'a Sku, Option<&'a str>, String)>) -> String {
    let told = next.filter(|(units, ..)| *units > 0).take(3).map(|(units, sku, bin, more)| {
        let bin = bin.map(|bin| format!(" from {bin}")).unwrap_or_default();
        format!("{units} × {sku}{bin}{more}")
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "nothing more".to_owned() } else { told.join(", ") }
}

/// A scan that was counted. The last few are kept: a device sends the last one again, not the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// A short hash of the idempotency key.
    key: String,
    pub line: LineId,
    pub units: u32,
}

/// How many scans are kept.
const REMEMBERED: usize = 8;

impl Counted {
    fn hash(key: &str) -> String {
        let digest = Sha256::digest(key);
        HEXLOWER.encode(digest.get(..8).unwrap_or_default())
    }
}

impl PickLine {
    /// Units that are still to be taken.
    pub fn left(&self) -> u32 {
        self.quantity.saturating_sub(self.taken())
    }

    /// Units that were taken from their bin, as far as anybody has told.
    pub fn taken(&self) -> u32 {
        self.picked.unwrap_or(self.scanned)
    }
}

impl Fulfillment {
    /// The scan of this key, if it was counted here.
    pub fn counted(&self, key: &str) -> Option<&Counted> {
        let hash = Counted::hash(key);
        self.scans.iter().find(|counted| counted.key == hash)
    }

    /// The line of a scan that was counted under this key before.
    pub(super) fn line_counted_before(&self, scan: &Scan) -> Result<Option<LineId>, Rejection> {
        let Some(Counted { line, units, .. }) = self.counted(&scan.key).cloned() else { return Ok(None) };
        let is_same = units == scan.units && self.lines.iter().any(|own| own.line == line && own.sku == scan.sku);
        let other = "this idempotency key was used for another scan";
        if is_same { Ok(Some(line)) } else { Err(Rejection::new(Code::KeyReused, other)) }
    }

    /// Keeps a scan, and the last few before it.
    pub(super) fn remember(&mut self, scan: &Scan, line: LineId) {
        self.scans.push(Counted { key: Counted::hash(&scan.key), line, units: scan.units });
        let old = self.scans.len().saturating_sub(REMEMBERED);
        self.scans.drain(..old);
    }

    /// Counts what was scanned. The first scan begins the picking, and the one that completes the picklist ends it. Returns the
    /// line that it counts for.
    pub fn scan(mut self, scan: &Scan, stamp: &Stamp) -> Result<(Self, LineId), Rejection> {
        if let Some(line) = self.line_counted_before(scan)? {
            return Ok((self, line));
        }
        self = match self.status {
            FulfillmentStatus::Open | FulfillmentStatus::Picking => self.start_picking(stamp)?,
            _ => return Err(self.not_in("be picked", "open or being picked")),
        };
        let line = self.line_for(scan)?;
        for own in self.lines.iter_mut().filter(|own| own.line == line) {
            own.scanned += scan.units;
        }
        self.remember(scan, line);
        if self.lines.iter().all(|own| own.left() == 0) {
            let picks: BTreeMap<LineId, u32> = self.lines.iter().map(|own| (own.line, own.quantity)).collect();
            self = self.confirm_picks(&picks, stamp)?.0;
        }
        Ok((self, line))
    }

    /// The line that a scan counts for: of several lines of its SKU, the one of that bin, and the first that is not complete.
    fn line_for(&self, scan: &Scan) -> Result<LineId, Rejection> {
        let of_sku: Vec<&PickLine> = self.lines.iter().filter(|own| own.sku == scan.sku).collect();
        if of_sku.is_empty() {
            let why = format!("{} is not on this picklist; expected: {}", scan.sku, self.expected());
            return Err(Rejection::new(Code::WrongItem, why));
        }
        let there: Vec<&&PickLine> = of_sku.iter().filter(|own| scan.is_from(own.bin.as_deref())).collect();
        if there.is_empty() {
            return Err(scan.wrong_bin(of_sku.iter().filter_map(|own| own.bin.as_deref())));
        }
        if let Some(line) = there.iter().find(|own| own.left() >= scan.units) {
            return Ok(line.line);
        }
        let left: u32 = there.iter().map(|own| own.left()).sum();
        let why =
            format!("{}: {} scanned, but {left} to be taken; expected: {}", scan.sku, scan.units, self.expected());
        Err(Rejection::new(Code::TooManyPicked, why))
    }

    /// What is still to be taken, in the order of the walk.
    fn expected(&self) -> String {
        expected(self.lines.iter().map(|own| (own.left(), &own.sku, own.bin.as_deref(), String::new())))
    }

    /// Takes note of what was taken and will not be sent, so that somebody puts it back.
    pub(super) fn owe_put_back(&mut self) {
        self.open_parcel.clear();
        let sent = self.units_sent();
        let back = |own: &PickLine| {
            let quantity = own.taken().saturating_sub(sent.get(&own.line).copied().unwrap_or_default());
            PackedLine { line: own.line, quantity }
        };
        self.put_back = self.lines.iter().map(back).filter(|units| units.quantity > 0).collect();
    }

    /// Whether what was taken lies in its bins again.
    pub fn was_put_back(&self) -> bool {
        self.put_back.is_empty() && self.history.iter().any(|entry| entry.what == Event::PutBack)
    }

    /// Records that what was taken lies in its bins again. Telling it again changes nothing.
    pub fn put_back(mut self, stamp: &Stamp) -> Result<Self, Rejection> {
        if self.put_back.is_empty() {
            let why = "nothing that was picked of this fulfillment is to be put back";
            return if self.was_put_back() { Ok(self) } else { Err(Rejection::new(Code::NothingToPutBack, why)) };
        }
        let units: u32 = self.put_back.iter().map(|back| back.quantity).sum();
        self.put_back.clear();
        Ok(self.with_entry(stamp, Event::PutBack, format!("{units} units")))
    }
}

#[cfg(test)]
mod tests;
