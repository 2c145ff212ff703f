//! Where the books and the payment providers' own lists differ, and what people found out about it; and the payouts.

use crate::{App, books, request::SettleDifference};
use api::{Caller, Error, Request, Response};
use app::comparison;
use domain::{
    books::MovementKind,
    ids::{OrderId, PaymentId, ProviderName},
    money::{Amount, Currency},
    statement::{Difference, Statement},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A payment or a payout about which the books and its provider's list differ.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DifferingPayment {
    /// The payment or the payout, as the route that settles it takes it.
    pub payment: PaymentId,
    /// Its provider.
    pub provider: ProviderName,
    /// The order that has taken the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// By what moved: `captured`, `refunded`, `disputed`, `payout`.
    pub differences: BTreeMap<MovementKind, Difference>,
}

/// Where the books and the payment providers' lists differ.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Differences {
    /// How many payments and payouts there are. 200 at most are listed.
    pub count: usize,
    /// Those that have differed longest come first.
    pub payments: Vec<DifferingPayment>,
}

/// What a provider has paid out to the merchant's bank.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayoutView {
    /// Its id, with the provider's name.
    pub payout: PaymentId,
    /// The provider.
    pub provider: ProviderName,
    /// When the provider entered it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub at: Timestamp,
    /// What was paid out, in minor units; 0 if it came back.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// Of how many entries it is made. Absent: the provider does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<usize>,
    /// What these entries come to after fees, in minor units. Absent if `entries` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Amount>,
}

/// What the payment providers have paid out.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Payouts {
    /// The oldest first.
    pub payouts: Vec<PayoutView>,
}

/// Shown at most.
const LIMIT: usize = 200;

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let open = app.store.differing().await?;
    let count = open.len();
    let ids: Vec<PaymentId> = open.into_iter().take(LIMIT).map(|(id, _)| id).collect();
    let read = app.store.load_all::<Statement>(ids).await?;
    let readable = read.into_iter().filter_map(|(id, read)| Some((id, read.ok()?.value)));
    let mut found: Vec<_> = readable.filter(|(_, statement)| statement.differs_since().is_some()).collect();
    found.sort_by_key(|(id, statement)| (statement.differs_since(), id.to_string()));
    let payments = found.into_iter().map(|(id, statement)| view(id, statement)).collect();
    Ok(Response::json(200, &Differences { count, payments }))
}

pub(crate) async fn settle(
    app: &App,
    caller: &Caller,
    SettleDifference { note }: SettleDifference,
    request: &Request,
) -> Result<Response, Error> {
    let (payment, stamp) = (request.path_param("payment")?, caller.stamp(app.clock.now()));
    let settled = comparison::settle(&app.store, &payment, note.as_str(), &stamp).await?;
    Ok(Response::json(200, &view(payment, settled.value)))
}

fn view(payment: PaymentId, Statement { order, differences, .. }: Statement) -> DifferingPayment {
    DifferingPayment { provider: payment.provider.clone(), payment, order, differences }
}

pub(crate) async fn payouts(app: &App, _: &Caller, request: &Request) -> Result<Response, Error> {
    let (from, to) = books::days(app, request, books::MAX_BALANCE_DAYS)?;
    let ids = app.store.payouts(from, to).await?;
    let read = app.store.load_all::<Statement>(ids).await?;
    let readable = read.into_iter().filter_map(|(id, read)| payout(id, &read.ok()?.value));
    let mut payouts: Vec<PayoutView> = readable.collect();
    payouts.sort_by_key(|payout| (payout.at, payout.payout.to_string()));
    Ok(Response::json(200, &Payouts { payouts }))
}

fn payout(payout: PaymentId, statement: &Statement) -> Option<PayoutView> {
    let moved = statement.moved().get(&MovementKind::Payout).copied().unwrap_or_default();
    Some(PayoutView {
        provider: payout.provider.clone(),
        payout,
        at: statement.paid_out_at()?,
        amount: -moved,
        currency: statement.entries.values().next()?.currency,
        entries: statement.parts.map(|parts| parts.count),
        net: statement.parts.map(|parts| parts.net),
    })
}
