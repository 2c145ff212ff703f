//! Changes of an order that people ask for: cancel, hold, release, retry a refund.

use crate::{App, request};
use api::{Error, Request, Response, view::OrderView};
use app::orders::{self, Cancel};
use domain::{order_state::HoldReason, settings::Role};

pub async fn cancel(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let request::CancelOrder { reason, unsent } = request::cancel_order(&request.json()?)?;
    let (id, scope, stamp) = (request.path_param("order_id")?, caller.scope(), caller.stamp(app.clock.now()));
    let what = if unsent { Cancel::Unsent } else { Cancel::Whole };
    let order = orders::cancel_order(&app.store, &id, &scope, what, &reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn hold(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    let request::HoldOrder { reason, note } = request::hold_order(&request.json()?)?;
    let id = request.path_param("order_id")?;
    let order = orders::hold_order(&app.store, &id, reason, &note.unwrap_or_default(), &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn release(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    request.no_body()?;
    let (id, reason): (_, HoldReason) = (request.path_param("order_id")?, request.path_param("reason")?);
    let order = orders::release_order(&app.store, &id, reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}

pub async fn retry_refunds(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[])?.stamp(app.clock.now());
    request.no_body()?;
    let order = orders::retry_refunds(&app.store, &request.path_param("order_id")?, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}
