//! Placing an order: one transaction stores it and reserves its stock.

use crate::{Error, FieldError, Refusal, orders};
use domain::{
    allocation::{Allocation, AllocationState, difference},
    history::Stamp,
    ids::{ChannelId, OrderId, Sku},
    ledger::{Ledger, MoneyEvent},
    money::{Amount, Currency},
    order_state::OrderState,
    payment_record::PaymentRecord,
    placed_order::{Line, PlacedOrder, Placement},
    policy::Policy,
    problem::Code,
    routing::{Availability, NeededUnits, Routed, RoutedUnits, Shortage, route},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::{CommitError, Store, Stored, retry_on_conflict};

/// The number of places (a SKU at a location) that one order may hold stock at. Cancelling the order takes one action
/// of the transaction for each place, and a few more for its fulfillments.
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

impl Accepted {
    fn of(id: &OrderId, placement: &Placement) -> Self {
        let Placement { order: placed, reserved_until, first_total, .. } = placement;
        Self {
            id: id.clone(),
            reference: placed.reference.clone(),
            currency: placed.currency,
            total: first_total.unwrap_or(placed.total),
            placed_at: placed.placed_at,
            reserved_until: *reserved_until,
        }
    }
}

/// The merchant's choices for new orders.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// How long an unpaid order keeps its stock.
    pub reservation: SignedDuration,
    /// Whether money beyond an order's total is refunded at once.
    pub refunds_surplus: bool,
    /// The refund of a return above this needs an operator's approval.
    pub approval_limits: BTreeMap<Currency, Amount>,
}

impl Conditions {
    fn policy(&self, currency: Currency) -> Policy {
        Policy { refunds_surplus: self.refunds_surplus, approves_above: self.approval_limits.get(&currency).copied() }
    }
}

/// Places an order whose channel is known. A repeated order gets the same answer.
pub async fn place_order(
    store: &Store,
    placed: PlacedOrder,
    conditions: &Conditions,
    stamp: &Stamp,
) -> Result<Accepted, Error> {
    let id = OrderId::derive(&placed.channel, &placed.reference);
    let (fingerprint, reserved_until) = (fingerprint(&placed)?, placed.placed_at + conditions.reservation);
    let policy = conditions.policy(placed.currency);
    let placement = Placement { fingerprint, reserved_until, first_total: None, order: placed };
    retry_on_conflict(async || attempt(store, &id, &placement, policy, stamp).await).await
}

/// Checks that the channel exists. A storefront's own channel was checked when its key was made.
pub async fn require_channel(store: &Store, channel: &ChannelId) -> Result<(), Error> {
    if store.channels().await?.iter().any(|known| known.id == *channel) {
        return Ok(());
    }
    let detail = format!("there is no channel {channel}; make it with PUT /channels/{channel}");
    Err(Refusal::invalid(vec![FieldError::new("channel", detail)]).into())
}

/// Routes, decides and commits. If the same order exists already, it is the answer.
async fn attempt(
    store: &Store,
    id: &OrderId,
    placement: &Placement,
    policy: Policy,
    stamp: &Stamp,
) -> Result<Accepted, Error> {
    let placed = &placement.order;
    let payment = payment_of(store, id, placed).await?;
    let events = payment.as_ref().map(|payment| payment.value.events.as_slice()).unwrap_or_default();
    let stock = match reserve(store, placed, is_paid(placed, events)).await {
        Ok(stock) => stock,
        // A replay must get its answer even if the stock has since run out or moved.
        Err(refusal) => return known(store, id, placement).await?.ok_or(refusal),
    };
    let state = OrderState::place(placed, policy, stock, placement.reserved_until, events, stamp);
    let mut write = store.write(stamp.at);
    write.place(id, placement, state);
    if let Some(payment) = &payment {
        write.replace(payment, payment.value.clone().claimed(id.clone()));
    }
    match write.commit().await {
        Ok(()) => Ok(Accepted::of(id, placement)),
        Err(CommitError::Conflict(failed)) => match known(store, id, placement).await? {
            Some(accepted) => Ok(accepted),
            None => Err(CommitError::Conflict(failed).into()), // a rival took the stock: route again
        },
        Err(error) => Err(error.into()),
    }
}

/// Whether the customer's money has come already. Such an order is a fact: it is taken even if its stock is missing.
fn is_paid(placed: &PlacedOrder, events: &[MoneyEvent]) -> bool {
    let mut ledger = Ledger::default();
    for event in events {
        ledger.record(event);
    }
    ledger.kept(placed.currency) > 0
}

