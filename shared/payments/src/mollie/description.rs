//! Mollie's webhook in the API's description.

use super::{NAME, signature::HEADER};
use crate::description::Description;
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "tr_5B8cwPMGnU6qLbRvo7qEZo";

/// What the API's description says of Mollie.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
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
