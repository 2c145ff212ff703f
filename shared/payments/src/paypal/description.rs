//! PayPal's webhook in the API's description.

use super::{NAME, signature::SIGNATURE};
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::json;

const CAPTURE: &str = "02335565G34798738";

/// What the API's description says of PayPal.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        signature: Some((
            SIGNATURE,
            "RSA-SHA256 in base64, over `id|time|webhook id|CRC-32 of the raw body`, with the certificate that \
             `PAYPAL-CERT-URL` names; `PAYPAL-TRANSMISSION-ID`, `-TIME` and `PAYPAL-AUTH-ALGO` come with it.",
        )),
        body: json!({
            "type": "object",
            "description": "An event: <https://developer.paypal.com/docs/api/webhooks/v1/#definition-event>.",
            "required": ["id", "event_type", "create_time", "resource"],
        }),
        // As PayPal sends it, cut down to the fields that are read.
        example: json!({
            "id": "WH-9YJ16368AL6057013-6DC39630JU8971338",
            "create_time": "2026-11-01T17:39:22.666Z",
            "resource_type": "capture",
            "event_type": "PAYMENT.CAPTURE.COMPLETED",
            "resource": {
                "id": CAPTURE,
                "status": "COMPLETED",
                "amount": { "currency_code": "EUR", "value": "49.90" },
                "custom_id": "web/1001",
            },
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: CAPTURE.parse().expect("a provider's id"),
        },
    }
}
