//! PayPal's webhook in the API's description.

use super::{NAME, signature::SIGNATURE};
use crate::description::{Description, Row};
use domain::ids::PaymentId;
use serde_json::json;

const CAPTURE: &str = "02335565G34798738";

/// What is set, and how Orderly asks: a row of the table in docs/PAYMENTS.md each.
const SETTINGS: &[(&str, &str)] = &[
    ("use", "`UsePayPal=true`, `PayPalWebhookId`, `PayPalApiUrl` (sandbox: `https://api-m.sandbox.paypal.com`)"),
    (
        "webhook",
        "`POST /webhooks/payments/paypal`; RSA-SHA256, checked with the certificate that the request names: \
         exact hosts, chain, name, validity; kept for a day. At most four days old, since PayPal repeats for \
         three",
    ),
    ("secrets", "`PayPalCredentials` (`client-id:secret`); the webhook needs none"),
    ("mode", "the certificate's host; the other environment is refused with 400, and PayPal's simulator with 401"),
    (
        "which order",
        "`custom_id` of the purchase unit: `ord_…` or `CHANNEL/ID`. Create orders on your server: a browser \
         could write it otherwise",
    ),
    (
        "refunds, captures, voids",
        "`/v2/payments/captures/{id}/refund`, `/authorizations/{id}/capture` (final), \
         `/authorizations/{id}/void`; looked for in PayPal's order",
    ),
    ("keys hold", "45 days; Orderly relies on 44"),
    ("an authorization ends", "`expiration_time` (29 days; PayPal assures a capture for three)"),
    ("limits", "HUF and TWD in whole units"),
];

/// What becomes of events.
pub(super) const EVENTS: &[Row] = &[
    Row {
        events: &[
            "PAYMENT.CAPTURE.COMPLETED",
            "PAYMENT.CAPTURE.PENDING",
            "PAYMENT.CAPTURE.DECLINED",
            "PAYMENT.CAPTURE.DENIED",
        ],
        when: "",
        becomes: "captured, pending, failed: what the capture itself says",
    },
    Row {
        events: &["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.PENDING", "PAYMENT.REFUND.FAILED"],
        when: "",
        becomes: "a refund, Orderly's own by its `custom_id`",
    },
    Row { events: &["PAYMENT.CAPTURE.REVERSED"], when: "", becomes: "a lost dispute" },
    Row { events: &["PAYMENT.AUTHORIZATION.CREATED"], when: "", becomes: "authorized" },
    Row { events: &["PAYMENT.AUTHORIZATION.VOIDED"], when: "", becomes: "voided, also when it expired" },
    Row {
        events: &["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED", "CUSTOMER.DISPUTE.RESOLVED"],
        when: "",
        becomes: "an inquiry; at later stages a dispute that is open, lost or won",
    },
    Row { events: &[], when: "any other", becomes: "acknowledged, counted, and ignored" },
];

/// What the API's description says of PayPal.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        settings: SETTINGS,
        events: EVENTS.to_vec(),
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
