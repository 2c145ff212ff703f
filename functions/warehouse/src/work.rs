//! Steps that concern the fulfillment alone: list, start picking, pack.

use crate::{App, Loaded, request};
use api::{Error, FieldError, Problem, Request, Response, view::FulfillmentView};
use domain::{fulfillment::FulfillmentStatus, ids::LocationId, settings::Role};
use serde::Serialize;
use store::retry_on_conflict;

/// A page of a location's work.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkPage {
    pub fulfillments: Vec<FulfillmentView>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// `GET /fulfillments?location=&status=&cursor=`: what a location has to do, oldest first.
pub(crate) async fn list(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Warehouse])?;
    let missing = || FieldError { field: "location".into(), detail: "is required: whose work?".into() };
    let location: LocationId = request.query_param("location")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let status: Option<FulfillmentStatus> = request.query_param("status")?;
    let limit = request.limit()?;
    let page = app.store.list_work(&location, request.cursor()?, limit).await?;
    let wanted = page.items.iter().filter(|stored| status.is_none_or(|status| stored.value.status == status));
    let work: Vec<FulfillmentView> = wanted.filter_map(FulfillmentView::of).collect();
    Ok(Response::json(200, &WorkPage { fulfillments: work, next_cursor: page.next }))
}

pub(crate) async fn one(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Warehouse])?;
    let loaded = Loaded::of(app, request).await?;
    Ok(loaded.answer(&loaded.read.value))
}

pub(crate) async fn start_picking(app: &App, request: &Request) -> Result<Response, Error> {
    let by = request.require(&[Role::Warehouse])?.actor();
    request.no_body()?;
    retry_on_conflict(async || {
        let loaded = Loaded::of(app, request).await?;
        loaded.not_held()?;
        let now = app.clock.now();
        let next = loaded.read.value.clone().start_picking(&by, now)?;
        let mut write = app.store.write(now);
        write.replace(&loaded.read, next.clone());
        write.commit().await?;
        Ok(loaded.answer(&next))
    })
    .await
}

/// Packs a parcel. The idempotency key makes packing it twice by accident harmless.
pub(crate) async fn pack(app: &App, request: &Request) -> Result<Response, Error> {
    let by = request.require(&[Role::Warehouse])?.actor();
    let parcel = request::pack(&request.json()?)?;
    let key = request.key()?;
    retry_on_conflict(async || {
        let loaded = Loaded::of(app, request).await?;
        loaded.not_held()?;
        let now = app.clock.now();
        let read = loaded.read.value.clone();
        let sides = parcel.dimensions.as_ref().map(request::Dimensions::sides);
        let next = read.pack(parcel.contents.clone(), parcel.weight_g, sides, &key, &by, now)?;
        let mut write = app.store.write(now);
        write.replace(&loaded.read, next.clone());
        write.commit().await?;
        Ok(loaded.answer(&next))
    })
    .await
}
