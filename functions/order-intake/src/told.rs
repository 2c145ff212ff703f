//! What people tell of an order's money: payments that no provider knows, and what came of refunds and captures.

use crate::{
    App,
    request::{EnterPayment, TellOutcome},
};
use api::{Caller, Code, Error, Problem, Request, Response, Role, view::OrderView};
use app::manual_payments;
use domain::{
    books::day_of,
    ids::{CaptureId, OrderId, PaymentId, RefundId},
    ledger::RequestName,
    order_state::Standing,
};

pub async fn enter_payment(
    app: &App,
    caller: &Caller,
    body: EnterPayment,
    request: &Request,
) -> Result<Response, Error> {
    let (id, scope, stamp) = (request.path_param("order_id")?, caller.scope(), caller.stamp(app.clock.now()));
    if caller.role == Role::Storefront && body.status != Standing::Expected {
        let why = "a storefront may only tell that money is expected: whether it has come, or is needed, a person says";
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    body.check(day_of(stamp.at))?;
    let order = manual_payments::enter_payment(&app.store, &id, &scope, &body.entered(&id), &stamp).await?;
    Ok(Response::json(201, &OrderView::of(&order)))
}

pub async fn withdraw_payment(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (id, payment): (OrderId, PaymentId) = (request.path_param("order_id")?, request.path_param("payment")?);
    let order = manual_payments::withdraw_payment(&app.store, &id, &payment, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn refund_outcome(
    app: &App,
    caller: &Caller,
    body: TellOutcome,
    request: &Request,
) -> Result<Response, Error> {
    let refund: RefundId = request.path_param("refund")?;
    tell(app, caller, &RequestName::Refund(refund), &body, request).await
}

pub async fn capture_outcome(
    app: &App,
    caller: &Caller,
    body: TellOutcome,
    request: &Request,
) -> Result<Response, Error> {
    let capture: CaptureId = request.path_param("capture")?;
    tell(app, caller, &RequestName::Capture(capture), &body, request).await
}

async fn tell(
    app: &App,
    caller: &Caller,
    name: &RequestName,
    body: &TellOutcome,
    request: &Request,
) -> Result<Response, Error> {
    let (id, stamp) = (request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let order = manual_payments::tell_outcome(&app.store, &id, name, body.outcome, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}
