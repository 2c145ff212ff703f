//! What cannot go on by itself: stuck items, and payments without an order.

use crate::{App, request::AssignPayment};
use api::{Caller, Error, Request, Response};
use app::payments;
use domain::{
    duty::{ItemName, STUCK_AFTER},
    fulfillment::Fulfillment,
    history::{Entry, Event},
    ids::{OrderId, ParcelId, PaymentId, RefundId},
    ledger::{Ledger, Refund},
    money::{Amount, Currency},
    order_state::{Hold, HoldReason, OrderState},
    parcel_state::ParcelState,
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{DueClass, DueItem, ItemKey, Stored, Unmatched};

/// An item that waits for something, and for what.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StuckItem {
    pub order: OrderId,
    /// `state`, `fulfillment#01`, `return#01`.
    pub item: String,
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub since: Timestamp,
    /// `work_overdue`: owed work is not being done; its messages are probably in a dead-letter queue.
    /// `on_hold`: a person, or stock, is waited for. `parcel_not_arrived`: a person has to decide what is done about a parcel.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["work_overdue", "on_hold", "parcel_not_arrived"])))]
    pub why: &'static str,
    /// What an order on hold waits for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<HoldReason, Hold>,
    /// The parcels of a fulfillment that did not arrive, and where they are, as far as anybody has told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, ParcelState>"))]
    pub parcels: BTreeMap<ParcelId, ParcelState>,
}

/// A payment that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayment {
    pub payment: PaymentId,
    /// The order that it says it pays, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Since when it has waited for an order, or for a person.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub since: Option<Timestamp>,
    /// None: no event has told an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What of it is captured.
    pub captured: Amount,
    /// What of that has gone back, or is on its way.
    pub refunded: Amount,
    /// Refunds that people ordered because no order takes it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<RefundId, Refund>,
    /// The provider's ids of its events.
    pub events: Vec<String>,
    /// What people decided about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Decision>,
}

/// What a person decided about a payment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub at: Timestamp,
    pub by: String,
    pub what: Event,
    /// The order that it is about, if it is about one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What does not go on by itself, the longest waiting first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StuckItems {
    /// How many there are; the longest waiting are listed.
    pub count: usize,
    pub stuck: Vec<StuckItem>,
}

/// Payments that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayments {
    /// How many there are. 200 at most are listed: those to refund, those that name an order, the others.
    pub count: usize,
    pub payments: Vec<UnmatchedPayment>,
}

/// Shown at most of each kind, the longest waiting first.
const LIMIT: usize = 200;

pub(crate) async fn stuck(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let now = app.clock.now();
    let mut overdue = app.store.due(DueClass::Owed, now - STUCK_AFTER).await?;
    let mut waiting = app.store.due(DueClass::Waiting, now).await?;
    let count = overdue.len() + waiting.len();
    overdue.truncate(LIMIT);
    waiting.truncate(LIMIT);
    let is_state = |due: &&DueItem| due.key.item == ItemName::State;
    let states = waiting.iter().filter(is_state).map(|due| due.key.clone());
    let waiting_states = app.store.load_all::<OrderState>(states).await?;
    let fulfillments = waiting.iter().filter(|due| !is_state(due)).map(|due| due.key.clone());
    let fulfillments = app.store.load_all::<Fulfillment>(fulfillments).await?;
    let mut parcels: BTreeMap<ItemKey, _> =
        fulfillments.into_iter().filter_map(|(key, of)| Some((key, not_arrived(&of.ok()?.value)))).collect();
    let mut holds: BTreeMap<ItemKey, _> =
        waiting_states.into_iter().filter_map(|(key, state)| Some((key, state.ok()?.value.holds))).collect();
    let why = |due: DueItem| {
        let why = if is_state(&&due) { "on_hold" } else { "parcel_not_arrived" };
        (due, why)
    };
    let items = overdue.into_iter().map(|due| (due, "work_overdue")).chain(waiting.into_iter().map(why));
    let view = |(due, why): (DueItem, &'static str)| StuckItem {
        parcels: if why == "work_overdue" { BTreeMap::new() } else { parcels.remove(&due.key).unwrap_or_default() },
        holds: if why == "on_hold" { holds.remove(&due.key).unwrap_or_default() } else { BTreeMap::new() },
        order: due.key.order,
        item: due.key.item.to_string(),
        since: due.since,
        why,
    };
    let stuck: Vec<StuckItem> = items.map(view).collect();
    Ok(Response::json(200, &StuckItems { count, stuck }))
}

fn not_arrived(fulfillment: &Fulfillment) -> BTreeMap<ParcelId, ParcelState> {
    let parcels = fulfillment.parcels.iter().filter(|parcel| parcel.awaits_decision_since().is_some());
    parcels.map(|parcel| (parcel.id, parcel.state())).collect()
}

pub(crate) async fn unmatched(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let mut found = Vec::new();
    for class in [Unmatched::OwesRefund, Unmatched::AwaitsOrder, Unmatched::NamesNoOrder] {
        found.extend(app.store.unmatched(class).await?);
    }
    let count = found.len();
    let ids: Vec<PaymentId> = found.into_iter().take(LIMIT).map(|entry| entry.payment).collect();
    let mut payments: Vec<_> = app.store.payments(&ids).await?.into_iter().map(view).collect();
    payments.sort_by_key(|payment| payment.since);
    Ok(Response::json(200, &UnmatchedPayments { count, payments }))
}

pub(crate) async fn assign(
    app: &App,
    caller: &Caller,
    AssignPayment { order }: AssignPayment,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let payment = payments::assign_payment(&app.store, &request.path_param("payment")?, &order, &stamp).await?;
    Ok(Response::json(200, &view(payment)))
}

pub(crate) async fn unassign(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let payment = payments::unassign_payment(&app.store, &request.path_param("payment")?, &stamp).await?;
    Ok(Response::json(200, &view(payment)))
}

pub(crate) async fn refund(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let payment = payments::give_back_payment(&app.store, &request.path_param("payment")?, &stamp).await?;
    Ok(Response::json(200, &view(payment)))
}

pub(crate) async fn dismiss(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let payment = payments::dismiss_payment(&app.store, &request.path_param("payment")?, &stamp).await?;
    Ok(Response::json(200, &view(payment)))
}

fn view(payment: Stored<PaymentRecord>) -> UnmatchedPayment {
    let (ledger, currency) = (payment.value.ledger(), payment.value.currency());
    let amount = |of: fn(&Ledger, Currency) -> Amount| currency.map_or(0, |currency| of(&ledger, currency));
    UnmatchedPayment {
        since: payment.value.unmatched_at.or(payment.value.refund_owed_since()),
        currency,
        captured: amount(Ledger::captured),
        refunded: amount(Ledger::refunded),
        refunds: payment.value.refunds,
        payment: payment.key,
        order: payment.value.order,
        events: payment.value.events.into_iter().map(|event| event.event).collect(),
        history: payment.value.history.into_iter().map(decision).collect(),
    }
}

fn decision(Entry { at, by, what, note }: Entry) -> Decision {
    Decision { at, by, what, note }
}