/// What the order will hold: reserved units where there is stock, and backordered units where that is allowed. Of a
/// paid order, units that are nowhere are missing: it is held until they are found.
async fn reserve(store: &Store, placed: &PlacedOrder, is_paid: bool) -> Result<Vec<Allocation>, Error> {
    let locations = store.locations().await?;
    let skus: Vec<Sku> = placed.lines.iter().map(|line| line.sku.clone()).collect();
    let mut stock = Availability::beyond_promises(&store.stock_levels(&skus, &locations).await?);
    let unknown = |(n, sku): (usize, &Sku)| {
        (!stock.knows(sku)).then(|| FieldError::new(format!("lines[{n}].sku"), format!("{sku} is kept at no location")))
    };
    let unknown: Vec<FieldError> = skus.iter().enumerate().filter_map(unknown).collect();
    if !unknown.is_empty() && !is_paid {
        return Err(Refusal::invalid(unknown).into());
    }
    let need = |line: &Line| NeededUnits { line: line.id, sku: line.sku.clone(), quantity: line.quantity };
    let needed: Vec<NeededUnits> = placed.lines.iter().map(need).collect();
    let routed = route(&needed, &locations, &mut stock);
    if !routed.short.is_empty() && !is_paid {
        return Err(out_of_stock(&routed).into());
    }
    let stock = allocations(routed);
    if difference(&[], &stock).len() > MAX_PLACES {
        let why = "its lines would have to come from too many places; split the order";
        return Err(Refusal::new(Code::TooManySplits, why).into());
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
    let missing = routed.short.into_iter().map(|short| Allocation {
        line: short.line,
        sku: short.sku,
        quantity: short.asked - short.available,
        state: AllocationState::Missing,
    });
    reserved.chain(promised).chain(missing).collect()
}

fn out_of_stock(routed: &Routed) -> Refusal {
    let short = |s: &Shortage| json!({"line": s.line, "sku": s.sku, "asked": s.asked, "available": s.available});
    let names: Vec<&str> = routed.short.iter().map(|short| short.sku.as_str()).collect();
    let detail = format!(
        "not enough stock of {}; nothing was reserved. If its payment has been captured, name it in `payment` and post the \
         order again: a paid order is taken, and waits for its stock",
        names.join(", ")
    );
    Refusal::new(Code::OutOfStock, detail).with("short", routed.short.iter().map(short).collect::<Vec<_>>())
}

/// The record of the payment that the storefront named, if it may be this order's. A storefront's word counts only as
/// long as neither the merchant's server nor a person has said otherwise. If the payment is for an order that is still to
/// come, this one is taken and waits for its money.
async fn payment_of(store: &Store, id: &OrderId, placed: &PlacedOrder) -> Result<Option<Stored<PaymentRecord>>, Error> {
    let Some(payment) = &placed.payment else { return Ok(None) };
    let stored = store.payment(payment).await?;
    let other = stored.value.order.as_ref().filter(|other| *other != id);
    let exists = match other {
        Some(other) => orders::exists(store, other).await?,
        None => false,
    };
    if stored.value.may_be_claimed(id, &placed.channel, exists) {
        return Ok(Some(stored));
    }
    if exists {
        let why = format!("payment {payment} belongs to another order");
        return Err(Refusal::new(Code::PaymentOfAnotherOrder, why).into());
    }
    tracing::warn!(%payment, order = %id, "an order names a payment that is not its own");
    Ok(None)
}

/// The earlier answer to the same order. The same reference with other content is refused.
async fn known(store: &Store, id: &OrderId, placement: &Placement) -> Result<Option<Accepted>, Error> {
    let Some(known) = store.placement(id).await? else { return Ok(None) };
    if known.fingerprint == placement.fingerprint {
        return Ok(Some(Accepted::of(id, &known)));
    }
    let why = format!("order {} of this channel was placed before, with other content", known.order.reference);
    Err(Refusal::new(Code::ReferenceReused, why).with("order_id", id.as_str()).into())
}

/// A hash of the request without its time, in 128 bits.
fn fingerprint(placed: &PlacedOrder) -> Result<String, Error> {
    let timeless = PlacedOrder { placed_at: Timestamp::UNIX_EPOCH, ..placed.clone() };
    let bytes = serde_json::to_vec(&timeless).map_err(|e| Error::Defect(e.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]))
}
