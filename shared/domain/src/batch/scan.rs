//! Picking a batch by scanner: which tote a unit goes into.

use super::{Batch, BatchStatus, Contents, Tote, ToteName, WalkLine, WalkState};
use crate::{
    Rejection,
    fulfillment::{Scan, expected},
    history::Stamp,
    ids::{BatchId, Sku},
    problem::Code,
};

/// Units that are taken off a shelf for one of the totes.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    pub scan: &'a Scan,
    /// The tote that was scanned with it, if one was.
    pub tote: Option<&'a ToteName>,
}

impl WalkLine {
    /// Units that are still to be taken.
    pub fn left(&self) -> u32 {
        if self.state == WalkState::ToPick { self.quantity.saturating_sub(self.scanned) } else { 0 }
    }
}

impl Tote {
    /// Whether the scan of this key was counted for it.
    pub fn has_counted(&self, contents: &Contents, key: &str) -> bool {
        self.now(contents).is_some_and(|now| now.fulfillment.counted(key).is_some())
    }
}

impl Batch {
    /// Refuses whoever does not pick it.
    pub fn must_be_picked_by(&self, stamp: &Stamp) -> Result<(), Rejection> {
        self.must_be_active("picked")?;
        if self.status == BatchStatus::Picking && self.picker.as_deref() == Some(&stamp.by.to_string()) {
            return Ok(());
        }
        let who = self.picker.as_deref().unwrap_or("nobody");
        let why = format!("the batch is {}, and {who} picks it; claim it before you scan", self.status);
        Err(Rejection::new(Code::NotClaimed, why))
    }

    /// Whether a SKU is on one of its picklists.
    pub fn has(&self, id: &BatchId, contents: &Contents, sku: &Sku) -> bool {
        self.walk(id, contents).iter().any(|line| line.sku == *sku)
    }

    /// The tote that what was scanned goes into: the first of the walk that still wants so many. A scan that is sent again goes
    /// where it was counted.
    pub fn tote_for(&self, id: &BatchId, contents: &Contents, taken: Taken<'_>) -> Result<&Tote, Rejection> {
        let Taken { scan, tote } = taken;
        if let Some(known) = self.totes.iter().find(|tote| tote.has_counted(contents, &scan.key)) {
            return Ok(known);
        }
        let walk = self.walk(id, contents);
        let wanted: Vec<&WalkLine> =
            walk.iter().filter(|line| line.sku == scan.sku && line.left() >= scan.units).collect();
        if wanted.is_empty() {
            return Err(unwanted(&walk, scan));
        }
        let there: Vec<&&WalkLine> = wanted.iter().filter(|line| scan.is_from(line.bin.as_deref())).collect();
        let Some(first) = there.first() else {
            return Err(scan.wrong_bin(wanted.iter().filter_map(|line| line.bin.as_deref())));
        };
        let line = match tote {
            None => first,
            Some(tote) => there.iter().find(|line| line.tote == *tote).ok_or_else(|| {
                let why = format!("{} goes into tote {}, not into {tote}", scan.sku, first.tote);
                Rejection::new(Code::WrongTote, why)
            })?,
        };
        let is_it = |tote: &&Tote| tote.order == line.order && tote.fulfillment == line.fulfillment;
        let gone = || Rejection::new(Code::WrongItem, "the fulfillment is not on this batch any more");
        self.totes.iter().find(is_it).ok_or_else(gone)
    }

    /// The next stop of the walk.
    pub fn next_stop(&self, id: &BatchId, contents: &Contents) -> Option<WalkLine> {
        self.walk(id, contents).into_iter().find(|line| line.left() > 0)
    }
}

/// Why no tote wants what was scanned.
fn unwanted(walk: &[WalkLine], scan: &Scan) -> Rejection {
    let into = |line: &WalkLine| format!(" into {}", line.tote);
    let expected = expected(walk.iter().map(|line| (line.left(), &line.sku, line.bin.as_deref(), into(line))));
    if walk.iter().any(|line| line.sku == scan.sku && line.state == WalkState::OnHold && line.quantity > line.scanned) {
        let why = format!("{} is for an order that is on hold; expected: {expected}", scan.sku);
        return Rejection::new(Code::OnHold, why);
    }
    let left: u32 = walk.iter().filter(|line| line.sku == scan.sku).map(WalkLine::left).max().unwrap_or_default();
    if left > 0 {
        let why =
            format!("{}: {} scanned, but no tote wants more than {left}; expected: {expected}", scan.sku, scan.units);
        return Rejection::new(Code::TooManyPicked, why);
    }
    let is_here = walk.iter().any(|line| line.sku == scan.sku);
    let (code, why) = if is_here {
        (Code::TooManyPicked, format!("all {} of this batch are taken; expected: {expected}", scan.sku))
    } else {
        (Code::WrongItem, format!("{} is not on this batch; expected: {expected}", scan.sku))
    };
    Rejection::new(code, why)
}

#[cfg(test)]
mod tests;
