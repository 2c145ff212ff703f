//! `GET /orders` and `GET /orders/{order_id}`.

use crate::App;
use api::{
    Caller, Error, Problem, Request, Response, next_cursor,
    view::{OrderSummary, OrderView},
};
use app::place::require_channel;
use domain::{
    ids::ChannelId,
    order_state::{OrderState, OrderStatus},
    problem::Code,
};
use serde::Serialize;

/// A page of orders, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderPage {
    pub orders: Vec<OrderSummary>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

pub async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let order = caller.scope().order(&app.store, &request.path_param("order_id")?).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn list(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let status: Option<Status> = request.query_param("status")?;
    let limit = request.limit()?;
    let channels = channels(app, request, caller).await?;
    let active = status.as_ref().map(Status::is_active);
    let wanted = |actual: &str| status.as_ref().is_none_or(|status| status.0 == actual);
    let (cursor, wanted) = (request.cursor()?, |state: &OrderState| wanted(state.status.as_str()));
    let page = app.store.list_orders(&channels, active, cursor.as_deref(), limit, wanted).await?;
    let orders: Vec<OrderSummary> =
        page.items.iter().map(|read| OrderSummary::of(&read.key.order, &read.value)).collect();
    Ok(Response::json(200, &OrderPage { orders, next_cursor: next_cursor(page.next) }))
}

/// The channels to search: the requested one, the caller's own, or all.
async fn channels(app: &App, request: &Request, caller: &Caller) -> Result<Vec<ChannelId>, Error> {
    let scope = caller.scope();
    match (request.query_param::<ChannelId>("channel")?, scope.channel()) {
        (Some(asked), Some(_)) if scope.sees(&asked) => Ok(vec![asked]),
        (Some(asked), None) => {
            require_channel(&app.store, &asked).await?;
            Ok(vec![asked])
        }
        (Some(_), Some(_)) => {
            Err(Problem::new(Code::Forbidden, "this API key sees its own channel's orders only").into())
        }
        (None, Some(own)) => Ok(vec![own.clone()]),
        (None, None) => Ok(app.store.channels().await?.into_iter().map(|channel| channel.id).collect()),
    }
}

/// An order status to filter by.
struct Status(&'static str);

impl Status {
    fn is_active(&self) -> bool {
        matches!(self.0, "pending" | "open")
    }
}

impl std::str::FromStr for Status {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OrderStatus::NAMES
            .into_iter()
            .find(|known| *known == text)
            .map(Self)
            .ok_or("must be pending, open, completed, cancelled or expired")
    }
}
