//! The label that a service has sold for a parcel. The service keeps it, and it is fetched whenever it is printed.

use crate::{App, paper::file_name};
use api::{Caller, Code, Error, Problem, Request, Response};
use domain::{
    Rejection,
    ids::{FulfillmentId, OrderId, ParcelId},
};
use http::header;

pub(crate) async fn print(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, id): (OrderId, FulfillmentId) = (request.path_param("order_id")?, request.path_param("fulfillment")?);
    let parcel: ParcelId = request.path_param("parcel")?;
    let read = caller.scope().order(&app.store, &order).await?;
    let fulfillment = caller.scope().fulfillment(&read.order, id)?;
    fulfillment.parcel(parcel)?;
    let label = fulfillment.wanted_label(parcel);
    let (label, bought) = label.and_then(|label| Some((label, label.bought.as_ref()?))).ok_or_else(|| {
        Rejection::new(Code::NoLabel, format!("no label that is still wanted was bought for parcel {parcel}"))
    })?;
    let unavailable = |why: String| Problem::new(Code::LabelUnavailable, why);
    let seller = app.sellers.named(&label.by).ok_or_else(|| {
        unavailable(format!("the shop does not use {} any more, which keeps the label; print it there", label.by))
    })?;
    if bought.document.is_empty() {
        let why = format!("{} has told no file of label {}; print it there", label.by, label.id);
        return Err(Rejection::new(Code::NoLabel, why).into());
    }
    let pdf = seller.document(bought).await.map_err(|error| unavailable(error.to_string()))?;
    let name = file_name(&format!("label-{order}-{id}-{parcel}"), "pdf");
    Ok(Response::bytes(200, "application/pdf", pdf)
        .with_value(header::CONTENT_DISPOSITION, name)
        .with(header::CACHE_CONTROL, "no-store"))
}
