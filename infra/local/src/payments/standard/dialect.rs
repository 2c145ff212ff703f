//! Ids, events and signatures, and how long requests are remembered.

use super::{REQUESTS_SECRET, WEBHOOK_SECRET, errors, signature};
use crate::payments::engine::{
    Change, Dialect, DisputeStatus, Keeping, Payment, Progress, Refund, RefundStatus, Reply, Secret, Statement, Thing,
    Webhook, hex, uuid_of,
};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long an authorization lasts.
const AUTHORIZED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A request's id is remembered for ever: longer than anybody waits.
const EVER: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);

#[derive(Debug)]
pub(super) struct StandardDialect {
    events: Secret,
    pub(super) requests: Secret,
}

impl StandardDialect {
    pub(super) fn new(events: &str, requests: &str) -> Self {
        Self { events: Secret::new(WEBHOOK_SECRET, events), requests: Secret::new(REQUESTS_SECRET, requests) }
    }
}

/// The body of an event about a payment.
fn event(kind: &str, of: &Statement<'_>, more: &Value, now: Timestamp) -> Vec<u8> {
    let mut data = json!({ "payment": of.payment.id, "livemode": false, "currency": of.payment.currency });
    if let Some(order) = &of.payment.order_id {
        data["order_id"] = order.as_str().into();
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    json!({ "type": kind, "timestamp": now, "data": data }).to_string().into_bytes()
}

/// How much of an authorization is captured no more.
fn released(payment: &Payment) -> i64 {
    payment.amount - payment.received()
}

/// What a refund's event tells. If Orderly asked for it, it carries Orderly's name of it.
fn refund(refund: &Refund) -> Value {
    let mut told = json!({
        "refund": refund.id,
        "amount": refund.amount,
        "status": match refund.status {
            RefundStatus::Succeeded => "succeeded",
            RefundStatus::Failed => "failed",
        },
    });
    let own = |name: &str| refund.metadata.get(name);
    if let Some((name, attempt)) = own("orderly_refund").zip(own("attempt").and_then(|text| text.parse::<u32>().ok())) {
        told["orderly_refund"] = name.as_str().into();
        told["attempt"] = attempt.into();
    }
    told
}

impl Dialect for StandardDialect {
    fn id(&self, of: Thing) -> String {
        let prefix = match of {
            Thing::Payment => "pay",
            Thing::Charge => return String::new(),
            Thing::Capture => "cap",
            Thing::Refund => "re",
            Thing::Dispute => "dp",
        };
        format!("{prefix}_{}", hex(20))
    }

    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let payment = of.payment;
        let one = |kind: &str, more: Value| vec![event(kind, of, &more, now)];
        match change {
            Change::Begun => one("payment.pending", json!({ "until": now + AUTHORIZED })),
            Change::Authorized => one(
                "payment.authorized",
                json!({
                    "amount": payment.amount, "until": payment.begun() + AUTHORIZED, "several_captures": true,
                }),
            ),
            Change::Paid => one("payment.captured", json!({ "amount": payment.received() })),
            // Each capture is told by itself, and what is given up of the authorization.
            Change::Captured(capture) => {
                let mut told = one(
                    "capture.updated",
                    json!({ "capture": capture.id, "amount": capture.amount, "status": "succeeded" }),
                );
                if payment.progress == Progress::Captured && released(payment) > 0 {
                    told.extend(one("payment.released", json!({ "amount": released(payment) })));
                }
                told
            }
            Change::Failed => one("payment.failed", json!({ "code": "card_declined" })),
            Change::Canceled if payment.received() > 0 => {
                one("payment.released", json!({ "amount": released(payment) }))
            }
            Change::Canceled => one("payment.voided", json!({})),
            Change::Refunded(own) | Change::Returned(own) => one("refund.updated", refund(own)),
            Change::Disputed(dispute) => {
                let status = match dispute.status {
                    DisputeStatus::Open => "open",
                    DisputeStatus::Won => "won",
                    DisputeStatus::Lost => "lost",
                };
                let mut told = json!({ "dispute": dispute.id, "amount": dispute.amount, "status": status });
                if let Some(due_by) = dispute.due_by {
                    told["due_by"] = json!(due_by);
                }
                if let Some(reason) = &dispute.reason {
                    told["reason"] = json!(reason);
                }
                one("dispute.updated", told)
            }
        }
    }

    /// An event that is sent again has the same id, and a new time.
    fn sign(&self, body: Vec<u8>, now: Timestamp) -> Webhook {
        let (id, seconds) = (format!("msg_{}", uuid_of(&body)), now.as_second());
        let signature = signature::sign(&self.events, &id, seconds, &body);
        Webhook::json(body)
            .with("webhook-id", id)
            .with("webhook-timestamp", seconds.to_string())
            .with("webhook-signature", signature)
    }

    fn secret_is_put(&self, name: &str, value: &str) {
        self.events.is_put(name, value);
        self.requests.is_put(name, value);
    }

    fn keeping(&self) -> Keeping {
        Keeping::plain(EVER)
    }

    /// What was decided, whichever it was.
    fn keeps(&self, reply: &Reply) -> bool {
        !reply.status.is_server_error() && reply.status != StatusCode::TOO_MANY_REQUESTS
    }

    fn reused(&self, _: &str) -> Reply {
        errors::error(StatusCode::CONFLICT, "request_id_reused")
    }

    fn broken(&self) -> Reply {
        errors::error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
    }

    fn throttled(&self) -> Reply {
        errors::error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
    }
}
