//! A simulated Mollie: payments with their captures, refunds and chargebacks, and classic webhooks, which only name a payment.
//!
//! A refund or a capture is `pending` in the answer that made it, and done when it is looked at again.

mod api;
mod dialect;
mod objects;

use super::{
    engine::{Account, BooksError, Delivering, Opened, Settings},
    provider::Provider,
};
use dialect::MollieDialect;
use std::sync::Arc;

/// The template's secret that signs next-gen webhooks. They are sent only if it is declared.
const WEBHOOK_SECRET: &str = "MollieWebhookSecret";

/// The fixed value of a secret that must have Mollie's form.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    (name == "MollieApiKey").then_some("test_local0000000000000000000000")
}

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    let dialect = MollieDialect::new(settings.secret(WEBHOOK_SECRET));
    let account = Account::open(Provider::Mollie.name(), settings, Arc::new(dialect), delivering)?;
    Ok(Opened { router: api::router(Arc::clone(&account)), account })
}

#[cfg(test)]
mod tests;
