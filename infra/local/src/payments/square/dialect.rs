//! Square's ids, events, signatures and rules about idempotency keys.

use super::{NOTIFICATION_URL, WEBHOOK_SECRET, api, objects};
use crate::payments::engine::{
    Cause, Change, Dialect, DisputeStatus, Keeping, Reply, Secret, Statement, Thing, Webhook, base62, uuid,
};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

#[derive(Debug)]
pub(super) struct SquareDialect {
    secret: Secret,
}

impl SquareDialect {
    pub(super) fn new(secrets: &str) -> Self {
        Self { secret: Secret::new(WEBHOOK_SECRET, secrets) }
    }
}

/// The body of an event about an object: <https://developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref>.
fn event(kind: &str, name: &str, object: Value, now: Timestamp) -> Vec<u8> {
    let id = object["id"].clone();
    let object: Map<String, Value> = [(name.to_owned(), object)].into_iter().collect();
    let event = json!({
        "merchant_id": "MLORDERLYLOCAL",
        "type": kind,
        "event_id": uuid(),
        "created_at": objects::at(now),
        "data": { "type": name, "id": id, "object": object },
    });
    event.to_string().into_bytes()
}

impl Dialect for SquareDialect {
    fn id(&self, of: Thing) -> String {
        match of {
            Thing::Payment | Thing::Capture => base62(29),
            // The order at Square.
            Thing::Charge => base62(32),
            Thing::Refund => format!("{}_{}", base62(29), base62(43)),
            Thing::Dispute => base62(22),
        }
    }

    fn fee(&self, cause: &Cause<'_>, _: i64) -> i64 {
        if matches!(cause, Cause::Captured) { objects::FEE } else { 0 }
    }

    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let payment = |kind: &str| event(kind, "payment", objects::payment(of), now);
        match change {
            Change::Begun | Change::Authorized => vec![payment("payment.created")],
            Change::Paid | Change::Captured(_) | Change::Failed | Change::Canceled => vec![payment("payment.updated")],
            Change::Refunded(refund) => {
                let told =
                    |kind: &str, status: &str| event(kind, "refund", objects::refund(of.payment, refund, status), now);
                let done = objects::done(refund);
                vec![told("refund.created", "PENDING"), payment("payment.updated"), told("refund.updated", done)]
            }
            Change::Returned(refund) => {
                let refund = objects::refund(of.payment, refund, objects::done(refund));
                vec![event("refund.updated", "refund", refund, now), payment("payment.updated")]
            }
            Change::Disputed(dispute) => {
                let kind = match dispute.status {
                    DisputeStatus::Open => "dispute.created",
                    DisputeStatus::Won | DisputeStatus::Lost => "dispute.state.updated",
                };
                vec![event(kind, "dispute", objects::dispute(of.payment, dispute), now)]
            }
        }
    }

    /// <https://developer.squareup.com/docs/webhooks/step3validate>
    fn sign(&self, body: Vec<u8>, _: Timestamp) -> Webhook {
        let signature = BASE64.encode(&self.secret.hmac(&[NOTIFICATION_URL.as_bytes(), &body]));
        Webhook::json(body)
            .with("x-square-hmacsha256-signature", signature)
            .with("square-environment", "Sandbox")
            .with("user-agent", "Square Connect v2")
    }

    fn secret_is_put(&self, name: &str, value: &str) {
        self.secret.is_put(name, value);
    }

    /// Square does not publish for how long it keeps keys.
    fn keeping(&self) -> Keeping {
        Keeping::plain(SignedDuration::from_hours(24))
    }

    /// <https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency>
    fn keeps(&self, reply: &Reply) -> bool {
        reply.status.is_success()
    }

    fn reused(&self, _: &str) -> Reply {
        let detail = "Different request parameters used for the same idempotency_key.";
        api::error(StatusCode::BAD_REQUEST, "INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED", detail)
    }

    fn broken(&self) -> Reply {
        let detail = "An internal error has occurred, and the API was unable to service your request.";
        api::error(StatusCode::INTERNAL_SERVER_ERROR, "API_ERROR", "INTERNAL_SERVER_ERROR", detail)
    }

    fn throttled(&self) -> Reply {
        let detail = "Your application sent a large number of requests in a short period of time.";
        api::error(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_ERROR", "RATE_LIMITED", detail)
    }
}
