//! Steps that move goods: they change the fulfillment, the order and the stock in one transaction.

use crate::{App, Loaded, request};
use api::{Error, Request, Response};
use domain::{
    allocation::difference,
    fulfillment::{Fulfillment, PackedLine},
    history::Actor,
    ids::ParcelId,
    order_state::OrderState,
    settings::Role,
    stock::{Movement, StockChange, StockDelta, StockPlace},
};
use jiff::Timestamp;
use store::{MovementRecord, retry_on_conflict};

/// Records what was found. What was not found is no longer believed to be there, and is routed again.
pub(crate) async fn confirm_picks(app: &App, request: &Request) -> Result<Response, Error> {
    let by = request.require(&[Role::Warehouse])?.actor();
    let picks = request::picks(&request.json()?)?.by_line();
    retry_on_conflict(async || {
        let loaded = Loaded::of(app, request).await?;
        loaded.not_held()?;
        let now = app.clock.now();
        let (next, short) = loaded.read.value.clone().confirm_picks(&picks, &by, now)?;
        let location = next.location.clone();
        let mut state = loaded.order.state.value.clone();
        for PackedLine { line, quantity } in &short {
            state = state.picked_short(*line, *quantity, &location);
        }
        if !short.is_empty() {
            state = state.fulfillment_is(&loaded.id, next.status, now);
        }
        let gone = left_the_shelf(&next, &short);
        commit(app, &loaded, next, state, gone, Some(("short pick", &by)), now).await
    })
    .await
}

/// Gives parcels to their carriers: their units are neither on hand nor committed any more.
pub(crate) async fn hand_over(app: &App, request: &Request) -> Result<Response, Error> {
    let by = request.require(&[Role::Warehouse])?.actor();
    let leaving = request::hand_over(&request.json()?)?.parcels;
    retry_on_conflict(async || {
        let loaded = Loaded::of(app, request).await?;
        loaded.not_held()?;
        let now = app.clock.now();
        let (next, left) = loaded.read.value.clone().hand_over(&leaving, &by, now)?;
        let mut state = loaded.order.state.value.clone();
        for PackedLine { line, quantity } in &left {
            state = state.shipped(*line, *quantity, &next.location);
        }
        if !left.is_empty() {
            state = state.fulfillment_is(&loaded.id, next.status, now);
        }
        let gone = left_the_shelf(&next, &left);
        commit(app, &loaded, next, state, gone, None, now).await
    })
    .await
}

/// Records that a parcel has arrived; the last one completes the order.
pub(crate) async fn deliver(app: &App, request: &Request) -> Result<Response, Error> {
    let by = request.require(&[Role::Warehouse])?.actor();
    request.no_body()?;
    let parcel: ParcelId = request.path_param("parcel")?;
    retry_on_conflict(async || {
        let loaded = Loaded::of(app, request).await?;
        let now = app.clock.now();
        let next = loaded.read.value.clone().deliver(&parcel, &by, now)?;
        let state = loaded.order.state.value.clone();
        let state = if next.status.is_final() { state.fulfillment_is(&loaded.id, next.status, now) } else { state };
        commit(app, &loaded, next, state, StockChange::default(), None, now).await
    })
    .await
}

/// Units that are not on hand any more.
fn left_the_shelf(fulfillment: &Fulfillment, units: &[PackedLine]) -> StockChange {
    let mut change = StockChange::default();
    for PackedLine { line, quantity } in units {
        if let Some(picked) = fulfillment.lines.iter().find(|own| own.line == *line) {
            let place = StockPlace { sku: picked.sku.clone(), location: fulfillment.location.clone() };
            change.add(place, StockDelta { on_hand: -i64::from(*quantity), ..StockDelta::default() });
        }
    }
    change
}

/// Commits the fulfillment, the state and the stock together. `correction`, if this corrects the books, is kept as
/// a movement.
async fn commit(
    app: &App,
    loaded: &Loaded,
    next: Fulfillment,
    state: OrderState,
    gone: StockChange,
    correction: Option<(&str, &Actor)>,
    now: Timestamp,
) -> Result<Response, Error> {
    let mut stock = difference(&loaded.order.state.value.stock, &state.stock);
    stock.merge(&gone);
    let mut write = app.store.write(now);
    write.replace(&loaded.read, next.clone());
    write.replace(&loaded.order.state, state);
    write.stock(&stock);
    if let Some((reason, by)) = correction {
        for (place, change) in gone.iter() {
            // The fulfillment's version lets it happen once; a later correction is another movement.
            let id = format!("{}-{}-{reason}-{}", loaded.order.id, loaded.id, loaded.read.version).replace(' ', "-");
            let (by, location) = (by.to_string(), place.location.clone());
            let movement = Movement { at: now, by, location, reason: reason.to_owned(), change: *change };
            write.guarded_movement(&place.sku, &MovementRecord { id, movement, counted: None });
        }
    }
    app.sender.send(&write.commit().await?).await;
    Ok(loaded.answer(&next))
}
