//! How the API's description presents a provider's webhook, for people and programs.

use domain::ids::PaymentId;
use serde_json::Value;

/// What the API's description says of a provider.
#[derive(Debug)]
pub struct Description {
    /// The header of the signature, in lower case, and its content. None: the body signs itself.
    pub signature: Option<(&'static str, &'static str)>,
    /// The JSON Schema of a body.
    pub body: Value,
    /// A body that says something about an order's money.
    pub example: Value,
    /// The payment of the example.
    pub payment: PaymentId,
}
