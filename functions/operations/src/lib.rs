//! What operators see and set: stuck orders, unmatched payments, products, locations, channels, API keys.

mod keys;
pub mod request;
mod stuck;

use api::{Error, Problem, Request, Response};
use app::settings;
use domain::{
    ids::Sku,
    settings::{Channel, Location, Role},
};
use runtime::Clock;
use serde::Serialize;
use store::Store;

pub use keys::{Keys, NewKey, RevokedKey};
pub use stuck::{StuckItem, StuckItems, UnmatchedPayment, UnmatchedPayments};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

/// All locations.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Locations {
    pub locations: Vec<Location>,
}

/// All channels.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Channels {
    pub channels: Vec<Channel>,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "GET /operations/stuck" => stuck::stuck(app, request).await,
        "GET /operations/unmatched-payments" => stuck::unmatched(app, request).await,
        "POST /operations/unmatched-payments/{payment}/assign" => stuck::assign(app, request).await,
        "POST /operations/unmatched-payments/{payment}/dismiss" => stuck::dismiss(app, request).await,
        "PUT /products/{sku}" => put_product(app, request).await,
        "GET /products/{sku}" => product(app, request).await,
        "PUT /locations/{location}" => put_location(app, request).await,
        "GET /locations" => locations(app, request).await,
        "PUT /channels/{channel}" => put_channel(app, request).await,
        "GET /channels" => channels(app, request).await,
        "POST /keys" => keys::create(app, request).await,
        "GET /keys" => keys::list(app, request).await,
        "DELETE /keys/{key}" => keys::revoke(app, request).await,
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

async fn put_product(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let product = request::product(request.path_param("sku")?, &request.json()?)?;
    settings::put_product(&app.store, &product, &stamp).await?;
    Ok(Response::json(200, &product))
}

async fn product(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Storefront, Role::Warehouse])?;
    let sku: Sku = request.path_param("sku")?;
    let product = app.store.product(&sku).await?;
    let product = product.ok_or_else(|| Problem::not_found(format!("there is no product {sku}")))?;
    Ok(Response::json(200, &product))
}

async fn put_location(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    let location = request::location(request.path_param("location")?, &request.json()?)?;
    settings::put_location(&app.store, &location, &stamp).await?;
    Ok(Response::json(200, &location))
}

async fn locations(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Warehouse])?;
    Ok(Response::json(200, &Locations { locations: app.store.locations().await?.to_vec() }))
}

async fn put_channel(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    let channel = request::channel(request.path_param("channel")?, &request.json()?)?;
    settings::put_channel(&app.store, &channel, &stamp).await?;
    Ok(Response::json(200, &channel))
}

async fn channels(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[])?;
    Ok(Response::json(200, &Channels { channels: app.store.channels().await? }))
}
