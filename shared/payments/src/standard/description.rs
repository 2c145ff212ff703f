//! The webhook in the API's description.

use super::{NAME, schema};
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::Value;
use webhooks::standard_webhooks::SIGNATURE_HEADER;

const EXAMPLE: &str = "payment.captured";

/// What the API's description says of it.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    let example = schema::examples().find(|event| event["type"] == EXAMPLE).unwrap_or(Value::Null);
    let id = example["data"]["payment"].as_str().unwrap_or_default();
    Description {
        settings: &[],
        events: schema::rows(),
        signature: Some((
            SIGNATURE_HEADER,
            "As Standard Webhooks: `v1,…` (HMAC-SHA256) or `v1a,…` (ed25519) over `webhook-id`, `webhook-timestamp` and the raw \
             body, joined by dots, not older than five minutes.",
        )),
        body: schema::schema(),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: id.parse().expect("a provider's id"),
        },
        example,
    }
}
