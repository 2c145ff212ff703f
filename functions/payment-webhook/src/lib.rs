//! `POST /webhooks/payments/{provider}`: payment events, verified and recorded on their orders.
//!
//! A provider is one file: its `verify` alone makes a `VerifiedEvent`, and its `normalize` turns that into the
//! field's own [`MoneyEvent`](domain::ledger::MoneyEvent)s, which is all that the rest knows.

pub mod stripe;

use api::{Error, Problem, Request, Response};
use app::payments::{Recorded, record_payment};
use domain::{ids::OrderId, ledger::MoneyEvent};
use runtime::Clock;
use serde::Serialize;
use store::Store;
use stripe::Stripe;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub stripe: Stripe,
}

/// A fact about money, and the order that its provider says it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub order: Option<OrderId>,
    pub event: MoneyEvent,
}

/// The answer to an event.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Received {
    pub outcome: Outcome,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is on its order's ledger now.
    Recorded,
    /// The ledger knew it already.
    Known,
    /// It is kept until its order appears.
    Unmatched,
    /// It is of a kind that says nothing about an order's money.
    Ignored,
}

impl From<Recorded> for Outcome {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            Recorded::Recorded => Self::Recorded,
            Recorded::Known => Self::Known,
            Recorded::Unmatched => Self::Unmatched,
        }
    }
}

/// Answers 2xx only when the event is in a ledger, or kept as unmatched: until then the provider tries again.
pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    let now = app.clock.now();
    let incoming = match request.path.get("provider").map(String::as_str) {
        Some("stripe") => app.stripe.normalize(&app.stripe.verify(request, now)?)?,
        _ => return Err(Problem::not_found("there is no such payment provider; known is: stripe").into()),
    };
    let outcome = match &incoming {
        Some(Incoming { order, event }) => record_payment(&app.store, order.as_ref(), event, now).await?.into(),
        None => Outcome::Ignored,
    };
    Ok(Response::json(200, &Received { outcome }))
}
