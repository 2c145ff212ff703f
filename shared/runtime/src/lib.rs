//! What every function does at start-up, and the loops that it runs in.

mod aws;
mod batch;
pub mod client;
mod clock;
mod conditions;
mod connections;
mod secret;
mod serve;
mod telemetry;
mod web;

pub use aws::{Aws, ConfigError, optional, variable};
pub use aws_types::SdkConfig;
pub use batch::{Received, failed_by_order, process, process_together};
pub use clock::Clock;
pub use conditions::{conditions, conditions_from_env};
pub use secret::{Secret, SecretValue};
pub use serve::{Error, serve_events, serve_http};
pub use telemetry::start_logging;
pub use web::{Answer, Web, WebError};
