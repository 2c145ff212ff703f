//! Receives, counts and shows stock. Every change by hand is a movement with a reason, kept for good.

pub mod request;

use api::{Error, Problem, Request, Response};
use app::stock::{self, Counted};
use domain::{
    ids::Sku,
    settings::Role,
    stock::{Movement, StockLevel, StockPlace},
};
use request::{CountStock, MoveStock};
use runtime::Clock;
use serde::Serialize;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

/// A SKU: what is there, and its newest movements by hand.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StockView {
    pub sku: Sku,
    /// Over all locations.
    pub available: i64,
    pub locations: Vec<StockLevel>,
    pub movements: Vec<Movement>,
}

/// How many movements are shown.
const MOVEMENTS_SHOWN: i32 = 50;

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "POST /stock" => receive_or_adjust(app, request).await,
        "PUT /stock" => count(app, request).await,
        "GET /stock/{sku}" => show(app, request).await,
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

async fn show(app: &App, request: &Request) -> Result<Response, Error> {
    request.require(&[Role::Storefront, Role::Warehouse])?;
    let sku: Sku = request.path_param("sku")?;
    let (locations, movements) = app.store.stock_of(&sku, MOVEMENTS_SHOWN).await?;
    if locations.is_empty() {
        return Err(Problem::not_found(format!("{sku} is kept at no location")).into());
    }
    let available = locations.iter().map(|level| level.available).sum();
    let movements = movements.into_iter().map(|record| record.movement).collect();
    Ok(Response::json(200, &StockView { sku, available, locations, movements }))
}

/// `POST /stock`: a movement. The same idempotency key moves once.
async fn receive_or_adjust(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let MoveStock { sku, location, kind, quantity, reason } = request::move_stock(&request.json()?)?;
    let (place, key) = (StockPlace { sku, location }, request.key()?);
    let level = stock::move_stock(&app.store, &place, kind, quantity, &reason, &key, &stamp).await?;
    Ok(Response::json(201, &level))
}

/// `PUT /stock`: what was counted is what is there. Counting the same again changes nothing.
async fn count(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let CountStock { sku, location, on_hand, safety, backorder, reason } = request::count_stock(&request.json()?)?;
    let (place, key) = (StockPlace { sku, location }, request.key()?);
    let counted = Counted { on_hand, safety, backorder };
    let level = stock::count_stock(&app.store, &place, &counted, &reason, &key, &stamp).await?;
    Ok(Response::json(200, &level))
}
