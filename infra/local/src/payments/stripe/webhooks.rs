//! Events and their signatures.

use super::books::{Payment, Progress, id};
use crate::payments::Webhook;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Signs with the endpoint's secret. Clones share it.
#[derive(Clone)]
pub(super) struct Signer {
    secret: Arc<Mutex<String>>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signer")
    }
}

impl Signer {
    /// The newest secret is on the first line.
    pub(super) fn new(secrets: &str) -> Self {
        let signer = Self { secret: Arc::default() };
        signer.roll(secrets);
        signer
    }

    /// Signs with the first of these from now on.
    pub(super) fn roll(&self, secrets: &str) {
        secrets.lines().next().unwrap_or_default().trim().clone_into(&mut self.secret());
    }

    fn secret(&self) -> MutexGuard<'_, String> {
        self.secret.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn event(&self, kind: &str, object: &Value, now: Timestamp) -> Webhook {
        let event = json!({
            "id": id("evt"),
            "object": "event",
            "api_version": null,
            "created": now.as_second(),
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null },
            "type": kind,
        });
        self.sign(event.to_string().into_bytes(), now)
    }

    /// `Stripe-Signature: t=…,v1=…`: HMAC-SHA256 of `t.body`, keyed with the whole secret.
    pub(super) fn sign(&self, body: Vec<u8>, now: Timestamp) -> Webhook {
        let time = now.as_second();
        // HMAC accepts a key of any length.
        let signature = Hmac::<Sha256>::new_from_slice(self.secret().as_bytes()).map(|mut mac| {
            mac.update(format!("{time}.").as_bytes());
            mac.update(&body);
            HEXLOWER.encode(&mac.finalize().into_bytes())
        });
        let signature = format!("t={time},v1={}", signature.unwrap_or_default());
        Webhook {
            headers: vec![
                ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
                ("stripe-signature".to_owned(), signature),
                ("user-agent".to_owned(), "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned()),
            ],
            body,
        }
    }
}

/// The payment intent of a payment.
pub(super) fn payment_intent(payment: &Payment) -> Value {
    let (status, received, method, error) = match payment.progress {
        Progress::Captured => ("succeeded", payment.amount, "card", Value::Null),
        Progress::Processing => ("processing", 0, "sepa_debit", Value::Null),
        Progress::Failed => {
            ("requires_payment_method", 0, "sepa_debit", json!({ "code": "payment_intent_payment_attempt_failed" }))
        }
    };
    json!({
        "id": payment.id,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_capturable": 0,
        "amount_received": received,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "created": payment.created,
        "currency": payment.currency,
        "customer": null,
        "description": null,
        "last_payment_error": error,
        "latest_charge": payment.charge,
        "livemode": false,
        "metadata": metadata(payment),
        "payment_method_types": [method],
        "receipt_email": null,
        "status": status,
    })
}

/// The charge of a payment of which `refunded` minor units have been refunded.
pub(super) fn charge(payment: &Payment, refunded: i64) -> Value {
    let (status, captured) = match payment.progress {
        Progress::Captured => ("succeeded", payment.amount),
        Progress::Processing => ("pending", 0),
        Progress::Failed => ("failed", 0),
    };
    json!({
        "id": payment.charge,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": captured,
        "amount_refunded": refunded,
        "captured": captured > 0,
        "created": payment.created,
        "currency": payment.currency,
        "disputed": false,
        "livemode": false,
        "metadata": metadata(payment),
        "paid": captured > 0,
        "payment_intent": payment.id,
        "refunded": refunded >= payment.amount,
        "status": status,
    })
}

fn metadata(payment: &Payment) -> Value {
    match &payment.order_id {
        Some(order_id) => json!({ "order_id": order_id }),
        None => json!({}),
    }
}
