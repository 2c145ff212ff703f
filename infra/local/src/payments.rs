//! Payment providers on this machine: one folder each, and the engine that they share.
//!
//! The engine is what any provider does: [`courier`] posts signed webhooks until they are taken, or keeps them for a
//! simulation to deliver; [`answers`] gives a repeated idempotency key its first answer. A provider brings its API, its
//! books, its events and how they are signed. It is written from the provider's documentation, and shares no code with
//! `shared/payments`, so that it is a witness of its own.

mod answers;
pub mod courier;
pub mod stripe;

pub use courier::{DeliveryError, Webhook};
pub use stripe::BooksError;

/// The value of a secret that a provider takes in its own form only.
pub(crate) fn secret(name: &str) -> Option<&'static str> {
    stripe::secret(name)
}
