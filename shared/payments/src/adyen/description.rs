//! Adyen's webhook in the API's description.

use super::NAME;
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "QFQTPCQ8HXSKGK82";

/// What the API's description says of Adyen.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        signature: None,
        body: json!({
            "type": "object",
            "description": "A standard webhook: <https://docs.adyen.com/development-resources/webhooks/webhook-types>. \
                            Each item is signed in its `additionalData.hmacSignature`.",
            "required": ["live", "notificationItems"],
        }),
        // As Adyen sends it, cut down to the fields that are read.
        example: json!({
            "live": "true",
            "notificationItems": [{
                "NotificationRequestItem": {
                    "additionalData": { "hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=" },
                    "amount": { "currency": "EUR", "value": 4990 },
                    "eventCode": "AUTHORISATION",
                    "eventDate": "2026-11-23T20:00:00+01:00",
                    "merchantAccountCode": "ExampleShop",
                    "merchantReference": "web/1001",
                    "paymentMethod": "visa",
                    "pspReference": PAYMENT,
                    "reason": "",
                    "success": "true",
                },
            }],
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: PAYMENT.parse().expect("a provider's id"),
        },
    }
}
