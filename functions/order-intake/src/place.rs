//! `POST /orders`: checked, stored and its stock reserved, in one transaction.

use crate::{App, request};
use api::{Error, FieldError, Problem, Request, Response};
use domain::{
    allocation::{Allocation, AllocationState, difference},
    duty::ItemName,
    history::Actor,
    ids::{ChannelId, OrderId, Sku},
    money::{Amount, Currency},
    order_state::OrderState,
    placed_order::PlacedOrder,
    routing::{Availability, NeededUnits, Routed, RoutedUnits, route},
    settings::Role,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{CommitError, PaymentRecord, Placement, StoredPayment, retry_on_conflict};

/// Places (a SKU at a location) that one order may hold stock of: cancelling it takes an action of the transaction for
/// each, and some more for its fulfillments.
const MAX_PLACES: usize = 75;

/// The answer to an accepted order. It tells only what never changes, so that a replay gets the very same.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Accepted {
    pub id: OrderId,
    pub reference: String,
    pub currency: Currency,
    pub total: Amount,
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub placed_at: Timestamp,
    /// Until when the stock is kept for it while it is unpaid.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub reserved_until: Timestamp,
}

pub async fn place(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let placing = request::Placing {
        channel: caller.channel.as_ref(),
        idempotency_key: request.idempotency_key()?,
        now: app.clock.now(),
    };
    let placed = request::place_order(&request.json()?, &placing)?;
    if caller.channel.is_none() {
        known_channel(app, &placed.channel).await?;
    }
    let id = OrderId::derive(&placed.channel, &placed.reference);
    let placement =
        Placement { fingerprint: fingerprint(&placed)?, reserved_until: placing.now + app.reservation, order: placed };
    let accepted = retry_on_conflict(async || store(app, &id, &placement, &caller.actor()).await).await?;
    Ok(Response::json(201, &accepted))
}

/// A storefront's own channel was checked when its key was made; others say which one they mean.
async fn known_channel(app: &App, channel: &ChannelId) -> Result<(), Error> {
    if app.store.channels().await?.iter().any(|known| known.id == *channel) {
        return Ok(());
    }
    Err(Problem::unknown_channel(channel).into())
}

/// One attempt: route, decide, commit. The order that is there already is the answer, if it is the same.
async fn store(app: &App, id: &OrderId, placement: &Placement, by: &Actor) -> Result<Accepted, Error> {
    let placed = &placement.order;
    let stock = match reserve(app, placed).await {
        Ok(stock) => stock,
        // A replay must get its answer even when the stock has run out or moved since.
        Err(refusal) => return known(app, id, placement).await?.ok_or(refusal),
    };
    let payment = payment_of(app, id, placed).await?;
    let events = payment.as_ref().map(|payment| payment.value.events.as_slice()).unwrap_or_default();
    let state = OrderState::place(placed, stock, placement.reserved_until, events, by, placed.placed_at);
    let mut write = app.store.write(placed.placed_at);
    write.place(id, placement);
    write.stock(&difference(&[], &state.stock));
    write.create(id, ItemName::State, state);
    if let Some(payment) = &payment {
        write.payment(payment, &PaymentRecord::matched(id.clone()));
    }
    match write.commit().await {
        Ok(owed) => {
            app.sender.send(&owed).await;
            Ok(accepted(id, placement))
        }
        Err(CommitError::Conflict(failed)) => match known(app, id, placement).await? {
            Some(accepted) => Ok(accepted),
            None => Err(CommitError::Conflict(failed).into()), // a rival took the stock: route again
        },
        Err(error) => Err(error.into()),
    }
}

