//! Labels for parcels.

use crate::{App, request::OrderLabel, steps::Named};
use api::{Caller, Error, Request, Response};
use app::labels;
use domain::fulfillment::LabelOrder;

pub(crate) async fn order(app: &App, caller: &Caller, body: OrderLabel, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let label = LabelOrder { parcel, by: app.labels_from.clone(), wish: body.wish(), key: request.key()? };
    let now = labels::order(&app.store, &named.work(), &label, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn give_up(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let now = labels::give_up(&app.store, &named.work(), parcel, &stamp).await?;
    Ok(named.answer(caller, &now))
}
