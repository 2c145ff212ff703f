//! Laws of picking: what is counted was wanted, and what is to be put back was taken.

use crate::{Books, items::all};
use domain::fulfillment::Fulfillment;

pub(crate) fn counted_units_are_wanted(books: &Books, broken: &mut Vec<String>) {
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", &mut Vec::new()) {
        let sent = fulfillment.units_sent();
        for open in &fulfillment.open_parcel {
            let packed = fulfillment.parcels.iter().flat_map(|parcel| &parcel.contents);
            let packed: u32 = packed.filter(|of| of.line == open.line).map(|of| of.quantity).sum();
            let picked: u32 =
                fulfillment.lines.iter().filter(|own| own.line == open.line).filter_map(|own| own.picked).sum();
            if open.quantity + packed > picked || !fulfillment.status.is_work() {
                broken.push(format!(
                    "order {order}: line {} has {} in an open parcel of {picked} picked",
                    open.line, open.quantity
                ));
            }
        }
        for line in &fulfillment.lines {
            let (sku, scanned) = (&line.sku, line.scanned);
            if scanned > line.quantity || line.picked.is_some() && scanned > 0 {
                broken.push(format!("order {order}: scanners have counted {scanned} of {} {sku}", line.quantity));
            }
            let back = fulfillment.put_back.iter().filter(|back| back.line == line.line).map(|back| back.quantity);
            let (back, sent) = (back.sum::<u32>(), sent.get(&line.line).copied().unwrap_or_default());
            if back > 0 && (back + sent > line.taken() || fulfillment.status.is_work()) {
                broken.push(format!("order {order}: {back} {sku} are to be put back of {} taken", line.taken()));
            }
        }
    }
}
