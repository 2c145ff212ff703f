//! Simulators of payment providers: one folder each, their shared engine, and the address where they all answer.
//!
//! The [`engine`] holds what every provider has: an account's books, the answers by idempotency key, failures on demand, and
//! the delivery of signed webhooks. A provider adds only its dialect: the routes and words of its API, its ids, the events
//! that tell of a change, and their signatures. It follows the provider's documentation and shares no code with
//! `shared/payments`, so that it checks that code independently.

pub mod adyen;
mod engine;
mod mollie;
mod page;
pub mod paypal;
mod provider;
pub mod square;
mod stand_ins;
pub mod standard;
pub mod stripe;
#[cfg(test)]
mod testing;
mod till;

pub use engine::{
    ActError, BooksError, Breakdown, Capture, DeliveryError, Disorder, Dispute, DisputeStatus, Embedded, Made, Moved,
    MovedBy, Payment, Progress, Refund, RefundStatus, Refusal, Simulator, Webhook,
};
pub use provider::Provider;
pub(crate) use stand_ins::parameters;
pub use stand_ins::{StandIns, StandInsConfig, embedded, only_stripe};

/// The fixed value of a secret, if its provider accepts only a particular form.
pub(crate) fn secret(name: &str) -> Option<&'static str> {
    stripe::secret(name)
        .or_else(|| adyen::secret(name))
        .or_else(|| mollie::secret(name))
        .or_else(|| paypal::secret(name))
}
