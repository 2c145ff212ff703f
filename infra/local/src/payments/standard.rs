//! A simulated system of the merchant's own, which tells of payments by Standard Webhooks and takes requests for refunds,
//! captures and voids: <https://www.standardwebhooks.com> and docs/webhooks/standard.md.

mod api;
mod dialect;
mod errors;
mod signature;

use super::{
    engine::{Account, BooksError, Delivering, Opened, Settings},
    provider::Provider,
};
use dialect::StandardDialect;
use std::sync::Arc;

/// Where requests are taken, below its address.
pub const REQUESTS: &str = "/requests";

/// The template's secrets: of events, and of requests.
const WEBHOOK_SECRET: &str = "StandardWebhookSecret";
const REQUESTS_SECRET: &str = "StandardRequestsSecret";

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    let dialect = Arc::new(StandardDialect::new(settings.secret(WEBHOOK_SECRET), settings.secret(REQUESTS_SECRET)));
    let account = Account::open(Provider::Standard.name(), settings, Arc::clone(&dialect) as _, delivering)?;
    Ok(Opened { router: api::router(Arc::clone(&account), dialect), account })
}

#[cfg(test)]
mod tests;
