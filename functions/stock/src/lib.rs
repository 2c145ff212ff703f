//! Receives, counts and shows stock. Every change by hand is a movement with a reason, kept for good.

pub mod request;

use api::{Caller, Error, FieldError, Problem, Request, Response};
use domain::{
    ids::{LocationId, Sku},
    settings::Role,
    stock::{Movement, StockDelta, StockLevel, StockPlace},
};
use request::{CountStock, MoveStock};
use runtime::Clock;
use serde::Serialize;
use store::{CommitError, Count, Failed, MovementRecord, Store, Terms, retry_on_conflict};

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
    let caller = request.require(&[Role::Warehouse])?;
    let MoveStock { sku, location, kind, quantity, reason } = request::move_stock(&request.json()?)?;
    let place = known_place(app, StockPlace { sku, location }).await?;
    let change = kind.delta(quantity)?;
    let record = record(app, caller, &place, change, reason, request.key()?);
    let mut write = app.store.write(record.movement.at);
    write.stock_on_terms(&place, change, Terms::default());
    write.movement(&place.sku, &record);
    match write.commit().await {
        Ok(_) => level(app, &place, 201).await,
        Err(CommitError::Conflict(failed)) if failed == [Failed::Stock(place.clone())] => {
            Err(not_enough(app, &place).await?.into())
        }
        Err(CommitError::Conflict(_)) => {
            repeated(app, &place, &record).await?;
            level(app, &place, 201).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The key was used before: the same request has been done already, another one is refused.
async fn repeated(app: &App, place: &StockPlace, record: &MovementRecord) -> Result<(), Error> {
    let known = app.store.movement_by_key(&place.sku, &record.id).await?;
    let (asked, wanted) = (known.as_ref().map(asked_for), asked_for(record));
    if asked == Some(wanted) {
        return Ok(());
    }
    Err(Problem::new(409, "key-reused", "this idempotency key was used for another change of this SKU").into())
}

/// What was asked for. The movement that a count comes down to depends on what was there, so the count itself is compared.
fn asked_for(record: &MovementRecord) -> (&LocationId, &str, Option<Count>, Option<StockDelta>) {
    let Movement { location, reason, change, .. } = &record.movement;
    (location, reason, record.counted, record.counted.is_none().then_some(*change))
}

/// `PUT /stock`: what was counted is what is there. Counting the same again changes nothing.
async fn count(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Warehouse])?;
    let CountStock { sku, location, on_hand, safety, backorder, reason } = request::count_stock(&request.json()?)?;
    let place = known_place(app, StockPlace { sku, location }).await?;
    let key = request.key()?;
    retry_on_conflict(async || {
        let read = app.store.stock_level(&place).await?;
        let level = read.clone().unwrap_or_else(|| StockLevel::empty(place.clone()));
        let change = StockDelta {
            on_hand: on_hand - level.on_hand,
            safety: safety.map_or(0, |safety| safety - level.safety),
            ..StockDelta::default()
        };
        if level.available + change.available() < 0 {
            return Err(not_enough(app, &place).await?.into());
        }
        let moves = change != StockDelta::default();
        let new_terms = backorder.is_some_and(|backorder| backorder != level.backorder);
        if !moves && !new_terms && read.is_some() {
            return Ok(());
        }
        let counted = Some(Count { on_hand, safety });
        let record = MovementRecord { counted, ..record(app, caller, &place, change, reason.clone(), key.clone()) };
        let mut write = app.store.write(record.movement.at);
        // Zero is a level too: the place is written even if nothing is there, so that the SKU is known.
        let backorder = Some(backorder.unwrap_or(level.backorder));
        write.stock_on_terms(&place, change, Terms { read: Some(level), backorder });
        if moves {
            write.movement(&place.sku, &record);
        }
        match write.commit().await {
            // The movement is there: if it was this very count, only its answer was lost.
            Err(CommitError::Conflict(failed)) if failed.iter().any(|f| matches!(f, Failed::Other(_))) => {
                repeated(app, &place, &record).await
            }
            other => other.map(drop).map_err(Error::from),
        }
    })
    .await?;
    level(app, &place, 200).await
}

fn record(
    app: &App,
    caller: &Caller,
    place: &StockPlace,
    change: StockDelta,
    reason: String,
    key: String,
) -> MovementRecord {
    let (at, by, location) = (app.clock.now(), caller.actor().to_string(), place.location.clone());
    MovementRecord { id: key, movement: Movement { at, by, location, reason, change }, counted: None }
}

async fn known_place(app: &App, place: StockPlace) -> Result<StockPlace, Error> {
    if app.store.locations().await?.iter().any(|location| location.id == place.location) {
        return Ok(place);
    }
    let detail = format!("there is no location {}; make it with PUT /locations/{}", place.location, place.location);
    Err(Problem::invalid(vec![FieldError { field: "location".into(), detail }]).into())
}

async fn level(app: &App, place: &StockPlace, status: u16) -> Result<Response, Error> {
    let level = app.store.stock_level(place).await?;
    Ok(Response::json(status, &level.unwrap_or_else(|| StockLevel::empty(place.clone()))))
}

async fn not_enough(app: &App, place: &StockPlace) -> Result<Problem, Error> {
    let level = app.store.stock_level(place).await?.unwrap_or_else(|| StockLevel::empty(place.clone()));
    let detail = format!(
        "{} at {}: {} on hand, of which {} are reserved and {} committed; available would become negative. Cancel orders, or \
         report the picks short",
        place.sku, place.location, level.on_hand, level.reserved, level.committed
    );
    Ok(Problem::new(409, "not-enough-stock", detail).with("available", level.available))
}
