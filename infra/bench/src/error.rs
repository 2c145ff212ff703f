//! Errors that stop a benchmark.

use orderly_local::{
    StackError,
    binaries::BuildError,
    client::ClientError,
    lambda::InvokeError,
    payments::{BooksError, DeliveryError},
    services::QueueError,
};
use serde_json::Value;

/// Why a benchmark could not measure.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("there is no template.yaml here or above: run this inside the project")]
    NoTemplate,
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error("the stack did not start: {0}")]
    Start(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Api(#[from] ClientError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    #[error("the webhook did not arrive: {0}")]
    Webhook(#[from] DeliveryError),
    #[error(transparent)]
    Books(#[from] BooksError),
    #[error("{what}: {source}")]
    Io {
        what: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{0}")]
    Odd(String),
}

impl BenchError {
    pub fn odd(expected: &str, got: &Value) -> Self {
        Self::Odd(format!("expected {expected}, but got {got}"))
    }

    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}
