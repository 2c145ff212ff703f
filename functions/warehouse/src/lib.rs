//! What people in the warehouse do: look at their work, pick, pack, hand over, report deliveries.

mod goods;
pub mod request;
mod work;

use api::{Error, Problem, Request, Response, view::FulfillmentView};
use domain::{
    Rejection,
    duty::ItemName,
    fulfillment::Fulfillment,
    ids::{FulfillmentId, OrderId},
    order_state::HoldReason,
};
use runtime::Clock;
use store::{Order, Sender, Store, Stored};

pub use work::WorkPage;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "GET /fulfillments" => work::list(app, request).await,
        "GET /orders/{order_id}/fulfillments/{fulfillment}" => work::one(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking" => work::start_picking(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/picks" => goods::confirm_picks(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels" => work::pack(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over" => goods::hand_over(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered" => {
            goods::deliver(app, request).await
        }
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

/// A fulfillment with its order.
struct Loaded {
    order: Order,
    id: FulfillmentId,
    read: Stored<Fulfillment>,
}

impl Loaded {
    async fn of(app: &App, request: &Request) -> Result<Self, Error> {
        let (order, id): (OrderId, FulfillmentId) =
            (request.path_param("order_id")?, request.path_param("fulfillment")?);
        let none = || Error::from(Problem::not_found(format!("order {order} has no fulfillment {id}")));
        let order = app.store.order(&order).await?.ok_or_else(none)?;
        let read = order.fulfillments.get(&id).cloned().ok_or_else(none)?;
        Ok(Self { order, id, read })
    }

    /// A held order is not worked on, but for what was found of it when the rest has run out.
    fn not_held(&self) -> Result<(), Rejection> {
        let holds = self.order.state.value.holds.keys().filter(|reason| **reason != HoldReason::InventoryOutOfStock);
        let reasons: Vec<&str> = holds.map(|reason| reason.as_str()).collect();
        if reasons.is_empty() {
            return Ok(());
        }
        let why = format!("the order is on hold: {}; ask an operator to release it", reasons.join(", "));
        Err(Rejection::new("on-hold", why))
    }

    fn answer(&self, now: &Fulfillment) -> Response {
        debug_assert_eq!(self.read.name, ItemName::Fulfillment(self.id.clone()));
        Response::json(200, &FulfillmentView::new(&self.order.id, &self.id, now))
    }
}
