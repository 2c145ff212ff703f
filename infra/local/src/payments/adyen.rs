//! A simulated Adyen: modifications of payments by the Checkout API, standard webhooks, and reports.
//!
//! Adyen answers only that it has received a request. What came of it, it tells by webhook, also that it could not be done.
//! Cards are captured automatically, and Klarna only when asked to, also in parts: the account has multiple partial captures.

mod api;
mod dialect;
mod items;
mod reports;

use super::{
    engine::{Account, BooksError, Delivering, Opened, Settings},
    provider::Provider,
};
use dialect::AdyenDialect;
use std::sync::Arc;

/// The merchant account of everything here.
pub const MERCHANT_ACCOUNT: &str = "OrderlyLocal";
/// What is captured only when it is asked for, also in parts.
pub const MANUAL_METHOD: &str = "klarna";

/// The template's secrets of its webhook.
const HMAC_KEYS: &str = "AdyenHmacKeys";
const CREDENTIALS: &str = "AdyenWebhookCredentials";

/// The fixed value of a secret that must have Adyen's form.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    match name {
        // An HMAC key is hexadecimal. Nobody but this machine knows the webhook that it signs for.
        HMAC_KEYS => Some("6f726465726c792d6c6f63616c2d6164796e2d6b65792d6e6f742d7365637265"),
        CREDENTIALS => Some("adyen:local"),
        _ => None,
    }
}

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    let dialect = AdyenDialect::new(settings.secret(HMAC_KEYS), settings.secret(CREDENTIALS));
    let account = Account::open(Provider::Adyen.name(), settings, Arc::new(dialect), delivering)?;
    let router = api::router(Arc::clone(&account)).merge(reports::router(Arc::clone(&account)));
    Ok(Opened { account, router })
}

#[cfg(test)]
mod tests;
