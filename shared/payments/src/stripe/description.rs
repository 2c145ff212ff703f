//! Stripe's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::{Description, Row};
use domain::ids::PaymentId;
use serde_json::json;

const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";

/// What is set, and how Orderly asks: a row of the table in docs/PAYMENTS.md each.
const SETTINGS: &[(&str, &str)] = &[
    (
        "webhook",
        "`POST /webhooks/payments/stripe`, `Stripe-Signature` over the raw body, five minutes either way, two \
         secrets while one is rolled",
    ),
    (
        "secrets",
        "`StripeWebhookSecret` (the endpoint's `whsec_…`), `StripeApiKey` (secret key, or a restricted key \
         with write access to PaymentIntents, Charges, Refunds and Disputes)",
    ),
    ("mode", "`Livemode`: events of the other mode are refused with 400"),
    ("which order", "`metadata.order_id` on the PaymentIntent, with `metadata.channel` if it is the shop's own id"),
    ("refunds", "`POST /v1/refunds`; looked for in the payment's list"),
    (
        "captures",
        "`POST /v1/payment_intents/{id}/capture` (`/v1/charges/{id}/capture` without an intent); looked for \
         at the payment",
    ),
    ("voids", "`POST /v1/payment_intents/{id}/cancel`; a charge without an intent is given up by refunding it"),
    (
        "evidence",
        "`POST /v1/disputes/{id}` with `submit=true`; looked for at the dispute. Texts are cut at 20,000 \
         characters, addresses at 5,000",
    ),
    ("keys hold", "24 hours at least; Orderly relies on 23"),
    (
        "an authorization ends",
        "`capture_before` of the charge where it is shown, otherwise seven days after it was given",
    ),
];

/// What becomes of events.
pub(super) const EVENTS: &[Row] = &[
    Row { events: &["payment_intent.processing"], when: "", becomes: "pending, until the method's own days are over" },
    Row {
        events: &["payment_intent.requires_action"],
        when: "with a slip, or an account to transfer to",
        becomes: "pending likewise",
    },
    Row { events: &["checkout.session.completed"], when: "unpaid", becomes: "pending likewise" },
    Row {
        events: &["payment_intent.amount_capturable_updated"],
        when: "",
        becomes: "authorized; what is captured of it already is captured",
    },
    Row {
        events: &["charge.succeeded"],
        when: "not captured, and multicapture is available",
        becomes: "authorized, to be captured in parts",
    },
    Row {
        events: &["payment_intent.succeeded"],
        when: "",
        becomes: "captured; what a partial capture leaves is released",
    },
    Row {
        events: &["checkout.session.completed", "checkout.session.async_payment_succeeded"],
        when: "paid",
        becomes: "captured",
    },
    Row {
        events: &["payment_intent.payment_failed", "checkout.session.async_payment_failed"],
        when: "",
        becomes: "failed; the customer may try again",
    },
    Row { events: &["payment_intent.canceled"], when: "", becomes: "voided" },
    Row { events: &["charge.refunded"], when: "", becomes: "refunded in total, without what was only released" },
    Row {
        events: &["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"],
        when: "",
        becomes: "a refund, Orderly's own by its metadata",
    },
    Row {
        events: &[
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
        ],
        when: "",
        becomes: "a dispute, with its reason, due date and whether it was answered; the latest report counts",
    },
    Row { events: &[], when: "any other", becomes: "acknowledged, and ignored" },
];

/// What the API's description says of Stripe.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        settings: SETTINGS,
        events: EVENTS.to_vec(),
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
