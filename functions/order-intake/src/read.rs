//! `GET /orders`, `GET /orders/{order_id}` and `POST /orders/search`.

use crate::{
    App,
    request::{FindOrders, Known},
};
use api::{
    Caller, Error, FieldError, Problem, Request, Response, next_cursor,
    view::{OrderSummary, OrderView, OrderWork, OrderWorkSummary},
};
use app::{
    place::require_channel,
    search::{self, FoundOrder},
};
use domain::{
    ids::{ChannelId, OrderId},
    order_state::{OrderState, OrderStatus},
    problem::Code,
    search::ANY_TIME,
    text::Name,
};
use jiff::Timestamp;
use serde::Serialize;
use std::ops::Range;
use store::Page;

/// An order: everything about it, or what the warehouse has to know.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum OrderAnswer {
    Whole(Box<OrderView>),
    Work(Box<OrderWork>),
}

/// An order in a list. The warehouse sees no money.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ListedOrder {
    Summary(OrderSummary),
    Work(OrderWorkSummary),
}

/// A page of orders, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderPage {
    /// A warehouse key is shown them without money.
    pub orders: Vec<ListedOrder>,
    /// Ask with `cursor` for what follows; null on the last page. A page for a warehouse key that is bound to locations may be
    /// short or empty and have one.
    pub next_cursor: Option<String>,
}

pub async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let scope = caller.scope();
    let read = scope.order(&app.store, &request.path_param("order_id")?).await?;
    let answer = if caller.sees_money() {
        OrderAnswer::Whole(Box::new(OrderView::of(&read)))
    } else {
        OrderAnswer::Work(Box::new(OrderWork::of(&read.order, &scope)))
    };
    Ok(Response::json(200, &answer))
}

pub async fn list(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let status: Option<Status> = request.query_param("status")?;
    let limit = request.limit()?;
    let channels = channels(app, request.query_param("channel")?, caller).await?;
    let moments = moments(request.query_param("placed_from")?, request.query_param("placed_before")?)?;
    let active = status.as_ref().map(Status::is_active);
    let wanted = |actual: &str| status.as_ref().is_none_or(|status| status.0 == actual);
    let (cursor, wanted) = (request.cursor()?, |state: &OrderState| wanted(state.status.as_str()));
    let page = app.store.list_orders(&channels, active, &moments, cursor.as_deref(), limit, wanted).await?;
    let read = page.items.iter().map(|read| (&read.key.order, &read.value));
    let orders = if caller.sees_money() {
        read.map(|(id, state)| ListedOrder::Summary(OrderSummary::of(id, state))).collect()
    } else {
        as_work(app, caller, read).await?.map(ListedOrder::Work).collect()
    };
    Ok(Response::json(200, &OrderPage { orders, next_cursor: next_cursor(page.next) }))
}

/// An order that was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FoundOrder"))]
pub struct FoundOrderView {
    #[serde(flatten)]
    pub summary: OrderSummary,
    /// The customer's name.
    pub customer_name: Name,
}

/// An order that was found. The warehouse sees neither money nor who the customer is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Found {
    Order(FoundOrderView),
    Work(OrderWorkSummary),
}

/// A page of what was found, newest first; what was found by a name is sorted by name.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundOrders {
    /// A warehouse key is shown them without money and without customers.
    pub orders: Vec<Found>,
    /// Ask with `cursor` for what follows; null on the last page. A page may be empty and have one.
    pub next_cursor: Option<String>,
}

pub async fn find(app: &App, caller: &Caller, body: FindOrders, _: &Request) -> Result<Response, Error> {
    let channels = channels(app, body.channel, caller).await?;
    let moments = moments(body.placed_from, body.placed_before)?;
    let page = match body.value {
        Known::Reference(reference) => {
            let mut items = search::orders_of_reference(&app.store, &reference, &channels).await?;
            items.retain(|found| moments.contains(&found.state.placed_at));
            Page { items, next: None }
        }
        Known::Of(wanted) => {
            let limit = Request::DEFAULT_LIMIT;
            search::find_orders(&app.store, &wanted, &channels, &moments, body.cursor, limit).await?
        }
    };
    let orders = if caller.sees_money() {
        let view = |found: FoundOrder| FoundOrderView {
            summary: OrderSummary::of(&found.id, &found.state),
            customer_name: found.customer,
        };
        page.items.into_iter().map(view).map(Found::Order).collect()
    } else {
        let found = page.items.iter().map(|found| (&found.id, &found.state));
        as_work(app, caller, found).await?.map(Found::Work).collect()
    };
    Ok(Response::json(200, &FoundOrders { orders, next_cursor: next_cursor(page.next) }))
}

/// Those of the orders in a list that the warehouse sees, as it sees them.
async fn as_work<'a>(
    app: &App,
    caller: &Caller,
    orders: impl Iterator<Item = (&'a OrderId, &'a OrderState)> + Clone,
) -> Result<impl Iterator<Item = OrderWorkSummary>, Error> {
    let mut work = caller.scope().work_of(&app.store, orders.clone()).await?;
    Ok(orders.filter_map(move |(id, state)| Some(OrderWorkSummary::of(id, state, work.remove(id)?))))
}

/// The moments in which the wanted orders were placed.
fn moments(from: Option<Timestamp>, before: Option<Timestamp>) -> Result<Range<Timestamp>, Error> {
    let moments = from.unwrap_or(ANY_TIME.start)..before.unwrap_or(ANY_TIME.end);
    if moments.is_empty() {
        let detail = "must be later than placed_from";
        return Err(Problem::invalid(vec![FieldError::new("placed_before", detail)]).into());
    }
    Ok(moments)
}

/// The channels to search: the requested one, the caller's own, or all.
async fn channels(app: &App, asked: Option<ChannelId>, caller: &Caller) -> Result<Vec<ChannelId>, Error> {
    let scope = caller.scope();
    match (asked, scope.channel()) {
        (Some(asked), Some(_)) if scope.sees_channel(&asked) => Ok(vec![asked]),
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
