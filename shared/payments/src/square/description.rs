//! Square's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::{Description, Row};
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "hYy9pRFVxpDsO1FB05SunFWUe9JZY";

/// What is set, and how Orderly asks: a row of the table in docs/PAYMENTS.md each.
const SETTINGS: &[(&str, &str)] = &[
    (
        "use",
        "`UseSquare=true`, `SquareNotificationUrl` (exactly as at Square), `SquareMerchants`, \
         `SquareLocations`, `SquareApiUrl` (sandbox: `https://connect.squareupsandbox.com`)",
    ),
    (
        "webhook",
        "`POST /webhooks/payments/square`, `x-square-hmacsha256-signature` over the URL and the raw body. It \
         has no time: a repetition repeats known facts",
    ),
    ("secrets", "`SquareWebhookSecret` (signature keys, one on a line), `SquareApiKey` (access token)"),
    ("mode", "each environment signs with its own key"),
    (
        "which order",
        "`reference_id` (40 characters), or `note`: `ord_…` or `CHANNEL/ID`. A payment link fills only \
         `payment_note`",
    ),
    (
        "refunds, captures, voids",
        "`POST /v2/refunds`, `/v2/payments/{id}/complete` (a part: the amount is changed first), `/cancel`; \
         looked for at the payment",
    ),
    ("keys hold", "not published; Orderly relies on an hour"),
    ("an authorization ends", "`delayed_until`: seven days online, 36 hours in person"),
    ("limits", "tips count as paid, and hold an order as overpaid; 20 refunds a payment"),
];

/// What becomes of events.
pub(super) const EVENTS: &[Row] = &[
    Row {
        events: &["payment.created", "payment.updated"],
        when: "with `APPROVED`, `PENDING`, `COMPLETED`, `CANCELED`, `FAILED`",
        becomes: "authorized, pending, captured (and refunded in total), voided, failed",
    },
    Row { events: &["refund.created", "refund.updated"], when: "", becomes: "a refund, Orderly's own by its reason" },
    Row {
        events: &["dispute.created", "dispute.state.updated", "dispute.state.changed"],
        when: "",
        becomes: "a dispute, with its reason, due date and whether it was answered",
    },
    Row { events: &[], when: "any other, another merchant or location", becomes: "acknowledged, counted, and ignored" },
];

/// What the API's description says of Square.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        settings: SETTINGS,
        events: EVENTS.to_vec(),
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
