//! Placing an order: one transaction stores it and reserves its stock. A large order takes several (see [`forming`]).

pub(crate) mod forming;

use crate::{Error, FieldError, Refusal, orders};
use domain::{
    allocation::{Allocation, AllocationState, difference},
    forming::Forming,
    history::Stamp,
    ids::{ChannelId, LineId, LocationId, OrderId, Sku},
    ledger::{Ledger, MoneyEvent},
    money::{Amount, Currency},
    order_state::OrderState,
    payment_record::PaymentRecord,
    placed_order::{Line, PlacedOrder, Placement},
    policy::{Capturing, Invoicing, Policy},
    problem::Code,
    routing::{Availability, NeededUnits, Routed, RoutedUnits, Shortage, route},
    stock::StockPlace,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::{CommitError, MAX_ACTIONS, Store, Stored, retry_on_conflict};

/// The number of places (a SKU at a location) that one order may hold stock at.
const MAX_PLACES: usize = 1_000;
/// The number of locations that one order may come from. Its cancellation writes all their fulfillments at once.
const MAX_LOCATIONS: usize = 40;
/// DynamoDB's limit for an item is 400 KB. The rest is left to the money and the history.
const MAX_BYTES: usize = 300 * 1024;
/// The places that one transaction reserves at, beside the items of the order and the record of its payment.
const ONE_STEP: usize = MAX_ACTIONS - 4;

/// The answer to an accepted order. It tells only what never changes, so that a replay gets the very same.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Accepted {
    /// Orderly's id of the order, which the other routes take.
    pub id: OrderId,
    /// The channel's own order id, or the idempotency key that stood for it.
    pub reference: String,
    /// The currency of `total`.
    pub currency: Currency,
    /// In minor units, as the order was placed. The same request sent again is told the same, whatever edits changed.
    pub total: Amount,
    /// When the order was first placed, in UTC.
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
    /// When what customers have authorized is captured.
    pub capturing: Capturing,
    /// When an order's invoice is issued.
    pub invoicing: Invoicing,
    /// Whether somebody else writes to the customers.
    pub emails_elsewhere: bool,
}

impl Conditions {
    fn policy(&self, currency: Currency) -> Policy {
        Policy {
            refunds_surplus: self.refunds_surplus,
            approves_above: self.approval_limits.get(&currency).copied(),
            capturing: self.capturing,
            invoicing: self.invoicing,
            emails_elsewhere: self.emails_elsewhere,
        }
    }
}

/// Places an order whose channel is known. A repeated order gets the same answer.
pub async fn place_order(
    store: &Store,
    placed: PlacedOrder,
    conditions: &Conditions,
    stamp: &Stamp,
) -> Result<Accepted, Error> {
    place(store, placed, conditions, false, stamp).await
}

/// Places an order that a shop has accepted already: it is taken, and what is not in stock is missing.
pub(crate) async fn place_fact(
    store: &Store,
    placed: PlacedOrder,
    conditions: &Conditions,
    stamp: &Stamp,
) -> Result<Accepted, Error> {
    place(store, placed, conditions, true, stamp).await
}

