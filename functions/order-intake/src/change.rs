//! Changes of an order that people ask for: cancel, hold, release, retry a refund.

use crate::{App, read::visible, request};
use api::{Caller, Error, Request, Response, view::OrderView};
use domain::{
    Rejection,
    allocation::difference,
    duty::ItemName,
    history::Actor,
    order_state::{HoldReason, OrderState},
    settings::Role,
};
use store::{Order, retry_on_conflict};

/// Cancels the order, or what has not left of it, releases the stock and orders the refund, in one transaction. A hand-over
/// that happens at the same time writes the same fulfillment: one of the two loses, and looks again.
pub async fn cancel(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let request::CancelOrder { reason, unsent } = request::cancel_order(&request.json()?)?;
    let order = retry_on_conflict(async || {
        let order = visible(app, request, caller).await?;
        let now = app.clock.now();
        let fulfillments = order.fulfillments.values().map(|f| f.value.clone()).collect();
        let (state, by) = (order.state.value.clone(), caller.actor());
        let (state, cancelled) = if unsent {
            state.cancel_unsent(fulfillments, order.placed(), &reason, &by, now)?
        } else {
            state.cancel(fulfillments, &reason, &by, now)?
        };
        let mut write = app.store.write(now);
        write.stock(&difference(&order.state.value.stock, &state.stock));
        write.replace(&order.state, state);
        for (read, value) in order.fulfillments.values().zip(cancelled) {
            write.replace(read, value);
        }
        app.sender.send(&write.commit().await?).await;
        Ok::<_, Error>(order)
    })
    .await?;
    answer(app, &order).await
}

pub async fn hold(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[])?;
    let hold = request::hold_order(&request.json()?)?;
    let note = hold.note.unwrap_or_default();
    change(app, request, caller, |state, by, now| state.hold(hold.reason, &note, by, now)).await
}

pub async fn release(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[])?;
    request.no_body()?;
    let reason: HoldReason = request.path_param("reason")?;
    change(app, request, caller, |state, by, now| state.release(reason, by, now)).await
}

pub async fn retry_refunds(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[])?;
    request.no_body()?;
    change(app, request, caller, OrderState::retry_refunds).await
}

/// Changes the state alone.
async fn change(
    app: &App,
    request: &Request,
    caller: &Caller,
    rule: impl Fn(OrderState, &Actor, jiff::Timestamp) -> Result<OrderState, Rejection>,
) -> Result<Response, Error> {
    let order = retry_on_conflict(async || {
        let order = visible(app, request, caller).await?;
        let now = app.clock.now();
        let mut write = app.store.write(now);
        write.replace(&order.state, rule(order.state.value.clone(), &caller.actor(), now)?);
        app.sender.send(&write.commit().await?).await;
        Ok::<_, Error>(order)
    })
    .await?;
    answer(app, &order).await
}

/// The order as it is now.
async fn answer(app: &App, changed: &Order) -> Result<Response, Error> {
    debug_assert_eq!(changed.state.name, ItemName::State);
    let order = app.store.order(&changed.id).await?;
    let order = order.ok_or_else(|| Error::Internal(format!("order {} has gone", changed.id)))?;
    Ok(Response::json(200, &OrderView::of(&order)))
}
