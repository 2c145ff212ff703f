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
    match name {
        // An HMAC key is hexadecimal. Nobody but this machine knows the webhook that it signs for.
        "AdyenHmacKeys" => Some("6f726465726c792d6c6f63616c2d6164796e2d6b65792d6e6f742d7365637265"),
        "MollieApiKey" => Some("test_local0000000000000000000000"),
        "PayPalCredentials" => Some("local-client:local-secret"),
        _ => stripe::secret(name),
    }
}
