//! Manual changes of stock: received, corrected, counted. Every change is a movement with a reason, kept forever.

mod shelves;

pub use shelves::{AtRisk, Shelf, shelves_to_look_at};

use crate::{Error, Refusal, settings::must_know_location};
use domain::{
    fulfillment::Fulfillment,
    history::Stamp,
    ids::{LocationId, Sku},
    problem::Code,
    settings::Product,
    stock::{Count, CountOf, Movement, MovementKind, MovementRecord, StockDelta, StockLevel, StockPlace},
};
use store::{Bucket, CommitError, Failed, Store, StoreError, Terms, retry_on_conflict};

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
    must_know_location(store, &place.location).await?;
    let change = kind.delta(quantity)?;
    let record = MovementRecord::new(place, change, reason, key, stamp);
    let mut write = store.write(stamp.at);
    write.stock_on_terms(place, change, Terms::default());
    write.movement(&place.sku, &record);
    match write.commit().await {
        Ok(()) => {}
        Err(CommitError::Conflict(failed)) if failed == [Failed::Stock(place.clone())] => {
            retry_on_conflict(async || take_from_promised(store, place, change, &record, stamp).await).await?;
        }
        Err(CommitError::Conflict(_)) => require_same(store, place, &record).await?,
        Err(error) => return Err(error.into()),
    }
    level(store, place).await
}

/// Takes a change that leaves less than is promised: it says what is there, and only what cannot be there is refused.
async fn take_from_promised(
    store: &Store,
    place: &StockPlace,
    change: StockDelta,
    record: &MovementRecord,
    stamp: &Stamp,
) -> Result<(), Error> {
    let level = level(store, place).await?;
    let after = level.after(&change);
    if !after.is_possible() {
        return Err(not_there(&level).into());
    }
    let attention = (after.deficit() > 0).then_some(true);
    let terms = Terms { is_fact: true, attention, ..Terms::default() };
    let decided_on = [Bucket::OnHand, Bucket::Damaged, Bucket::QualityControl];
    let mut write = store.write(stamp.at);
    write.stock_on_terms(place, change, terms.unchanged(&level, &decided_on));
    write.movement(&place.sku, record);
    known_or(store, place, record, write.commit().await).await
}

/// The result of counting a place.
#[derive(Debug, Clone)]
pub struct Counted {
    /// What was counted.
    pub units: i64,
    pub of: CountOf,
    /// The units to keep back from sale; unchanged if None.
    pub safety: Option<i64>,
    /// Whether the SKU may be sold before it arrives; unchanged if None.
    pub backorder: Option<bool>,
}

/// Sets the stock of a place to what was counted, also if that is less than is promised, and opens it again if a picker
/// had found it short. Repeating the count changes nothing.
pub async fn count_stock(
    store: &Store,
    place: &StockPlace,
    counted: &Counted,
    reason: &str,
    key: &str,
    stamp: &Stamp,
) -> Result<StockLevel, Error> {
    must_know_location(store, &place.location).await?;
    if counted.backorder == Some(true) {
        may_be_backordered(store, &place.sku).await?;
    }
    let take = async |counted: &Counted| {
        retry_on_conflict(async || take_count(store, place, counted, reason, key, stamp).await).await
    };
    take(counted).await?;
    if counted.backorder == Some(true)
        && let Err(discontinued) = may_be_backordered(store, &place.sku).await
    {
        // It was discontinued meanwhile, and its places were looked at before this count.
        take(&Counted { backorder: Some(false), ..counted.clone() }).await?;
        return Err(discontinued);
    }
    level(store, place).await
}

async fn may_be_backordered(store: &Store, sku: &Sku) -> Result<(), Error> {
    match store.load::<Product>(sku).await? {
        Some(product) if product.value.discontinued => {
            let why = format!("{sku} is discontinued, so it is not sold before it is there; see PUT /products/{sku}");
            Err(Refusal::new(Code::Discontinued, why).into())
        }
        _ => Ok(()),
    }
}

async fn take_count(
    store: &Store,
    place: &StockPlace,
    Counted { units, of, safety, backorder }: &Counted,
    reason: &str,
    key: &str,
    stamp: &Stamp,
) -> Result<(), Error> {
    let read = store.stock_level(place).await?;
    let level = read.clone().unwrap_or_else(|| StockLevel::empty(place.clone()));
    // Read after the level: units that leave in between change the level, and then the count is taken again.
    let standing = match of {
        CountOf::Shelf => standing(store, place).await?,
        CountOf::Everything => 0,
    };
    let change = StockDelta {
        on_hand: units + standing - level.on_hand,
        safety: safety.map_or(0, |safety| safety - level.safety),
        ..StockDelta::default()
    };
    let after = level.after(&change);
    let moves = change != StockDelta::default();
    let reopens = level.recount_since.is_some();
    let new_terms = backorder.is_some_and(|backorder| backorder != level.backorder);
    if !moves && !reopens && !new_terms && read.is_some() {
        return Ok(());
    }
    let count = Count { on_hand: *units, of: *of, safety: *safety };
    let record = MovementRecord { counted: Some(count), ..MovementRecord::new(place, change, reason, key, stamp) };
    let mut write = store.write(stamp.at);
    let terms = Terms {
        is_fact: true,
        // Zero is a level too. The place is written even if it is empty, so that the SKU is known.
        backorder: backorder.or(read.is_none().then_some(false)),
        to_recount: reopens.then_some(false),
        attention: Some(after.deficit() > 0),
        ..Terms::default()
    };
    write.stock_on_terms(place, change, terms.unchanged(&level, &[Bucket::OnHand, Bucket::Safety]));
    if moves || reopens {
        write.movement(&place.sku, &record);
    }
    known_or(store, place, &record, write.commit().await).await
}

/// Units that are taken and have not left, or are to be put back. Who counts a shelf does not see them.
async fn standing(store: &Store, place: &StockPlace) -> Result<i64, Error> {
    let mut work = store.all_work(&place.location).await?;
    work.extend(store.all_put_backs(&place.location).await?);
    let standing = |(_, fulfillment): (_, Result<Fulfillment, StoreError>)| Ok(fulfillment?.units_standing(&place.sku));
    work.into_iter().map(standing).sum()
}

/// The outcome of a commit with a movement. If the movement exists and is this very one, only its answer was lost.
async fn known_or(
    store: &Store,
    place: &StockPlace,
    record: &MovementRecord,
    outcome: Result<(), CommitError>,
) -> Result<(), Error> {
    match outcome {
        Err(CommitError::Conflict(failed)) if failed.iter().any(|f| matches!(f, Failed::Other(_))) => {
            require_same(store, place, record).await
        }
        other => Ok(other?),
    }
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

async fn level(store: &Store, place: &StockPlace) -> Result<StockLevel, Error> {
    Ok(store.stock_level(place).await?.unwrap_or_else(|| StockLevel::empty(place.clone())))
}

fn not_there(level: &StockLevel) -> Refusal {
    let detail = format!(
        "{} at {}: only {} are on hand, of which {} are damaged and {} in quality control; count the place if that is wrong",
        level.sku, level.location, level.on_hand, level.damaged, level.quality_control
    );
    Refusal::new(Code::NotEnoughStock, detail).with("available", level.sellable())
}
