//! Manual changes of stock: received, corrected, counted. Every change is a movement with a reason, kept forever.

use crate::{Error, FieldError, Refusal};
use domain::{
    history::Stamp,
    ids::LocationId,
    problem::Code,
    stock::{Count, Movement, MovementKind, MovementRecord, StockDelta, StockLevel, StockPlace},
};
use store::{CommitError, Failed, Store, Terms, retry_on_conflict};

/// Moves units. The same idempotency key moves them only once.
pub async fn move_stock(
    store: &Store,
    place: &StockPlace,
    kind: MovementKind,
    quantity: i64,
    reason: &str,
    key: &str,
    stamp: &Stamp,
) -> Result<StockLevel, Error> {
    require_place(store, place).await?;
    let change = kind.delta(quantity)?;
    let record = record(place, change, reason, key, None, stamp);
    let mut write = store.write(stamp.at);
    write.stock_on_terms(place, change, Terms::default());
    write.movement(&place.sku, &record);
    match write.commit().await {
        Ok(()) => {}
        Err(CommitError::Conflict(failed)) if failed == [Failed::Stock(place.clone())] => {
            return Err(not_enough(store, place).await?.into());
        }
        Err(CommitError::Conflict(_)) => require_same(store, place, &record).await?,
        Err(error) => return Err(error.into()),
    }
    level(store, place).await
}

/// The result of counting a place.
#[derive(Debug, Clone)]
pub struct Counted {
    pub on_hand: i64,
    /// The units to keep back from sale; unchanged if None.
    pub safety: Option<i64>,
    /// Whether the SKU may be sold before it arrives; unchanged if None.
    pub backorder: Option<bool>,
}

/// Sets the stock of a place to what was counted. Repeating the count changes nothing.
pub async fn count_stock(
    store: &Store,
    place: &StockPlace,
    counted: &Counted,
    reason: &str,
    key: &str,
    stamp: &Stamp,
) -> Result<StockLevel, Error> {
    require_place(store, place).await?;
    retry_on_conflict(async || take_count(store, place, counted, reason, key, stamp).await).await?;
    level(store, place).await
}

async fn take_count(
    store: &Store,
    place: &StockPlace,
    Counted { on_hand, safety, backorder }: &Counted,
    reason: &str,
    key: &str,
    stamp: &Stamp,
) -> Result<(), Error> {
    let read = store.stock_level(place).await?;
    let level = read.clone().unwrap_or_else(|| StockLevel::empty(place.clone()));
    let change = StockDelta {
        on_hand: on_hand - level.on_hand,
        safety: safety.map_or(0, |safety| safety - level.safety),
        ..StockDelta::default()
    };
    if level.available + change.available() < 0 {
        return Err(not_enough(store, place).await?.into());
    }
    let moves = change != StockDelta::default();
    let new_terms = backorder.is_some_and(|backorder| backorder != level.backorder);
    if !moves && !new_terms && read.is_some() {
        return Ok(());
    }
    let record = record(place, change, reason, key, Some(Count { on_hand: *on_hand, safety: *safety }), stamp);
    let mut write = store.write(stamp.at);
    // Zero is a level too. The place is written even if it is empty, so that the SKU is known.
    let backorder = Some(backorder.unwrap_or(level.backorder));
    write.stock_on_terms(place, change, Terms { read: Some(level), backorder });
    if moves {
        write.movement(&place.sku, &record);
    }
    match write.commit().await {
        // The movement exists. If it was this very count, only its answer was lost.
        Err(CommitError::Conflict(failed)) if failed.iter().any(|f| matches!(f, Failed::Other(_))) => {
            require_same(store, place, &record).await
        }
        other => Ok(other?),
    }
}

fn record(
    place: &StockPlace,
    change: StockDelta,
    reason: &str,
    key: &str,
    counted: Option<Count>,
    stamp: &Stamp,
) -> MovementRecord {
    let (by, location, reason) = (stamp.by.to_string(), place.location.clone(), reason.to_owned());
    MovementRecord { id: key.to_owned(), movement: Movement { at: stamp.at, by, location, reason, change }, counted }
}

/// Checks what a used key was for: the same request has been done already, and another one is refused.
async fn require_same(store: &Store, place: &StockPlace, record: &MovementRecord) -> Result<(), Error> {
    let known = store.movement_by_key(&place.sku, &record.id).await?;
    if known.as_ref().map(asked_for) == Some(asked_for(record)) {
        return Ok(());
    }
    Err(Refusal::new(Code::KeyReused, "this idempotency key was used for another change of this SKU").into())
}

/// The request behind a movement. The movement of a count depends on what was there, so the count itself is compared.
fn asked_for(record: &MovementRecord) -> (&LocationId, &str, Option<Count>, Option<StockDelta>) {
    let Movement { location, reason, change, .. } = &record.movement;
    (location, reason, record.counted, record.counted.is_none().then_some(*change))
}

async fn require_place(store: &Store, place: &StockPlace) -> Result<(), Error> {
    if store.locations().await?.iter().any(|known| known.id == place.location) {
        return Ok(());
    }
    let detail = format!("there is no location {}; make it with PUT /locations/{}", place.location, place.location);
    Err(Refusal::invalid(vec![FieldError::new("location", detail)]).into())
}

async fn level(store: &Store, place: &StockPlace) -> Result<StockLevel, Error> {
    Ok(store.stock_level(place).await?.unwrap_or_else(|| StockLevel::empty(place.clone())))
}

async fn not_enough(store: &Store, place: &StockPlace) -> Result<Refusal, Error> {
    let level = level(store, place).await?;
    let detail = format!(
        "{} at {}: {} on hand, of which {} are reserved and {} committed; available would become negative. Cancel orders, or \
         report the picks short",
        place.sku, place.location, level.on_hand, level.reserved, level.committed
    );
    Ok(Refusal::new(Code::NotEnoughStock, detail).with("available", level.available))
}
