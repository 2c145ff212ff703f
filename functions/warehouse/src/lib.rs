//! What people in the warehouse do: look at their work, pick, pack, hand over, report deliveries.

pub mod request;
mod steps;
mod work;

use api::{Error, Problem, Request, Response};
use runtime::Clock;
use store::Store;

pub use work::WorkPage;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "GET /fulfillments" => work::list(app, request).await,
        "GET /orders/{order_id}/fulfillments/{fulfillment}" => work::one(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking" => steps::start_picking(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/picks" => steps::confirm_picks(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels" => steps::pack(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over" => steps::hand_over(app, request).await,
        "POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered" => {
            steps::deliver(app, request).await
        }
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}
