//! A simulated PayPal: captures, authorizations and orders of the REST API, and webhooks that a certificate signs.
//!
//! What is captured of an authorization is a payment of its own, as at PayPal.
#![allow(clippy::doc_markdown)] // PayPal is a name, and no code

mod api;
mod certificates;
mod dialect;
mod errors;
mod objects;

pub use certificates::{ROOT, served};

use super::{
    engine::{Account, BooksError, Delivering, Opened, Settings},
    provider::Provider,
};
use dialect::PayPalDialect;
use std::sync::Arc;

/// What PayPal calls the webhook. It is part of what is signed.
pub const WEBHOOK_ID: &str = "0RDERLYL0CAL12345";

/// The fixed value of a secret that must have PayPal's form.
pub(super) fn secret(name: &str) -> Option<&'static str> {
    (name == "PayPalCredentials").then_some("local-client:local-secret")
}

/// Opens an account.
pub(super) fn open(settings: Settings, delivering: Delivering) -> Result<Opened, BooksError> {
    let account = Account::open(Provider::PayPal.name(), settings, Arc::new(PayPalDialect), delivering)?;
    Ok(Opened { router: api::router(Arc::clone(&account)), account })
}

#[cfg(test)]
mod tests;
