//! Payments that no order has taken, and what people decide about them.

use crate::{App, request::AssignPayment};
use api::{Caller, Error, Request, Response};
use app::payments;
use domain::{
    history::{Entry, Event},
    ids::{OrderId, PaymentId, RefundId},
    ledger::{Ledger, Refund},
    money::{Amount, Currency},
    payment_record::PaymentRecord,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Stored, Unmatched};

/// A payment that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayment {
    /// The payment's id, as the routes that decide about it take it.
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
    /// When it was decided, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub at: Timestamp,
    /// Who decided it, as `role:name` of an API key; `orderly` where a refund that was ordered went on.
    pub by: String,
    /// What was decided, or what became of a refund that was ordered.
    pub what: Event,
    /// The order that it is about, or of a refund: its amount, or what became of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Payments that no order is known for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmatchedPayments {
    /// How many there are. 200 at most are listed: those to refund, those that name an order, the others.
    pub count: usize,
    /// The longest waiting first.
    pub payments: Vec<UnmatchedPayment>,
}

/// Shown at most, the longest waiting first of each kind.
const LIMIT: usize = 200;

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
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
    let ledger = payment.value.ledger();
    let currency = ledger.currency();
    let amount = |of: fn(&Ledger, Currency) -> Amount| currency.map_or(0, |currency| of(&ledger, currency));
    UnmatchedPayment {
        since: payment.value.unmatched_at.or(payment.value.refund_owed_since),
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
