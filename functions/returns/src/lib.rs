//! Returns: asked for, approved or declined, received, inspected; what is good goes back into stock, and
//! what came is refunded.

pub mod request;

use api::{Error, Problem, Request, Response, view::ReturnView};
use app::returns;
use domain::{
    ids::{OrderId, ReturnId},
    returns::Return,
    settings::Role,
};
use runtime::Clock;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "POST /orders/{order_id}/returns" => ask(app, request).await,
        "POST /orders/{order_id}/returns/{return}/approve" => approve(app, request).await,
        "POST /orders/{order_id}/returns/{return}/decline" => decline(app, request).await,
        "POST /orders/{order_id}/returns/{return}/receive" => receive(app, request).await,
        "POST /orders/{order_id}/returns/{return}/inspect" => inspect(app, request).await,
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

/// The same idempotency key asks once.
async fn ask(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let wanted = request::ask(&request.json()?)?.lines;
    let (key, order, stamp) = (request.key()?, request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let asked = returns::request_return(&app.store, &order, &caller.scope(), &wanted, &key, &stamp).await?;
    Ok(Response::json(201, &ReturnView::new(&order, asked.0, &asked.1)))
}

async fn approve(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    request.no_body()?;
    let (order, id) = named(request)?;
    let now = returns::approve_return(&app.store, &order, id, &stamp).await?;
    Ok(answer(&order, id, &now))
}

async fn decline(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    let reason = request::decline(&request.json()?)?.reason;
    let (order, id) = named(request)?;
    let now = returns::decline_return(&app.store, &order, id, &reason, &stamp).await?;
    Ok(answer(&order, id, &now))
}

async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let received = request::receive(&request.json()?)?;
    let (order, id) = named(request)?;
    let (units, location) = (received.by_line(), received.location);
    let now = returns::receive_return(&app.store, &order, id, &units, &location, &stamp).await?;
    Ok(answer(&order, id, &now))
}

async fn inspect(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let found = request::inspect(&request.json()?)?.by_line();
    let (order, id) = named(request)?;
    let now = returns::inspect_return(&app.store, &order, id, &found, &stamp).await?;
    Ok(answer(&order, id, &now))
}

/// The return that the path names.
fn named(request: &Request) -> Result<(OrderId, ReturnId), Error> {
    Ok((request.path_param("order_id")?, request.path_param("return")?))
}

fn answer(order: &OrderId, id: ReturnId, now: &Return) -> Response {
    Response::json(200, &ReturnView::new(order, id, now))
}
