//! Picking a batch by scanner.

use crate::{
    Error, Refusal, Scope,
    batches::{self, Seen},
    products,
    warehouse::{self, Read, Work},
};
use domain::{
    batch::{Taken, Tote, ToteName},
    fulfillment::Fulfillment,
    history::Stamp,
    ids::{BatchId, LineId},
    problem::Code,
};
use store::Store;

/// What was counted, and the batch as it is then.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Where the units go.
    pub tote: Tote,
    /// The line of that tote's fulfillment.
    pub line: LineId,
    pub batch: Seen,
}

/// Counts what was scanned for the tote that wants it next, or for the one that was scanned with it. Only who has claimed the
/// batch may scan.
pub async fn scan(
    store: &Store,
    id: &BatchId,
    scope: &Scope,
    (read, tote): (&Read, Option<&ToteName>),
    stamp: &Stamp,
) -> Result<Counted, Error> {
    let mut seen = batches::read(store, id, scope).await?;
    let (sku, units) = products::scanned(store, &read.code, |sku| seen.batch.has(id, &seen.contents, sku)).await?;
    let scan = read.scan(sku, units);
    let to = seen.batch.tote_for(id, &seen.contents, Taken { scan: &scan, tote });
    // One that was counted may be sent again when everything is picked.
    if !to.as_ref().is_ok_and(|to| to.has_counted(&seen.contents, &scan.key)) {
        seen.batch.must_be_picked_by(stamp)?;
    }
    let tote = to?.clone();
    let work = Work { order: &tote.order, id: tote.fulfillment, scope };
    let still_here = async |now: &Fulfillment| {
        if now.batch.as_ref() == Some(id) || now.counted(&scan.key).is_some() {
            return Ok(scan.clone());
        }
        let why = "the fulfillment is not on this batch any more; scan again";
        Err(Refusal::new(Code::WrongTote, why).into())
    };
    let (fulfillment, line) = warehouse::pick_scanned(store, &work, still_here, stamp).await?;
    let at = (tote.order.clone(), tote.fulfillment);
    if let Some(now) = seen.contents.get_mut(&at) {
        now.fulfillment = fulfillment;
    }
    Ok(Counted { tote, line, batch: seen })
}
