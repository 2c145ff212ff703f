//! Stripe's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::json;

const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";

/// What the API's description says of Stripe.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        signature: Some((HEADER, "`t=…,v1=…` over the raw body, not older than five minutes.")),
        body: json!({
            "type": "object",
            "description": "An event: <https://docs.stripe.com/api/events/object>.",
            "required": ["id", "type", "created", "livemode", "data"],
        }),
        // As Stripe sends it, cut down to the fields that are read.
        example: json!({
            "id": "evt_1MtwBxLkdIwHu7ixqvKGlbJn",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": 1_795_456_800,
            "livemode": true,
            "data": {
                "object": {
                    "id": INTENT,
                    "object": "payment_intent",
                    "amount_received": 4990,
                    "currency": "eur",
                    "metadata": { "order_id": "1001", "channel": "web" },
                },
            },
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: INTENT.parse().expect("a provider's id"),
        },
    }
}
