//! PayPal's ids, events, signatures and rules about idempotency keys.

use super::{WEBHOOK_ID, certificates, errors, objects};
use crate::payments::engine::{
    Cause, Change, Dialect, DisputeStatus, Keeping, Reply, Statement, Thing, Webhook, alphanumeric, uuid_of,
};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// It has no secret: a certificate signs.
#[derive(Debug)]
pub(super) struct PayPalDialect;

/// The body of an event: <https://developer.paypal.com/api/rest/webhooks/event-names/>.
fn event(kind: &str, resource_type: &str, resource: &Value, now: Timestamp) -> Vec<u8> {
    let event = json!({
        "id": format!("WH-{}-{}", alphanumeric(17), alphanumeric(17)),
        "event_version": "1.0",
        "create_time": now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": kind,
        "summary": "An event of the simulated PayPal",
        "resource": resource,
        "links": [],
    });
    event.to_string().into_bytes()
}

impl Dialect for PayPalDialect {
    fn id(&self, of: Thing) -> String {
        match of {
            Thing::Payment | Thing::Charge | Thing::Capture | Thing::Refund => alphanumeric(17),
            Thing::Dispute => format!("PP-R-{}-{}", alphanumeric(3), fastrand::u32(10_000_000..100_000_000)),
        }
    }

    fn fee(&self, cause: &Cause<'_>, amount: i64) -> i64 {
        if matches!(cause, Cause::Captured) { objects::fee(amount) } else { 0 }
    }

    fn captures_are_payments(&self) -> bool {
        true
    }

    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let capture = |kind: &str| vec![event(kind, "capture", &objects::capture(of), now)];
        let authorization = |kind: &str| vec![event(kind, "authorization", &objects::authorization(of.payment), now)];
        match change {
            Change::Begun => capture("PAYMENT.CAPTURE.PENDING"),
            Change::Paid => capture("PAYMENT.CAPTURE.COMPLETED"),
            Change::Failed => capture("PAYMENT.CAPTURE.DECLINED"),
            Change::Authorized => authorization("PAYMENT.AUTHORIZATION.CREATED"),
            Change::Canceled => authorization("PAYMENT.AUTHORIZATION.VOIDED"),
            Change::Captured(part) => {
                let payment = &of.payment.part(part);
                let own = Statement { payment, refunds: Vec::new(), disputes: Vec::new() };
                vec![event("PAYMENT.CAPTURE.COMPLETED", "capture", &objects::capture(&own), now)]
            }
            Change::Refunded(refund) => {
                vec![event("PAYMENT.CAPTURE.REFUNDED", "refund", &objects::refund(of, refund), now)]
            }
            Change::Returned(refund) => {
                vec![event("PAYMENT.REFUND.FAILED", "refund", &objects::refund(of, refund), now)]
            }
            Change::Disputed(dispute) => {
                let kind = match dispute.status {
                    DisputeStatus::Open => "CUSTOMER.DISPUTE.CREATED",
                    DisputeStatus::Won | DisputeStatus::Lost => "CUSTOMER.DISPUTE.RESOLVED",
                };
                vec![event(kind, "dispute", &objects::dispute(of.payment, dispute), now)]
            }
        }
    }

    /// PayPal repeats an event with the id, the time and the signature of its first attempt:
    /// <https://developer.paypal.com/api/rest/webhooks/rest/#self-verification-method>.
    fn sign(&self, body: Vec<u8>, now: Timestamp) -> Webhook {
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        let made = told["create_time"].as_str().and_then(|time| time.parse().ok()).unwrap_or(now);
        let (id, time) = (uuid_of(&body), objects::at(made));
        let text = format!("{id}|{time}|{WEBHOOK_ID}|{}", crc32fast::hash(&body));
        Webhook::json(body)
            .with("paypal-transmission-id", id)
            .with("paypal-transmission-time", time)
            .with("paypal-transmission-sig", certificates::sign(&text))
            .with("paypal-cert-url", certificates::address())
            .with("paypal-auth-algo", "SHA256withRSA")
            .with("paypal-auth-version", "v2")
    }

    fn secret_is_put(&self, _: &str, _: &str) {}

    /// <https://developer.paypal.com/docs/api/payments/v2/#captures_refund>: 45 days, and 200 instead of 201.
    fn keeping(&self) -> Keeping {
        let repeated = Some(StatusCode::OK);
        Keeping { status: repeated, ..Keeping::plain(SignedDuration::from_hours(45 * 24)) }
    }

    fn keeps(&self, reply: &Reply) -> bool {
        reply.status.is_success()
    }

    fn reused(&self, _: &str) -> Reply {
        errors::unprocessable(
            "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
            "The PayPal-Request-ID was used for another request.",
        )
    }

    fn broken(&self) -> Reply {
        let message = "An internal server error has occurred.";
        errors::error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", message, &json!([]))
    }

    fn throttled(&self) -> Reply {
        let message = "Too many requests. Blocked due to rate limiting.";
        errors::error(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_REACHED", message, &json!([]))
    }
}
