//! Returns: asked for, approved or declined, received, inspected; what is good goes back into stock, and
//! what came is refunded.

pub mod request;

use api::{Caller, Error, Request, Response, view::ReturnView};
use app::returns;
use domain::{
    ids::{OrderId, ReturnId},
    returns::{RefundWish, Return},
};
use request::{DecideRefund, DeclineReturn, InspectReturn, ReceiveReturn, RequestReturn};
use runtime::Clock;
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

api::routes! {
    App;
    "POST /orders/{order_id}/returns" (Storefront, CustomerService) RequestReturn, keyed => ask;
    "POST /orders/{order_id}/returns/{return}/approve" (CustomerService) => approve;
    "POST /orders/{order_id}/returns/{return}/decline" (CustomerService) DeclineReturn => decline;
    "POST /orders/{order_id}/returns/{return}/receive" (Warehouse) ReceiveReturn => receive;
    "POST /orders/{order_id}/returns/{return}/inspect" (Warehouse) InspectReturn => inspect;
    "POST /orders/{order_id}/returns/{return}/refund" (CustomerService) DecideRefund => decide_refund;
}

/// The same idempotency key asks once.
async fn ask(app: &App, caller: &Caller, body: RequestReturn, request: &Request) -> Result<Response, Error> {
    let (key, order, stamp) = (request.key()?, request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let asked = returns::request_return(&app.store, &order, &caller.scope(), &body.lines, &key, &stamp).await?;
    Ok(Response::json(201, &ReturnView::new(&order, asked.0, &asked.1)))
}

async fn approve(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let now = returns::approve_return(&app.store, &order, id, &stamp).await?;
    Ok(answer(caller, &order, id, &now))
}

async fn decline(app: &App, caller: &Caller, body: DeclineReturn, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let now = returns::decline_return(&app.store, &order, id, &body.reason, &stamp).await?;
    Ok(answer(caller, &order, id, &now))
}

async fn receive(app: &App, caller: &Caller, body: ReceiveReturn, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    caller.must_work_at(&body.location)?;
    let (units, location, scope) = (body.by_line(), body.location, caller.scope());
    let now = returns::receive_return(&app.store, (&order, id), &scope, &units, &location, &stamp).await?;
    Ok(answer(caller, &order, id, &now))
}

async fn inspect(app: &App, caller: &Caller, body: InspectReturn, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let (found, wish) = body.found_and_wish();
    let wish = RefundWish { sees_no_money: !caller.sees_money(), ..wish };
    let now = returns::inspect_return(&app.store, (&order, id), &caller.scope(), &found, &wish, &stamp).await?;
    Ok(answer(caller, &order, id, &now))
}

async fn decide_refund(app: &App, caller: &Caller, body: DecideRefund, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let DecideRefund { wish, refunds } = body;
    let (wish, limit) = (wish.wish(), caller.refund_limit());
    let now = returns::decide_return_refund(&app.store, (&order, id), &wish, &refunds, limit, &stamp).await?;
    Ok(answer(caller, &order, id, &now))
}

/// The return that the path names.
fn named(request: &Request) -> Result<(OrderId, ReturnId), Error> {
    Ok((request.path_param("order_id")?, request.path_param("return")?))
}

fn answer(caller: &Caller, order: &OrderId, id: ReturnId, now: &Return) -> Response {
    let view = ReturnView::new(order, id, now);
    Response::json(200, &if caller.sees_money() { view } else { view.without_money() })
}
