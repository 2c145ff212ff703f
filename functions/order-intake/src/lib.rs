//! Accepts orders, and lets people read, list, hold and cancel them.

mod change;
mod place;
mod read;
pub mod request;

use api::{Error, Problem, Request, Response};
use jiff::SignedDuration;
use payments::Provider;
use runtime::{Clock, ConfigError};
use store::Store;

pub use app::place::Accepted;
pub use read::OrderPage;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// How long an unpaid order keeps its stock.
    pub reservation: SignedDuration,
    /// The payment providers that the shop uses.
    pub providers: Vec<Provider>,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "POST /orders" => place::place(app, request).await,
        "GET /orders" => read::list(app, request).await,
        "GET /orders/{order_id}" => read::one(app, request).await,
        "POST /orders/{order_id}/cancel" => change::cancel(app, request).await,
        "POST /orders/{order_id}/holds" => change::hold(app, request).await,
        "DELETE /orders/{order_id}/holds/{reason}" => change::release(app, request).await,
        "POST /orders/{order_id}/refunds/retry" => change::retry_refunds(app, request).await,
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

/// Reads `RESERVATION_MINUTES`.
pub fn reservation(minutes: &str) -> Result<SignedDuration, ConfigError> {
    let problem = "must be a whole number of minutes, 1 or more".to_owned();
    let wrong = || ConfigError::Invalid { name: "RESERVATION_MINUTES", problem };
    let minutes = minutes.parse().ok().filter(|minutes| *minutes > 0).ok_or_else(wrong)?;
    Ok(SignedDuration::from_mins(minutes))
}
