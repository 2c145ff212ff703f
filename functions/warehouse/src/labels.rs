//! Labels for parcels.

use crate::{App, request::OrderLabel, steps::Named};
use api::{Caller, Error, Request, Response};
use app::labels;
use domain::{Rejection, fulfillment::LabelOrder, problem::Code};

pub(crate) async fn order(app: &App, caller: &Caller, body: OrderLabel, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let by = app.labels_from.clone().ok_or_else(|| {
        let why =
            "the shop buys no labels: LabelsFrom names no service; tell carrier and tracking_number at the hand-over";
        Rejection::new(Code::NoLabelService, why)
    })?;
    let label = LabelOrder { parcel, by, wish: body.wish(), key: request.key()? };
    let now = labels::order(&app.store, &named.work(), &label, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn give_up(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let now = labels::give_up(&app.store, &named.work(), parcel, &stamp).await?;
    Ok(named.answer(caller, &now))
}
