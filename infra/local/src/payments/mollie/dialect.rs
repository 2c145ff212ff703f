//! Mollie's ids, webhooks, signatures and rules about idempotency keys.

use super::{WEBHOOK_SECRET, api, objects};
use crate::payments::engine::{Change, Dialect, Keeping, Reply, Secret, Statement, Thing, Webhook, base62, hex};
use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

#[derive(Debug)]
pub(super) struct MollieDialect {
    secret: Secret,
}

impl MollieDialect {
    pub(super) fn new(secrets: &str) -> Self {
        Self { secret: Secret::new(WEBHOOK_SECRET, secrets) }
    }

    /// The next-gen webhook about a payment's new status: <https://docs.mollie.com/reference/webhooks-new>.
    fn event(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Option<Vec<u8>> {
        let is_told = matches!(
            change,
            Change::Authorized | Change::Paid | Change::Captured(_) | Change::Failed | Change::Canceled
        );
        if self.secret.value().is_empty() || !is_told {
            return None;
        }
        let event = json!({
            "resource": "event",
            "id": format!("event_{}", base62(22)),
            "type": format!("payment.{}", objects::status(of.payment)),
            "entityId": of.payment.id,
            "createdAt": now.to_string(),
            "_embedded": { "entity": objects::payment(of, "") },
        });
        Some(event.to_string().into_bytes())
    }
}

impl Dialect for MollieDialect {
    fn id(&self, of: Thing) -> String {
        match of {
            Thing::Payment => format!("tr_{}", base62(22)),
            Thing::Charge => String::new(),
            Thing::Capture => format!("cpt_{}", base62(22)),
            Thing::Refund => format!("re_{}", base62(22)),
            Thing::Dispute => format!("chb_{}", hex(22)),
        }
    }

    /// The classic webhook is the same whatever has happened.
    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let classic = format!("id={}", of.payment.id).into_bytes();
        [classic].into_iter().chain(self.event(change, of, now)).collect()
    }

    /// A classic webhook has no signature.
    fn sign(&self, body: Vec<u8>, _: Timestamp) -> Webhook {
        if body.starts_with(b"id=") {
            let form = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
            return Webhook { headers: vec![form], body };
        }
        let signature = HEXLOWER.encode(&self.secret.hmac(&[&body]));
        Webhook::json(body).with("x-mollie-signature", format!("sha256={signature}"))
    }

    fn secret_is_put(&self, name: &str, value: &str) {
        self.secret.is_put(name, value);
    }

    /// <https://docs.mollie.com/reference/api-idempotency>. Mollie has changed for how long it keeps keys; this is the shortest.
    fn keeping(&self) -> Keeping {
        Keeping { mark: Some(("idempotent-replayed", "true")), ..Keeping::plain(SignedDuration::from_hours(1)) }
    }

    /// Failures too. What was only refused for the moment is not an answer to keep.
    fn keeps(&self, reply: &Reply) -> bool {
        !matches!(reply.status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS)
    }

    fn reused(&self, _: &str) -> Reply {
        let detail = "The idempotency key was used before with other parameters";
        api::error(StatusCode::BAD_REQUEST, "Bad Request", detail, None)
    }

    fn broken(&self) -> Reply {
        let detail = "The server encountered an internal error";
        api::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", detail, None)
    }

    fn throttled(&self) -> Reply {
        api::error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "Too many requests were made", None)
    }
}
