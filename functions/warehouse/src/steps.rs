//! The steps of the warehouse's work on one fulfillment.

use crate::{App, request};
use api::{Error, Request, Response, view::FulfillmentView};
use app::warehouse;
use domain::{
    fulfillment::Fulfillment,
    ids::{FulfillmentId, OrderId},
    settings::Role,
};

pub(crate) async fn start_picking(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    request.no_body()?;
    let (order, id) = named(request)?;
    let now = warehouse::start_picking(&app.store, &order, id, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn confirm_picks(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let picks = request::picks(&request.json()?)?.by_line();
    let (order, id) = named(request)?;
    let now = warehouse::confirm_picks(&app.store, &order, id, &picks, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn pack(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let packing = request::pack(&request.json()?)?.packing(request.key()?);
    let (order, id) = named(request)?;
    let now = warehouse::pack(&app.store, &order, id, &packing, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn hand_over(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    let leaving = request::hand_over(&request.json()?)?.parcels;
    let (order, id) = named(request)?;
    let now = warehouse::hand_over(&app.store, &order, id, &leaving, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn deliver(app: &App, request: &Request) -> Result<Response, Error> {
    let stamp = request.require(&[Role::Warehouse])?.stamp(app.clock.now());
    request.no_body()?;
    let ((order, id), parcel) = (named(request)?, request.path_param("parcel")?);
    let now = warehouse::deliver(&app.store, &order, id, parcel, &stamp).await?;
    Ok(answer(&order, id, &now))
}

/// The fulfillment that the path names.
pub(crate) fn named(request: &Request) -> Result<(OrderId, FulfillmentId), Error> {
    Ok((request.path_param("order_id")?, request.path_param("fulfillment")?))
}

pub(crate) fn answer(order: &OrderId, id: FulfillmentId, now: &Fulfillment) -> Response {
    Response::json(200, &FulfillmentView::new(order, id, now))
}
