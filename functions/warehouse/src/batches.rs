//! Batches: picklists of several orders for one walk.

use crate::{App, request::MakeBatch};
use api::{Caller, Error, FieldError, Problem, Request, Response, next_cursor};
use app::{
    Scope,
    batches::{self, Seen},
};
use domain::{
    batch::{BatchStatus, ToteName, WalkLine},
    fulfillment::FulfillmentStatus,
    history::{LastChange, Stamp},
    ids::{BatchId, FulfillmentId, LocationId, OrderId},
};
use jiff::Timestamp;
use serde::Serialize;
use store::Store;

/// A batch in a list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchSummary {
    /// Derived from `location` and the `Idempotency-Key`: the same batch asked for again has the same one.
    pub id: BatchId,
    /// Where it is picked.
    pub location: LocationId,
    /// How far people are with it.
    pub status: BatchStatus,
    /// Who picks it, paused it or picked it, as `role:name` of an API key. Absent if nobody has claimed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picker: Option<String>,
    /// When it was made, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub created_at: Timestamp,
    /// Who made it, as `role:name` of an API key.
    pub created_by: String,
    /// Who claimed, paused, released, cancelled or ended it last, and when.
    pub changed: LastChange,
    /// How many fulfillments were put on it.
    pub fulfillments: usize,
    /// How many of them are still to be picked with it.
    pub left: usize,
}

impl From<&Seen> for BatchSummary {
    fn from(Seen { id, batch, contents }: &Seen) -> Self {
        Self {
            id: id.clone(),
            location: batch.location.clone(),
            status: batch.status_now(id, contents),
            picker: batch.picker.clone(),
            created_at: batch.created_at,
            created_by: batch.created_by.clone(),
            changed: batch.changed.clone(),
            fulfillments: batch.totes.len(),
            left: batch.left(id, contents),
        }
    }
}

/// A batch: which fulfillment goes into which tote, and the walk through the bins.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchView {
    #[serde(flatten)]
    pub summary: BatchSummary,
    /// In the order in which they were asked for.
    pub totes: Vec<ToteView>,
    /// The lines of its fulfillments as they are now, sorted by bin: `A-2` comes before `A-10`.
    pub walk: Vec<WalkLine>,
}

/// A tote, and the fulfillment whose goods come into it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToteView {
    /// What it is called.
    pub name: ToteName,
    /// The order whose goods come into it.
    pub order: OrderId,
    /// The fulfillment of that order.
    pub fulfillment: FulfillmentId,
    /// How far the location has come with the fulfillment. If it is `cancelled`, what is in the tote is put back.
    pub status: FulfillmentStatus,
    /// Whether it is still to be picked with this batch.
    pub to_pick: bool,
    /// Whether its order is held: nothing of it may be picked now.
    pub on_hold: bool,
}

impl From<&Seen> for BatchView {
    fn from(seen: &Seen) -> Self {
        let Seen { id, batch, contents } = seen;
        let totes = batch.totes.iter().filter_map(|tote| {
            let now = tote.now(contents)?;
            Some(ToteView {
                name: tote.name.clone(),
                order: tote.order.clone(),
                fulfillment: tote.fulfillment,
                status: now.fulfillment.status,
                to_pick: now.fulfillment.is_to_pick_with(id),
                on_hold: now.on_hold,
            })
        });
        Self { summary: seen.into(), totes: totes.collect(), walk: batch.walk(id, contents) }
    }
}

/// A page of a location's batches.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchPage {
    /// Those that are not over, oldest first. A page may have fewer than `limit`, or none.
    pub batches: Vec<BatchSummary>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

fn answer(status: u16, seen: &Seen) -> Response {
    Response::json(status, &BatchView::from(seen))
}

pub(crate) async fn make(app: &App, caller: &Caller, body: MakeBatch, request: &Request) -> Result<Response, Error> {
    caller.must_work_at(&body.location)?;
    let stamp = caller.stamp(app.clock.now());
    let (location, wanted) = (body.location.clone(), body.wanted());
    Ok(answer(201, &batches::make(&app.store, &location, &wanted, &request.key()?, &stamp).await?))
}

pub(crate) async fn list(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let missing = || FieldError { field: "location".into(), detail: "is required: whose batches?".into() };
    let location: LocationId = request.query_param("location")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let (limit, cursor) = (request.limit()?, request.cursor_of_anything()?);
    caller.must_work_at(&location)?;
    let page = batches::list(&app.store, &location, cursor.as_deref(), limit).await?;
    let batches = page.items.iter().map(BatchSummary::from).collect();
    Ok(Response::json(200, &BatchPage { batches, next_cursor: next_cursor(page.next) }))
}

pub(crate) async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let id = request.path_param("batch")?;
    Ok(answer(200, &batches::read(&app.store, &id, &caller.scope()).await?))
}

pub(crate) async fn claim(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    step(app, caller, request, batches::claim).await
}

pub(crate) async fn pause(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    step(app, caller, request, batches::pause).await
}

pub(crate) async fn release(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    step(app, caller, request, batches::release).await
}

pub(crate) async fn cancel(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    step(app, caller, request, batches::cancel).await
}

async fn step(
    app: &App,
    caller: &Caller,
    request: &Request,
    step: impl AsyncFn(&Store, &BatchId, &Scope, &Stamp) -> Result<Seen, app::Error>,
) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("batch")?, caller.stamp(app.clock.now()));
    Ok(answer(200, &step(&app.store, &id, &caller.scope(), &stamp).await?))
}
