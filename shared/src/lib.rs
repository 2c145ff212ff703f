//! What Orderly's functions share.
//!
//! - [`domain`]: the rules, as plain functions over plain types. No I/O, no clock, no randomness.
//! - [`store`]: DynamoDB items and conditional writes. Attribute names live there and nowhere else.
//! - [`queue`]: the message that chains the functions, and batches with partial failures.
//! - [`http`]: reading requests, problem+json, webhook signatures.
//! - [`runtime`]: configuration, clients, telemetry.

pub mod domain;
pub mod http;
pub mod queue;
pub mod runtime;
#[cfg(feature = "schema")]
pub mod schema;
pub mod store;
