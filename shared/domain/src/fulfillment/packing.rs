//! Packing by scanner: what is put into the parcel on the table is counted as it is put in, and what does not belong there is
//! refused. Nothing is lost with the device, because the open parcel is kept.

use super::{Fulfillment, FulfillmentStatus, PackedLine, Packing, Scan, scan::expected};
use crate::{
    Rejection,
    ids::{LineId, Sku},
    problem::Code,
};

impl Fulfillment {
    /// Counts what was scanned into the open parcel. Returns the line that it counts for.
    pub fn scan_into_parcel(mut self, scan: &Scan) -> Result<(Self, LineId), Rejection> {
        // A device may number the scans of both stations alike.
        let scan = &Scan { key: format!("parcel/{}", scan.key), ..scan.clone() };
        if let Some(line) = self.line_counted_before(scan)? {
            return Ok((self, line));
        }
        if self.status != FulfillmentStatus::Picked {
            return Err(self.not_in("be packed", "picked"));
        }
        let line = self.line_to_pack(scan)?;
        match self.open_parcel.iter_mut().find(|packed| packed.line == line) {
            Some(packed) => packed.quantity += scan.units,
            None => self.open_parcel.push(PackedLine { line, quantity: scan.units }),
        }
        self.remember(scan, line);
        Ok((self, line))
    }

    /// Takes everything out of the open parcel again.
    pub fn empty_open_parcel(mut self) -> Self {
        self.open_parcel.clear();
        self
    }

    /// Units of a line that are picked, and neither in a parcel nor scanned into the open one.
    pub fn left_to_pack(&self, line: LineId) -> u32 {
        let open = self.open_parcel.iter().find(|packed| packed.line == line).map_or(0, |packed| packed.quantity);
        self.unpacked(line).saturating_sub(open)
    }

    /// What a parcel is to hold: what was told, or else what was scanned.
    pub(super) fn contents_of(&self, packing: &Packing) -> Result<Vec<PackedLine>, Rejection> {
        let why = "nothing was scanned into the parcel; scan what is in it, or tell its contents";
        let scanned = Some(self.open_parcel.clone()).filter(|scanned| !scanned.is_empty());
        packing.contents.clone().or(scanned).ok_or_else(|| Rejection::new(Code::NothingScanned, why))
    }

    /// Takes out of the open parcel what is no longer there to be packed: it was told to be in another parcel, or that it was
    /// never picked.
    pub(super) fn correct_open_parcel(&mut self) {
        let mut open = std::mem::take(&mut self.open_parcel);
        for packed in &mut open {
            packed.quantity = packed.quantity.min(self.unpacked(packed.line));
        }
        open.retain(|packed| packed.quantity > 0);
        self.open_parcel = open;
    }

    fn line_to_pack(&self, scan: &Scan) -> Result<LineId, Rejection> {
        let of_sku: Vec<LineId> = self.lines.iter().filter(|own| own.sku == scan.sku).map(|own| own.line).collect();
        if of_sku.is_empty() {
            let why = format!("{} is not of this fulfillment; still to be packed: {}", scan.sku, self.still_to_pack());
            return Err(Rejection::new(Code::WrongItem, why));
        }
        if let Some(line) = of_sku.iter().find(|line| self.left_to_pack(**line) >= scan.units) {
            return Ok(*line);
        }
        let left: u32 = of_sku.iter().map(|line| self.left_to_pack(*line)).sum();
        let why = format!(
            "{}: {} scanned, but {left} to be packed; still to be packed: {}",
            scan.sku,
            scan.units,
            self.still_to_pack()
        );
        Err(Rejection::new(Code::TooManyPacked, why))
    }

    fn still_to_pack(&self) -> String {
        let left = |sku: &Sku, line: LineId| (self.left_to_pack(line), sku.clone());
        let left: Vec<(u32, Sku)> = self.lines.iter().map(|own| left(&own.sku, own.line)).collect();
        expected(left.iter().map(|(units, sku)| (*units, sku, None, String::new())))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
