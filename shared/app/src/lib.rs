//! The use cases: everything that Orderly can be asked to do.
//!
//! Each is load → decide (a pure rule of `domain`) → commit, and again when it loses a race; the commit sends what is
//! newly owed. A use case knows no HTTP, no queue and no provider, so that every entry point can call it: a key's
//! request, a webhook, a queue, a schedule, a test. Who asks and when comes in as one [`Stamp`](domain::history::Stamp).

pub mod deduction;
pub mod dispatch;
pub mod emails;
mod error;
pub mod orders;
pub mod payments;
pub mod place;
pub mod reconcile;
pub mod refunds;
pub mod returns;
mod scope;
pub mod settings;
pub mod stock;
pub mod warehouse;

pub use error::{Error, FieldError, Refusal};
pub use scope::Scope;
