//! The use cases: everything that Orderly can be asked to do.
//!
//! Each loads, decides (a pure rule of `domain`) and commits, and retries when it loses a race. The commit sends what
//! is newly owed. A use case knows no HTTP, no queue and no provider, so every entry point can call it: a request with
//! a key, a webhook, a queue, a schedule, a test. The caller and the time come in as one
//! [`Stamp`](domain::history::Stamp).

pub mod batches;
pub mod channels;
pub mod comparison;
pub mod customers;
pub mod deduction;
pub mod digest;
pub mod dispatch;
pub mod emails;
pub mod emptying;
mod error;
pub mod invoices;
pub mod labels;
pub mod manual_payments;
pub mod orders;
pub mod parcel_tracking;
pub mod payments;
pub mod picking;
pub mod place;
pub mod products;
pub mod reconcile;
pub mod refunds_by_hand;
pub mod requests;
pub mod returns;
mod scope;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod settlement;
pub mod shop_decisions;
pub mod stock;
pub mod stock_sync;
pub mod unread;
pub mod warehouse;

pub use error::{Error, FieldError, Refusal};
pub use scope::{Scope, Visible};
