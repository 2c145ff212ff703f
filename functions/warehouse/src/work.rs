//! The warehouse's work: the list of a location, and one fulfillment.

use crate::{App, steps::Named};
use api::{Caller, Error, FieldError, Problem, Request, Response, next_cursor, view::FulfillmentView};
use app::settings;
use domain::{fulfillment::FulfillmentStatus, ids::LocationId};
use serde::Serialize;

/// A page of a location's work.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkPage {
    /// Oldest first. With `status`, a page may have fewer than `limit`, or none.
    pub fulfillments: Vec<FulfillmentView>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// What a location has to do, oldest first.
pub(crate) async fn list(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let missing = || FieldError { field: "location".into(), detail: "is required: whose work?".into() };
    let location: LocationId = request.query_param("location")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let status: Option<FulfillmentStatus> = request.query_param("status")?;
    let limit = request.limit()?;
    caller.must_work_at(&location)?;
    settings::must_know_location(&app.store, &location).await?;
    let page = app.store.list_work(&location, request.cursor()?.as_deref(), limit).await?;
    let wanted = page.items.iter().filter(|stored| status.is_none_or(|status| stored.value.status == status));
    let views = wanted.filter_map(FulfillmentView::of);
    let views = views.map(|view| if caller.sees_money() { view } else { view.without_money() });
    Ok(Response::json(200, &WorkPage { fulfillments: views.collect(), next_cursor: next_cursor(page.next) }))
}

pub(crate) async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let named = Named::read(caller, request)?;
    let read = named.scope.order(&app.store, &named.order).await?;
    Ok(named.answer(caller, named.scope.fulfillment(&read.order, named.id)?))
}
