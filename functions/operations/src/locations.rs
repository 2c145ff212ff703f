//! Locations: set, closed, emptied, opened again.

use crate::{
    App,
    request::{CloseLocation, PutLocation},
};
use api::{Caller, Error, Request, Response};
use app::{emptying, settings};
use domain::{ids::OrderId, settings::Location};
use serde::Serialize;

/// All locations; for a warehouse key that is bound to some, those.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Locations {
    /// Sorted by id, closed ones included.
    pub locations: Vec<Location>,
}

/// What was taken away from a closed location.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmptiedLocation {
    /// The orders whose goods are looked for elsewhere now.
    pub orders: Vec<OrderId>,
    /// Fulfillments that somebody has begun: they leave from here, or are picked short.
    pub begun: usize,
    /// Orders that are still there. Ask again to go on with them.
    pub left: usize,
    /// Orders that could not be changed; the logs tell why. The others did not wait for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<OrderId>,
}

pub(crate) async fn put(app: &App, caller: &Caller, body: PutLocation, request: &Request) -> Result<Response, Error> {
    let location = body.location(request.path_param("location")?);
    Ok(Response::json(200, &settings::put_location(&app.store, location, &caller.stamp(app.clock.now())).await?))
}

pub(crate) async fn close(
    app: &App,
    caller: &Caller,
    body: CloseLocation,
    request: &Request,
) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("location")?, caller.stamp(app.clock.now()));
    Ok(Response::json(200, &settings::close_location(&app.store, &id, &body.reason, &stamp).await?))
}

pub(crate) async fn reopen(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("location")?, caller.stamp(app.clock.now()));
    Ok(Response::json(200, &settings::reopen_location(&app.store, &id, &stamp).await?))
}

pub(crate) async fn empty(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("location")?, caller.stamp(app.clock.now()));
    let emptied = emptying::empty_location(&app.store, &id, &stamp).await?;
    let emptying::Emptied { orders, failed, begun, left } = emptied;
    let (orders, failed) = (orders.into_iter().collect(), failed.into_iter().collect());
    Ok(Response::json(200, &EmptiedLocation { orders, begun, left, failed }))
}

pub(crate) async fn list(app: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    let (all, scope) = (app.store.locations().await?, caller.scope());
    let own = all.iter().filter(|location| scope.sees_location(&location.id));
    Ok(Response::json(200, &Locations { locations: own.cloned().collect() }))
}
