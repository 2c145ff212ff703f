//! Changes of an order that people ask for: cancel, edit, hold, release, accept a payment, capture it,
//! refund, retry a refund.

use crate::{
    App,
    request::{AcceptPayment, CancelOrder, CaptureOrder, EditOrder, HoldOrder, RefundOrder},
};
use api::{Caller, Code, Error, Problem, Request, Response, Role, view::OrderView};
use app::orders::{self, Cancel};
use domain::order_state::HoldReason;

pub async fn cancel(app: &App, caller: &Caller, body: CancelOrder, request: &Request) -> Result<Response, Error> {
    let CancelOrder { reason, unsent } = body;
    let (id, scope, stamp) = (request.path_param("order_id")?, caller.scope(), caller.stamp(app.clock.now()));
    let what = if unsent { Cancel::Unsent } else { Cancel::Whole };
    let order = orders::cancel_order(&app.store, &id, &scope, what, &reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn edit(app: &App, caller: &Caller, body: EditOrder, request: &Request) -> Result<Response, Error> {
    let (id, scope, stamp) = (request.path_param("order_id")?, caller.scope(), caller.stamp(app.clock.now()));
    let order = orders::edit_order(&app.store, &id, &scope, &body.edit(), caller.refund_limit(), &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn hold(app: &App, caller: &Caller, body: HoldOrder, request: &Request) -> Result<Response, Error> {
    let (HoldOrder { reason, note }, stamp) = (body, caller.stamp(app.clock.now()));
    let id = request.path_param("order_id")?;
    let order = orders::hold_order(&app.store, &id, reason, note.as_deref().unwrap_or_default(), &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn release(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (id, reason): (_, HoldReason) = (request.path_param("order_id")?, request.path_param("reason")?);
    if caller.role == Role::CustomerService && reason.is_about_money() {
        let why = format!("a {} key may not release {reason}: that decides about money", caller.role.as_str());
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    let order = orders::release_order(&app.store, &id, reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn accept_payment(
    app: &App,
    caller: &Caller,
    body: AcceptPayment,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let order = orders::accept_payment(&app.store, &request.path_param("order_id")?, &body.reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn capture(app: &App, caller: &Caller, body: CaptureOrder, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let order = orders::capture_order(&app.store, &request.path_param("order_id")?, body.amount, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn refund(app: &App, caller: &Caller, body: RefundOrder, request: &Request) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let order = orders::refund_order(&app.store, &id, &body.request(), caller.refund_limit(), &stamp).await?;
    Ok(Response::json(201, &OrderView::of(&order)))
}

pub async fn retry_refunds(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let order = orders::retry_refunds(&app.store, &request.path_param("order_id")?, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}
