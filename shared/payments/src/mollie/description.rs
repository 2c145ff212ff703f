//! Mollie's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::{Description, Row};
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "tr_5B8cwPMGnU6qLbRvo7qEZo";

/// What is set, and how Orderly asks: a row of the table in docs/PAYMENTS.md each.
const SETTINGS: &[(&str, &str)] = &[
    ("use", "`UseMollie=true`; `MollieSignsWebhooks=true` if you also use signed webhooks"),
    (
        "webhook",
        "`POST /webhooks/payments/mollie`. Classic: an unsigned form with an id, which only makes Orderly ask \
         Mollie. Signed: `X-Mollie-Signature` over the raw body",
    ),
    ("secrets", "`MollieApiKey` (`live_…` or `test_…`), `MollieWebhookSecret`"),
    ("mode", "`mode` of the payment against `Livemode`"),
    ("which order", "`metadata`: `{\"order_id\": …, \"channel\": …}`, or a text `ord_…` or `CHANNEL/ID`"),
    (
        "refunds, captures, voids",
        "`/v2/payments/{id}/refunds`, `/captures`, `/release-authorization`; looked for in the payment's lists",
    ),
    ("keys hold", "Orderly relies on 50 minutes"),
    ("an authorization ends", "`captureBefore`"),
    (
        "limits",
        "20 ids that lead to no payment in ten seconds, then 503; a second refund of the same amount waits up \
         to an hour",
    ),
];

/// What becomes of events.
pub(super) const EVENTS: &[Row] = &[
    Row { events: &["open"], when: "", becomes: "nothing" },
    Row { events: &["pending"], when: "", becomes: "pending" },
    Row { events: &["authorized"], when: "", becomes: "authorized" },
    Row { events: &["paid"], when: "", becomes: "captured" },
    Row { events: &["canceled", "expired"], when: "", becomes: "voided" },
    Row { events: &["failed"], when: "", becomes: "failed" },
    Row {
        events: &[],
        when: "its captures, refunds, chargebacks",
        becomes: "captures; refunds; disputes that are lost, or won once reversed",
    },
    Row {
        events: &[],
        when: "payment links, orders, subscriptions, invoices",
        becomes: "acknowledged, counted, and ignored",
    },
];

/// What the API's description says of Mollie.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        settings: SETTINGS,
        events: EVENTS.to_vec(),
        signature: Some((
            HEADER,
            "`sha256=…` over the raw body of a next-gen webhook. A classic one, the form `id=tr_…`, has none: the payment \
             that it names is fetched from Mollie.",
        )),
        body: json!({
            "type": "object",
            "description": "An event of a next-gen webhook: <https://docs.mollie.com/reference/webhooks-new>.",
            "required": ["id", "type", "entityId", "createdAt"],
        }),
        // As Mollie sends it, cut down to the fields that are read.
        example: json!({
            "resource": "event",
            "id": "event_GvJ8WHrp5isUdRub9CJyH",
            "type": "payment.paid",
            "entityId": PAYMENT,
            "createdAt": "2026-11-24T10:00:04.0Z",
            "_embedded": { "entity": { "resource": "payment", "id": PAYMENT, "mode": "test", "status": "paid" } },
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: PAYMENT.parse().expect("a provider's id"),
        },
    }
}
