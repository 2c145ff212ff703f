//! Accepts orders, and lets people read, list, hold and cancel them.

mod change;
mod place;
mod read;
pub mod request;

use domain::policy::Policy;
use jiff::SignedDuration;
use payments::Provider;
use request::{AcceptPayment, CancelOrder, HoldOrder, PlaceOrder};
use runtime::{Clock, ConfigError};
use store::Store;

pub use app::place::{Accepted, Conditions};
pub use read::OrderPage;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub conditions: Conditions,
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
    "POST /orders/{order_id}/accept-payment" () AcceptPayment => change::accept_payment;
    "POST /orders/{order_id}/refunds/retry" () => change::retry_refunds;
}

/// Reads `RESERVATION_MINUTES` and `SURPLUS`.
pub fn conditions(reservation_minutes: &str, surplus: &str) -> Result<Conditions, ConfigError> {
    let wrong = |name, problem: &str| ConfigError::Invalid { name, problem: problem.to_owned() };
    let minutes = reservation_minutes.parse().ok().filter(|minutes| *minutes > 0);
    let minutes = minutes.ok_or(wrong("RESERVATION_MINUTES", "must be a whole number of minutes, 1 or more"))?;
    let refunds_surplus = match surplus {
        "hold" => false,
        "refund" => true,
        _ => return Err(wrong("SURPLUS", "must be hold or refund")),
    };
    Ok(Conditions { reservation: SignedDuration::from_mins(minutes), policy: Policy { refunds_surplus } })
}
