//! Accepts orders, and lets people read, list, hold and cancel them.

mod change;
mod place;
mod read;
pub mod request;

use jiff::SignedDuration;
use payments::Provider;
use request::{CancelOrder, HoldOrder, PlaceOrder};
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

api::routes! {
    App;
    "POST /orders" (Storefront) PlaceOrder, keyed => place::place;
    "GET /orders" (Storefront, Warehouse) => read::list;
    "GET /orders/{order_id}" (Storefront, Warehouse) => read::one;
    "POST /orders/{order_id}/cancel" (Storefront) CancelOrder => change::cancel;
    "POST /orders/{order_id}/holds" () HoldOrder => change::hold;
    "DELETE /orders/{order_id}/holds/{reason}" () => change::release;
    "POST /orders/{order_id}/refunds/retry" () => change::retry_refunds;
}

/// Reads `RESERVATION_MINUTES`.
pub fn reservation(minutes: &str) -> Result<SignedDuration, ConfigError> {
    let problem = "must be a whole number of minutes, 1 or more".to_owned();
    let wrong = || ConfigError::Invalid { name: "RESERVATION_MINUTES", problem };
    let minutes = minutes.parse().ok().filter(|minutes| *minutes > 0).ok_or_else(wrong)?;
    Ok(SignedDuration::from_mins(minutes))
}
