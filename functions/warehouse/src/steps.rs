//! The steps of the warehouse's work on one fulfillment.

use crate::{
    App,
    request::{ConfirmPicks, HandOverParcels, PackParcel},
};
use api::{Caller, Error, Request, Response, view::FulfillmentView};
use app::warehouse;
use domain::{
    fulfillment::Fulfillment,
    ids::{FulfillmentId, OrderId},
};

pub(crate) async fn start_picking(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let now = warehouse::start_picking(&app.store, &order, id, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn confirm_picks(
    app: &App,
    caller: &Caller,
    body: ConfirmPicks,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let ((order, id), picks) = (named(request)?, body.by_line());
    let now = warehouse::confirm_picks(&app.store, &order, id, &picks, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn pack(app: &App, caller: &Caller, body: PackParcel, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let ((order, id), packing) = (named(request)?, body.packing(request.key()?));
    let now = warehouse::pack(&app.store, &order, id, &packing, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn hand_over(
    app: &App,
    caller: &Caller,
    body: HandOverParcels,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (order, id) = named(request)?;
    let now = warehouse::hand_over(&app.store, &order, id, &body.parcels, &stamp).await?;
    Ok(answer(&order, id, &now))
}

pub(crate) async fn deliver(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
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
