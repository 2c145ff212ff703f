//! Stripe's ids, events, signatures and rules about idempotency keys.

use super::{
    WEBHOOK_SECRET,
    api::{other_parameters, overloaded, unknown_error},
    objects,
};
use crate::payments::{
    engine::{Cause, Change, Dialect, Keeping, Reply, Secret, Statement, Thing, hex},
    engine::{DisputeStatus, Progress, Webhook},
};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What a dispute costs.
const DISPUTE_FEE: i64 = 1_500;

/// Stripe's events and signatures.
#[derive(Debug)]
pub(super) struct StripeDialect {
    /// Newest first.
    secret: Secret,
}

impl StripeDialect {
    pub(super) fn new(secrets: &str) -> Self {
        Self { secret: Secret::new(WEBHOOK_SECRET, secrets) }
    }

    /// The body of an event.
    #[allow(clippy::unused_self)] // an event is one of an account
    pub(super) fn event(&self, kind: &str, object: &Value, now: Timestamp) -> Vec<u8> {
        let event = json!({
            "id": format!("evt_{}", hex(32)),
            "object": "event",
            "api_version": null,
            "created": now.as_second(),
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null },
            "type": kind,
        });
        event.to_string().into_bytes()
    }
}

impl Dialect for StripeDialect {
    fn id(&self, of: Thing) -> String {
        let prefix = match of {
            Thing::Payment => "pi",
            Thing::Charge | Thing::Capture => "ch",
            Thing::Refund => "re",
            Thing::Dispute => "dp",
        };
        format!("{prefix}_{}", hex(32))
    }

    /// A payment costs a percentage and a fixed part. A dispute that is won costs nothing.
    fn fee(&self, cause: &Cause<'_>, amount: i64) -> i64 {
        match cause {
            Cause::Captured => amount * 15 / 1_000 + 25,
            Cause::Refunded(_) => 0,
            Cause::Disputed(_) => DISPUTE_FEE,
            Cause::Won(_) => -DISPUTE_FEE,
        }
    }

    /// Stripe sends the events of a change in no fixed order.
    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let intent = |kind: &str| self.event(kind, &objects::payment_intent(of.payment), now);
        let charge = |kind: &str| self.event(kind, &objects::charge(of), now);
        match change {
            Change::Begun => vec![intent("payment_intent.processing")],
            Change::Authorized => vec![intent("payment_intent.amount_capturable_updated")],
            Change::Paid => vec![intent("payment_intent.succeeded")],
            Change::Captured(_) => vec![charge("charge.captured"), intent("payment_intent.succeeded")],
            Change::Failed => vec![intent("payment_intent.payment_failed")],
            Change::Canceled => vec![intent("payment_intent.canceled"), charge("charge.refunded")],
            // What was only authorized is given up by refunding it.
            Change::Refunded(_) if of.payment.progress == Progress::Canceled => {
                vec![charge("charge.refunded"), intent("payment_intent.canceled")]
            }
            Change::Refunded(refund) => {
                let refund = objects::refund(of.payment, refund);
                let own = |kind: &str| self.event(kind, &refund, now);
                vec![own("refund.created"), charge("charge.refunded"), own("refund.updated")]
            }
            Change::Returned(refund) => {
                let refund = objects::refund(of.payment, refund);
                vec![self.event("refund.failed", &refund, now)]
            }
            Change::Disputed(dispute) => {
                let kind = match dispute.status {
                    DisputeStatus::Open if dispute.evidence.is_empty() => "charge.dispute.created",
                    DisputeStatus::Open => "charge.dispute.updated",
                    DisputeStatus::Won | DisputeStatus::Lost => "charge.dispute.closed",
                };
                vec![self.event(kind, &objects::dispute(of.payment, dispute), now)]
            }
        }
    }

    /// `Stripe-Signature: t=…,v1=…`: HMAC-SHA256 of `t.body`, keyed with the whole secret.
    fn sign(&self, body: Vec<u8>, now: Timestamp) -> Webhook {
        let time = now.as_second();
        let signature = self.secret.hmac(&[format!("{time}.").as_bytes(), &body]);
        Webhook::json(body)
            .with("stripe-signature", format!("t={time},v1={}", HEXLOWER.encode(&signature)))
            .with("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
    }

    /// After a roll in the dashboard, webhooks are signed with the new secret.
    fn secret_is_put(&self, name: &str, value: &str) {
        self.secret.is_put(name, value);
    }

    /// <https://docs.stripe.com/api/idempotent_requests>
    fn keeping(&self) -> Keeping {
        Keeping { mark: Some(("idempotent-replayed", "true")), ..Keeping::plain(SignedDuration::from_hours(24)) }
    }

    /// Failures are stored too. A request whose parameters are wrong was not carried out, so its key stays unused.
    fn keeps(&self, reply: &Reply) -> bool {
        !reply.body["error"]["code"].as_str().is_some_and(|code| code.starts_with("parameter_"))
    }

    fn reused(&self, key: &str) -> Reply {
        other_parameters(key)
    }

    fn broken(&self) -> Reply {
        unknown_error()
    }

    fn throttled(&self) -> Reply {
        overloaded()
    }
}
