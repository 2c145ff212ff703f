//! `POST /orders`.

use crate::{App, request};
use api::{Error, Request, Response};
use app::place;
use domain::settings::Role;

pub async fn place(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let now = app.clock.now();
    let placing = request::Placing {
        channel: caller.channel.as_ref(),
        idempotency_key: request.idempotency_key()?,
        providers: &app.providers,
        now,
    };
    let placed = request::place_order(&request.json()?, &placing)?;
    if caller.channel.is_none() {
        place::require_channel(&app.store, &placed.channel).await?;
    }
    let accepted = place::place_order(&app.store, placed, app.reservation, &caller.stamp(now)).await?;
    Ok(Response::json(201, &accepted))
}
