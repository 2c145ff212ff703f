//! E-mails that did not reach their customer, and what people decide about them.

use crate::{App, request::DismissEmails};
use api::{Caller, Error, Request, Response, view::OrderView};
use app::emails;

pub(crate) async fn send_again(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, stamp) = (request.path_param("order_id")?, caller.stamp(app.clock.now()));
    Ok(Response::json(200, &OrderView::of(&emails::send_again(&app.store, &order, &stamp).await?)))
}

pub(crate) async fn dismiss(
    app: &App,
    caller: &Caller,
    body: DismissEmails,
    request: &Request,
) -> Result<Response, Error> {
    let (order, stamp) = (request.path_param("order_id")?, caller.stamp(app.clock.now()));
    let dismissed = emails::dismiss_unreached(&app.store, &order, &body.reason, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&dismissed)))
}