async fn place(
    store: &Store,
    mut placed: PlacedOrder,
    conditions: &Conditions,
    is_fact: bool,
    stamp: &Stamp,
) -> Result<Accepted, Error> {
    let id = OrderId::derive(&placed.channel, &placed.reference);
    let (fingerprint, reserved_until) = (fingerprint(&placed)?, placed.placed_at + conditions.reservation);
    let policy = conditions.policy(placed.currency);
    placed.found_by = store.search_key().await?.found_by(&placed.customer, placed.placed_at);
    let placement = Placement { fingerprint, reserved_until, first_total: None, order: placed };
    retry_on_conflict(async || {
        let placing = Placing { store, id: &id, placement: &placement, stamp, policy, is_fact, payment: None };
        match payment_of(store, &id, &placement.order).await {
            Ok(payment) => Placing { payment, ..placing }.attempt().await,
            // A replay gets its answer whatever has become of its payment since.
            Err(Error::Refused(refusal)) => placing.known().await?.ok_or(Error::Refused(refusal)),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Checks that the channel exists. A storefront's own channel was checked when its key was made.
pub async fn require_channel(store: &Store, channel: &ChannelId) -> Result<(), Error> {
    if store.channels().await?.iter().any(|known| known.id == *channel) {
        return Ok(());
    }
    let detail = format!("there is no channel {channel}; make it with PUT /channels/{channel}");
    Err(Refusal::invalid(vec![FieldError::new("channel", detail)]).into())
}

/// An attempt to place an order.
struct Placing<'a> {
    store: &'a Store,
    id: &'a OrderId,
    placement: &'a Placement,
    stamp: &'a Stamp,
    policy: Policy,
    /// Whether a shop has accepted it already.
    is_fact: bool,
    /// The record of the payment that the storefront named.
    payment: Option<Stored<PaymentRecord>>,
}

impl Placing<'_> {
    /// Routes, decides and commits. If the same order exists already, it is the answer.
    async fn attempt(&self) -> Result<Accepted, Error> {
        let refusal = match self.reserve(&[]).await {
            Ok(stock) if places(&stock) <= ONE_STEP => return self.commit(stock, None).await,
            Ok(_) => None,
            Err(refusal) => Some(refusal),
        };
        let lines = self.placement.order.lines.len();
        match refusal {
            // A replay must get its answer even if the stock has since run out or moved.
            Some(refusal) if lines * self.store.locations().await?.len() <= ONE_STEP => {
                self.known().await?.ok_or(refusal)
            }
            refusal => forming::form(self, refusal).await,
        }
    }

    /// Stores the order with all that it holds. What is in `forming` was reserved before.
    async fn commit(&self, stock: Vec<Allocation>, forming: Option<&Stored<Forming>>) -> Result<Accepted, Error> {
        let Placement { order: placed, reserved_until, .. } = self.placement;
        let state = OrderState::place(placed, self.policy, stock, *reserved_until, self.events(), self.stamp);
        let mut write = self.store.write(self.stamp.at);
        match forming {
            Some(forming) => write.place_formed(forming, self.placement, state),
            None => write.place(self.id, self.placement, state),
        }
        if let Some(payment) = &self.payment {
            write.replace(payment, payment.value.clone().claimed(self.id.clone()));
        }
        match write.commit().await {
            Ok(()) => Ok(Accepted::of(self.id, self.placement)),
            Err(CommitError::Conflict(failed)) => match self.known().await? {
                Some(accepted) => Ok(accepted),
                None => Err(CommitError::Conflict(failed).into()), // a rival took the stock: route again
            },
            Err(error) => Err(error.into()),
        }
    }

    fn events(&self) -> &[MoneyEvent] {
        self.payment.as_ref().map(|payment| payment.value.events.as_slice()).unwrap_or_default()
    }

    /// Whether a shop has accepted it, or the customer's money has come already. Such an order is a fact: it is taken even if its
    /// stock is missing.
    fn is_taken_anyway(&self) -> bool {
        self.is_fact || self.is_paid()
    }

    fn is_paid(&self) -> bool {
        let mut ledger = Ledger::default();
        for event in self.events() {
            ledger.record(event);
        }
        ledger.kept(self.placement.order.currency) > 0
    }

    /// What the order will hold besides `held`: reserved units where there is stock, and backordered units where that is
    /// allowed. Of a paid order, units that are nowhere are missing: it is held until they are found.
    async fn reserve(&self, held: &[Allocation]) -> Result<Vec<Allocation>, Error> {
        let placed = &self.placement.order;
        let locations = self.store.locations().await?;
        let skus: Vec<Sku> = placed.stocked_lines().map(|line| line.sku.clone()).collect();
        let mut stock = Availability::beyond_promises(&self.store.stock_levels(&skus, &locations).await?);
        let unknown = |(n, line): (usize, &Line)| {
            let detail = || {
                format!(
                    "{} is kept at no location: count it first (PUT /stock), or send what has no stock (gift wrap, a fee) as \
                     \"stocked\": false",
                    line.sku
                )
            };
            let is_unknown = line.stocked && !stock.knows(&line.sku);
            is_unknown.then(|| FieldError::new(format!("lines[{n}].sku"), detail()))
        };
        let unknown: Vec<FieldError> = placed.lines.iter().enumerate().filter_map(unknown).collect();
        if !unknown.is_empty() && !self.is_taken_anyway() {
            return Err(Refusal::invalid(unknown).into());
        }
        let routed = route(&needed(placed, held), &locations, &mut stock);
        if !routed.short.is_empty() && !self.is_taken_anyway() {
            return Err(out_of_stock(&routed).into());
        }
        let stock = allocations(routed);
        fits(&[held, &stock].concat())?;
        Ok(stock)
    }

    /// The earlier answer to the same order. The same reference with other content is refused.
    async fn known(&self) -> Result<Option<Accepted>, Error> {
        let Some(known) = self.store.placement(self.id).await? else { return Ok(None) };
        if known.fingerprint == self.placement.fingerprint {
            return Ok(Some(Accepted::of(self.id, &known)));
        }
        let why = format!("order {} of this channel was placed before, with other content", known.order.reference);
        Err(Refusal::new(Code::ReferenceReused, why).with("order_id", self.id.as_str()).into())
    }
}

/// The units that no allocation in `held` has.
fn needed(placed: &PlacedOrder, held: &[Allocation]) -> Vec<NeededUnits> {
    let mut units: BTreeMap<LineId, u32> = BTreeMap::new();
    for allocation in held {
        *units.entry(allocation.line).or_default() += allocation.quantity;
    }
    let need = |line: &Line| {
        let quantity = line.quantity.saturating_sub(units.get(&line.id).copied().unwrap_or_default());
        (quantity > 0).then(|| NeededUnits { line: line.id, sku: line.sku.clone(), quantity })
    };
    placed.stocked_lines().filter_map(need).collect()
}

/// The number of places that units are held at.
fn places(stock: &[Allocation]) -> usize {
    difference(&[], stock).len()
}

/// Refuses an order that would not fit the item of its state, or whose fulfillments would not fit one transaction.
fn fits(stock: &[Allocation]) -> Result<(), Error> {
    let change = difference(&[], stock);
    let locations: BTreeSet<&LocationId> = change.places().map(|place| &place.location).collect();
    let bytes: usize = change.places().map(bytes_of).sum();
    if change.len() <= MAX_PLACES && locations.len() <= MAX_LOCATIONS && bytes <= MAX_BYTES {
        return Ok(());
    }
    let why = "its lines would have to come from too many places; split the order";
    Err(Refusal::new(Code::TooManySplits, why).into())
}

/// What a place takes in the item of a state: among what the order holds, and among what has still to move.
fn bytes_of(place: &StockPlace) -> usize {
    2 * (place.sku.as_str().len() + place.location.as_str().len() + 40)
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
    if stored.value.is_given_back() {
        let why = format!("payment {payment} was refunded because no order took it; let the customer pay again");
        return Err(Refusal::new(Code::PaymentGivenBack, why).into());
    }
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

/// A hash of the request without its time, in 128 bits.
fn fingerprint(placed: &PlacedOrder) -> Result<String, Error> {
    let timeless = PlacedOrder { placed_at: Timestamp::UNIX_EPOCH, ..placed.clone() };
    let bytes = serde_json::to_vec(&timeless).map_err(|e| Error::Defect(e.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]))
}
