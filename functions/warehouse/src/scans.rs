//! Picking by scanner, and putting back what was picked in vain.

use crate::{
    App,
    request::{ScanForBatch, ScanIntoParcel, ScanUnits},
    steps::Named,
};
use api::{Caller, Error, FieldError, Problem, Request, Response, next_cursor};
use app::{
    batches::Seen,
    picking, settings,
    warehouse::{self, Read},
};
use domain::{
    batch::{BatchStatus, ToteName, WalkLine},
    duty::ItemName,
    fulfillment::{Fulfillment, FulfillmentStatus, PackedLine, PickLine},
    ids::{FulfillmentId, LineId, LocationId, OrderId, Sku},
};
use serde::Serialize;
use store::Stored;

/// What a scan was counted for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScannedLine {
    /// The line that it counts for, with this scan.
    pub line: PickLine,
    /// Units of the picklist that are still to be taken.
    pub left: u32,
    /// What to take next. Null if nothing is left.
    pub next: Option<PickLine>,
    /// `picked` once nothing is left: no more has to be told.
    pub status: FulfillmentStatus,
}

/// What a scan was counted for, at the packing table.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScannedIntoParcel {
    /// The line that it counts for: its id within its order.
    pub line: LineId,
    /// The open parcel, with this scan. Empty once it is closed.
    pub open_parcel: Vec<PackedLine>,
    /// Picked units that are in no parcel yet, by line. None left: close the parcel with `POST …/parcels`.
    pub left: Vec<PackedLine>,
}

/// What a scan was counted for, in a batch.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScannedForTote {
    /// Where the units go.
    pub tote: ToteName,
    /// The order that they are for.
    pub order: OrderId,
    /// The fulfillment of that order.
    pub fulfillment: FulfillmentId,
    /// The line's id within its order.
    pub line: LineId,
    /// Units of the batch that are still to be taken.
    pub left: u32,
    /// The next stop of the walk. Null if nothing is left to take.
    pub next: Option<WalkLine>,
    /// `done` once nothing is left to pick: no more has to be told.
    pub status: BatchStatus,
}

/// A page of what a location has to put back.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PutBackPage {
    /// The oldest fulfillment first. A page may have fewer than `limit`, or none.
    pub put_backs: Vec<PutBack>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// What was taken for a fulfillment and is not sent.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PutBack {
    /// The order that it was taken for.
    pub order: OrderId,
    /// The fulfillment of that order.
    pub fulfillment: FulfillmentId,
    /// The location whose bins it goes back to.
    pub location: LocationId,
    /// Sorted by bin.
    pub lines: Vec<PutBackLine>,
}

/// Units of a SKU that go back.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PutBackLine {
    /// What goes back.
    pub sku: Sku,
    /// What picklists call it.
    pub title: String,
    /// Where it was taken from. Absent if the product had no bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bin: Option<String>,
    /// Units.
    pub quantity: u32,
}

impl PutBack {
    fn of(stored: &Stored<Fulfillment>) -> Option<Self> {
        let (ItemName::Fulfillment(fulfillment), own) = (stored.key.item.clone(), &stored.value) else { return None };
        let line = |line: &PickLine| {
            let back = own.put_back.iter().find(|back| back.line == line.line)?;
            let (sku, title, bin) = (line.sku.clone(), line.title.clone(), line.bin.clone());
            Some(PutBackLine { sku, title, bin, quantity: back.quantity })
        };
        let lines: Vec<PutBackLine> = own.lines.iter().filter_map(line).collect();
        let location = own.location.clone();
        (!lines.is_empty()).then(|| Self { order: stored.key.order.clone(), fulfillment, location, lines })
    }
}

pub(crate) async fn one(app: &App, caller: &Caller, body: ScanUnits, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let read = Read { code: body.code, bin: body.bin, key: request.key()? };
    let (now, line) = warehouse::scan(&app.store, &named.work(), &read, &stamp).await?;
    let line = now.lines.iter().find(|own| own.line == line).cloned();
    let line = line.ok_or_else(|| Error::Internal("a line that was counted is gone".to_owned()))?;
    // A scan that is sent again may meet a fulfillment that was cancelled since.
    let open: Vec<&PickLine> = now.lines.iter().filter(|own| now.status.is_to_pick() && own.left() > 0).collect();
    let left = open.iter().map(|own| own.left()).sum();
    let next = open.first().map(|own| (*own).clone());
    Ok(Response::json(200, &ScannedLine { line, left, next, status: now.status }))
}

pub(crate) async fn into_parcel(
    app: &App,
    caller: &Caller,
    body: ScanIntoParcel,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let read = Read { code: body.code, bin: None, key: request.key()? };
    let (now, line) = warehouse::scan_into_parcel(&app.store, &named.work(), &read, &stamp).await?;
    let left = now.lines.iter().map(|own| PackedLine { line: own.line, quantity: now.left_to_pack(own.line) });
    let left = left.filter(|own| own.quantity > 0).collect();
    Ok(Response::json(200, &ScannedIntoParcel { line, open_parcel: now.open_parcel, left }))
}

pub(crate) async fn empty_open_parcel(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let now = warehouse::empty_open_parcel(&app.store, &named.work(), &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn of_batch(
    app: &App,
    caller: &Caller,
    body: ScanForBatch,
    request: &Request,
) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("batch")?, caller.stamp(app.clock.now()));
    let read = Read { code: body.code, bin: body.bin, key: request.key()? };
    let counted = picking::scan(&app.store, &id, &caller.scope(), (&read, body.tote.as_ref()), &stamp).await?;
    let Seen { batch, contents, .. } = &counted.batch;
    Ok(Response::json(
        200,
        &ScannedForTote {
            tote: counted.tote.name,
            order: counted.tote.order,
            fulfillment: counted.tote.fulfillment,
            line: counted.line,
            left: batch.walk(&id, contents).iter().map(WalkLine::left).sum(),
            next: batch.next_stop(&id, contents),
            status: batch.status_now(&id, contents),
        },
    ))
}

pub(crate) async fn put_backs(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let missing = || FieldError::new("location", "is required: whose bins?");
    let location: LocationId = request.query_param("location")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let (limit, cursor) = (request.limit()?, request.cursor()?);
    caller.must_work_at(&location)?;
    settings::must_know_location(&app.store, &location).await?;
    let page = app.store.list_put_backs(&location, cursor.as_deref(), limit).await?;
    let put_backs = page.items.iter().filter_map(PutBack::of).collect();
    Ok(Response::json(200, &PutBackPage { put_backs, next_cursor: next_cursor(page.next) }))
}

pub(crate) async fn put_back(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let now = warehouse::put_back(&app.store, &named.work(), &stamp).await?;
    Ok(named.answer(caller, &now))
}
