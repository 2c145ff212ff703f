//! The customers' data: what is held of a person, and its erasure.

use crate::{App, request::PersonRequest};
use api::{Caller, Error, Request, Response, next_cursor, view::OrderView};
use app::customers;
use domain::{ids::OrderId, order_state::Erasure};
use serde::Serialize;
use store::StoredOrder;

/// What is held of a person: all there is about the person's orders.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonData {
    /// The person's orders in full, at most 25 on a page.
    pub orders: Vec<OrderView>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// The orders of a person whose data is to be erased.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Erasures {
    /// The person's orders, at most 25 on a page. Those of each page that is asked for are noted for erasure.
    pub orders: Vec<ErasureView>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ErasureOfOrder"))]
pub struct ErasureView {
    /// Orderly's id of the order.
    pub order: OrderId,
    /// The channel's own order id.
    pub reference: String,
    /// Whether the data is still to be erased, or was.
    pub erasure: Option<Erasure>,
    /// What the order still needs its customer for. If it is absent, the data is erased within two minutes, or was already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_because: Option<&'static str>,
}

pub(crate) async fn export(app: &App, caller: &Caller, body: PersonRequest, _: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let page = customers::export(&app.store, &body.person, body.cursor, &stamp).await?;
    let orders = page.items.iter().map(OrderView::of).collect();
    Ok(Response::json(200, &PersonData { orders, next_cursor: next_cursor(page.next) }))
}

pub(crate) async fn erase(app: &App, caller: &Caller, body: PersonRequest, _: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let page = customers::ask_for_erasure(&app.store, &body.person, body.cursor, &stamp).await?;
    let view = |read: StoredOrder| ErasureView {
        waits_because: read.order.needs_customer_for().filter(|_| !read.order.state.is_erased()),
        erasure: read.order.state.erasure,
        reference: read.order.state.reference,
        order: read.order.id,
    };
    let orders = page.items.into_iter().map(view).collect();
    Ok(Response::json(202, &Erasures { orders, next_cursor: next_cursor(page.next) }))
}
