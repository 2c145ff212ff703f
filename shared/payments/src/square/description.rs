//! Square's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "hYy9pRFVxpDsO1FB05SunFWUe9JZY";

/// What the API's description says of Square.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        signature: Some((HEADER, "Base64 of HMAC-SHA256 over the notification URL and the raw body.")),
        body: json!({
            "type": "object",
            "description": "An event: <https://developer.squareup.com/docs/webhooks/overview>.",
            "required": ["merchant_id", "type", "event_id", "created_at", "data"],
        }),
        // As Square sends it, cut down to the fields that are read.
        example: json!({
            "merchant_id": "6SSW7HV8K2ST5",
            "type": "payment.updated",
            "event_id": "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc",
            "created_at": "2026-11-24T12:00:01.308Z",
            "data": {
                "type": "payment",
                "id": PAYMENT,
                "object": {
                    "payment": {
                        "id": PAYMENT,
                        "created_at": "2026-11-24T11:59:58.086Z",
                        "updated_at": "2026-11-24T12:00:00.831Z",
                        "total_money": { "amount": 4990, "currency": "EUR" },
                        "status": "COMPLETED",
                        "location_id": "S8GWD5R9QB376",
                        "reference_id": "web/1001",
                    },
                },
            },
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: PAYMENT.parse().expect("a provider's id"),
        },
    }
}
