//! Stripe's objects.

use crate::payments::engine::{Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus, Statement};
use jiff::Timestamp;
use serde_json::{Value, json};

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
    let is_manual = payment.is_manual || payment.progress == Progress::Canceled || payment.captured.is_some();
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
        "currency": payment.currency.to_lowercase(),
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

/// The charge of a payment.
pub(super) fn charge(of: &Statement<'_>) -> Value {
    let payment = of.payment;
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
    let refunded = of.refunded() + released;
    let capture_before = (payment.progress == Progress::Authorized).then(|| payment.created + AUTHORIZED_SECONDS);
    json!({
        "id": payment.charge,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": captured,
        "amount_refunded": refunded,
        "captured": captured > 0,
        "created": payment.created,
        "currency": payment.currency.to_lowercase(),
        "disputed": !of.disputes.is_empty(),
        "livemode": false,
        "metadata": metadata(payment),
        "paid": captured > 0,
        "payment_intent": payment.id,
        "payment_method_details": { "card": { "capture_before": capture_before } },
        "refunded": refunded >= payment.amount,
        "status": status,
    })
}

pub(super) fn refund(payment: &Payment, refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": payment.charge,
        "created": refund.created,
        "currency": payment.currency.to_lowercase(),
        "metadata": refund.metadata,
        "payment_intent": payment.id,
        "reason": refund.reason,
        "status": match refund.status {
            RefundStatus::Succeeded => "succeeded",
            RefundStatus::Failed => "failed",
        },
    })
}

pub(super) fn dispute(payment: &Payment, dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "charge": payment.charge,
        "created": dispute.created.as_second(),
        "currency": payment.currency.to_lowercase(),
        "evidence": dispute.evidence,
        "evidence_details": {
            "due_by": dispute.due_by.map(Timestamp::as_second),
            "has_evidence": !dispute.evidence.is_empty(),
            "past_due": dispute.due_by.zip(dispute.submissions.last()).is_some_and(|(due_by, last)| *last > due_by),
            "submission_count": dispute.submissions.len(),
        },
        "livemode": false,
        "metadata": {},
        "payment_intent": payment.id,
        "reason": dispute.reason.as_deref().unwrap_or("general"),
        "status": match dispute.status {
            DisputeStatus::Open if !dispute.submissions.is_empty() => "under_review",
            DisputeStatus::Open => "needs_response",
            DisputeStatus::Won => "won",
            DisputeStatus::Lost => "lost",
        },
    })
}

fn metadata(payment: &Payment) -> Value {
    match &payment.order_id {
        Some(order_id) => json!({ "order_id": order_id }),
        None => json!({}),
    }
}
