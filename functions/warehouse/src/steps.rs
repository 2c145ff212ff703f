//! The steps of the warehouse's work on one fulfillment.

use crate::{
    App,
    request::{ConfirmPicks, HandOverParcels, PackParcel},
};
use api::{Caller, Error, Request, Response, view::FulfillmentView};
use app::{
    Scope,
    warehouse::{self, Work},
};
use domain::{
    fulfillment::Fulfillment,
    ids::{FulfillmentId, OrderId},
};

pub(crate) async fn start_picking(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let now = warehouse::start_picking(&app.store, &named.work(), &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn confirm_picks(
    app: &App,
    caller: &Caller,
    body: ConfirmPicks,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, picks) = (Named::read(caller, request)?, body.by_line());
    let now = warehouse::confirm_picks(&app.store, &named.work(), &picks, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn pack(app: &App, caller: &Caller, body: PackParcel, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, packing) = (Named::read(caller, request)?, body.packing(request.key()?));
    let now = warehouse::pack(&app.store, &named.work(), &packing, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn hand_over(
    app: &App,
    caller: &Caller,
    body: HandOverParcels,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let named = Named::read(caller, request)?;
    let now = warehouse::hand_over(&app.store, &named.work(), &body.parcels, app.follows, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn deliver(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let now = warehouse::deliver(&app.store, &named.work(), parcel, &stamp).await?;
    Ok(named.answer(caller, &now))
}

/// The fulfillment that the path names, and what there is for the caller.
pub(crate) struct Named {
    pub(crate) order: OrderId,
    pub(crate) id: FulfillmentId,
    pub(crate) scope: Scope,
}

impl Named {
    pub(crate) fn read(caller: &Caller, request: &Request) -> Result<Self, Error> {
        let (order, id) = (request.path_param("order_id")?, request.path_param("fulfillment")?);
        Ok(Self { order, id, scope: caller.scope() })
    }

    pub(crate) fn work(&self) -> Work<'_> {
        Work { order: &self.order, id: self.id, scope: &self.scope }
    }

    pub(crate) fn answer(&self, caller: &Caller, now: &Fulfillment) -> Response {
        let view = FulfillmentView::new(&self.order, self.id, now, None);
        Response::json(200, &if caller.sees_money() { view } else { view.without_money() })
    }
}
