//! `POST /orders`.

use crate::{App, request::PlaceOrder};
use api::{Caller, Error, Request, Response};
use app::place;

pub async fn place(app: &App, caller: &Caller, body: PlaceOrder, _: &Request) -> Result<Response, Error> {
    let now = app.clock.now();
    body.require_payable(&app.providers)?;
    let placed = body.placed(now);
    if caller.channel.is_none() {
        place::require_channel(&app.store, &placed.channel).await?;
    }
    let accepted = place::place_order(&app.store, placed, &app.conditions, &caller.stamp(now)).await?;
    Ok(Response::json(201, &accepted))
}
