//! Receives, counts and shows stock. Every change by hand is a movement with a reason, kept for good.

pub mod request;

use api::{Caller, Error, Problem, Request, Response, view::LevelView};
use app::stock::{self, Counted};
use domain::{
    ids::Sku,
    stock::{Movement, StockLevel, StockPlace},
    whole::StockUnits,
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
    /// The SKU that was asked for.
    pub sku: Sku,
    /// Over all open locations; for a warehouse key that is bound to locations, over those of them.
    pub available: i64,
    /// One level for each location that keeps it, closed locations included.
    pub locations: Vec<LevelView>,
    /// Receipts, counts and corrections, the newest first, 50 at most.
    pub movements: Vec<Movement>,
}

/// How many movements are shown.
const MOVEMENTS_SHOWN: usize = 50;
/// Among how many of the newest those of a bound key's locations are looked for.
const MOVEMENTS_LOOKED_AT: usize = 1_000;

api::routes! {
    App;
    "POST /stock" (Warehouse) MoveStock, keyed => receive_or_adjust;
    "PUT /stock" (Warehouse) CountStock, keyed => count;
    "GET /stock/{sku+}" (Storefront, Warehouse) => show;
}

async fn show(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let sku: Sku = request.path_param("sku")?;
    let most = if caller.is_bound() { MOVEMENTS_LOOKED_AT } else { MOVEMENTS_SHOWN };
    let (mut locations, mut movements) = app.store.stock_of(&sku, most).await?;
    let scope = caller.scope();
    locations.retain(|level| scope.sees_location(&level.location));
    movements.retain(|record| scope.sees_location(&record.movement.location));
    movements.truncate(MOVEMENTS_SHOWN);
    if locations.is_empty() {
        return Err(Problem::not_found(format!("{sku} is kept at no location")).into());
    }
    let all = app.store.locations().await?;
    let is_open = |level: &&StockLevel| all.iter().all(|location| location.id != level.location || location.is_open());
    let available = locations.iter().filter(is_open).map(StockLevel::sellable).sum();
    let locations = locations.iter().map(LevelView::of).collect();
    let movements = movements.into_iter().map(|record| record.movement).collect();
    Ok(Response::json(200, &StockView { sku, available, locations, movements }))
}

/// A movement. The same idempotency key moves once.
async fn receive_or_adjust(app: &App, caller: &Caller, body: MoveStock, _: &Request) -> Result<Response, Error> {
    caller.must_work_at(&body.location)?;
    let MoveStock { sku, location, kind, quantity, reason, key } = body;
    let (place, stamp) = (StockPlace { sku, location }, caller.stamp(app.clock.now()));
    let level = stock::move_stock(&app.store, &place, kind, quantity.get(), &reason, &key, &stamp).await?;
    Ok(Response::json(201, &LevelView::of(&level)))
}

/// What was counted is what is there, whatever is promised. Counting the same again changes nothing.
async fn count(app: &App, caller: &Caller, body: CountStock, request: &Request) -> Result<Response, Error> {
    caller.must_work_at(&body.location)?;
    let CountStock { sku, location, on_hand, counted, safety, backorder, reason } = body;
    let (place, key, stamp) = (StockPlace { sku, location }, request.key()?, caller.stamp(app.clock.now()));
    let (of, safety) = (counted.unwrap_or_default(), safety.map(StockUnits::get));
    let counted = Counted { units: on_hand.get(), of, safety, backorder };
    let level = stock::count_stock(&app.store, &place, &counted, &reason, &key, &stamp).await?;
    Ok(Response::json(200, &LevelView::of(&level)))
}
