//! What becomes of a parcel after it has left.

use crate::{
    App,
    request::{CorrectTracking, ReceiveParcelBack, ReportParcel, ResolveParcel},
    steps::Named,
};
use api::{Caller, Error, Request, Response};
use app::warehouse;
use domain::fulfillment::Report;

pub(crate) async fn report(
    app: &App,
    caller: &Caller,
    body: ReportParcel,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let reason = body.reason.map(|reason| reason.to_string()).unwrap_or_default();
    let report = Report { at: body.at.unwrap_or(stamp.at), reason };
    let now = warehouse::report_parcel(&app.store, &named.work(), parcel, body.state, &report, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn correct_tracking(
    app: &App,
    caller: &Caller,
    CorrectTracking(tracking): CorrectTracking,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let now = warehouse::correct_tracking(&app.store, &named.work(), parcel, &tracking, app.follows, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn receive_back(
    app: &App,
    caller: &Caller,
    body: ReceiveParcelBack,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    caller.must_work_at(&body.location)?;
    let (location, found) = (body.location.clone(), body.found());
    let now = warehouse::receive_parcel_back(&app.store, &named.work(), parcel, &location, &found, &stamp).await?;
    Ok(named.answer(caller, &now))
}

pub(crate) async fn resolve(
    app: &App,
    caller: &Caller,
    body: ResolveParcel,
    request: &Request,
) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let (named, parcel) = (Named::read(caller, request)?, request.path_param("parcel")?);
    let now = warehouse::resolve_parcel(&app.store, &named.work(), parcel, body.remedy, &body.reason, &stamp).await?;
    Ok(named.answer(caller, &now))
}
