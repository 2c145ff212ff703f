//! The warehouse's work: the list of a location, and one fulfillment.

use crate::{App, steps};
use api::{Caller, Error, FieldError, Problem, Request, Response, next_cursor, view::FulfillmentView};
use app::settings;
use domain::{fulfillment::FulfillmentStatus, ids::LocationId};
use serde::Serialize;

/// A page of a location's work.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkPage {
    pub fulfillments: Vec<FulfillmentView>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// What a location has to do, oldest first.
pub(crate) async fn list(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let missing = || FieldError { field: "location".into(), detail: "is required: whose work?".into() };
    let location: LocationId = request.query_param("location")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let status: Option<FulfillmentStatus> = request.query_param("status")?;
    let limit = request.limit()?;
    settings::must_know_location(&app.store, &location).await?;
    let page = app.store.list_work(&location, request.cursor()?.as_deref(), limit).await?;
    let wanted = page.items.iter().filter(|stored| status.is_none_or(|status| stored.value.status == status));
    let work: Vec<FulfillmentView> = wanted.filter_map(FulfillmentView::of).collect();
    Ok(Response::json(200, &WorkPage { fulfillments: work, next_cursor: next_cursor(page.next) }))
}

pub(crate) async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, id) = steps::named(request)?;
    let read = caller.scope().order(&app.store, &order).await?;
    Ok(steps::answer(&order, id, read.order.fulfillment(id)?))
}
