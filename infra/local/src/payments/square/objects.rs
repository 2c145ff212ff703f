//! Square's objects: <https://developer.squareup.com/reference/square/objects/Payment>.

use crate::payments::engine::{
    Cause, Dispute, DisputeStatus, Movement, Payment, Payout, Progress, Refund, RefundStatus, Statement,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long an online payment waits to be captured.
const DELAY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The location of every payment.
pub(super) const LOCATION: &str = "LORDERLYLOCAL";
/// What Square takes for a payment, in minor units.
pub(super) const FEE: i64 = 30;

pub(super) fn money(amount: i64, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// With milliseconds.
pub(super) fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn status(payment: &Payment) -> &'static str {
    match payment.progress {
        Progress::Processing => "PENDING",
        Progress::Authorized => "APPROVED",
        Progress::Canceled => "CANCELED",
        Progress::Captured => "COMPLETED",
        Progress::Failed => "FAILED",
    }
}

/// Names the version of a payment.
pub(super) fn version(payment: &Payment) -> String {
    format!("v{}", payment.changed().as_millisecond())
}

/// What the customer is charged, or would be.
pub(super) fn total(payment: &Payment) -> i64 {
    payment.captured.or(payment.to_capture).unwrap_or(payment.amount)
}

pub(super) fn payment(of: &Statement<'_>) -> Value {
    let payment = of.payment;
    let currency = payment.currency.as_str();
    let mut shown = json!({
        "id": payment.id,
        "created_at": at(payment.begun()),
        "updated_at": at(payment.changed()),
        "amount_money": money(total(payment), currency),
        "total_money": money(total(payment), currency),
        "status": status(payment),
        "source_type": "CARD",
        "location_id": LOCATION,
        "order_id": payment.charge,
        "reference_id": payment.order_id,
        "version_token": version(payment),
    });
    match payment.progress {
        Progress::Processing => shown["source_type"] = "BANK_ACCOUNT".into(),
        Progress::Failed => {
            let error = json!({ "category": "PAYMENT_METHOD_ERROR", "code": "GENERIC_DECLINE" });
            shown["card_details"] = json!({ "status": "FAILED", "errors": [error] });
        }
        Progress::Authorized => {
            shown["capabilities"] = json!(["EDIT_AMOUNT_UP", "EDIT_AMOUNT_DOWN"]);
            shown["card_details"] = json!({ "status": "AUTHORIZED" });
        }
        Progress::Canceled => shown["card_details"] = json!({ "status": "VOIDED" }),
        Progress::Captured => {
            shown["card_details"] = json!({ "status": "CAPTURED" });
            let (taken, effective) = (money(FEE, currency), at(payment.paid_at()));
            shown["processing_fee"] = json!([{ "amount_money": taken, "effective_at": effective, "type": "INITIAL" }]);
        }
    }
    if payment.is_manual {
        shown["delay_action"] = "CANCEL".into();
        shown["delay_duration"] = "PT168H".into();
        shown["delayed_until"] = at(payment.begun() + DELAY).into();
    }
    if matches!(payment.progress, Progress::Authorized | Progress::Captured | Progress::Canceled) {
        shown["approved_money"] = money(payment.amount, currency);
    }
    if !of.refunds.is_empty() {
        shown["refunded_money"] = money(of.refunded(), currency);
        shown["refund_ids"] = of.refunds.iter().map(|refund| refund.id.as_str()).collect();
    }
    shown
}

/// The status of a refund that was made.
pub(super) fn done(refund: &Refund) -> &'static str {
    match refund.status {
        RefundStatus::Succeeded => "COMPLETED",
        RefundStatus::Failed => "FAILED",
    }
}

pub(super) fn refund(payment: &Payment, refund: &Refund, status: &str) -> Value {
    let created = Timestamp::from_second(refund.created).unwrap_or_default();
    let updated = if status == "PENDING" { created } else { payment.changed() };
    json!({
        "id": refund.id,
        "status": status,
        "location_id": LOCATION,
        "unlinked": false,
        "destination_type": "CARD",
        "amount_money": money(refund.amount, &payment.currency),
        "payment_id": payment.id,
        "reason": refund.reason,
        "created_at": at(created),
        "updated_at": at(updated),
    })
}

/// <https://developer.squareup.com/reference/square/objects/Location>
pub(super) fn location() -> Value {
    json!({ "id": LOCATION, "name": "Local shop", "merchant_id": "MLORDERLYLOCAL", "status": "ACTIVE" })
}

fn payout_id(payout: &Payout<'_>) -> String {
    format!("po_{}", payout.name)
}

/// <https://developer.squareup.com/reference/square/objects/Payout>
pub(super) fn payout(payout: &Payout<'_>) -> Value {
    json!({
        "id": payout_id(payout),
        "status": "PAID",
        "type": "BATCH",
        "location_id": LOCATION,
        "amount_money": money(payout.amount(), payout.currency),
        "created_at": at(payout.at),
        "updated_at": at(payout.at),
        "version": 1,
    })
}

/// <https://developer.squareup.com/reference/square/objects/PayoutEntry>
pub(super) fn payout_entry(payout: &Payout<'_>, nth: usize, part: &Movement<'_>) -> Value {
    let currency = payout.currency;
    json!({
        "id": format!("{}e{nth:06}", payout_id(payout)),
        "payout_id": payout_id(payout),
        "effective_at": at(part.at),
        "type": match part.cause {
            Cause::Captured => "CHARGE",
            Cause::Refunded(_) => "REFUND",
            Cause::Disputed(_) | Cause::Won(_) => "DISPUTE",
        },
        "gross_amount_money": money(part.amount, currency),
        "fee_amount_money": money(part.fee, currency),
        "net_amount_money": money(part.net(), currency),
    })
}

pub(super) fn dispute(payment: &Payment, dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "amount_money": money(dispute.amount, &payment.currency),
        "reason": "NOT_RECEIVED",
        "state": match dispute.status {
            DisputeStatus::Open => "EVIDENCE_REQUIRED",
            DisputeStatus::Won => "WON",
            DisputeStatus::Lost => "LOST",
        },
        "disputed_payment": { "payment_id": payment.id },
        "card_brand": "VISA",
        "created_at": at(dispute.created),
        "updated_at": at(dispute.updated),
        "location_id": LOCATION,
    })
}
