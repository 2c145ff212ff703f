//! A simulated Square: payments to read, change, complete and cancel, refunds, and signed webhooks.
//!
//! A refund is `PENDING` in the answer that made it, and `COMPLETED` when it is looked at again.

mod api;
mod dialect;
mod objects;

use super::{
    engine::{Account, BooksError, Delivering, Opened, Settings},
    provider::Provider,
};
use dialect::SquareDialect;
use std::sync::Arc;

/// The address that the webhook is entered with. Square signs it, and takes only HTTPS; here webhooks go to the API instead.
pub const NOTIFICATION_URL: &str = "https://localhost/webhooks/payments/square";

/// The template's secret that signs webhooks.
const WEBHOOK_SECRET: &str = "SquareWebhookSecret";

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    let dialect = SquareDialect::new(settings.secret(WEBHOOK_SECRET));
    let account = Account::open(Provider::Square.name(), settings, Arc::new(dialect), delivering)?;
    Ok(Opened { router: api::router(Arc::clone(&account)), account })
}

#[cfg(test)]
mod tests;
