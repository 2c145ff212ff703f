//! Simulators of payment providers: one folder each, and their shared engine.
//!
//! The engine is common to all providers: [`courier`] posts signed webhooks until they are accepted, or keeps them for
//! a simulation to deliver; [`answers`] gives a repeated idempotency key its first answer. A provider adds its API,
//! books, events and signatures. It follows the provider's documentation and shares no code with `shared/payments`, so
//! that it checks that code independently.

mod answers;
pub mod courier;
pub mod stripe;

pub use courier::{DeliveryError, Webhook};
pub use stripe::BooksError;

/// The fixed value of a secret, if its provider accepts only a particular form.
pub(crate) fn secret(name: &str) -> Option<&'static str> {
    stripe::secret(name)
}