/// What the order will hold: reserved where there is stock, promised where backorder is allowed.
async fn reserve(app: &App, placed: &PlacedOrder) -> Result<Vec<Allocation>, Error> {
    let locations = app.store.locations().await?;
    let skus: Vec<Sku> = placed.lines.iter().map(|line| line.sku.clone()).collect();
    let mut stock = Availability::beyond_promises(&app.store.stock_levels(&skus, &locations).await?);
    let unknown = (0..).zip(&skus).filter(|(_, sku)| !stock.knows(sku));
    let unknown = unknown.map(|(n, sku): (usize, _)| FieldError {
        field: format!("lines[{n}].sku"),
        detail: format!("{sku} is kept at no location"),
    });
    let unknown: Vec<FieldError> = unknown.collect();
    if !unknown.is_empty() {
        return Err(Problem::invalid(unknown).into());
    }
    let want = |(line, ordered): (u16, &domain::placed_order::Line)| NeededUnits {
        line,
        sku: ordered.sku.clone(),
        quantity: ordered.quantity,
    };
    let needed: Vec<NeededUnits> = (0..).zip(&placed.lines).map(want).collect();
    let routed = route(&needed, &locations, &mut stock);
    if !routed.short.is_empty() {
        return Err(out_of_stock(&routed).into());
    }
    let stock = allocations(routed);
    if difference(&[], &stock).len() > MAX_PLACES {
        let why = "its lines would have to come from too many places; split the order";
        return Err(Problem::new(422, "too-many-splits", why).into());
    }
    Ok(stock)
}

fn allocations(routed: Routed) -> Vec<Allocation> {
    let held = |part: RoutedUnits, state: fn(_) -> AllocationState| Allocation {
        line: part.line,
        sku: part.sku,
        quantity: part.quantity,
        state: state(part.location),
    };
    let reserved = routed.parts.into_iter().map(|part| held(part, AllocationState::Reserved));
    let promised = routed.backordered.into_iter().map(|part| held(part, AllocationState::Backordered));
    reserved.chain(promised).collect()
}

fn out_of_stock(routed: &Routed) -> Problem {
    let short = |s: &domain::routing::Shortage| json!({"line": s.line, "sku": s.sku, "asked": s.asked, "available": s.available});
    let names: Vec<&str> = routed.short.iter().map(|short| short.sku.as_str()).collect();
    let detail = format!("not enough stock of {}; nothing was reserved", names.join(", "));
    Problem::new(409, "out-of-stock", detail).with("short", routed.short.iter().map(short).collect::<Vec<_>>())
}

/// What is known of the payment that the storefront named.
async fn payment_of(app: &App, id: &OrderId, placed: &PlacedOrder) -> Result<Option<StoredPayment>, Error> {
    let Some(payment) = &placed.payment else { return Ok(None) };
    let stored = app.store.payment(payment).await?;
    // An order that the provider named and that never came holds nothing.
    let other = stored.value.order.as_ref().filter(|other| *other != id);
    if let Some(other) = other
        && app.store.order_state(other).await?.is_some()
    {
        let why = format!("payment {payment} belongs to another order");
        return Err(Problem::new(409, "payment-of-another-order", why).into());
    }
    Ok(Some(stored))
}

/// The answer that the same order got before. The same name with other content is refused.
async fn known(app: &App, id: &OrderId, placement: &Placement) -> Result<Option<Accepted>, Error> {
    let Some(known) = app.store.placed(id).await? else { return Ok(None) };
    if known.fingerprint == placement.fingerprint {
        return Ok(Some(accepted(id, &known)));
    }
    let why = format!("order {} of this channel was placed before, with other content", known.order.reference);
    Err(Problem::new(409, "reference-reused", why).with("order_id", id.as_str()).into())
}

fn accepted(id: &OrderId, placement: &Placement) -> Accepted {
    let Placement { order: placed, reserved_until, .. } = placement;
    Accepted {
        id: id.clone(),
        reference: placed.reference.clone(),
        currency: placed.currency,
        total: placed.total,
        placed_at: placed.placed_at,
        reserved_until: *reserved_until,
    }
}

/// What was asked for, without the moment of asking, in 128 bits.
fn fingerprint(placed: &PlacedOrder) -> Result<String, Error> {
    let timeless = PlacedOrder { placed_at: Timestamp::UNIX_EPOCH, ..placed.clone() };
    let bytes = serde_json::to_vec(&timeless).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]))
}
