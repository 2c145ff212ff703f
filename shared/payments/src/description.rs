//! How the API's description presents a provider's webhook, for people and programs.

use domain::ids::PaymentId;
use serde_json::Value;

/// What becomes of some events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Their names at the provider. None: `when` says which.
    pub events: &'static [&'static str],
    /// When it is so. Empty: always.
    pub when: &'static str,
    pub becomes: &'static str,
}

/// What people and programs are told of a provider.
#[derive(Debug)]
pub struct Description {
    /// What is set, and how Orderly asks: what it is, and how. docs/PAYMENTS.md shows it.
    pub settings: &'static [(&'static str, &'static str)],
    /// What becomes of its events. docs/PAYMENTS.md shows it, and tests hold it to the code.
    pub events: Vec<Row>,
    /// The header of the signature, in lower case, and its content. None: the body signs itself.
    pub signature: Option<(&'static str, &'static str)>,
    /// The JSON Schema of a body.
    pub body: Value,
    /// A body that says something about an order's money.
    pub example: Value,
    /// The payment of the example.
    pub payment: PaymentId,
}
