//! Adyen's ids, items, signatures and rules about idempotency keys.

use super::{
    CREDENTIALS, HMAC_KEYS, api,
    items::{self, Item},
};
use crate::payments::engine::{
    Cause, Change, Dialect, DisputeStatus, Keeping, Reply, Secret, Statement, Thing, Webhook, alphanumeric,
};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct AdyenDialect {
    key: Secret,
    credentials: Secret,
}

impl AdyenDialect {
    pub(super) fn new(keys: &str, credentials: &str) -> Self {
        Self { key: Secret::new(HMAC_KEYS, keys), credentials: Secret::new(CREDENTIALS, credentials) }
    }
}

/// What a chargeback costs, in minor units.
pub(super) const CHARGEBACK_FEE: i64 = 750;

/// What is kept of so much that was captured of a payment in all.
pub(super) fn fee_of(captured: i64) -> i64 {
    if captured == 0 { 0 } else { captured * 9 / 1_000 + MARKUP }
}

/// The part of it that is Adyen's own.
pub(super) const MARKUP: i64 = 10;

/// What the merchant wrote on an operation. Without it, the operation carries the payment's reference.
pub(super) fn reference<'a>(written: &'a BTreeMap<String, String>, of: &'a Statement<'_>) -> &'a str {
    written.get("reference").or(of.payment.order_id.as_ref()).map(String::as_str).unwrap_or_default()
}

impl Dialect for AdyenDialect {
    fn id(&self, of: Thing) -> String {
        match of {
            Thing::Charge => String::new(),
            Thing::Payment | Thing::Capture | Thing::Refund | Thing::Dispute => alphanumeric(16),
        }
    }

    fn captures_keep_the_rest(&self) -> bool {
        true
    }

    /// A refund costs nothing here, and what a bank takes is dear, also if it gives it back.
    fn fee(&self, cause: &Cause<'_>, amount: i64) -> i64 {
        match cause {
            Cause::Captured => fee_of(amount),
            Cause::Refunded(_) | Cause::Won(_) => 0,
            Cause::Disputed(_) => CHARGEBACK_FEE,
        }
    }

    fn tell(&self, change: Change<'_>, of: &Statement<'_>, now: Timestamp) -> Vec<Vec<u8>> {
        let payment = of.payment;
        let own = Item {
            code: "AUTHORISATION",
            own: &payment.id,
            original: None,
            reference: payment.order_id.as_deref().unwrap_or_default(),
            amount: payment.amount,
            failed: None,
            more: Map::new(),
        };
        let original = Some(payment.id.as_str());
        let (new, item) = (alphanumeric(16), |item: Item<'_>| vec![item.body(payment, now)]);
        match change {
            Change::Begun => item(Item { code: "PENDING", ..own }),
            // Where Adyen captures automatically, no event tells of the capture.
            Change::Authorized | Change::Paid => item(own),
            Change::Failed => item(Item { failed: Some("Refused"), ..own }),
            Change::Canceled => item(Item { code: "EXPIRE", own: &new, original, ..own }),
            Change::Captured(capture) => {
                let reference = reference(&capture.metadata, of);
                item(Item { code: "CAPTURE", own: &capture.id, original, reference, amount: capture.amount, ..own })
            }
            Change::Refunded(refund) | Change::Returned(refund) => {
                let code = if matches!(change, Change::Refunded(_)) { "REFUND" } else { "REFUND_FAILED" };
                let reference = reference(&refund.metadata, of);
                item(Item { code, own: &refund.id, original, reference, amount: refund.amount, ..own })
            }
            Change::Disputed(dispute) => {
                let (code, status) = match dispute.status {
                    DisputeStatus::Open => ("CHARGEBACK", "Undefended"),
                    DisputeStatus::Won => ("CHARGEBACK_REVERSED", "Pending"),
                    DisputeStatus::Lost => ("SECOND_CHARGEBACK", "Lost"),
                };
                let more = [("disputeStatus".to_owned(), Value::from(status))].into_iter().collect();
                item(Item { code, own: &dispute.id, original, amount: dispute.amount, more, ..own })
            }
        }
    }

    fn sign(&self, body: Vec<u8>, _: Timestamp) -> Webhook {
        let webhook = Webhook::json(items::signed(&body, &self.key.value()));
        let credentials = self.credentials.value();
        if credentials.is_empty() {
            return webhook;
        }
        webhook.with("authorization", format!("Basic {}", BASE64.encode(credentials.as_bytes())))
    }

    fn secret_is_put(&self, name: &str, value: &str) {
        self.key.is_put(name, value);
        self.credentials.is_put(name, value);
    }

    /// <https://docs.adyen.com/development-resources/api-idempotency#key-scope-and-validity-time>
    fn keeping(&self) -> Keeping {
        Keeping::plain(SignedDuration::from_hours(7 * 24))
    }

    fn keeps(&self, reply: &Reply) -> bool {
        reply.status.is_success()
    }

    fn reused(&self, _: &str) -> Reply {
        api::error(StatusCode::UNPROCESSABLE_ENTITY, "704", "request already processed or in progress", "validation")
    }

    fn broken(&self) -> Reply {
        api::error(StatusCode::INTERNAL_SERVER_ERROR, "905", "Payment details are not supported", "internal")
    }

    /// <https://docs.adyen.com/development-resources/api-idempotency#transient-errors>
    fn throttled(&self) -> Reply {
        api::error(StatusCode::TOO_MANY_REQUESTS, "029", "Too many requests", "internal")
            .with("transient-error", "true")
    }
}
