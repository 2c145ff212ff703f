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

/// How long an authorization lasts.
const AUTHORIZED_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The payment intent of a payment.
pub(super) fn payment_intent(payment: &Payment) -> Value {
    let failed = || json!({ "code": "payment_intent_payment_attempt_failed" });
    let (status, method, error) = match payment.progress {
        Progress::Captured => ("succeeded", "card", Value::Null),
        Progress::Authorized => ("requires_capture", "card", Value::Null),
        Progress::Canceled => ("canceled", "card", Value::Null),
        Progress::Processing => ("processing", "sepa_debit", Value::Null),
        Progress::Failed => ("requires_payment_method", "sepa_debit", failed()),
    };
    let is_authorized = payment.progress == Progress::Authorized;
    let is_manual = is_authorized || payment.progress == Progress::Canceled || payment.captured.is_some();
    json!({
        "id": payment.id,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_capturable": if is_authorized { payment.amount } else { 0 },
        "amount_received": payment.received(),
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": if is_manual { "manual" } else { "automatic" },
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
    let status = match payment.progress {
        Progress::Captured | Progress::Authorized | Progress::Canceled => "succeeded",
        Progress::Processing => "pending",
        Progress::Failed => "failed",
    };
    let captured = payment.received();
    // What an authorization gave up counts as refunded.
    let released = match payment.progress {
        Progress::Captured => payment.amount - captured,
        Progress::Canceled => payment.amount,
        Progress::Authorized | Progress::Processing | Progress::Failed => 0,
    };
    let refunded = refunded + released;
    let capture_before = (payment.progress == Progress::Authorized).then(|| payment.created + AUTHORIZED_SECONDS);
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
        "payment_method_details": { "card": { "capture_before": capture_before } },
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
